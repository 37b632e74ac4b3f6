#ifndef RESULTS_ANSWERED_H
#define RESULTS_ANSWERED_H

#include <jansson.h>

#include "harness/results/metric.h"
#include "harness/results/output.h"

/* Who was turned away, and the rest of what the audit looks for beside the counts it began with, as the results keep
 * them: behind the older keys of trials[].audit, and behind the older columns of audit.csv. */

/* 0, or -1: out of memory. */
int answered_document(json_t *audit, const struct audit *);
void answered_metrics(double values[METRIC_COUNT], const struct audit *);

/* The columns of audit.csv. */
void answered_header(struct output *);
void answered_row(struct output *, const struct audit *);

#endif
