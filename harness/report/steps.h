#ifndef REPORT_STEPS_H
#define REPORT_STEPS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "harness/report/view.h"

/* What a scenario in lock-step came to: counts beside those of the model (measure/model.h), and no times. */

bool steps_apply(const json_t *scenario);
/* The terminal's table instead of the one with times. 0 / -1 after saying so. */
int steps_print(FILE *out, const struct pick *, const char *dim, const char *plain);
/* A section of report.md; nothing where the scenario is not in lock-step. */
void steps_write(FILE *out, const json_t *scenario, const struct pick *);

#endif
