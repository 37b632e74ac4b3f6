#ifndef RUN_FLIGHTS_H
#define RUN_FLIGHTS_H

#include "harness/run/inflight.h"

/* Room for the operations in flight of one trial, each with the memory its strategy keeps for a request. Users with a
 * thread of their own have a place each, by number; those who take turns are given one while they need it, so that a
 * million of them cost no more than are under way at once. Address space is taken for all, memory as it is touched. */
struct flights {
    struct inflight *places;
    char *memory; /* request_size bytes for each */
    size_t most, request_size;
    size_t used;           /* places ever handed out: those behind were never touched */
    struct inflight *idle; /* given back; the last one first */
};

/* Main thread: room for `most`, of which `ready` are touched now. 0 / -1: out of memory. */
int flights_open(struct flights *, size_t most, size_t ready, size_t request_size);
void flights_close(struct flights *); /* zeroed is a no-op */
/* Under a lock of the caller's. There are never more than `most` taken. */
struct inflight *flights_take(struct flights *);
void flights_give(struct flights *, struct inflight *);
/* The zeroed memory of a place; NULL: its strategy keeps none. */
void *flights_memory(struct flights *, const struct inflight *);

#endif
