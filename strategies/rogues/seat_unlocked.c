/* Idea: show the user the first free seats, and when he has paid write his number into them. In real life a seat map:
 * the click carries the seat's id, and UPDATE seats ... WHERE id = ? trusts that it is as free as it was on the screen.
 * The audit must find: oversold.
 *
 * Guarantee: none. A row of its own for every seat keeps nobody from writing into it.
 *
 * Cost: that of seat_rows, without a wait: nobody holds a row while its user decides.
 *
 * Fails when: two users are shown the same seat: the second becomes its owner, and both have a booking. One asks for
 * trouble with the first free seat; with seats chosen at random it only takes longer to show. */
#include "strategies/strategy.h"

enum { PICK, TAKE, BOOK };

static const struct statement seat_unlocked_statements[] = {
    /* Wrong here: nobody holds what was picked. */
    [PICK] = { .name = "pick",
               .kind = STATEMENT_READ,
               .sql = TEXT("SELECT count(*), coalesce(min(seat), 0) FROM (SELECT seat FROM seats WHERE event = $1 "
                           "AND request IS NULL ORDER BY request, seat LIMIT $2) AS free") },
    /* And here: without AND request IS NULL the seat changes its owner. */
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE seats SET request = $3 WHERE event = $1 AND seat >= $2 AND seat < $2 + $4") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum ledger seat_unlocked_ledger(const void *options)
{
    (void)options;
    return LEDGER_SEATS;
}

static enum verdict seat_unlocked_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;
    int64_t first;

    if ((st = attempt_run(a, PICK, ARGS(rq->event, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.column[0] < rq->seats)
        return VERDICT_SOLD_OUT;
    first = a->row.column[1];
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, TAKE, ARGS(rq->event, first, rq->id, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_seat_unlocked = {
    .name = "seat_unlocked",
    .summary = "picks a free seat and takes it later, whoever has it by then",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_OVERSOLD,
    .ledger = seat_unlocked_ledger,
    .statements = seat_unlocked_statements,
    .attempt = seat_unlocked_attempt,
};
