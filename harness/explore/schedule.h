#ifndef EXPLORE_SCHEDULE_H
#define EXPLORE_SCHEDULE_H

#include "harness/explore/trace.h"

/* A schedule as text and as a list: who makes the next call. The text is what --replay takes: actors' letters in order,
 * a number behind a letter repeats it ("A B6 A5"), and "!before", "!after" or "!error" behind a letter makes that call
 * fail ("A2 A!after B3"). What is not said is filled up by the rule "go on while you can, then the first who can". */

/* Most calls in one schedule: more is taken for a livelock. */
#define SCHEDULE_MOVES 512

struct schedule {
    char letters[SCHEDULE_MOVES];
    int n;
    int fault_at; /* index of the call that is made to fail; -1: none */
    enum fault_kind fault;
};

/* 0; or -1 with one line in error: what is wrong, and where. Pure. */
int schedule_parse(struct schedule *, const char *text, char *error, size_t error_size);
/* The schedule that was played. Pure. */
void schedule_of(struct schedule *, const struct trace *);
void schedule_write(const struct schedule *, char *out, size_t size);

#endif
