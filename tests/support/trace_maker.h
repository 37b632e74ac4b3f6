#ifndef TESTS_SUPPORT_TRACE_MAKER_H
#define TESTS_SUPPORT_TRACE_MAKER_H

#include "harness/explore/trace.h"

/* Traces written by hand: move after move, as the players of a schedule would leave them. Everything here asserts. */

struct trace_maker {
    struct trace *trace;
    bool in_tx[TRACE_ACTORS];
    /* What is committed; every move is made with a copy of it. Set before the move that changes it. */
    struct counter counter;
    struct booking bookings[8];
    size_t booking_count;
    int64_t gate_left; /* -1: there is none */
};

/* Users A, B, … and services S, T, …; one event. trace_maker_close() frees the trace. */
void trace_maker_open(struct trace_maker *, struct trace *, int users, int services, int64_t seats);
void trace_maker_close(struct trace_maker *);

/* The next move of the actor of that letter. The pointer is good until the next one. */
struct move *trace_maker_move(struct trace_maker *, char letter, enum call_kind);
/* One that runs a statement with these values, which reads `read`, or changes one row. */
struct move *trace_maker_run(struct trace_maker *, char letter, const struct statement *, const int64_t *values, int n);
struct move *trace_maker_reads(struct move *, const int64_t *columns, int n);
/* Rows that a commit is about to leave. */
void trace_maker_book(struct trace_maker *, int64_t user);
/* The actor's last move ends its try. */
void trace_maker_end(struct trace_maker *, char letter, enum verdict, enum reason, bool tries_again);
/* The actor's last move began to wait and took effect only in the last one made; its answer is there from then on. */
struct move *trace_maker_wake(struct trace_maker *, char letter);
/* The number of the last move. */
int trace_maker_at(const struct trace_maker *);

#endif
