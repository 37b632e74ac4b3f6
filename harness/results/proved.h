#ifndef RESULTS_PROVED_H
#define RESULTS_PROVED_H

#include <jansson.h>
#include <stdbool.h>

/* What a void trial proves all the same: a seat sold twice before the time ran out was sold twice. But users who were
 * cut off were not refused by the strategy, and who was to clear up after them was cut off too. */

/* Whether what stands under this key of a trial is proved by a void one as well. */
bool proved_by_void(const char *key);
/* GROUP.KEY of a trial of run.json (GROUP NULL: KEY), as far as the trial proves it; NAN: it was not looked for. */
double proved_amount(const json_t *trial, const char *group, const char *key);

#endif
