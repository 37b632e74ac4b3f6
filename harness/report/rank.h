#ifndef REPORT_RANK_H
#define REPORT_RANK_H

#include <stddef.h>

#include "harness/report/view.h"
#include "harness/results/ratio.h"

/* The closing lines' comparisons: cells that hold, ordered by one metric, told apart only where the 95 % interval of
 * their ratio, block by block, does not contain 1. */
#define RANK_TEXT 1024

struct ranked {
    const json_t *cell;
    struct measure of;
    enum ratio_says says; /* of the first, once a sentence was made */
    struct ratio ratio;   /* to the first; n 0: cannot be formed     */
};

/* What is compared: a metric of the summary, what the number is ("p50"), its unit "ms" (values in ns) or "statements
 * per request", and the run's seed. */
struct rank {
    const char *metric, *of, *unit;
    uint64_t seed;
};

/* Fewer trials have no 95 % interval of a median at all: 1 - 2 / 2^n is below 95 %. */
#define RANK_TRIALS 6

/* Fills entry (room for pick->n) with the cells of pick that hold, are honest and have the metric, lowest first. The
 * number of them. */
size_t rank_order(struct ranked *entry, const struct pick *, const char *metric);
/* True when every entry has an interval: none comes from merged trials. */
bool rank_testable(const struct ranked *, size_t n);
/* "queue (p50 12.3 ms, n = 20); no difference shown: atomic (12.6, 1.02x [0.97..1.08]); next pessimistic (45.1, 3.67x
 * [3.41..4.02])": ratios to the first. */
void rank_sentence(char out[RANK_TEXT], const struct rank *, struct ranked *, size_t n);

#endif
