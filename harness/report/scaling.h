#ifndef REPORT_SCALING_H
#define REPORT_SCALING_H

#include "harness/report/figure.h"

/* How throughput grows with users in closed load: the curve, the law through it (usl.h), where it peaks. */

/* Closed load whose users alone are swept. */
bool scaling_applies(const json_t *scenario);
/* The picture; what was fitted goes to plots/data as well, for scaling_write(). 0 / -1 after saying so. */
int scaling_draw(struct figure *);
/* The section of report.md, from what scaling_draw() left in the run folder. */
void scaling_write(FILE *out, const char *dir, const json_t *scenario, const char *db);

#endif
