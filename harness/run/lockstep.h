#ifndef RUN_LOCKSTEP_H
#define RUN_LOCKSTEP_H

#include "harness/run/worker.h"

/* Lock-step: users move one at a time, in order of their numbers, and nobody makes his k-th step before everybody who
 * is still asking has made his (k-1)-th. So all look before anybody writes: the worst a crowd can do to itself, the
 * same every time, and what the models in measure/model.h count. A step is one statement outside a transaction, or all
 * from the first call that holds something (a transaction, the app's lock) to the last. Between steps a user holds no
 * connection, so any pool serves any crowd. No clock runs: what takes time by itself is refused by scenario_check(). */

struct lockstep;

/* Main thread, before the workers; of crew->flight_count users. NULL: out of memory. */
struct lockstep *lockstep_open(int64_t users);
/* For app_server.scheduler: without it every attempt is one step. */
struct scheduler *lockstep_scheduler(struct lockstep *);
void lockstep_close(struct lockstep *); /* NULL is a no-op */
/* The work of a thread per user. */
void lockstep_user(struct worker *);

#endif
