#ifndef REPORT_SWEEP_H
#define REPORT_SWEEP_H

#include "harness/report/figure.h"

/* Draws one metric against what is swept, divided by unit, with its 95 % intervals. f->cell holds one cell per variant
 * (for the styles); the points come from all cells of the database. 0 / -1 after saying so. */
int sweep_draw(struct figure *, const char *metric, double unit);

#endif
