#ifndef MEASURE_TOTALS_H
#define MEASURE_TOTALS_H

#include "harness/measure/aside.h"

/* The requests of one worker, of one trial or of one cell, added up. Identities, checked by totals_check():
 *   requests = sum of outcomes            attempts = requests - untried + sum of retries
 *   samples of response[ALL] = requests   samples of response[1 + o] = outcomes[o] */
enum { TOTALS_ALL, TOTALS_OUTCOME /* + enum outcome */, TOTALS_SERIES = TOTALS_OUTCOME + OUTCOME_COUNT };

struct totals {
    int64_t requests, attempts;
    int64_t repeats;     /* second clicks among the requests                           */
    int64_t uncommitted; /* requests told booked whose COMMIT was answered otherwise */
    int64_t untried;     /* requests whose user left before there was a try            */
    int64_t outcomes[OUTCOME_COUNT];
    int64_t retries[REASON_COUNT]; /* tries that were tried again, by reason */
    int64_t reasons[REASON_COUNT]; /* last reason of requests that ended neither booked nor sold_out */
    int64_t borrowers;             /* requests that ever borrowed a connection */
    int64_t statements;            /* of the requests' own connections; services apart */
    struct hist response[TOTALS_SERIES], system[TOTALS_SERIES], service[TOTALS_SERIES];
    struct hist pool_wait, lock_wait, conn, lock, backoff, checkout, wake; /* wake = invoke - due */
    struct aside cancels, browses;                                         /* in none of the above */
    int64_t *counts; /* of all histograms: mapped, so that those nothing falls into take no memory */
};

int totals_init(struct totals *);     /* 0, or -1 when out of memory */
void totals_destroy(struct totals *); /* NULL is a no-op             */
/* Any operation but OP_BROWSE, whose records are not kept. */
void totals_record(struct totals *, const struct record *);
void totals_add(struct totals *sum, const struct totals *more);
/* NULL, or which identity does not hold (static text). */
const char *totals_check(const struct totals *);

#endif
