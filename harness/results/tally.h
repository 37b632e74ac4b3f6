#ifndef RESULTS_TALLY_H
#define RESULTS_TALLY_H

#include <jansson.h>

#include "harness/results/finding.h"
#include "harness/results/metric.h"
#include "harness/results/statistics.h"

/* Everything the results keep of one cell while its trials come in, and what they amount to in the end. */

struct tally_trial {
    int64_t block, requests;
    int64_t outcomes[OUTCOME_COUNT];
    bool is_void;
    double metric[METRIC_COUNT]; /* NAN: not known */
};

/* One metric over the trials that count. From the merged trials' percentile when single trials have too few samples:
 * then the median alone is meant. */
struct tally_metric {
    bool present, merged;
    struct summary of;
};

struct tally {
    struct tally_trial *trial;
    size_t n, room;
    json_t *trials; /* as they go into run.json */
    /* Of the trials that count. A histogram has counts only once a sample came. */
    struct hist merged[METRIC_TIMES][TOTALS_SERIES];
    struct finding finding;
    struct weather weather;              /* of the trials that count, added up */
    int64_t winners_at[FAIRNESS_PLACES]; /* of the trials that count, by place in the line */
    double solo;                         /* statements per request with one user and one seat; NAN: not known */
    bool untimed;                        /* its trials have counts, and no times */
    struct tally_metric summary[METRIC_COUNT];
};

int tally_init(struct tally *);     /* 0 / -1: out of memory */
void tally_destroy(struct tally *); /* NULL is a no-op     */
/* audit may be NULL. 0 / -1: out of memory. */
int tally_add(struct tally *, const struct trial *, const struct audit *);
/* Once, after the last trial: amplification, then every summary. 0 / -1: out of memory. */
int tally_summarise(struct tally *, struct statistics *);
/* Seats sold over the trials; NULL when there is none. */
const struct summary *tally_sold(const struct tally *);
/* Fills the flags of run.json, NULL-terminated. at_best: the cell of the same scenario and sweep point that does no
 * work, or NULL. */
#define TALLY_FLAGS 15
struct headline;
void tally_flags(const struct tally *, const struct cell *, const struct tally *at_best, const struct headline *,
                 const char *flags[TALLY_FLAGS]);

#endif
