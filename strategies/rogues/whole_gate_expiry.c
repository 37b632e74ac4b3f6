/* Idea: a counter in memory reserves seats, and reservations that nobody pays for have to come back: so the counter as
 * a whole has a time to live, and starts again at the number of seats. In real life it is an EXPIRE on the key that
 * counts what is reserved: what runs out is not a reservation, but the memory of all of them, the sold ones too. The
 * audit must find: oversold.
 *
 * Guarantee: none; not before the counter has expired for the first time.
 *
 * Cost: nothing but one INSERT for each seat: the database is not asked whether there is one.
 *
 * Fails when: a seat is sold and the counter expires after it. */
#include "strategies/strategy.h"

enum { BOOK };

static const struct statement whole_gate_expiry_statements[] = {
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum ledger whole_gate_expiry_ledger(const void *options)
{
    (void)options;
    return LEDGER_BOOKINGS;
}

static int whole_gate_expiry_services(const void *options)
{
    (void)options;
    return 1;
}

static void expire(struct service *service, struct app *app)
{
    int64_t event;

    while (service_pause(service, app->hold_ttl_ns))
        for (event = 1; event <= app->events; event++)
            /* Wrong here: seats that were sold are not for sale again. */
            gate_give(app, event, app->seats - gate_left(app, event));
}

static int whole_gate_expiry_open(struct app *app)
{
    int64_t event;

    for (event = 1; event <= app->events; event++)
        gate_fill(app, event, app->seats);
    return app_spawn(app, expire);
}

static enum verdict whole_gate_expiry_attempt(struct attempt *a)
{
    const struct request *rq = a->request;

    if (!gate_take(a->app, rq->event, rq->seats))
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED; /* the seats come back when the counter expires */
    return verdict_of(a, attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats)));
}

const struct strategy strategy_whole_gate_expiry = {
    .name = "whole_gate_expiry",
    .summary = "a gate that is filled anew as a whole when its time is over",
    .traits = TRAIT_ROGUE | TRAIT_HOLDS,
    .shows = 1u << ANOMALY_OVERSOLD,
    .ledger = whole_gate_expiry_ledger,
    .statements = whole_gate_expiry_statements,
    .services = whole_gate_expiry_services,
    .open = whole_gate_expiry_open,
    .attempt = whole_gate_expiry_attempt,
};
