#ifndef RUN_BROWSER_H
#define RUN_BROWSER_H

#include "harness/run/worker.h"

/* A user who only looks how many seats an event has left, at a fixed pace until the rush is over: every look that was
 * due by then is made, however late, and timed from when it was due. Looks are added up in worker.looks. */
void browser_look(struct worker *);

#endif
