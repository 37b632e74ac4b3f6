#ifndef RESULTS_RANK_SUM_H
#define RESULTS_RANK_SUM_H

#include <stddef.h>

/* Are two samples of one metric alike? By ranks alone: nothing is assumed of how the values are distributed. Both tests
 * are the exact permutation tests, ties at their mid-ranks (Lehmann, Nonparametrics, 1975, 1.4 and 3.1), so that a true
 * null is rejected at p < a in at most the share a of experiments. Pure; any thread. */

/* More values than this in both samples together, and the normal approximation with its correction for ties takes over
 * (Lehmann 1.5): the exact distribution would cost more than it adds. */
#define RANK_SUM_EXACT 80

struct rank_sum {
    double p;   /* Mann-Whitney U, two-sided                                            */
    double a12; /* Vargha and Delaney: P(a value of b > one of a) + P(equal) / 2; 0.5: alike */
};
/* n, m > 0. 0, or -1 when out of memory. */
int rank_sum_test(const double *a, size_t n, const double *b, size_t m, struct rank_sum *out);

/* Wilcoxon's signed ranks of paired differences, zeros kept at their ranks (Pratt 1959); two-sided p, 1 when all are
 * zero. n > 0. 0, or -1 when out of memory. */
int rank_sum_signed(const double *differences, size_t n, double *p);

#endif
