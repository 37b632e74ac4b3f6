#ifndef RESULTS_PROBED_H
#define RESULTS_PROBED_H

#include <jansson.h>

#include "harness/results/metric.h"

/* What probes saw, as the results keep it. Without [audit] probe there is nothing: a zero would say that somebody
 * looked. */

/* Adds the probes' keys to trials[].audit. 0 / -1: out of memory. */
int probed_document(json_t *audit, const struct probes *);
/* What that says: probes cannot be asked again. */
void probed_read(struct probes *, const json_t *audit);
void probed_metrics(double values[METRIC_COUNT], const struct trial *);

#endif
