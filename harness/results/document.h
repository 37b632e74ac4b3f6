#ifndef RESULTS_DOCUMENT_H
#define RESULTS_DOCUMENT_H

#include <jansson.h>

#include "harness/audit/audit.h"
#include "harness/scenario/cell.h"

/* The objects of run.json (results/run.schema.json, results/README.md). All: NULL when out of memory. */

struct tally;

/* trials[]: number counts from 1 within the cell; audit may be NULL. */
json_t *document_trial(int64_t number, const struct trial *, const struct audit *);
/* Its audit; null of NULL. */
json_t *document_audit(const struct audit *);
/* scenarios[]: of a cell, as of its sweep point. */
json_t *document_scenario(const struct cell *);
/* cells[]: who it is, and under which settings. */
json_t *document_identity(const struct cell *, const char *durability);
/* cells[]: everything but for the summaries of other cells, which only at_best (the floor of the same scenario and
 * sweep point, or NULL) brings in. */
struct headline;
json_t *document_cell(const struct cell *, const struct tally *, const struct tally *at_best, const struct headline *,
                      const char *durability);

#endif
