/* Idea: count the bookings and insert one more if there is room, in one transaction: "it is in a transaction, so it is
 * safe". The most common form of the mistake: READ COMMITTED is what PostgreSQL and most frameworks begin with.
 * The audit must find: oversold.
 *
 * Guarantee: none. A transaction makes its own writes appear together; it does not keep others from writing between a
 * look and what is done about it.
 *
 * Cost: that of counting; nobody waits and nobody is ever refused by the database.
 *
 * Fails when: two users count before either has committed: neither sees the other's row, both insert. */
#include "strategies/strategy.h"

enum { COUNT, BOOK };

static const struct statement count_committed_statements[] = {
    /* Wrong here: nothing that was counted is locked, and nothing keeps it as it is. */
    [COUNT] = { .name = "count",
                .kind = STATEMENT_READ,
                .sql = TEXT("SELECT capacity - (SELECT CAST(coalesce(sum(seats), 0) AS bigint) FROM bookings "
                            "WHERE event = $1) FROM events WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum ledger count_committed_ledger(const void *options)
{
    (void)options;
    return LEDGER_BOOKINGS;
}

static enum verdict count_committed_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, COUNT, ARGS(rq->event))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.column[0] < rq->seats)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_count_committed = {
    .name = "count_committed",
    .summary = "count, then insert, in one transaction at READ COMMITTED",
    .needs = DB_CAN_LOCK_ROWS,
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_OVERSOLD,
    .ledger = count_committed_ledger,
    .statements = count_committed_statements,
    .attempt = count_committed_attempt,
};
