#ifndef VERBS_RUNNER_H
#define VERBS_RUNNER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/verbs/arguments.h"

/* One build of an interleaved run (run --against): a process that works only while it holds the baton (run/baton.h).
 * All: main thread. */
struct runner {
    const char *binary;
    char *out;   /* its run folder; owned                        */
    pid_t pid;   /* 0: not started, or ended                     */
    int ask, go; /* our ends of its pipes                        */
    bool asking; /* it waits for a turn                          */
    bool told_to_end;
    int status; /* once it has ended: its exit code             */
    int64_t turns;
};

/* Whether a program can take turns at all. EXIT_OK / EXIT_USAGE after one line. */
int runner_check(const char *binary);
/* Starts it with the scenarios and settings of these arguments; name: what the runs of a pair have in common. EXIT_OK /
 * EXIT_ERROR after one line; runner_close() in any case. */
int runner_start(struct runner *, const struct arguments *, const char *name);
/* Until it asks for a turn or has ended. What interrupts us is passed on. */
void runner_wait(struct runner *);
/* A turn, and runner_wait(). One that has ended: a no-op. */
void runner_turn(struct runner *);
/* Tells it to end, leaving what it has, once: a second signal would make it leave without. */
void runner_end(struct runner *);
void runner_close(struct runner *);

#endif
