#ifndef RESULTS_SERIES_H
#define RESULTS_SERIES_H

#include <stddef.h>
#include <stdint.h>

/* Whether the trials of a cell, in the order of their blocks, are what an interval takes them for: independent draws of
 * one distribution. NAN: cannot be said. */
struct series {
    double trend;   /* Spearman's rank correlation of place and value                                             */
    double trend_p; /* two-sided, by 10,000 seeded shuffles (Good, Permutation Tests, 1994)                       */
    double first;   /* (first - median) / median absolute deviation, the rule of hyperfine against cold starts    */
    double lag1;    /* autocorrelation of neighbours; beyond +-2 / sqrt(n) one block tells something of the next  */
};
/* Below: a trend. Above: slow to start, a robust z of 10. */
#define SERIES_TREND_P 0.01
#define SERIES_FIRST   14.826

/* n values; fewer than 4 say nothing. 0, or -1 when out of memory. */
int series_read(const double *values, size_t n, uint64_t seed, struct series *out);

#endif
