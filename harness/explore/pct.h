#ifndef EXPLORE_PCT_H
#define EXPLORE_PCT_H

#include "harness/base/rng.h"
#include "harness/explore/play.h"

/* Random schedules by probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): every actor has a random
 * priority, the highest that can move does, and at d - 1 random places the one about to move falls below all others.
 * One schedule of n actors and k calls finds a given bug of depth d with probability of at least 1 / (n k^(d-1)). */
#define PCT_DEPTH 3

struct pct {
    struct chooser chooser; /* first */
    struct rng rng;
    int priority[TRACE_ACTORS];
    size_t change[PCT_DEPTH - 1]; /* moves before which somebody falls */
};

/* Schedule number `number` of a seed; calls: how many a schedule has, about. */
void pct_init(struct pct *, uint64_t seed, int64_t number, size_t calls);
/* The bound above for one schedule. */
double pct_chance(int actors, size_t calls);

#endif
