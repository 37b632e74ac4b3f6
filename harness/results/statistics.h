#ifndef RESULTS_STATISTICS_H
#define RESULTS_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/* What is said of one metric over the trials of a cell: the median, the range, and a 95 % percentile bootstrap interval
 * of the median over trials: the experimental unit is the trial, as requests of one trial wait for each other. */
struct summary {
    double median, lo, hi, min, max;
    size_t n;
};

#define STATISTICS_RESAMPLES 10000

/* The resamples of n values. A resample's median depends only on which order statistics were drawn, so the draws are
 * made once per n and serve every metric; the many that fell alike are kept once, with their number. */
struct statistics {
    uint64_t seed;
    size_t n, kinds;
    struct resample {
        uint32_t low, high; /* the two middle order statistics, the same one when n is odd */
        uint32_t times;
    } * kind;
};

/* The same seed gives the same intervals, whatever is summarised before. */
void statistics_init(struct statistics *, uint64_t seed);
void statistics_destroy(struct statistics *); /* NULL is a no-op */
/* Sorts values in place; n > 0. 0, or -1 when out of memory. */
int statistics_summarise(struct statistics *, double *values, size_t n, struct summary *out);
/* Sorts values in place; n > 0. The mean of the two middle values when n is even. */
double statistics_median(double *values, size_t n);

#endif
