/* Idea: a serializable transaction whose conflicts are logged and forgotten: the user is shown the confirmation. In
 * real life a catch clause that swallows what it cannot name, or a job that answers before it looks at its result. The
 * audit must find: lost.
 *
 * Guarantee: none; never oversells in the database, but sells tickets that are not there.
 *
 * Cost: that of serializable without its retries.
 *
 * Fails when: two users meet: whoever is refused by the database (BUSY, SQLSTATE 40001) is told yes. */
#include "strategies/strategy.h"

enum { COUNT, BOOK };

static const struct statement conflict_booked_statements[] = {
    [COUNT] = { .name = "count",
                .kind = STATEMENT_READ,
                .sql = TEXT("SELECT capacity - (SELECT CAST(coalesce(sum(seats), 0) AS bigint) FROM bookings "
                            "WHERE event = $1) FROM events WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum ledger conflict_booked_ledger(const void *options)
{
    (void)options;
    return LEDGER_BOOKINGS;
}

/* Wrong here: a conflict means that nothing was written. */
static enum verdict answer(struct attempt *a, enum db_status st)
{
    return st == DB_BUSY || st == DB_CONFLICT || st == DB_DEADLOCK ? VERDICT_BOOKED : verdict_of(a, st);
}

static enum verdict conflict_booked_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if ((st = attempt_begin(a, TX_SERIALIZABLE)) != DB_OK)
        return answer(a, st);
    if ((st = attempt_run(a, COUNT, ARGS(rq->event))) != DB_OK)
        return answer(a, st);
    if (a->row.column[0] < rq->seats)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return answer(a, st);
    st = attempt_commit(a);
    return answer(a, st);
}

const struct strategy strategy_conflict_booked = {
    .name = "conflict_booked",
    .summary = "a serializable transaction; a conflict is told as booked",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_LOST,
    .ledger = conflict_booked_ledger,
    .statements = conflict_booked_statements,
    .attempt = conflict_booked_attempt,
};
