#ifndef SCENARIO_LAYER_H
#define SCENARIO_LAYER_H

#include "harness/scenario/reader.h"
#include "harness/scenario/scenario.h"

/* One layer of keys laid over what a scenario holds already: a file over the one it extends, --set over both. */

/* One key and where it was written. section is "strategy.NAME" or "sweep" beside those of the option table; key NULL is
 * a bare [section]. */
struct layer_line {
    const char *section, *key, *value;
    const char *place; /* "scenarios/x.ini:12" or "--set load.users=50" */
};

/* Lays one line over the scenario. A plain key ends a sweep of the same key that a lower layer had. EXIT_OK /
 * EXIT_USAGE after one line. */
int layer_put(struct scenario *, const struct layer_line *);
/* A plain key alone; sweeps stay. */
int layer_set(struct scenario *, const struct layer_line *);
/* "load.users" -> "load", "users"; "strategy.queue.batch" -> "strategy.queue", "batch"; section is cut into the buffer.
 * NULL when there is no section before a dot, else the key. */
const char *layer_split(const char *full, char *section, size_t size);
/* "dir/x.ini:12", its beginning left out where it does not fit. line 0: none. */
void layer_place(char *out, size_t size, const char *path, int line);

#endif
