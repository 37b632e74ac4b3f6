#ifndef RESULTS_RESULTS_H
#define RESULTS_RESULTS_H

#include <jansson.h>
#include <stdbool.h>

#include "harness/audit/audit.h"
#include "harness/scenario/cell.h"

/* A run folder in the making: written under a temporary name beside its final one, renamed when whole. */
struct results;

struct results_request {
    const char
        *out; /* --out DIR: the run folder itself, must not exist; NULL: results/<UTC>-<first name>[+n] and `latest` */
    const struct cells *cells;
    int argc; /* the command line, recorded; passwords never stand there */
    char **argv;
    const char *interleaved; /* the run it shares with another build, or NULL */
    int64_t seed;
};

/* Creates the temporary folder, having swept those of killed runs. EXIT_OK; EXIT_USAGE when out exists;
 * EXIT_ERROR when it cannot be written, after one line. */
int results_open(struct results **, const struct results_request *);
/* environment{}: machine, kernel, compiler, git, clock, fsync probe in dir. */
int results_environment(struct results *, const char *db_dir);
/* floors[] and calibrated_utc of this machine's calibration (calibration.h); without this call both are null. EXIT_OK /
 * EXIT_ERROR after one line. */
int results_floors(struct results *, const json_t *calibration);
/* One database's facts: name and settings class, then key/value pairs (a database_fact_fn with arg from
 * results_facts_of). */
void *results_facts_of(struct results *, const char *database, const char *durability);
void results_fact(void *arg, const char *key, const char *value);
/* Statements per request of the cell with one user and one seat: the base of amplification. */
void results_solo(struct results *, size_t cell, double statements_per_request);
/* One trial judged (audit NULL for a FLOOR): JSON, csv rows, history files. A void trial is kept and marked.
 * EXIT_OK / EXIT_ERROR after one line ("results/…: no space left on device"). */
int results_trial(struct results *, size_t cell, const struct trial *, const struct audit *, const struct witnesses *);
/* Whether the cell's headline is known as well as its scenario asks ([run] precision); a cell that has none does not
 * hold anybody up. EXIT_OK / EXIT_ERROR after one line. */
int results_precise(struct results *, size_t cell, bool *precise);
/* Summaries, cell verdicts, csv, run.json, resolved scenarios; then renames, sets `latest`. The path of the folder is
 * in results_path(). */
int results_finish(struct results *, bool partial);
const char *results_path(const struct results *);
/* run.json as it was written, borrowed. */
const json_t *results_json(const struct results *);
/* True when an honest strategy broke a promise it made. */
bool results_broken(const struct results *);
/* Unfinished: removes the temporary folder. NULL is a no-op. */
void results_close(struct results *);

/* Loads and checks DIR/run.json ("schema": "lastseat.run/1"). EXIT_OK; EXIT_USAGE when it is not a
 * whole one, EXIT_ERROR when it cannot be read, after one line. Caller:
 * json_decref. */
int results_load(json_t **run, const char *dir);
/* The same of a run folder, or of its run.json alone. */
int results_load_file(json_t **run, const char *path);

#endif
