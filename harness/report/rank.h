#ifndef REPORT_RANK_H
#define REPORT_RANK_H

#include <stddef.h>

#include "harness/report/view.h"

/* The closing lines' comparisons: cells that hold, ordered by one metric, told apart only where the 95 % intervals of
 * their medians do not overlap. */
#define RANK_TEXT 1024

struct ranked {
    const json_t *cell;
    struct measure of;
};

/* Fewer trials have no 95 % interval of a median at all: 1 - 2 / 2^n is below 95 %. */
#define RANK_TRIALS 6

/* Fills entry (room for pick->n) with the cells of pick that hold, are honest and have the metric, lowest first. The
 * number of them. */
size_t rank_order(struct ranked *entry, const struct pick *, const char *metric);
/* True when every entry has an interval: none comes from merged trials. */
bool rank_testable(const struct ranked *, size_t n);
/* "queue (p50 12.3 ms); not separable from atomic (12.6); next pessimistic (45.1)". of says what the number is, unit is
 * "ms" (values in ns) or "statements per request". */
void rank_sentence(char out[RANK_TEXT], const struct ranked *, size_t n, const char *of, const char *unit);

#endif
