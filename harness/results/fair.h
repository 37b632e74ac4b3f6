#ifndef RESULTS_FAIR_H
#define RESULTS_FAIR_H

#include <jansson.h>

#include "harness/results/metric.h"
#include "harness/results/output.h"
#include "harness/results/tally.h"

/* audit.fairness as the results keep it. */

/* trials[].fairness; null where nothing was measured. NULL: out of memory. */
json_t *fair_document(const struct fairness *);
void fair_metrics(double values[METRIC_COUNT], const struct fairness *);

/* arrivals.csv: how many of the winners had arrived by each place in the line, over the trials that count; nothing for
 * a cell without winners. */
void fair_arrivals(struct output *, const struct cell *, const struct tally *);
extern const char fair_arrivals_header[];

#endif
