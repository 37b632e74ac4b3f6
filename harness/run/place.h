#ifndef RUN_PLACE_H
#define RUN_PLACE_H

#include "harness/db/database.h"
#include "harness/scenario/cell.h"

/* Main thread, no connection open: a fresh place for a cell, as its strategy wants it: the neutral schema, its ddl, the
 * events (and their seats where the ledger is LEDGER_SEATS), what its setup() writes. Every trial begins with one. 0,
 * or -1 after one line; database_drop() removes it. */
int place_prepare(struct database *, const struct cell *, const char *tag);

#endif
