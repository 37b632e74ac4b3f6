#ifndef BREAKPOINT_BISECT_H
#define BREAKPOINT_BISECT_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/rng.h"

/* The search for a breaking point: which level (users, or requests per second) to test next, and
 * what the tests so far amount to. Pure: it is told whether a test passed, and asks for nothing.
 *
 * A level is tested up to BISECT_TESTS times. It is broken when at least BISECT_BROKEN of them failed, holds while none
 * did, and lies in the grey zone when one of five did. Levels are doubled from the least until one is broken, the
 * interval between what holds and what is broken is halved geometrically until it is no wider than BISECT_RATIO, its
 * ends are tested five times each in random order, and levels below are probed at random: a strategy that breaks there
 * again sends the search down. */
#define BISECT_TESTS  5
#define BISECT_BROKEN 2
#define BISECT_RATIO  1.05
#define BISECT_PROBES 2
#define BISECT_POINTS 128 /* levels; far more than doubling and halving need */

struct bisect_point {
    int64_t level;
    int tests, failed;
};

struct bisect {
    int64_t least, most;
    struct rng rng;
    struct bisect_point point[BISECT_POINTS]; /* by level */
    size_t n;
    int probes;
    int64_t asked; /* by bisect_next(), not told of yet; 0: none */
};

/* What is known so far; NULL where there is none. */
struct bisect_ends {
    const struct bisect_point *holds;  /* the largest level below `broken` that holds                  */
    const struct bisect_point *broken; /* the smallest level that is broken                            */
};

/* 1 <= least <= most. */
void bisect_init(struct bisect *, int64_t least, int64_t most, uint64_t seed);
/* The level to test next, or 0: the search is over. */
int64_t bisect_next(struct bisect *);
/* How the test of that level went. */
void bisect_tell(struct bisect *, bool passed);
void bisect_ends(const struct bisect *, struct bisect_ends *);
bool bisect_point_holds(const struct bisect_point *);
bool bisect_point_broken(const struct bisect_point *);
/* Tested five times, failed once. */
bool bisect_point_grey(const struct bisect_point *);
/* Some level above the smallest that is broken held in every test. */
const struct bisect_point *bisect_holds_again(const struct bisect *);

#endif
