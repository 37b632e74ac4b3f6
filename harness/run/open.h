#ifndef RUN_OPEN_H
#define RUN_OPEN_H

#include "harness/run/crew.h"

/* Open load: requests are due at times fixed before the start (timetable.h), whatever became of those before, and users
 * send them in turn: request k (from 0) is user k % users + 1's. Workers take them as they come due (shift.h); one that
 * none is free for waits, and its waiting is response time. What has not begun load.drain after load.duration is
 * skipped, and counted. */

/* Main thread, before the workers: who sends each request, and when. 0 / -1: out of memory. */
int open_plan(struct crew *, int64_t block);

#endif
