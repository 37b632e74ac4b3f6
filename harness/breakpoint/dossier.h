#ifndef BREAKPOINT_DOSSIER_H
#define BREAKPOINT_DOSSIER_H

#include <jansson.h>

#include "harness/breakpoint/hunt.h"
#include "harness/results/folder.h"

/* What a search for breaking points leaves: a folder like that of a run, written whole or not at all, with
 * breakpoint.json ("schema": "lastseat.breakpoint/1"), breakpoint.csv (a row per cell), curve.csv (a row per trial) and
 * the scenario as it was resolved. Described in results/README.md. */

struct dossier {
    struct folder folder;
    json_t *json;
    const struct cells *cells; /* in the order of hunts; floors and those that are skipped have no hunt */
    int64_t most;
    struct limits limits;
};

struct dossier_request {
    const char *out; /* --out DIR; NULL: results/<UTC>-breakpoint-<scenario> */
    const struct cells *cells;
    const struct limits *limits;
    int64_t least, most, seed;
    int argc;
    char **argv;
};

/* EXIT_OK; EXIT_USAGE when out exists; EXIT_ERROR, after one line. dossier_close() in any case. */
int dossier_open(struct dossier *, const struct dossier_request *);
int dossier_environment(struct dossier *, const char *db_dir);
/* As results_facts_of() and results_fact(). */
void *dossier_facts_of(struct dossier *, const char *database, const char *durability);
/* hunt: one per cell; of floors and skipped cells zeroed. */
int dossier_finish(struct dossier *, const struct hunt *hunts, bool partial);
void dossier_close(struct dossier *); /* zeroed is a no-op */

/* "498..512 (p99)", "not up to 10000", "not up to 800 (grey above)", "1 (oversold)", "not up to 9000/s (the machine's
 * limit)", "unfinished". */
void dossier_say(const struct hunt *, int64_t most, char *out, size_t size);

#endif
