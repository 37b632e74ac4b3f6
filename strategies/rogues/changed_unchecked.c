/* Idea: optimistic with the version in the predicate, as it should be, but nobody asks how many rows the UPDATE
 * changed. Happens where the statement is sent through a helper that returns nothing, or "no error" is taken for
 * success. The audit must find: oversold.
 *
 * Guarantee: none. The counter is right, and the bookings are more than it says.
 *
 * Cost: that of optimistic, without the conflicts: it looks like the better one of the two.
 *
 * Fails when: two users look before either has written: the second changes no row, is told nothing of it, and inserts
 * its booking all the same. */
#include "strategies/strategy.h"

enum { LOOK, TAKE, BOOK };

static const struct statement changed_unchecked_statements[] = {
    [LOOK] = { .name = "look",
               .kind = STATEMENT_READ,
               .sql = TEXT("SELECT available, version FROM events WHERE id = $1") },
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

static enum verdict changed_unchecked_attempt(struct attempt *a)
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
    /* Wrong here: a->row.changed is 0 when the version has moved. */
    if ((st = attempt_run(a, TAKE, ARGS(rq->event, version, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_changed_unchecked = {
    .name = "changed_unchecked",
    .summary = "optimistic, but nobody asks how many rows were changed",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_OVERSOLD,
    .statements = changed_unchecked_statements,
    .attempt = changed_unchecked_attempt,
};
