/* Idea: take the seat with a conditional UPDATE that commits by itself, let the user pay, then insert the booking in a
 * transaction of its own. In real life a stock service with its own connection, or a method that asks for a new
 * transaction where it should join the one that runs.
 * The audit must find: drift.
 *
 * Guarantee: none; never oversells, but a seat can be taken and belong to nobody.
 *
 * Cost: one commit more than atomic.
 *
 * Fails when: anything happens between the two: the user leaves, the second transaction fails, the server is restarted:
 * the counter is lower than the bookings say, for good. */
#include "strategies/strategy.h"

enum { TAKE, BOOK };

static const struct statement decrement_apart_statements[] = {
    /* Wrong here: it is not undone by what goes wrong later. */
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1 AND available >= $2") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum verdict decrement_apart_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if ((st = attempt_run(a, TAKE, ARGS(rq->event, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.changed == 0)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_decrement_apart = {
    .name = "decrement_apart",
    .summary = "the counter goes down in one transaction, the booking comes in another",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_DRIFT,
    .statements = decrement_apart_statements,
    .attempt = decrement_apart_attempt,
};
