#ifndef RESULTS_HISTORY_H
#define RESULTS_HISTORY_H

#include <jansson.h>

#include "harness/audit/audit.h"
#include "harness/results/folder.h"
#include "harness/results/history_reader.h"
#include "harness/scenario/cell.h"

/* What a file of history/ holds, to tell later whether it is still that. */
struct history_file {
    int64_t rows; /* without the header; -1: there is no such file */
    uint64_t sum; /* sum.h */
};

/* history/<cell>/<number>.csv, .ledger.csv, .counters.csv, and where there are any .holds.csv and .seats.csv: what
 * every request came to and what the audit saw, so that a verdict can be reached again without a database
 * (history_reader.h). witnesses may be NULL (nothing was audited): then the requests alone. EXIT_OK / EXIT_ERROR after
 * one line. */
int history_write(const struct folder *, const struct cell *, int64_t number, const struct trial *,
                  const struct witnesses *, struct history_file files[HISTORY_PARTS]);
/* The folder of a cell below history/: its id with "__" for "/". One too long for a file name is cut, and ends in
 * "~" and a hash of the whole. */
#define HISTORY_NAME_SIZE 256
void history_name(const struct cell *, char out[HISTORY_NAME_SIZE]);
/* {part: {rows, fnv1a}} of the files that were written; NULL: out of memory. */
json_t *history_document(const struct history_file files[HISTORY_PARTS]);

#endif
