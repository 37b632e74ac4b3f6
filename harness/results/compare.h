#ifndef RESULTS_COMPARE_H
#define RESULTS_COMPARE_H

#include <jansson.h>

#include "harness/results/limits.h"

/* Two runs compared, as a JSON document "lastseat.compare/1" (results/README.md): what differs in what was asked and
 * where, how far the machine moved, then every cell both have: its correctness, and of each metric the ratio b / a with
 * its interval (shift.h). A metric is called different when its interval does not contain 1 and its test, adjusted
 * after Holm for all metrics of the cell, says so at 5 %: of cells that are alike, at most 5 % show any difference.
 * Runs that were interleaved (run --against) are paired by blocks; others are independent samples. */

/* a and b: run.json of both; gates may be empty. NULL when out of memory. Caller: json_decref. */
json_t *compare_runs(const json_t *a, const json_t *b, const struct limits *);

#endif
