/* Idea: a mutex of the application around look and write, so that one user at a time comes through; it is released when
 * the method returns, and the transaction commits after that. In real life a synchronized method that is called through
 * a transactional proxy, or a lock that is released in a finally clause inside the transaction. The audit must find:
 * oversold.
 *
 * Guarantee: none. Between release and commit the next one comes in and still sees what was there before.
 *
 * Cost: everybody waits for the mutex, as if it were of use.
 *
 * Fails when: somebody looks after the lock was released and before the transaction it guarded has committed. */
#include "strategies/strategy.h"

enum { LOOK, TAKE, BOOK };

static const struct statement unlock_early_statements[] = {
    [LOOK] = { .name = "look", .kind = STATEMENT_READ, .sql = TEXT("SELECT available FROM events WHERE id = $1") },
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static int unlock_early_open(struct app *app)
{
    return app_lock(app, LOCK_ANY_ORDER);
}

static enum verdict unlock_early_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if ((st = attempt_lock(a)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, LOOK, ARGS(rq->event))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.column[0] < rq->seats)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, TAKE, ARGS(rq->event, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    /* Wrong here: the commit comes first. */
    attempt_unlock(a);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_unlock_early = {
    .name = "unlock_early",
    .summary = "a mutex around look and write that is released before the commit",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_OVERSOLD,
    .statements = unlock_early_statements,
    .open = unlock_early_open,
    .attempt = unlock_early_attempt,
};
