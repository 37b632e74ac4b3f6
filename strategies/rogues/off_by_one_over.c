/* Idea: one conditional UPDATE, whose condition lets the counter be zero: "a counter that is not negative is fine". The
 * comparison is right for the number after the sale and is asked of the number before it; booked <= capacity is the
 * same mistake. The audit must find: oversold.
 *
 * Guarantee: none: it sells to one more than there are seats for, race or not.
 *
 * Cost: that of atomic.
 *
 * Fails when: the last seat is gone: the next one who asks gets it too. */
#include "strategies/strategy.h"

enum { TAKE, BOOK };

static const struct statement off_by_one_over_statements[] = {
    /* Wrong here: the counter before the sale must be at least what is taken: available >= $2. */
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1 AND available >= 0") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum verdict off_by_one_over_attempt(struct attempt *a)
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

const struct strategy strategy_off_by_one_over = {
    .name = "off_by_one_over",
    .summary = "one conditional UPDATE that asks for available >= 0",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_OVERSOLD,
    .statements = off_by_one_over_statements,
    .attempt = off_by_one_over_attempt,
};
