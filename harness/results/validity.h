#ifndef RESULTS_VALIDITY_H
#define RESULTS_VALIDITY_H

#include <jansson.h>
#include <stdbool.h>

#include "harness/results/tally.h"

/* Whether a cell's numbers are the strategy's, or the generator's and the machine's. */

struct validity {
    double lag_share;      /* open load: p99 of the lag / p99 of the response, median over trials; NAN: none */
    double achieved_share; /* open load: requests begun in time / offered                                   */
    double steal_share;    /* of the processors' time, what the host took; NAN: not known, or too little to tell */
    double hiccup_ns;      /* p99.9 of the hiccups of all trials, of fewer than 1000 the longest            */
    bool hiccups_judged;   /* they tell of the machine, and not of our own threads being many               */
};

void validity_read(struct validity *, const struct tally *);
/* Writes those that fire: lag, behind, steal, hiccups. Their number. */
#define VALIDITY_FLAGS 4
int validity_flags(const struct validity *, const char *flags[VALIDITY_FLAGS]);
/* cells[].validity of run.json; NULL: out of memory. */
json_t *validity_document(const struct validity *);

#endif
