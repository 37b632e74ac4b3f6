#ifndef EXPLORE_BEST_H
#define EXPLORE_BEST_H

#include "harness/explore/schedule.h"

/* The schedule to tell: what it breaks decides first (the anomaly a rogue names, else the worst), then how short it is.
 */
struct best {
    unsigned named; /* strategy.shows: set before the first is kept */
    bool found;
    int64_t seats;
    struct schedule schedule;
    unsigned anomalies;
    size_t n;
    int turns;
};

/* Keeps this broken schedule, played with so many seats, when it is better to tell than the one that is kept. Pure. */
void best_keep(struct best *, const struct trace *, int64_t seats);

#endif
