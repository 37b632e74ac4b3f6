#ifndef REPORT_CATALOGUE_H
#define REPORT_CATALOGUE_H

#include <stdio.h>

#include "harness/report/view.h"

/* The catalogue of anomalies (results/README.md) as a section of report.md: each with what was looked at, who showed
 * it, and what it means that the others did not. From cells[].trials[].audit and .fairness of run.json; an anomaly that
 * a run does not know is left out. */
void catalogue_write(FILE *out, const struct pick *);

#endif
