#ifndef RUN_OWN_H
#define RUN_OWN_H

#include "strategies/strategy.h"

/* Statements of the harness itself, for what users do beside booking. They are prepared behind the strategy's, on every
 * connection of an app, where the scenario has such users. */

struct cell;

enum own_slot {
    OWN_GIVE_BACK, /* event, seats: back to the counter            */
    OWN_FREE,      /* event, request: its rows of `seats`          */
    OWN_ERASE,     /* request: its rows                            */
    OWN_LOOK,      /* event: seats left, as the counter has it     */
    OWN_COUNT      /* event: seats left, as the bookings have it   */
};

/* Where these are needed: the strategy's statements and these, owned by the caller, and the slot of the first of these;
 * else *joined is NULL. 0, or -1: out of memory. */
int own_join(const struct cell *, struct statement **joined, int *first);
/* attempt_run() of one of these. */
enum db_status own_run(struct attempt *, enum own_slot, const int64_t *args, int nargs);
/* One look of a browser at its event. VERDICT_BOOKED: it was answered. */
enum verdict own_look(struct attempt *);

#endif
