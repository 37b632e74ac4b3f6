#ifndef MEASURE_HIST_H
#define MEASURE_HIST_H

#include <stdint.h>

/* A log-linear histogram of nanoseconds with three significant digits.
 *
 * Executive summary: values below 2048 ns are counted exactly; above, each power of two is cut into 1024 equal parts,
 * so a value read back is at most 1/1024 (< 0.1 %) above the one recorded. Layout and index arithmetic are
 * HdrHistogram's (lowest 1, highest one hour, 3 digits), so its own tools read our files (hdr.h).
 *
 * index(v): b = 64 - clz(v | 2047) - 11; s = v >> b; idx = ((b + 1) << 10) + (s - 1024). Inverse: see hist_value_at().
 */

#define HIST_HIGHEST_NS (INT64_C(3600) * 1000000000)

struct hist {
    int64_t *counts;  /* hist_length() of them; owned */
    int64_t total;    /* samples in range             */
    int64_t over;     /* samples above HIST_HIGHEST_NS: counted, never clipped into a bucket */
    int64_t min, max; /* exact; 0 when empty          */
    double sum;       /* for the mean                 */
};

int hist_init(struct hist *);     /* 0, or -1 when out of memory                          */
void hist_destroy(struct hist *); /* NULL and zeroed are no-ops                           */
/* A histogram of counts that are another's: hist_length() of them, all 0, which outlive it. Not for hist_destroy(). */
void hist_borrow(struct hist *, int64_t *counts);
/* Negative values count as 0. One thread. */
void hist_record(struct hist *, int64_t value_ns);
/* Element-wise addition. */
void hist_add(struct hist *sum, const struct hist *more);
/* The value at quantile q in 0..1: the highest value of the bucket in which sample number max(1, ceil(q * total))
 * falls, never above the exact maximum (Java HdrHistogram's rank rule). 0 when empty. */
int64_t hist_quantile(const struct hist *, double q);
double hist_mean(const struct hist *);

int hist_length(void);
int hist_index(int64_t value_ns);
int64_t hist_value_at(int index);   /* lowest value of a bucket  */
int64_t hist_highest_at(int index); /* highest value of a bucket */

#endif
