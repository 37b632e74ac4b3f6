#ifndef MEASURE_ASIDE_H
#define MEASURE_ASIDE_H

#include "harness/measure/hist.h"
#include "harness/measure/record.h"

/* The operations beside requests, cancel and browse, each kind added up on its own. Identities, checked by
 * aside_check(): n = sum of outcomes = samples of response; attempts = n + sum of retries; reasons = those not done. */

/* cancel = released | failed | unknown; browse = read | failed. */
enum aside_outcome { ASIDE_DONE /* released, read */, ASIDE_FAILED, ASIDE_UNKNOWN, ASIDE_OUTCOMES };
/* NULL: there is no such outcome of this operation. */
const char *aside_name(enum op, enum aside_outcome);

struct aside {
    int64_t n, attempts;
    int64_t outcomes[ASIDE_OUTCOMES];
    int64_t retries[REASON_COUNT]; /* tries that were tried again, by reason */
    int64_t reasons[REASON_COUNT]; /* last reason of those that were not done */
    int64_t statements, round_trips, transactions;
    struct hist response; /* return - due */
};

int aside_init(struct aside *);     /* 0, or -1 when out of memory */
void aside_destroy(struct aside *); /* NULL and zeroed are no-ops  */
void aside_record(struct aside *, const struct record *);
void aside_add(struct aside *sum, const struct aside *more);
/* NULL, or which identity does not hold (static text). */
const char *aside_check(const struct aside *);

#endif
