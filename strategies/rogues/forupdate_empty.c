/* Idea: lock the bookings of the event with SELECT ... FOR UPDATE, count them, insert one more if there is room: "the
 * rows are locked, so nobody can book meanwhile". Written wherever stock is what is booked already: appointments,
 * rooms, tables. It passes its tests, because they book on top of bookings that are there. The audit must find:
 * oversold.
 *
 * Guarantee: none. A row lock keeps others from changing a row that exists; it does not keep them from inserting one.
 *
 * Cost: that of a lock on the event's row, and every booking ever made is locked each time.
 *
 * Fails when: there is nothing to lock yet: the first users of an event lock an empty result, so none of them waits,
 * all of them count none, and all of them insert. */
#include "strategies/strategy.h"

enum { LOCK, COUNT, BOOK };

static const struct statement forupdate_empty_statements[] = {
    /* Wrong here: what all must agree on is the event, and its row is there from the start. */
    [LOCK] = { .name = "lock",
               .kind = STATEMENT_READ,
               .locks = true,
               .sql = TEXT_PER(NULL, "SELECT id FROM bookings WHERE event = $1 FOR UPDATE") },
    [COUNT] = { .name = "count",
                .kind = STATEMENT_READ,
                .sql = TEXT("SELECT capacity - (SELECT CAST(coalesce(sum(seats), 0) AS bigint) FROM bookings "
                            "WHERE event = $1) FROM events WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum ledger forupdate_empty_ledger(const void *options)
{
    (void)options;
    return LEDGER_BOOKINGS;
}

static enum verdict forupdate_empty_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, LOCK, ARGS(rq->event))) != DB_OK)
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

const struct strategy strategy_forupdate_empty = {
    .name = "forupdate_empty",
    .summary = "lock the bookings that are there, and so nothing while there are none",
    .needs = DB_CAN_LOCK_ROWS,
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_OVERSOLD,
    .ledger = forupdate_empty_ledger,
    .statements = forupdate_empty_statements,
    .attempt = forupdate_empty_attempt,
};
