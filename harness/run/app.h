#ifndef RUN_APP_H
#define RUN_APP_H

#include <stdatomic.h>

#include "harness/run/applock.h"
#include "harness/run/lane.h"
#include "harness/run/pool.h"
#include "harness/run/scheduler.h"
#include "harness/run/trial.h"
#include "harness/scenario/cell.h"

/* One application server at work: what stands behind the struct app that strategies see. */

struct gate {
    _Atomic int64_t left;
    int64_t initial;
    bool filled;
};

struct app_server {
    struct app app; /* first: app_server_of() relies on it */
    const struct cell *cell;
    struct doubts *doubts;              /* of a fault run (harness/fault); NULL: none */
    struct scheduler *scheduler;        /* NULL in a measured run */
    struct db_settings settings;        /* of its connections */
    const struct statement *statements; /* of every connection: the strategy's, then the harness's own (own.h) */
    struct statement *joined;           /* where both are; NULL: the strategy's alone                          */
    int own_first;                      /* slot of the first of the harness's                                  */
    struct pool pool;
    struct gate *gates; /* by event, from 1 */
    struct lane *lanes;
    struct service *services; /* room for cell_services() */
    int service_count;
    _Atomic uint32_t bell; /* rings when services that pause should look again: the app closes, virtual time passes */
    atomic_bool closing;
};

static inline struct app_server *app_server_of(struct app *app)
{
    return (struct app_server *)app;
}

/* Main thread: opens the pool, then the strategy's own open(). 0, or -1 after saying why. */
int app_open(struct app_server *, const struct cell *, struct database *, int index, struct scheduler *);
/* Any thread: ends the pauses of its services. */
void app_ring(struct app_server *);
/* Main thread: interrupts what its connections run (stop, timeout). */
void app_stop(struct app_server *);
/* What apps have spent, added up over all of them. */
struct app_spent {
    struct db_ops ops;         /* requests and services */
    struct db_ops service_ops; /* services alone        */
    int64_t peak_connections;  /* most lent at once, plus services; summed over apps */
    int64_t written_bytes;     /* db_written_bytes() of all connections; -1: cannot be known */
};

/* Main thread, after every worker has ended: ends the services, calls the strategy's close(), closes all connections
 * and adds what was spent. Gates stay readable until app_free(). */
void app_close(struct app_server *, struct app_spent *);
/* Appends this app's gates. 0 / -1. */
int app_witness_gates(const struct app_server *, struct trial *);
void app_free(struct app_server *); /* zeroed is a no-op */

#endif
