#ifndef SCENARIO_REGISTRY_H
#define SCENARIO_REGISTRY_H

#include "strategies/strategy.h"

/* The table the Makefile generates from the files in strategies/ and strategies/rogues/ (build/registry.c). */
struct registered {
    const struct strategy *strategy;
    const char *note; /* the comment the file opens with: Idea, Guarantee, Cost, Fails when */
    const char *file; /* "strategies/naive.c" */
};
extern const struct registered registry[];
extern const size_t registry_count;

const struct registered *registry_find(const char *name);
/* The same; NULL after one line "PLACE: unknown strategy …; did you mean …?". */
const struct registered *registry_get(const char *name, const char *place);
/* One section of the note, on one line: registry_heading(r, "Fails when", …). "" when absent. */
void registry_heading(const struct registered *, const char *heading, char *out, size_t size);
/* Refuses a table with a bad member (no attempt, a name that is not the file's stem, an option default that does not
 * parse, …) at program start: EXIT_OK / EXIT_ERROR after one line. */
int registry_check(void);
/* One entry of it: 0, or -1 with what is wrong in error. Pure. */
int registry_check_entry(const struct registered *, char *error, size_t error_size);

#endif
