#ifndef RESULTS_REPLAY_H
#define RESULTS_REPLAY_H

#include <jansson.h>

#include "harness/results/history_reader.h"
#include "harness/scenario/cell.h"

/* A stored run judged again, from the files of its folder alone: what its trials came to (history/), under the settings
 * they ran with (scenario/), held against what run.json says the audit found then. Main thread. */

struct replay {
    const char *dir; /* the caller's */
    json_t *run;
    struct scenario *scenarios;
    size_t scenario_count;
    struct cells cells; /* as the resolved scenarios expand today */
};

/* EXIT_OK / EXIT_ERROR / EXIT_USAGE after one line. replay_close() in any case. */
int replay_open(struct replay *, const char *dir);
void replay_close(struct replay *); /* NULL and zeroed are no-ops */
/* The cell of an id. NULL: run.json names one that its scenarios do not expand to. */
const struct cell *replay_cell(const struct replay *, const char *id);

/* The files of one trial (an element of trials[]) of a cell, read and held against what run.json says they held.
 * history_reader_free() in any case. 0, or -1 with the reason in why, which names the file and the line. */
#define REPLAY_WHY_SIZE 768
int replay_read(const struct replay *, const struct cell *, const json_t *trial, struct history_reader *,
                char why[REPLAY_WHY_SIZE]);

/* Everything judged again: {schema, run, judged, refused, differing, broken, cells[{id, verdict, reason, kept, broken,
 * trials[{trial, audit, fairness, differences[{key, run, replay}]} or {trial, refused}]}]}, described in
 * results/README.md. id: that cell alone, or NULL. Whatever was refused or differs is said in one line each. sink:
 * shown every trial that was not refused, or NULL. EXIT_OK / EXIT_ERROR / EXIT_USAGE after one line. Caller:
 * json_decref. */
struct replay_sink {
    int (*take)(void *arg, const struct cell *, int64_t number, const struct trial *); /* EXIT_*; not EXIT_OK ends it */
    void *arg;
};
int replay_judge(const struct replay *, const char *id, const struct replay_sink *, json_t **document);

#endif
