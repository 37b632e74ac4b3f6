#ifndef SCENARIO_TIMETABLE_H
#define SCENARIO_TIMETABLE_H

#include <stddef.h>

#include "harness/scenario/scenario.h"

/* When the requests of open load are due: fixed before the start, a pure function of seed, block, rate, duration and
 * kind of arrivals, so every variant of a block is given the same ones, whatever became of earlier requests. */
struct timetable {
    int64_t *due_ns; /* after the start, in order, below the duration; owned */
    size_t n;        /* poisson: may be 0 by chance */
};

/* More would not fit into memory as records (scenario_check() refuses them). */
#define TIMETABLE_MOST 2000000

/* constant: request k (from 0) at k / rate. poisson: gaps drawn from the exponential distribution with mean 1 / rate.
 * 0, or -1: out of memory. */
int timetable_draw(struct timetable *, const struct scenario *, int64_t block);
void timetable_free(struct timetable *); /* NULL and zeroed are no-ops */
/* rate times duration. */
double timetable_expected(const struct scenario *);

#endif
