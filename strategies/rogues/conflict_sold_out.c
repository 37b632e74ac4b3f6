/* Idea: a serializable transaction, and one answer for whatever the database refuses: "sold out". In real life a catch
 * clause around the booking that turns every exception, BUSY and SQLSTATE 40001 included, into the page for no seats.
 * The audit must find: unsold.
 *
 * Guarantee: none; never oversells, but sends users away while seats are free.
 *
 * Cost: that of serializable without its retries: fewer statements, and fewer seats sold.
 *
 * Fails when: two users meet, or the database has trouble: whoever is refused is told that the seats are gone, and does
 * not come back. */
#include "strategies/strategy.h"

enum { COUNT, BOOK };

static const struct statement conflict_sold_out_statements[] = {
    [COUNT] = { .name = "count",
                .kind = STATEMENT_READ,
                .sql = TEXT("SELECT capacity - (SELECT CAST(coalesce(sum(seats), 0) AS bigint) FROM bookings "
                            "WHERE event = $1) FROM events WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum ledger conflict_sold_out_ledger(const void *options)
{
    (void)options;
    return LEDGER_BOOKINGS;
}

/* Wrong here: that a transaction was refused says nothing about the seats. */
static enum verdict answer(enum db_status st)
{
    return st == DB_OK ? VERDICT_BOOKED : VERDICT_SOLD_OUT;
}

static enum verdict conflict_sold_out_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if ((st = attempt_begin(a, TX_SERIALIZABLE)) != DB_OK)
        return answer(st);
    if ((st = attempt_run(a, COUNT, ARGS(rq->event))) != DB_OK)
        return answer(st);
    if (a->row.column[0] < rq->seats)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return answer(st);
    st = attempt_commit(a);
    return answer(st);
}

const struct strategy strategy_conflict_sold_out = {
    .name = "conflict_sold_out",
    .summary = "a serializable transaction; every error is told as sold out",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_UNSOLD,
    .ledger = conflict_sold_out_ledger,
    .statements = conflict_sold_out_statements,
    .attempt = conflict_sold_out_attempt,
};
