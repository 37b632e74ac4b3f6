#ifndef RUN_REOFFER_H
#define RUN_REOFFER_H

#include "harness/run/app.h"

/* The second half of a fault run: the faults are over, and whoever was neither booked nor told that there is nothing
 * left (nor left by himself) asks again, by a request of his own, one user after the other, until he is answered. What
 * the faults have left behind shows then: a lock nobody holds, a seat nobody gets. */

/* Main thread, when every worker has ended and trial->records is filled, the apps still open: asks again for at most
 * limit_ns (REOFFER_LIMIT_NS), appends the records, counts them in trial->totals and the report. When that time is up
 * nobody is asked any more, whoever tries leaves (REASON_PATIENCE) as soon as the try he is at has ended, whoever never
 * got to ask is marked like those who did (record.asked_again), and the report does not say `recovered`. The observer
 * tells which of those whose answer is not known are booked. 0, or -1 after saying why. */
int reoffer(struct trial *, struct fault_report *, const struct cell *, struct app_server *servers, struct db *observer,
            int64_t limit_ns);

#define REOFFER_LIMIT_NS (30 * NS_PER_S)

#endif
