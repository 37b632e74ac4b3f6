#ifndef RUN_BURST_H
#define RUN_BURST_H

#include "harness/run/worker.h"

/* A burst: every request is due at the common start. The recorder's one book holds a record for each flight and behind
 * them, where users give bookings back, one for each cancel; those of cancels that were not made stay zeroed. */

/* Main thread, before the workers: who sends each flight. 0 / -1: out of memory. */
int burst_plan(struct crew *);
/* Main thread, taking turns, records allocated: sets up all flights. */
void burst_prepare(struct crew *);
/* Any thread: sets up flight number i. */
struct inflight *burst_flight(struct crew *, int64_t i);
/* The work of a thread per flight, and of threads that take turns. */
void burst_user(struct worker *);
void burst_turns(struct worker *);

#endif
