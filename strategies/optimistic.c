/* Idea: look without a lock and remember the row's version; write only if the version is still the same. Who comes
 * second changes no row, is told so, and tries again with what is there now.
 *
 * Guarantee: never oversells, with any number of application servers. Sells out when a request may try more often than
 * there are seats: each lost try means that somebody else has booked one.
 *
 * Cost: every lost race is work thrown away: reads and writes that the database did for nothing, more of them the more
 * users meet on one row.
 *
 * Fails when: the tries are used up: users are sent away while seats are still free, in a rush that would have sold
 * them. */
#include "strategy.h"

enum { LOOK, TAKE, BOOK };

static const struct statement optimistic_statements[] = {
    [LOOK] = { .name = "look",
               .kind = STATEMENT_READ,
               .sql = TEXT("SELECT available, version FROM events WHERE id = $1") },
    /* Without the version in the predicate this would be a lost update. */
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE events SET available = available - $3, version = version + 1 "
                           "WHERE id = $1 AND version = $2") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static unsigned optimistic_promises(const struct app *app)
{
    return PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING | (app->attempts > app->seats ? PROMISE_SELLS_OUT : 0u);
}

static enum verdict optimistic_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;
    int64_t version;

    if ((st = attempt_run(a, LOOK, ARGS(rq->event))) != DB_OK)
        return verdict_of(a, st);
    version = a->row.column[1];
    if (a->row.column[0] < rq->seats)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, TAKE, ARGS(rq->event, version, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.changed == 0)
        return attempt_conflict(a, REASON_STALE);
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_optimistic = {
    .name = "optimistic",
    .summary = "look, then write only if the row's version has not moved",
    .traits = TRAIT_CORE,
    .colour = 0xE69F00,
    .promises = optimistic_promises,
    .statements = optimistic_statements,
    .attempt = optimistic_attempt,
};
