#ifndef RESULTS_HISTORY_H
#define RESULTS_HISTORY_H

#include "harness/audit/audit.h"
#include "harness/results/folder.h"
#include "harness/scenario/cell.h"

/* history/<cell>/<number>.csv, .ledger.csv, .counters.csv, .seats.csv: what every request came to and what the audit
 * saw, so that a verdict can be reached again without a database. witnesses may be NULL (nothing was audited): then the
 * requests alone. EXIT_OK / EXIT_ERROR after one line. */
int history_write(const struct folder *, const struct cell *, int64_t number, const struct trial *,
                  const struct witnesses *);
/* The folder of a cell below history/: its id with "__" for "/". One too long for a file name is cut, and ends in
 * "~" and a hash of the whole. */
#define HISTORY_NAME_SIZE 256
void history_name(const struct cell *, char out[HISTORY_NAME_SIZE]);

#endif
