/* Idea: a serializable transaction in which every statement is checked, but for the last: COMMIT is sent and its result
 * thrown away. In real life conn.commit() in a finally clause, or a library that returns a status where others throw.
 * The audit must find: lost.
 *
 * Guarantee: none: until the commit has come back, nothing is booked.
 *
 * Cost: that of serializable.
 *
 * Fails when: the commit is refused (SQLSTATE 40001, a deferred constraint, a full disk) or the connection is lost on
 * the way to it. */
#include "strategies/strategy.h"

enum { COUNT, BOOK };

static const struct statement commit_ignored_statements[] = {
    [COUNT] = { .name = "count",
                .kind = STATEMENT_READ,
                .sql = TEXT("SELECT capacity - (SELECT CAST(coalesce(sum(seats), 0) AS bigint) FROM bookings "
                            "WHERE event = $1) FROM events WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum ledger commit_ignored_ledger(const void *options)
{
    (void)options;
    return LEDGER_BOOKINGS;
}

static enum verdict commit_ignored_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if ((st = attempt_begin(a, TX_SERIALIZABLE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, COUNT, ARGS(rq->event))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.column[0] < rq->seats)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    /* Wrong here: what became of it is not asked. */
    (void)attempt_commit(a);
    return VERDICT_BOOKED;
}

const struct strategy strategy_commit_ignored = {
    .name = "commit_ignored",
    .summary = "a serializable transaction whose COMMIT nobody looks at",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_LOST,
    .ledger = commit_ignored_ledger,
    .statements = commit_ignored_statements,
    .attempt = commit_ignored_attempt,
};
