/* Idea: one conditional UPDATE, whose condition wants more seats than are asked for: > where >= is meant. Nobody
 * complains about a seat that was never sold, so it stays for years. The audit must find: unsold.
 *
 * Guarantee: none: it never oversells, and never sells out either.
 *
 * Cost: that of atomic.
 *
 * Fails when: the last seat is asked for: it is refused, and stays. */
#include "strategies/strategy.h"

enum { TAKE, BOOK };

static const struct statement off_by_one_under_statements[] = {
    /* Wrong here: the last seats are refused: available >= $2. */
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1 AND available > $2") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum verdict off_by_one_under_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, TAKE, ARGS(rq->event, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.changed == 0)
        return VERDICT_SOLD_OUT;
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_off_by_one_under = {
    .name = "off_by_one_under",
    .summary = "one conditional UPDATE that asks for available > seats",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_UNSOLD,
    .statements = off_by_one_under_statements,
    .attempt = off_by_one_under_attempt,
};
