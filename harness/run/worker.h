#ifndef RUN_WORKER_H
#define RUN_WORKER_H

#include "harness/run/crew.h"

/* One thread of a crew, and what all kinds of them do alike (burst.h, closed.h, browser.h). */
struct worker {
    struct crew *crew;
    void (*work)(struct worker *); /* returns when it has nothing left to do; waits at the start by itself */
    int index;                     /* among those of its kind, from 0 */
    bool asks;                     /* it sends requests: while one does, the rush is not over */
    pthread_t thread;
    struct totals totals; /* crew.totals_only            */
    struct aside looks;   /* browsers: of their records  */
} __attribute__((aligned(64)));

/* The server that user number `user` (from 1) is dealt to. */
struct app_server *worker_server(struct crew *, int64_t user);
/* Sets up a flight to run request `turn` of a user, or its second click, into record. */
void worker_prepare(struct crew *, struct inflight *, int64_t user, int64_t turn, bool second, struct record *);
/* The same for request number i of a burst or of open load, into its record. */
void worker_prepare_nth(struct crew *, struct inflight *, int64_t i);
/* Its user gives the booking back: the record for that. */
struct record *worker_cancel_record(const struct crew *, const struct inflight *);
/* A user with a thread of its own, invoked: from the first try to the answer. */
void worker_serve(struct crew *, struct inflight *);
/* The answer is there: takes the time, tells the progress. */
void worker_answered(struct crew *, struct inflight *);
/* A user with a thread of its own gives a booking back when it is due (inflight_cancels()). False: the program stops
 * before that, so he does not, and the record is left as it was. */
bool worker_cancel(struct crew *, struct inflight *, struct record *, int64_t due_ns);

#endif
