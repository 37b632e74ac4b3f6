#ifndef RUN_SCHEDULER_H
#define RUN_SCHEDULER_H

#include <stdatomic.h>

#include "strategies/strategy.h"

/* Who decides when each call at the strategy seam takes place. A measured run has none (app_server.scheduler is NULL):
 * a call takes place when it is made. The explorer (explore/) and lock-step (lockstep.h) have one. Time is virtual
 * under a scheduler: a checkout waits for its turn instead of the clock. Calls of the database reach it through its
 * wrapper driver (db/driver.h). */

struct inflight;

enum call_kind {
    CALL_BEGIN,
    CALL_RUN,
    CALL_RUN_MANY,
    CALL_COMMIT,
    CALL_ROLLBACK,
    CALL_CHECKOUT,
    CALL_GATE_TAKE,
    CALL_GATE_GIVE,
    CALL_GATE_LEFT,
    CALL_LOCK,      /* attempt_lock(): can take place when nobody holds the lock, or does not wait */
    CALL_UNLOCK,    /* attempt_unlock(), or by the harness                   */
    CALL_PARK,      /* attempt_park()                                        */
    CALL_LANE_TAKE, /* by a service; can take place when the lane is not empty, or closed */
    CALL_FINISH,    /* attempt_finish()                                      */
    CALL_ARRIVE,    /* a user comes: asked for where its first steps might look at the app's memory */
    CALL_ANSWER,    /* a parked user learns its verdict; after CALL_FINISH    */
    CALL_PAUSE,     /* service_pause(): can take place when the bell has rung since the one before */
    CALL_TIME,      /* nobody's: time passes, until every hold is over                            */
    CALL_KINDS
};

/* One call that an actor is about to make. Fields that do not concern its kind are 0. */
struct call {
    enum call_kind kind;
    enum tx_mode mode;             /* BEGIN                                                    */
    int slot, nargs, n;            /* RUN, RUN_MANY: statement, arguments per row, rows        */
    const int64_t *args;           /* of the caller                                            */
    int64_t event, seats;          /* GATE_*                                                   */
    const struct lane *lane;       /* PARK, LANE_TAKE                                          */
    const struct applock *lock;    /* LOCK, UNLOCK                                             */
    bool waits;                    /* LOCK: while another holds it                             */
    const _Atomic uint32_t *bell;  /* PAUSE: of its app                                        */
    uint32_t heard;                /* PAUSE: what the bell said when the one before was over   */
    const struct inflight *flight; /* CHECKOUT, LOCK, UNLOCK, PARK, FINISH, ANSWER: whose      */
    struct attempt *const *taken;  /* LANE_TAKE, when told: the attempts that were taken       */
};

struct scheduler {
    /* The thread that makes the call, before it: returns when its turn has come. */
    void (*ask)(struct scheduler *, const struct call *);
    /* The same thread, when the call has taken place. answer: of GATE_TAKE whether it took, of GATE_LEFT how many, of
     * LOCK the enum db_status, of PARK whether there was room, of LANE_TAKE how many, of FINISH the verdict, of
     * CHECKOUT whether the user stays, of PAUSE whether the service goes on. */
    void (*tell)(struct scheduler *, const struct call *, int64_t answer);
    /* A user's thread, before its attempt uses a connection, borrowed already or not. NULL: the driver asks for every
     * call of the database. */
    void (*borrow)(struct scheduler *);
    /* A service's thread, before anything else. */
    void (*service_begins)(struct scheduler *, struct service *);
};

static inline void scheduler_ask(struct scheduler *scheduler, const struct call *call)
{
    if (scheduler != NULL)
        scheduler->ask(scheduler, call);
}

static inline void scheduler_tell(struct scheduler *scheduler, const struct call *call, int64_t answer)
{
    if (scheduler != NULL)
        scheduler->tell(scheduler, call, answer);
}

#endif
