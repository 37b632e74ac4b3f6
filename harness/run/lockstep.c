#include "harness/run/lockstep.h"

#include <stdlib.h>

#include "harness/base/wait.h"
#include "harness/run/burst.h"

/* Whoever has the turn is the only one that runs: he alone reads and writes all of this but `turn`. */
struct stepper {
    struct inflight *flight;
    struct stepper *next, *before; /* a ring of those who are still asking, in order */
    bool has_moved;                /* since it has had the turn                      */
    _Atomic uint32_t turn;
};

struct lockstep {
    struct scheduler scheduler;
    struct stepper *stepper;
};

static _Thread_local struct stepper *self;

static void give_turn(struct stepper *to)
{
    atomic_store(&to->turn, 1);
    wait_wake(&to->turn, 1);
}

static void await_turn(struct stepper *stepper)
{
    wait_change(&stepper->turn, 0, WAIT_FOREVER);
    atomic_store(&stepper->turn, 0);
    stepper->has_moved = false;
}

static void leave(struct stepper *stepper)
{
    struct stepper *next = stepper->next;

    stepper->before->next = next;
    next->before = stepper->before;
    if (next != stepper)
        give_turn(next);
}

/* Before a call of the seam. Whoever holds something is in the middle of a step. */
static void step(struct scheduler *scheduler)
{
    struct inflight *flight = self != NULL ? self->flight : NULL;

    (void)scheduler;
    if (flight == NULL || flight->locked || (flight->db != NULL && db_in_transaction(flight->db)))
        return;
    if (self->has_moved) {
        inflight_give_back(flight);
        if (self->next != self) {
            give_turn(self->next);
            await_turn(self);
        }
    }
    self->has_moved = true;
}

static void ask(struct scheduler *scheduler, const struct call *call)
{
    (void)call;
    step(scheduler);
}

static void tell(struct scheduler *scheduler, const struct call *call, int64_t answer)
{
    (void)scheduler;
    (void)call;
    (void)answer;
}

static void service_begins(struct scheduler *scheduler, struct service *service)
{
    (void)scheduler;
    (void)service;
}

struct lockstep *lockstep_open(int64_t users)
{
    struct lockstep *lockstep = calloc(1, sizeof *lockstep);
    size_t n = (size_t)users, i;

    if (lockstep == NULL || (lockstep->stepper = calloc(n, sizeof *lockstep->stepper)) == NULL) {
        free(lockstep);
        return NULL;
    }
    lockstep->scheduler =
        (struct scheduler){ .ask = ask, .tell = tell, .service_begins = service_begins, .borrow = step };
    for (i = 0; i < n; i++) {
        struct stepper *stepper = &lockstep->stepper[i];

        stepper->next = &lockstep->stepper[(i + 1) % n];
        stepper->before = &lockstep->stepper[(i + n - 1) % n];
        atomic_init(&stepper->turn, i == 0);
    }
    return lockstep;
}

struct scheduler *lockstep_scheduler(struct lockstep *lockstep)
{
    return &lockstep->scheduler;
}

void lockstep_close(struct lockstep *lockstep)
{
    if (lockstep == NULL)
        return;
    free(lockstep->stepper);
    free(lockstep);
}

void lockstep_user(struct worker *worker)
{
    struct crew *crew = worker->crew;
    struct stepper *stepper = &crew->lockstep->stepper[worker->index];
    int64_t t0_ns;

    stepper->flight = &crew->flights.places[worker->index];
    worker_prepare_nth(crew, stepper->flight, worker->index);
    if ((t0_ns = start_wait(&crew->start)) < 0)
        return;
    self = stepper;
    await_turn(stepper);
    inflight_invoke(stepper->flight, t0_ns);
    worker_serve(crew, stepper->flight);
    self = NULL;
    leave(stepper);
}
