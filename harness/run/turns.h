#ifndef RUN_TURNS_H
#define RUN_TURNS_H

#include <pthread.h>
#include <stddef.h>

#include "harness/run/inflight.h"

/* Many users on few workers: whose turn is next. First those a service has answered, then those whose backoff has
 * ended, then the next user who has not been served yet, in order. */
struct turns {
    pthread_mutex_t lock;
    struct inflight *flights; /* all of them, in order of users; owned by the trial */
    size_t n, fresh, open;    /* fresh: the next one never run; open: those not settled yet */
    struct inflight *answered_head, *answered_tail;
    struct inflight **delayed; /* a heap by due_again_ns, room for n */
    size_t delayed_count;
    _Atomic uint32_t posted;
    int sleepers;
};

int turns_init(struct turns *, struct inflight *flights, size_t n); /* 0, or -1: out of memory */
void turns_destroy(struct turns *);
/* Worker: the next flight to work on; waits for one. *answered says whether a service has left its verdict there. NULL:
 * all are settled. */
struct inflight *turns_next(struct turns *, bool *answered);
/* Worker: to be tried again at due_again_ns. */
void turns_delay(struct turns *, struct inflight *);
/* Service: the verdict is there. */
void turns_finished(struct turns *, struct inflight *);
/* Any thread, when the program stops: nobody goes on waiting for a backoff or a cancel that is due later. */
void turns_stop(struct turns *);
/* Worker: this one is settled. */
void turns_settled(struct turns *);

#endif
