#ifndef RESULTS_OUTPUT_H
#define RESULTS_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/sum.h"
#include "harness/results/folder.h"
#include "harness/scenario/cell.h"

/* A file of the run folder, buffered. The first write that fails is remembered with its errno and said once, at
 * output_close(): stdio would have forgotten by then what went wrong. Main thread. */
struct output {
    const struct folder *folder;
    char name[384]; /* inside the folder */
    int fd, error;
    bool in_row;  /* csv.c: a field was written in this row */
    uint64_t sum; /* FNV-1a, 64 bit, of what was written; whole once it is closed */
    size_t used;
    char buffer[32768];
};

/* EXIT_OK / EXIT_ERROR after one line. */
int output_open(struct output *, const struct folder *, const char *name);
void output_bytes(struct output *, const void *bytes, size_t n);
/* Whether all writes went well so far. EXIT_OK / EXIT_ERROR after one line. */
int output_check(const struct output *);
/* Writes what is buffered; sync: on the disk before it returns. EXIT_OK / EXIT_ERROR after one line, which names the
 * first failure. A closed or zeroed one is a no-op. */
int output_close(struct output *, bool sync);
/* Closes without a word: another failure was said already. */
void output_drop(struct output *);

/* A whole file of JSON, on the disk; EXIT_OK / EXIT_ERROR after one line. */
int output_json(const struct folder *, const char *name, const json_t *);
/* scenario/<name>.ini: a cell's scenario resolved. The same. */
int output_scenario(const struct folder *, const struct cell *);
/* --json FILE|-: a copy of what stands in the folder. EXIT_OK / EXIT_ERROR after one line. */
int output_copy_json(const json_t *, const char *to);

#endif
