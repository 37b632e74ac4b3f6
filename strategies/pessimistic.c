/* Idea: take the lock first, then look, decide and write while nobody else can. PostgreSQL locks the event's row
 * (SELECT ... FOR UPDATE); SQLite has one write lock for the whole database and takes it with BEGIN IMMEDIATE.
 *
 * Guarantee: never oversells, and sells out: whoever waits for the lock sees what the one before left behind. Holds
 * with any number of application servers, since the lock is the database's.
 *
 * Cost: users of one event go through one at a time, refusals as well; each holds the lock, and a connection, over
 * every round trip, the checkout and the commit's fsync.
 *
 * Fails when: the checkout is long (everybody waits for a person), the lock wait runs into its timeout, or the lock is
 * on a row that does not exist yet: locking nothing keeps nobody out. */
#include "strategy.h"

enum check { CHECK_COUNTER, CHECK_COUNT };

struct pessimistic_options {
    int check;
};

static const char *const checks[] = { "counter", "count", NULL };

static const struct option pessimistic_rows[] = {
    { .name = "check",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct pessimistic_options, check),
      .fallback = "counter",
      .words = checks,
      .help = "what is looked at under the lock: the counter in the event's row, or the number of bookings" },
    OPTION_END,
};

enum { LOCK, COUNT, TAKE, BOOK };

static const struct statement pessimistic_statements[] = {
    /* Without the lock two users read the same counter and both find a seat. */
    [LOCK] = { .name = "lock",
               .kind = STATEMENT_READ,
               .locks = true,
               .sql = TEXT_PER("SELECT available, capacity FROM events WHERE id = $1",
                               "SELECT available, capacity FROM events WHERE id = $1 FOR UPDATE") },
    /* A statement of its own: in PostgreSQL its snapshot is then younger than the lock. */
    [COUNT] = { .name = "count",
                .kind = STATEMENT_READ,
                .sql = TEXT("SELECT CAST(coalesce(sum(seats), 0) AS bigint) FROM bookings WHERE event = $1") },
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum check check_of(const void *options)
{
    return (enum check)((const struct pessimistic_options *)options)->check;
}

static enum ledger pessimistic_ledger(const void *options)
{
    return check_of(options) == CHECK_COUNTER ? LEDGER_COUNTER : LEDGER_BOOKINGS;
}

static unsigned pessimistic_promises(const struct app *app)
{
    (void)app;
    return PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING | PROMISE_SELLS_OUT;
}

static enum verdict pessimistic_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum check check = check_of(a->app->options);
    enum db_status st;
    int64_t left;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, LOCK, ARGS(rq->event))) != DB_OK)
        return verdict_of(a, st);
    left = a->row.column[0];
    if (check == CHECK_COUNT) {
        left = a->row.column[1];
        if ((st = attempt_run(a, COUNT, ARGS(rq->event))) != DB_OK)
            return verdict_of(a, st);
        left -= a->row.column[0];
    }
    if (left < rq->seats)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;

    if (check == CHECK_COUNTER && (st = attempt_run(a, TAKE, ARGS(rq->event, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_pessimistic = {
    .name = "pessimistic",
    .summary = "lock the event first, then look and write",
    .traits = TRAIT_CORE,
    .colour = 0x0072B2,
    .ledger = pessimistic_ledger,
    .promises = pessimistic_promises,
    .statements = pessimistic_statements,
    .options = pessimistic_rows,
    .options_size = sizeof(struct pessimistic_options),
    .attempt = pessimistic_attempt,
};
