#ifndef RUN_APPLOCK_H
#define RUN_APPLOCK_H

#include <pthread.h>

#include "strategies/strategy.h"

/* The lock in the memory of an app, held by a request: what attempt_lock() of strategy.h takes. Whoever waits stands in
 * a line and can be sent away. */

struct inflight;

struct applock {
    pthread_mutex_t lock;
    enum lock_order order;
    const struct inflight *holder; /* NULL: free */
    struct applock_waiter *head, *tail;
    int waiting; /* how many stand in line */
    bool stopped;
};

/* A deadline: does not wait at all. */
#define APPLOCK_NO_WAIT 0

struct applock *applock_new(enum lock_order); /* NULL: out of memory */
/* Any thread. DB_OK: the flight holds it. DB_LOCK_TIMEOUT past the deadline, DB_BUSY when another holds it and the
 * deadline is APPLOCK_NO_WAIT, DB_LOST when it was stopped. */
enum db_status applock_take(struct applock *, const struct inflight *, int64_t deadline_ns);
/* The thread of the flight that holds it. */
void applock_give(struct applock *);
/* Main thread, any time: sends away all who wait, and all who come. */
void applock_stop(struct applock *);
void applock_free(struct applock *); /* NULL is a no-op */

#endif
