#ifndef SCENARIO_PLAN_H
#define SCENARIO_PLAN_H

#include "harness/scenario/scenario.h"
#include "strategies/strategy.h"

/* The requests of one block: a pure function of seed, block, user and turn, so every variant of a block is given the
 * same ones. */
struct plan {
    uint64_t seed; /* run's seed mixed with the block */
    int64_t users, events;
    struct law checkout;
    double abandon;
};

struct planned {
    struct request request;
    int64_t checkout_ns;
    bool abandons;
    uint64_t seed; /* for the draws of this request's backoff */
};

void plan_init(struct plan *, const struct scenario *, int64_t block);
/* Request number `turn` (from 0) of a user (from 1). Any thread. id = turn * users + user. */
void plan_request(const struct plan *, int64_t user, int64_t turn, struct planned *out);

/* The order in which the n cells of a block run: a seeded shuffle of 0..n-1. */
void plan_shuffle(size_t *order, size_t n, uint64_t seed, int64_t block);

#endif
