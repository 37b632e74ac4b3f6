#ifndef VERBS_SESSION_H
#define VERBS_SESSION_H

#include "harness/report/progress.h"
#include "harness/results/results.h"
#include "harness/scenario/cell.h"

/* The middle of `lastseat run`: databases opened, cells run block by block, each trial audited and handed to the
 * results. */

struct session {
    struct cells *cells;
    struct results *results;
    struct progress *progress;
    bool keep;
    char *db_dir;                  /* owned */
    struct database *databases[4]; /* by index of database_names; NULL: not opened */
};

/* Checks before anything is started: one [db] dir for all cells, no fault that a user's server is spared, file
 * descriptors enough. EXIT_OK / EXIT_USAGE. */
int session_check(const struct cells *);
/* Opens every database the cells name. One that cannot be reached: its cells are skipped with the reason, or
 * EXIT_UNREACHABLE when it is among `required` (--db). results_dir: where files go unless the scenario's [db] dir says
 * otherwise. session_close() in any case. */
int session_open(struct session *, struct cells *, struct results *, const char *results_dir,
                 const struct text_list *required, bool keep);
/* Facts of every database and class of durability the cells use, then the solo trials that amplification is measured
 * against. */
int session_prepare(struct session *);
/* The database of a cell that is not skipped. */
struct database *session_database(const struct session *, const struct cell *);
/* Statements per request of the cell with one user and one seat. */
int session_solo(struct session *, size_t cell, double *per_request);
/* All blocks. EXIT_OK, EXIT_ERROR after one line, EXIT_INTERRUPTED. */
int session_run(struct session *);
/* --keep: how to look inside, a line per cell. */
void session_print_kept(const struct session *);
void session_close(struct session *);

#endif
