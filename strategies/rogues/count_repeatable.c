/* Idea: count the bookings and insert one more if there is room, in one transaction at REPEATABLE READ: "the snapshot
 * cannot change under me, so what I counted still holds". Written by those who raise the isolation level one step and
 * stop there, and by those who move from MySQL, where the level of that name locks more.
 * The audit must find: oversold.
 *
 * Guarantee: none. A snapshot that stands still hides what others do; it does not keep them from doing it, and two
 * inserts never meet on a row (write skew).
 *
 * Cost: that of counting in a transaction; nobody waits, and nobody is ever refused by the database.
 *
 * Fails when: two transactions have counted before either has committed: each inserts next to the other's row, both
 * commit. SERIALIZABLE would have refused one of them. */
#include "strategies/strategy.h"

enum { COUNT, BOOK };

static const struct statement count_repeatable_statements[] = {
    /* Wrong here: true of the snapshot only, which is all this transaction ever sees. */
    [COUNT] = { .name = "count",
                .kind = STATEMENT_READ,
                .sql = TEXT("SELECT capacity - (SELECT CAST(coalesce(sum(seats), 0) AS bigint) FROM bookings "
                            "WHERE event = $1) FROM events WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum ledger count_repeatable_ledger(const void *options)
{
    (void)options;
    return LEDGER_BOOKINGS;
}

static enum verdict count_repeatable_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if ((st = attempt_begin(a, TX_REPEATABLE_READ)) != DB_OK)
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

const struct strategy strategy_count_repeatable = {
    .name = "count_repeatable",
    .summary = "count, then insert, in one transaction at REPEATABLE READ",
    .needs = DB_CAN_LOCK_ROWS,
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_OVERSOLD,
    .ledger = count_repeatable_ledger,
    .statements = count_repeatable_statements,
    .attempt = count_repeatable_attempt,
};
