#ifndef RUN_LANE_H
#define RUN_LANE_H

#include <pthread.h>

#include "strategies/strategy.h"

/* Where attempts are parked in arrival order, and the service threads that answer them. */

struct app_server;
struct inflight;

struct lane {
    pthread_mutex_t lock;
    struct inflight *head, *tail;
    int64_t parked, cap;     /* cap 0: no limit */
    _Atomic uint32_t posted; /* bumped whenever a sleeping service should look again */
    int sleepers;
    _Atomic uint32_t gathered; /* bumped when those who linger for more have enough */
    int lingerers;
    int64_t enough; /* the fewest one of them waits for */
    bool closed;
    struct lane *next; /* of the same app */
};

struct service {
    struct app_server *server;
    struct db *db;
    void (*run)(struct service *, struct app *);
    struct db_ops ops; /* of connections that were lost */
    uint32_t heard;    /* of its app's bell, at the last pause */
    pthread_t thread;
};

struct lane *lane_new(int64_t cap); /* NULL: out of memory */
/* Any thread: appends; false when the lane is full. */
bool lane_put(struct lane *, struct inflight *);
/* Main thread, the stop flag raised: nobody lingers any more. */
void lane_hurry(struct lane *);
/* Main thread: lane_take() returns 0 once the lane is empty. */
void lane_close(struct lane *);
void lane_free(struct lane *); /* and all behind it; NULL is a no-op */

/* Main thread: opens the service's connection and starts its thread. 0, or -1 after saying why. */
int service_start(struct service *, struct app_server *, void (*run)(struct service *, struct app *));
/* Main thread, lanes closed: joins the thread, closes the connection, adds its counts and the bytes it wrote. */
void service_join(struct service *, struct db_ops *ops, int64_t *written_bytes);

#endif
