#ifndef MEASURE_MODEL_H
#define MEASURE_MODEL_H

#include <stdint.h>

/* What a rush must come to when nothing is left to chance. Pure. */

/* n users, each of whom wants one of s seats of one event, in lock-step (run/lockstep.h): all read the counter, then
 * all try to replace what they read, and one of them does; whoever did not tries again, a times at most, and whoever
 * reads that nothing is left goes home. INSERTs of what was sold are not in it: `sold` more statements. */
struct model_race {
    int64_t sold;  /* w = min(n, s, a): one in each round, as long as somebody has a try left  */
    int64_t swaps; /* w n - w (w - 1) / 2: round r has n - r + 1 users, from r = 1             */
    int64_t reads; /* the same, and n - w more when tries were left to find the house full    */
};
/* n, s, a >= 1. */
struct model_race model_race(int64_t n, int64_t s, int64_t a);

#endif
