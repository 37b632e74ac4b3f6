#ifndef RUN_BURST_H
#define RUN_BURST_H

#include "harness/run/worker.h"

/* A burst: every request is due at the common start. The recorder's one book holds a record for each request and behind
 * them, where users give bookings back, one for each cancel; those of cancels that were not made stay zeroed. */

/* Main thread, before the workers: who sends each request. 0 / -1: out of memory. */
int burst_plan(struct crew *);
/* The work of a thread per request. With fewer threads than users they take turns (shift.h). */
void burst_user(struct worker *);

#endif
