#ifndef RUN_INFLIGHT_H
#define RUN_INFLIGHT_H

#include "harness/base/rng.h"
#include "harness/measure/record.h"
#include "harness/run/app.h"
#include "harness/scenario/plan.h"

/* An operation in flight, a request most of the time: what stands behind the struct attempt that strategies see. Owned
 * by the worker that runs it, and by a service between attempt_park() and attempt_finish(). */

enum flight_state { FLIGHT_RUNNING, FLIGHT_PARKED, FLIGHT_FINISHED };

struct turns;

struct inflight {
    struct attempt attempt; /* first: inflight_of() relies on it */
    struct planned planned;
    struct app_server *server;
    struct record *record;
    struct db *db; /* borrowed; NULL when none */
    int64_t borrowed_at_ns, lock_before_ns;
    struct db_ops ops_before;
    bool locked;            /* it holds the lock of its app                                          */
    int64_t leave_at_ns;    /* the user's patience ends; WAIT_FOREVER: never                         */
    bool impatient;         /* the last wait for the pool could go on no longer than that            */
    bool commit_refused;    /* of the try that runs: COMMIT was answered by neither yes nor silence          */
    bool doubted;           /* a try ended unknown, and may have booked                                     */
    bool parked;            /* the try that runs has called attempt_park() with success; its own thread only */
    _Atomic uint32_t state; /* enum flight_state                                       */
    enum verdict verdict;   /* of the parked attempt; valid once FLIGHT_FINISHED        */
    struct turns *turns;    /* where to queue again; NULL: its own thread waits for it  */
    struct inflight *next;  /* in a lane, or in the list of finished ones               */
    int64_t due_again_ns;   /* a backoff ends                                           */
    struct rng rng;         /* draws of the backoff                                     */
};

static inline struct inflight *inflight_of(struct attempt *attempt)
{
    return (struct inflight *)attempt;
}

/* Sets up request number `turn` of a user; record is filled from here on. memory: request_size zeroed bytes or NULL. */
void inflight_init(struct inflight *, const struct plan *, int64_t user, int64_t turn, struct app_server *,
                   struct record *, void *memory, struct turns *);
/* Right behind it: makes it the second click of that request. */
void inflight_second(struct inflight *);
/* A request that was planned elsewhere (reoffer.h); its own thread waits for it where a service has it. */
void inflight_init_again(struct inflight *, const struct planned *, struct app_server *, struct record *, void *memory);
/* A look of a browser; event and draws come from plan_look(). */
void inflight_init_look(struct inflight *, const struct planned *, struct app_server *, struct record *);
/* The user acts, now; due then (0: now). */
void inflight_invoke(struct inflight *, int64_t due_ns);
/* A request that was settled: whether its user gives the booking back, and when. */
bool inflight_cancels(const struct inflight *, int64_t *due_ns);
/* It becomes that operation, written into a record of its own. */
void inflight_cancel(struct inflight *, struct record *);
/* One try: calls the strategy, takes back the connection. VERDICT_PARKED when a service has it now. A user whose
 * patience is at an end leaves instead. */
enum verdict inflight_try(struct inflight *);
/* Own thread: sleeps until the service has answered. */
enum verdict inflight_wait_parked(struct inflight *);
/* Counts a verdict that is not VERDICT_PARKED. True: to be tried again at due_again_ns. False: the record has its
 * outcome. */
bool inflight_settle(struct inflight *);
/* Gives the connection back, rolling back what is open. No-op without one. */
void inflight_give_back(struct inflight *);
/* Gives back the lock of the app it holds. No-op without one. */
void inflight_unlock(struct inflight *);

#endif
