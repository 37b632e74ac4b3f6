#ifndef RESULTS_SHIFT_H
#define RESULTS_SHIFT_H

#include <stddef.h>

/* How many times larger the values of one sample are than those of another, after Hodges and Lehmann (Annals of
 * Mathematical Statistics 34, 1963; Hollander and Wolfe, Nonparametric Statistical Methods, 3.2 and 4.3): the estimate
 * and the 95 % interval that belong to the rank tests of rank_sum.h, so that what the one says the other does not deny.
 * All values > 0. */
struct shift {
    double of, lo, hi; /* second / first */
};

/* The median of b / a over all pairs of a value of each. n, m > 0. 0, or -1 when out of memory. */
int shift_apart(const double *a, size_t n, const double *b, size_t m, struct shift *out);
/* The median over all pairs of blocks of the geometric mean of their two ratios b / a. n > 0. 0, or -1 when out of
 * memory.
 */
int shift_paired(const double *a, const double *b, size_t n, struct shift *out);

#endif
