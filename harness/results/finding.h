#ifndef RESULTS_FINDING_H
#define RESULTS_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/audit/anomaly.h"
#include "harness/results/statistics.h"
#include "harness/scenario/cell.h"

/* What the audits of a cell's trials amount to. A void trial is in no measure, but what its rows prove still stands: a
 * seat sold twice before the time ran out was sold twice (invalid outranks void). */

struct finding {
    int64_t trials, voids;    /* that count, that do not                         */
    int64_t unknown;          /* trials whose audit could not say, or had none   */
    int64_t requests, errors; /* of the trials that count                        */
    int64_t invalid;          /* trials, void ones too, with no such anomaly that were invalid all the same */
    int64_t unjudged;         /* of these, the most seats that were left over and not judged (audit.h) */
    struct {
        int64_t trials, most; /* that showed it; the worst of them (seats or requests) */
    } seen[ANOMALY_COUNT];
    char void_reason[160], unknown_reason[160], invalid_reason[160]; /* the first of each */
};

void finding_add(struct finding *, const struct trial *, const struct audit *);

/* As in results/README.md, worst first; "floor" for cells that do no work. */
const char *finding_verdict(const struct finding *, const struct cell *);
/* One line why. sold: median and range over the trials; NULL when there is none. */
void finding_reason(const struct finding *, const struct cell *, const struct summary *sold, char *out, size_t size);
/* An honest strategy broke a promise it makes, or lost, invented or doubled a booking, or let a counter drift. */
bool finding_broken(const struct finding *, const struct cell *);
/* A control, contended, that never oversold: the scenario proved nothing. */
bool finding_proved_nothing(const struct finding *, const struct cell *);

#endif
