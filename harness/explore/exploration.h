#ifndef EXPLORE_EXPLORATION_H
#define EXPLORE_EXPLORATION_H

#include "harness/db/database.h"
#include "harness/explore/trace.h"
#include "harness/scenario/cell.h"

/* What exploring the schedules of one variant on one database came to. */

struct exploration_request {
    int preemptions;    /* most of them in a schedule of two users                            */
    int64_t schedules;  /* most schedules tried in each house; three users: how many random ones */
    int houses;         /* how many numbers of seats: the scenario's, and from there one more each */
    uint64_t seed;      /* of the random ones                                                 */
    const char *replay; /* NULL, or one schedule to play (schedule.h) instead of a search     */
    const char *extra;  /* NULL, or what else repeating it takes, as one types it: "--set app.instances=2" */
};

struct exploration {
    const struct cell *cell;
    struct exploration_request request;
    bool is_random;  /* three users: a sample; else every schedule within the bounds                            */
    int64_t tried;   /* schedules played                                                                        */
    int64_t pruned;  /* not played: equal to one that was, but for the order of calls that do not touch each other */
    int64_t cut;     /* branches not followed: one preemption too many                                          */
    bool exhausted;  /* nothing within the bounds was left out                                                  */
    double chance;   /* is_random: of one schedule to find a given bug, at least (pct.h)                        */
    int64_t longest; /* calls in the longest schedule                                                           */
    int64_t broken;  /* schedules with an anomaly that counts, stuck or endless ones                            */
    int64_t broken_by[ANOMALY_COUNT], stuck, endless;
    int64_t faults, faults_broken; /* schedules with one call made to fail; those that left something behind */
    int64_t faults_broken_by[ANOMALY_COUNT], faults_stuck;
    /* The schedule to tell: what a rogue names, else the worst anomaly, then the shortest, played once more with the
     * rows read after every call; where no order shows it, a fault that does. trace.n 0: nothing broke. A replay is
     * always told. */
    struct trace trace;
    char schedule[2048];                /* its text: --replay                                    */
    int64_t seats;                      /* of its house; the scenario's when nothing is told      */
    char holder[OPTION_TEXT_SIZE + 20]; /* for headings: "naive on sqlite"                        */
};

/* Main thread, interrupts installed. The database is open and has no place; it has none afterwards. EXIT_OK (whatever
 * was found), EXIT_USAGE (a replay that is malformed or does not fit), EXIT_ERROR, EXIT_INTERRUPTED after one line.
 * exploration_free() in all cases. */
int exploration_run(struct exploration *, const struct cell *, struct database *, const struct exploration_request *);
void exploration_free(struct exploration *);

/* An honest strategy that broke a promise, a control that broke none, a rogue that did not show what it names: not what
 * the strategy says of itself. */
bool exploration_unexpected(const struct exploration *);

#endif
