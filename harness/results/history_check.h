#ifndef RESULTS_HISTORY_CHECK_H
#define RESULTS_HISTORY_CHECK_H

#include "harness/run/trial.h"

/* What single lines of a history cannot show: one answer per request, a second click behind a first, one cancel per
 * booking that was told, begun after it was told. record_lines, cancel_lines: where each of them stood. Pure. 0, or -1
 * with the line and the reason. */
int history_check(const struct trial *, const int64_t *record_lines, const int64_t *cancel_lines, int64_t *line,
                  char *error, size_t size);

#endif
