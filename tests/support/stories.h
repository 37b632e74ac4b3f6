#ifndef TESTS_SUPPORT_STORIES_H
#define TESTS_SUPPORT_STORIES_H

#include "harness/explore/exploration.h"
#include "tests/support/bench.h"
#include "tests/support/trace_maker.h"

/* Explorations written by hand, each with one schedule: what the explorer would leave for the one who tells it. */

struct told {
    struct bench_cells made;
    struct exploration e;
    struct trace_maker maker;
};

/* A cell and an exploration of nothing: `tried` schedules, none broken. */
void told_open(struct told *, const char *variant, const char *db, int users, int services, int64_t seats);
void told_close(struct told *);

/* Both look, both pay, both write: oversold. */
void told_naive(struct told *);
/* Two seats; B's version has moved, B tries again and books. Nothing is broken. */
void told_optimistic(struct told *);
/* One seat, PostgreSQL: B waits for the lock of A, and is told sold out. Nothing is broken. */
void told_pessimistic(struct told *);
/* Two users wait in the line, a service answers both. Nothing is broken. */
void told_queue(struct told *);
/* Three users, naive: A and C have the one seat, B comes too late. */
void told_three(struct told *);
/* Each has locked what the other one wants, PostgreSQL: A is the victim and tries again. */
void told_deadlock(struct told *);

#endif
