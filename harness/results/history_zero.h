#ifndef RESULTS_HISTORY_ZERO_H
#define RESULTS_HISTORY_ZERO_H

#include "harness/run/trial.h"

/* A year in ns, which is more than any run takes. */
#define HISTORY_TIME_MOST INT64_C(31622400000000000)
/* Of a first_ns: the file has none. */
#define HISTORY_NO_TIME INT64_MIN

/* Records and cancels with the times of their file get those of a trial that starts at 1, where a first_ns of 0 is
 * none: a file's zero becomes 1, or where any_zero is set its earliest time. lines: where each of them stood. 0, or -1
 * with line and error set: a time more than a year behind the zero. Pure. */
int history_zero(struct trial *, bool any_zero, const int64_t *record_lines, const int64_t *cancel_lines, int64_t *line,
                 char *error, size_t size);

#endif
