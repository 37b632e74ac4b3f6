#ifndef RESULTS_LIMITS_H
#define RESULTS_LIMITS_H

#include <jansson.h>
#include <stddef.h>

#include "harness/results/sample.h"

/* Limits of a comparison: how much worse the second run may be. */
struct limit {
    const struct sample_metric *metric;
    double share;
};
#define LIMITS_MOST 16
struct limits {
    struct limit limit[LIMITS_MOST];
    size_t n;
};

/* "p99=15%,statements=2%". EXIT_OK / EXIT_USAGE after one line. */
int limits_parse(struct limits *, const char *text);
/* Judges a comparison (compare.h) whose cells are complete: adds gates[] {metric, limit, judged, unjudged, open,
 * failed[]} and failed. A gate fails where a difference is shown and its size is above the limit; one that found no
 * cell to judge fails, and so does any where an honest cell became worse (correctness.h; as metric "verdict"). open
 * counts the cells that passed though their interval reaches beyond the limit. 0, or -1 when out of memory. */
int limits_judge(const struct limits *, json_t *comparison);

#endif
