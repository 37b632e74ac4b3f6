#ifndef EXPLORE_BEST_H
#define EXPLORE_BEST_H

#include "harness/explore/schedule.h"
#include "harness/scenario/cell.h"

/* Which of the schedules that broke something is told. */

/* The schedule to tell: what it breaks decides first (what a rogue names, then the worst anomaly), then how short it
 * is. */
struct best {
    bool found;
    int64_t seats;
    struct schedule schedule;
    unsigned anomalies;
    size_t n;
    int turns;
};

/* An anomaly that counts, or somebody was never answered. */
bool best_breaks(const struct trace *);
/* Of a trace that breaks something, played in the cell. */
void best_keep(struct best *, const struct trace *, const struct cell *);
/* One without a fault, unless only a fault shows what a rogue names. NULL: neither was found. */
const struct best *best_choose(const struct best *plain, const struct best *fault, const struct cell *);

#endif
