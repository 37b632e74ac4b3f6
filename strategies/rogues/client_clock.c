/* Idea: a soft hold whose time is told by the client's clock: expires_at is written, and later compared, with what the
 * client says the time is. In real life it is Date.now() of a phone, or the clock of whichever application server the
 * request came to; here it is the database's clock plus an error of the client's own, since no attempt reads a clock:
 * every second user is ahead by two holds. The audit must find: oversold.
 *
 * Guarantee: none. With one clock for all it would hold: holds are made and confirmed under the event's lock, and only
 * while they last.
 *
 * Cost: that of soft_hold, and a lock at the confirmation.
 *
 * Fails when: a client whose clock is ahead asks while another holds the seat: for it that hold is over, and for its
 * owner it is not. */
#include "strategies/strategy.h"

#define US INT64_C(1000) /* in ns */

enum { LOCK, HOLD, CONFIRM };

static const struct statement client_clock_statements[] = {
    [LOCK] = { .name = "lock",
               .kind = STATEMENT_READ,
               .locks = true,
               .sql = TEXT_PER("SELECT capacity FROM events WHERE id = $1",
                               "SELECT capacity FROM events WHERE id = $1 FOR UPDATE") },
    /* Wrong here: $6, the error of the client's clock. */
    [HOLD] = { .name = "hold",
               .kind = STATEMENT_WRITE,
               .sql =
                   TEXT("INSERT INTO bookings (request, event, user_id, seats, state, expires_at)"
                        " SELECT $2, id, $3, $4, 'PENDING', lastseat_now() + $6 + $5 FROM events"
                        " WHERE id = $1 AND capacity >= $4 + (SELECT coalesce(sum(seats), 0) FROM bookings"
                        " WHERE event = $1 AND (state = 'CONFIRMED' OR expires_at > (SELECT lastseat_now() + $6)))") },
    /* And here: $2. */
    [CONFIRM] = { .name = "confirm",
                  .kind = STATEMENT_WRITE,
                  .sql =
                      TEXT("UPDATE bookings SET state = 'CONFIRMED'"
                           " WHERE request = $1 AND state = 'PENDING' AND expires_at > (SELECT lastseat_now() + $2)") },
    STATEMENT_END,
};

struct own {
    bool holds, has_paid;
};

static enum ledger client_clock_ledger(const void *options)
{
    (void)options;
    return LEDGER_BOOKINGS;
}

static int64_t ttl_us(const struct attempt *a)
{
    return a->app->hold_ttl_ns / US;
}

static int64_t ahead_us(const struct attempt *a)
{
    return a->request->user % 2 == 0 ? 2 * ttl_us(a) : 0;
}

/* Everything is decided under it. */
static enum db_status lock(struct attempt *a)
{
    enum db_status st = attempt_begin(a, TX_WRITE);

    return st == DB_OK ? attempt_run(a, LOCK, ARGS(a->request->event)) : st;
}

/* VERDICT_BOOKED: it stands. */
static enum verdict hold(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if ((st = lock(a)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, HOLD, ARGS(rq->event, rq->id, rq->user, rq->seats, ttl_us(a), ahead_us(a)))) != DB_OK)
        return verdict_of(a, st);
    return a->row.changed > 0 ? verdict_of(a, attempt_commit(a)) : VERDICT_SOLD_OUT;
}

static enum verdict client_clock_attempt(struct attempt *a)
{
    struct own *own = a->memory;
    enum verdict verdict;
    enum db_status st;

    if (!own->holds && (verdict = hold(a)) != VERDICT_BOOKED)
        return verdict;
    own->holds = true;
    if (!own->has_paid && !attempt_checkout(a))
        return VERDICT_ABANDONED;
    own->has_paid = true;
    if ((st = lock(a)) != DB_OK || (st = attempt_run(a, CONFIRM, ARGS(a->request->id, ahead_us(a)))) != DB_OK)
        return verdict_of(a, st);
    return a->row.changed > 0 ? verdict_of(a, attempt_commit(a)) : VERDICT_SOLD_OUT;
}

const struct strategy strategy_client_clock = {
    .name = "client_clock",
    .summary = "a soft hold whose time is told by the clock of the client",
    .traits = TRAIT_ROGUE | TRAIT_HOLDS,
    .shows = 1u << ANOMALY_OVERSOLD,
    .ledger = client_clock_ledger,
    .statements = client_clock_statements,
    .request_size = sizeof(struct own),
    .attempt = client_clock_attempt,
};
