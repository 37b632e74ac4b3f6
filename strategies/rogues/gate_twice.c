/* Idea: a counter in memory in front of the database, as admission has it, but what it gave is given back twice: where
 * the error is handled, and again on the way out. In real life a catch clause and a finally clause that both release.
 * The audit must find: gate_drift.
 *
 * Guarantee: none; never oversells, since the database has the last word.
 *
 * Cost: that of admission.
 *
 * Fails when: a user behind the gate leaves or fails: the gate then holds more than there is, and lets users through to
 * be refused by the database, or to oversell where the database is not asked. */
#include "strategies/strategy.h"

enum { TAKE, BOOK };

static const struct statement gate_twice_statements[] = {
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1 AND available >= $2") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static int gate_twice_open(struct app *app)
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

static enum verdict gate_twice_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum verdict verdict;

    if (!gate_take(a->app, rq->event, rq->seats))
        return VERDICT_SOLD_OUT;
    verdict = buy(a);
    if (verdict == VERDICT_BOOKED || verdict == VERDICT_UNKNOWN)
        return verdict;
    gate_give(a->app, rq->event, rq->seats);
    /* Wrong here: it has been given back. */
    gate_give(a->app, rq->event, rq->seats);
    return verdict;
}

const struct strategy strategy_gate_twice = {
    .name = "gate_twice",
    .summary = "admission whose gate is given back twice",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_GATE_DRIFT,
    .statements = gate_twice_statements,
    .open = gate_twice_open,
    .attempt = gate_twice_attempt,
};
