/* Idea: a throttle at the door lets in every other request, to spare the database, and tells all others that the event
 * is sold out. In real life a rate limiter, a bot filter or an overloaded service answers with the only refusal that
 * the page knows. As soon as enough others come, all seats are sold and the books are in order. The audit must find:
 * unfair.
 *
 * Guarantee: none; never oversells.
 *
 * Cost: that of atomic, for half of the users.
 *
 * Fails when: anybody is turned away before the last seat is gone: he was told no, and the next one who asks gets it.
 */
#include "strategies/strategy.h"

enum { TAKE, BOOK };

static const struct statement throttle_sold_out_statements[] = {
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1 AND available >= $2") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum verdict throttle_sold_out_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if (rq->id % 2 != 0)
        return VERDICT_SOLD_OUT; /* wrong here: nobody has looked; VERDICT_SHED is what it is */
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

const struct strategy strategy_throttle_sold_out = {
    .name = "throttle_sold_out",
    .summary = "every other request is told sold out by a throttle that never looks",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_UNFAIR,
    .statements = throttle_sold_out_statements,
    .attempt = throttle_sold_out_attempt,
};
