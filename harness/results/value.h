#ifndef RESULTS_VALUE_H
#define RESULTS_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "harness/measure/totals.h"

/* Values of run.json; NULL when out of memory. */

/* -1 stands for "cannot be known" in every count that can be: null. */
json_t *value_known(int64_t value);
/* A number as short as it is: seats are whole, their median over two trials may not be. NAN: null. */
json_t *value_number(double value, bool whole);
/* "2026-11-21T11:00:00Z" */
json_t *value_utc(time_t);
/* {p50, …, n} of a histogram. */
json_t *value_distribution(const struct hist *);
/* {all, and each outcome that had requests} */
json_t *value_series(const struct hist hists[TOTALS_SERIES]);

#endif
