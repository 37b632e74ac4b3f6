/* Idea: a lock on a number instead of a row: PostgreSQL keeps advisory locks, whose meaning only the application knows.
 * Here the number stands for the event, and the lock is the transaction's: it goes with the commit or the rollback, and
 * cannot be left behind on a connection of the pool.
 *
 * Guarantee: never oversells, and sells out, with any number of application servers. Waiting users get the lock in the
 * order in which they asked for it: with one application server, in order of arrival. With wait = try nobody waits:
 * sells out only if tries are unlimited.
 *
 * Cost: one round trip more than a row lock; in return the row itself is locked only for the write, so others who read
 * or change it without selling (a new price, a report) are not kept waiting.
 *
 * Fails when: one part of the application sells without taking the lock: nothing in the database asks for it; or two
 * parts use the same numbers for different things and wait for each other. */
#include "strategy.h"

enum wait { WAIT_BLOCK, WAIT_TRY };

struct advisory_options {
    int wait;
};

static const char *const waits[] = { "block", "try", NULL };

static const struct option advisory_rows[] = {
    { .name = "wait",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct advisory_options, wait),
      .fallback = "block",
      .words = waits,
      .help = "when another holds the lock: wait for it, or give up this try at once" },
    OPTION_END,
};

enum { LOCK, TRY, LOOK, TAKE, BOOK };

static const struct statement advisory_statements[] = {
    /* Two numbers, the table's and the row's: others in this database who lock numbers of their own stay out of it. */
    [LOCK] = { .name = "lock",
               .kind = STATEMENT_READ,
               .locks = true,
               .sql =
                   TEXT_PER(NULL, "SELECT count(*) FROM "
                                  "pg_advisory_xact_lock(CAST(CAST('events' AS regclass) AS int), CAST($1 AS int))") },
    [TRY] = { .name = "try",
              .kind = STATEMENT_READ,
              .sql = TEXT_PER(NULL,
                              "SELECT "
                              "pg_try_advisory_xact_lock(CAST(CAST('events' AS regclass) AS int), CAST($1 AS int))") },
    /* A statement of its own: its snapshot is then younger than the lock. */
    [LOOK] = { .name = "look",
               .kind = STATEMENT_READ,
               .locks = true,
               .sql = TEXT("SELECT available FROM events WHERE id = $1") },
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum wait wait_of(const struct app *app)
{
    return (enum wait)((const struct advisory_options *)app->options)->wait;
}

static unsigned advisory_promises(const struct app *app)
{
    bool stays = wait_of(app) == WAIT_BLOCK || app->attempts == INT64_MAX;

    /* The lock's line begins behind those of the pools: with several, who waits in one is passed in another. */
    bool one_line = wait_of(app) == WAIT_BLOCK && app->instances == 1;

    return PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING | (stays ? PROMISE_SELLS_OUT : 0u) |
           (one_line ? PROMISE_IN_ORDER : 0u);
}

static enum verdict advisory_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum wait wait = wait_of(a->app);
    enum db_status st;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, wait == WAIT_TRY ? TRY : LOCK, ARGS(rq->event))) != DB_OK)
        return verdict_of(a, st);
    if (wait == WAIT_TRY && a->row.column[0] == 0)
        return attempt_conflict(a, REASON_BUSY);
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

const struct strategy strategy_advisory = {
    .name = "advisory",
    .summary = "lock the event's number, then look and write",
    .needs = DB_CAN_LOCK_NAMES,
    .promises = advisory_promises,
    .statements = advisory_statements,
    .options = advisory_rows,
    .options_size = sizeof(struct advisory_options),
    .attempt = advisory_attempt,
};
