#include <assert.h>
#include <stdlib.h>

#include "harness/run/app.h"

static struct gate *gate_of(struct app *app, int64_t event)
{
    struct app_server *server = app_server_of(app);

    assert(server->gates != NULL && event >= 1 && event <= app->events);
    return &server->gates[event];
}

void gate_fill(struct app *app, int64_t event, int64_t seats)
{
    struct gate *gate = gate_of(app, event);

    gate->initial = seats;
    gate->filled = true;
    atomic_store(&gate->left, seats);
}

static bool take(struct gate *gate, int64_t n)
{
    int64_t left = atomic_load_explicit(&gate->left, memory_order_relaxed);

    while (left >= n)
        if (atomic_compare_exchange_weak_explicit(&gate->left, &left, left - n, memory_order_acq_rel,
                                                  memory_order_relaxed))
            return true;
    return false;
}

bool gate_take(struct app *app, int64_t event, int64_t n)
{
    const struct call call = { .kind = CALL_GATE_TAKE, .event = event, .seats = n };
    struct scheduler *scheduler = app_server_of(app)->scheduler;
    bool taken;

    scheduler_ask(scheduler, &call);
    taken = take(gate_of(app, event), n);
    scheduler_tell(scheduler, &call, taken);
    return taken;
}

void gate_give(struct app *app, int64_t event, int64_t n)
{
    const struct call call = { .kind = CALL_GATE_GIVE, .event = event, .seats = n };
    struct scheduler *scheduler = app_server_of(app)->scheduler;

    scheduler_ask(scheduler, &call);
    atomic_fetch_add_explicit(&gate_of(app, event)->left, n, memory_order_acq_rel);
    scheduler_tell(scheduler, &call, 0);
}

int64_t gate_left(struct app *app, int64_t event)
{
    const struct call call = { .kind = CALL_GATE_LEFT, .event = event };
    struct scheduler *scheduler = app_server_of(app)->scheduler;
    int64_t left;

    scheduler_ask(scheduler, &call);
    left = atomic_load_explicit(&gate_of(app, event)->left, memory_order_acquire);
    scheduler_tell(scheduler, &call, left);
    return left;
}
