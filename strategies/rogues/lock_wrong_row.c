/* Idea: lock first, then look and write, as pessimistic does, but the lock is on the user's row: "one booking at a
 * time". Happens where the code that books begins with the account (a balance, a quota) and locks that. The audit must
 * find: oversold.
 *
 * Guarantee: none. One user cannot come between himself (a double click); two users never meet on a row.
 *
 * Cost: that of a lock that nobody waits for.
 *
 * Fails when: two users look before either has committed: each holds the lock on his own row, both find the last seat.
 */
#include "strategies/strategy.h"

enum { LOCK, LOOK, TAKE, BOOK };

static const struct statement lock_wrong_row_statements[] = {
    /* Wrong here: what all must agree on is the event's row. */
    [LOCK] = { .name = "lock",
               .kind = STATEMENT_WRITE,
               .sql = TEXT_PER(NULL, "INSERT INTO accounts (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET id = $1") },
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

static const struct text accounts = TEXT_PER(NULL, "CREATE TABLE accounts (id bigint PRIMARY KEY)");

static const struct text *lock_wrong_row_ddl(const void *options)
{
    (void)options;
    return &accounts;
}

static enum verdict lock_wrong_row_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, LOCK, ARGS(rq->user))) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, LOOK, ARGS(rq->event))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.column[0] < rq->seats)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if ((st = attempt_run(a, TAKE, ARGS(rq->event, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_lock_wrong_row = {
    .name = "lock_wrong_row",
    .summary = "lock the user's row, then look and write the event's",
    .needs = DB_CAN_LOCK_ROWS,
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_OVERSOLD,
    .ddl = lock_wrong_row_ddl,
    .statements = lock_wrong_row_statements,
    .attempt = lock_wrong_row_attempt,
};
