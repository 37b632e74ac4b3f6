/* Idea: a soft hold whose confirmation does not ask whether the hold still stands. In real life the payment provider's
 * callback carries the number of the booking and marks it paid; that its time was over, and its seat somebody else's,
 * was checked by a page the user had left long before. The audit must find: oversold.
 *
 * Guarantee: none. Holds are made one after the other and counted with care.
 *
 * Cost: that of soft_hold.
 *
 * Fails when: a payment takes longer than the hold, and somebody has held the seat meanwhile: both are confirmed. */
#include "strategies/strategy.h"

#define US INT64_C(1000) /* in ns */

enum { LOCK, HOLD, CONFIRM };

static const struct statement hold_unchecked_statements[] = {
    [LOCK] = { .name = "lock",
               .kind = STATEMENT_READ,
               .locks = true,
               .sql = TEXT_PER("SELECT capacity FROM events WHERE id = $1",
                               "SELECT capacity FROM events WHERE id = $1 FOR UPDATE") },
    [HOLD] = { .name = "hold",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats, state, expires_at)"
                           " SELECT $2, id, $3, $4, 'PENDING', lastseat_now() + $5 FROM events"
                           " WHERE id = $1 AND capacity >= $4 + (SELECT coalesce(sum(seats), 0) FROM bookings"
                           " WHERE event = $1 AND (state = 'CONFIRMED' OR expires_at > (SELECT lastseat_now())))") },
    /* Wrong here: AND expires_at > lastseat_now() is missing. */
    [CONFIRM] = { .name = "confirm",
                  .kind = STATEMENT_WRITE,
                  .sql = TEXT("UPDATE bookings SET state = 'CONFIRMED' WHERE request = $1") },
    STATEMENT_END,
};

struct own {
    bool holds, has_paid;
};

static enum ledger hold_unchecked_ledger(const void *options)
{
    (void)options;
    return LEDGER_BOOKINGS;
}

/* VERDICT_BOOKED: it stands. */
static enum verdict hold(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, LOCK, ARGS(rq->event))) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, HOLD, ARGS(rq->event, rq->id, rq->user, rq->seats, a->app->hold_ttl_ns / US))) != DB_OK)
        return verdict_of(a, st);
    return a->row.changed > 0 ? verdict_of(a, attempt_commit(a)) : VERDICT_SOLD_OUT;
}

static enum verdict hold_unchecked_attempt(struct attempt *a)
{
    struct own *own = a->memory;
    enum verdict verdict;

    if (!own->holds && (verdict = hold(a)) != VERDICT_BOOKED)
        return verdict;
    own->holds = true;
    if (!own->has_paid && !attempt_checkout(a))
        return VERDICT_ABANDONED;
    own->has_paid = true;
    return verdict_of(a, attempt_run(a, CONFIRM, ARGS(a->request->id)));
}

const struct strategy strategy_hold_unchecked = {
    .name = "hold_unchecked",
    .summary = "a soft hold that is confirmed without a look at its time",
    .traits = TRAIT_ROGUE | TRAIT_HOLDS,
    .shows = 1u << ANOMALY_OVERSOLD,
    .ledger = hold_unchecked_ledger,
    .statements = hold_unchecked_statements,
    .request_size = sizeof(struct own),
    .attempt = hold_unchecked_attempt,
};
