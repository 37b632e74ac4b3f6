#ifndef RESULTS_SPENT_H
#define RESULTS_SPENT_H

#include <jansson.h>

#include "harness/run/trial.h"

/* What a trial took, as values of run.json; NULL when out of memory. */

json_t *spent_ops(const struct trial *);       /* trials[].ops, service threads' part included */
json_t *spent_resources(const struct trial *); /* trials[].resources, and what the machine did meanwhile */
json_t *spent_bloat(const struct database_bloat *);

#endif
