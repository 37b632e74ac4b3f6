/* Idea: a counter in memory in front of the database, as admission has it, but what it gave is never given back. In
 * real life the release stands behind the booking, and an exception or an early return goes past it. The audit must
 * find: gate_drift.
 *
 * Guarantee: none; never oversells, since the database has the last word.
 *
 * Cost: that of admission.
 *
 * Fails when: a user behind the gate leaves or fails: his place at the gate is gone, and the gate says no while the
 * seat is free. */
#include "strategies/strategy.h"

enum { TAKE, BOOK };

static const struct statement gate_kept_statements[] = {
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1 AND available >= $2") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static int gate_kept_open(struct app *app)
{
    int64_t event;

    for (event = 1; event <= app->events; event++)
        gate_fill(app, event, app->seats);
    return 0;
}

/* Behind the gate. */
static enum verdict buy(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, TAKE, ARGS(rq->event, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.changed == 0)
        return VERDICT_SOLD_OUT;
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

static enum verdict gate_kept_attempt(struct attempt *a)
{
    const struct request *rq = a->request;

    if (!gate_take(a->app, rq->event, rq->seats))
        return VERDICT_SOLD_OUT;
    /* Wrong here: whatever is not booked has to be given back. */
    return buy(a);
}

const struct strategy strategy_gate_kept = {
    .name = "gate_kept",
    .summary = "admission whose gate is never given back",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_GATE_DRIFT,
    .statements = gate_kept_statements,
    .open = gate_kept_open,
    .attempt = gate_kept_attempt,
};
