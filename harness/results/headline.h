#ifndef RESULTS_HEADLINE_H
#define RESULTS_HEADLINE_H

#include <jansson.h>

#include "harness/results/series.h"
#include "harness/results/tally.h"

/* The one number of a cell that is looked at closely: the p99 of all answers, or, where single trials have too few
 * samples for that, the p50. How well it is known, and whether its blocks are alike. */
struct headline {
    int metric;        /* enum metric; METRIC_COUNT: neither, and the rest is NAN                        */
    double half_width; /* of the 95 % interval of the median, as a share of the median; NAN below two trials */
    struct series series;
};

/* Of the trials so far. 0, or -1 when out of memory. */
int headline_read(struct headline *, const struct tally *, struct statistics *);
/* cells[].headline of run.json; NULL when out of memory. */
json_t *headline_json(const struct headline *);

#endif
