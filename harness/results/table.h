#ifndef RESULTS_TABLE_H
#define RESULTS_TABLE_H

#include "harness/results/output.h"
#include "harness/results/tally.h"

/* trials.csv, cells.csv and audit.csv; their columns are described in results/README.md. */

void table_trials_header(struct output *);
/* Every trial of a cell. */
void table_trials(struct output *, const struct cell *, const struct tally *);
void table_cells_header(struct output *);
void table_cell(struct output *, const struct cell *, const struct tally *);
void table_audit_header(struct output *);
void table_audit(struct output *, const struct cell *, int64_t number, const struct audit *);

#endif
