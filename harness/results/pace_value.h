#ifndef RESULTS_PACE_VALUE_H
#define RESULTS_PACE_VALUE_H

#include <jansson.h>

#include "harness/run/trial.h"

/* trials[].open of run.json: how a trial's open load went (pace.h). NULL: out of memory. */
json_t *pace_value(const struct trial *);

#endif
