#ifndef RUN_SHIFT_H
#define RUN_SHIFT_H

#include "harness/run/worker.h"

/* Workers who serve many users, taking turns (turns.h): a burst with more users than threads, and open load. A parked
 * attempt, a backoff and a cancel that is due later keep no worker; a wait for the pool, a lock or a checkout does. */
void shift_work(struct worker *);

#endif
