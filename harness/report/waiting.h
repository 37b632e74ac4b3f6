#ifndef REPORT_WAITING_H
#define REPORT_WAITING_H

#include "harness/report/figure.h"

/* What a clock that starts only when a request begins does not see: the response time against the service time of all
 * requests, and how open load went. */

/* Where requests are due before they begin: a burst, open load. */
bool waiting_applies(const json_t *scenario);
/* The picture. 0 / -1 after saying so. */
int waiting_draw(struct figure *);
/* The section of report.md for a scenario on one database. */
void waiting_write(FILE *out, const json_t *run, const json_t *scenario, const struct pick *);

#endif
