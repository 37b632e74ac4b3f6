#ifndef RESULTS_RATIO_H
#define RESULTS_RATIO_H

#include "harness/results/statistics.h"

/* How many times a metric of one is that of another, with a 95 % bootstrap interval: the effect is said first, tests
 * after (Kalibera and Jones 2013). */
struct ratio {
    double of, lo, hi; /* second / first */
    size_t n;          /* pairs          */
};

/* What an interval allows to say. RATIO_EQUAL: it lies within 0.95..1.05, whether or not it contains 1: so near that
 * it does not matter. */
enum ratio_says { RATIO_NO_DIFFERENCE, RATIO_EQUAL, RATIO_DIFFERENT };
enum ratio_says ratio_says(const struct ratio *);

/* Values of the same blocks, pair by pair: the bootstrap of the median of log(b / a), as blocks that were slow for one
 * were slow for both. All values > 0, n > 0. 0, or -1 when out of memory. */
int ratio_paired(struct statistics *, const double *a, const double *b, size_t n, struct ratio *out);

#endif
