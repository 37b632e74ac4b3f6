#ifndef SCENARIO_PLAN_H
#define SCENARIO_PLAN_H

#include "harness/scenario/scenario.h"
#include "strategies/strategy.h"

/* The requests of one block: a pure function of seed, block, user and turn, so every variant of a block is given the
 * same ones. */
struct plan {
    uint64_t seed; /* run's seed mixed with the block */
    int64_t users, events;
    struct law checkout, patience, cancel_after;
    struct picker picker;
    struct size_law sizes;
    double abandon, repeat, cancel;
    bool alike; /* nobody wants several seats, leaves out of patience, clicks twice or cancels */
};

struct planned {
    struct request request;
    int64_t checkout_ns;
    bool abandons;
    uint64_t seed;           /* for the draws of this request's backoff               */
    int64_t patience_ns;     /* after the due time; PLAN_PATIENT: leaves never        */
    bool repeats;            /* the user clicks twice: plan_second() is sent as well  */
    bool cancels;            /* booked, the user gives it back …                      */
    int64_t cancel_after_ns; /* … this long after the answer                      */
};
#define PLAN_PATIENT INT64_MAX
/* Ids of second clicks are those of the first plus this: no run has as many requests, and a double holds the sum. */
#define PLAN_SECOND INT64_C(1000000000000000)
/* And of requests that are made once more after faults: the first's, or a second click's, plus this. */
#define PLAN_AGAIN (2 * PLAN_SECOND)

void plan_init(struct plan *, const struct scenario *, int64_t block);
/* Request number `turn` (from 0) of a user (from 1). Any thread. id = turn * users + user. */
void plan_request(const struct plan *, int64_t user, int64_t turn, struct planned *out);

/* The second click of a planned request: the same wish under an id of its own, with backoffs of its own. */
void plan_second(struct planned *);
/* What a browser (from 0) looks at for the turn-th time (from 0): its event and the seed. Any thread. */
void plan_look(const struct plan *, int64_t browser, int64_t turn, struct planned *out);

/* The order in which the n cells of a block run: a seeded shuffle of 0..n-1. */
void plan_shuffle(size_t *order, size_t n, uint64_t seed, int64_t block);

#endif
