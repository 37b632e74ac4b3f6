#ifndef EXPLORE_FOOTPRINT_H
#define EXPLORE_FOOTPRINT_H

#include "harness/explore/players.h"

/* Which calls touch each other. Two schedules that differ only in the order of calls that do not are equal: they lead
 * to the same rows and the same answers, and one of them is enough. */

/* What calls touch. */
enum thing {
    THING_ROWS,  /* committed rows                                 */
    THING_LOCKS, /* row locks, the database's write lock, rows written and not yet committed */
    THING_GATES,
    THING_APPLOCKS,
    THING_LANES,
    THING_ANSWERS,
    THING_CLOCK,  /* of the place */
    THING_MEMORY, /* of an app: what a strategy does between its calls can only touch this */
    THINGS
};

struct footprint {
    unsigned reads,
        writes; /* bits: things; two calls touch each other when one writes what the other reads or writes */
};

/* Of the call this player stands before. On the safe side: whatever is not known to leave a thing alone touches it. */
struct footprint footprint_of(const struct player *);

/* What has happened so far, up to the order of calls that do not touch each other. Plain data: copied to go back. */
struct past {
    uint64_t own[TRACE_ACTORS]; /* everything the actor's last call depends on        */
    uint64_t written[THINGS];   /* … the last call that wrote the thing depends on    */
    uint64_t read[THINGS];      /* sum over the calls that have read it since         */
    uint64_t sum;               /* over all calls: equal pasts have equal sums        */
};
/* The actor makes a call with this footprint. */
void past_add(struct past *, int actor, struct footprint);

#endif
