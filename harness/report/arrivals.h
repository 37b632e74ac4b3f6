#ifndef REPORT_ARRIVALS_H
#define REPORT_ARRIVALS_H

#include "harness/report/figure.h"

/* Who was served before whom: the picture of arrivals.csv, and a section of report.md. */

/* Data and variables of PICTURE_ARRIVALS, as figure_write(). 0 / -1 after saying so. */
int arrivals_draw(struct figure *);
/* "Fairness" of a scenario's cells on one database; nothing where nobody was booked while others were refused. */
void arrivals_write(FILE *out, const struct pick *);

#endif
