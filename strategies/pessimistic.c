/* Idea: take the lock first, then look, decide and write while nobody else can. PostgreSQL locks the event's row
 * (SELECT ... FOR UPDATE); SQLite has one write lock for the whole database and takes it with BEGIN IMMEDIATE. With
 * lock = mutex or fifo the users of one application server wait for a lock in its memory first, and come to the
 * database one at a time.
 *
 * Guarantee: never oversells, and sells out: whoever waits for the lock sees what the one before left behind. Holds
 * with any number of application servers, since the lock is the database's. Who does not wait (wait = nowait) may use
 * up his tries, who waits for a time (wait = timeout) may run out of it: then seats may stay unsold. With lock = fifo
 * and one server, users are answered in the order in which they asked.
 *
 * Cost: users of one event go through one at a time, refusals as well; each holds the lock, and a connection, over
 * every round trip, the checkout and the commit's fsync. With checkout = before the lock is short, but a user may have
 * paid for a seat that is gone.
 *
 * Fails when: the checkout is long (everybody waits for a person), the lock wait runs into its timeout, or the lock is
 * on a row that does not exist yet: locking nothing keeps nobody out. */
#include "strategy.h"

#define MS INT64_C(1000000) /* in ns */

enum check { CHECK_COUNTER, CHECK_COUNT };
enum wait { WAIT_BLOCK, WAIT_NOWAIT }; /* words of `wait` */
enum checkout { CHECKOUT_INSIDE, CHECKOUT_BEFORE };
enum lock { LOCK_BUSY, LOCK_MUTEX, LOCK_FIFO }; /* words of `lock` */

struct pessimistic_options {
    int check, checkout;
    struct law wait, lock;
};

static const char *const checks[] = { "counter", "count", NULL };
static const char *const waits[] = { [WAIT_BLOCK] = "block", [WAIT_NOWAIT] = "nowait", "timeout", NULL };
static const char *const checkouts[] = { "inside", "before", NULL };
static const char *const locks[] = { [LOCK_BUSY] = "busy", [LOCK_MUTEX] = "mutex", [LOCK_FIFO] = "fifo", "poll", NULL };

static const struct option pessimistic_rows[] = {
    { .name = "check",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct pessimistic_options, check),
      .fallback = "counter",
      .words = checks,
      .help = "what is looked at under the lock: the counter in the event's row, or the number of bookings" },
    { .name = "wait",
      .type = OPTION_LAW,
      .offset = offsetof(struct pessimistic_options, wait),
      .min = 1 * MS,
      .max = 3600 * 1000 * MS,
      .fallback = "block",
      .words = waits,
      .help = "when another holds the lock: wait for it, as long as db.lock_timeout says, or for a time of its own; or "
              "give up this try at once" },
    { .name = "checkout",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct pessimistic_options, checkout),
      .fallback = "inside",
      .words = checkouts,
      .help = "where the user decides and pays: with the lock in hand, or before it is taken" },
    { .name = "lock",
      .type = OPTION_LAW,
      .offset = offsetof(struct pessimistic_options, lock),
      .min = 0,
      .max = 10 * 1000 * MS,
      .fallback = "busy",
      .words = locks,
      .help = "how SQLite's lock is waited for: as db.busy says, or trying again at a fixed pace; mutex and fifo (on "
              "every database): behind a lock of the application, free for all or first come, first served" },
    OPTION_END,
};

enum { LOCK, LOCK_AT_ONCE, COUNT, TAKE, BOOK };

static const struct statement pessimistic_statements[] = {
    /* Without the lock two users read the same counter and both find a seat. */
    [LOCK] = { .name = "lock",
               .kind = STATEMENT_READ,
               .locks = true,
               .sql = TEXT_PER("SELECT available, capacity FROM events WHERE id = $1",
                               "SELECT available, capacity FROM events WHERE id = $1 FOR UPDATE") },
    /* SQLite's lock is BEGIN's: struct lock_wait.never. */
    [LOCK_AT_ONCE] = { .name = "lock at once",
                       .kind = STATEMENT_READ,
                       .locks = true,
                       .sql = TEXT_PER("SELECT available, capacity FROM events WHERE id = $1",
                                       "SELECT available, capacity FROM events WHERE id = $1 FOR UPDATE NOWAIT") },
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

static bool is_word(const struct law *law, int word)
{
    return law->kind == LAW_NONE && law->word == word;
}

static enum ledger pessimistic_ledger(const void *options)
{
    return ((const struct pessimistic_options *)options)->check == CHECK_COUNTER ? LEDGER_COUNTER : LEDGER_BOOKINGS;
}

static const char *pessimistic_refuses(const void *options)
{
    const struct pessimistic_options *o = options;

    if (is_word(&o->wait, WAIT_NOWAIT) && o->lock.kind == LAW_POLL)
        return "wait = nowait does not wait, so lock = poll has nothing to poll for; leave one out";
    return NULL;
}

static void pessimistic_tune(const void *options, struct lock_wait *wait)
{
    const struct pessimistic_options *o = options;

    wait->never = is_word(&o->wait, WAIT_NOWAIT);
    if (o->wait.kind == LAW_TIMEOUT)
        wait->timeout_ns = o->wait.lo_ns;
    if (o->lock.kind == LAW_POLL)
        wait->busy = o->lock;
}

/* Whoever gives up while another holds the lock cannot know what that one will leave behind. */
static unsigned pessimistic_promises(const struct app *app)
{
    const struct pessimistic_options *o = app->options;
    bool stays = is_word(&o->wait, WAIT_BLOCK) || (is_word(&o->wait, WAIT_NOWAIT) && app->attempts == INT64_MAX);

    bool one_line = is_word(&o->lock, LOCK_FIFO) && is_word(&o->wait, WAIT_BLOCK) && app->instances == 1;

    return PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING | (stays ? PROMISE_SELLS_OUT : 0u) |
           (one_line ? PROMISE_IN_ORDER : 0u);
}

static int pessimistic_open(struct app *app)
{
    const struct pessimistic_options *o = app->options;

    if (!is_word(&o->lock, LOCK_MUTEX) && !is_word(&o->lock, LOCK_FIFO))
        return 0;
    return app_lock(app, is_word(&o->lock, LOCK_MUTEX) ? LOCK_ANY_ORDER : LOCK_FIRST_COME);
}

/* Under the lock: how many seats are left. */
static enum db_status look(struct attempt *a, int64_t *left)
{
    const struct pessimistic_options *o = a->app->options;
    int64_t event = a->request->event;
    enum db_status st;

    if ((st = attempt_run(a, is_word(&o->wait, WAIT_NOWAIT) ? LOCK_AT_ONCE : LOCK, ARGS(event))) != DB_OK)
        return st;
    *left = a->row.column[0];
    if (o->check == CHECK_COUNTER)
        return DB_OK;
    *left = a->row.column[1];
    if ((st = attempt_run(a, COUNT, ARGS(event))) == DB_OK)
        *left -= a->row.column[0];
    return st;
}

static enum verdict pessimistic_attempt(struct attempt *a)
{
    const struct pessimistic_options *o = a->app->options;
    const struct request *rq = a->request;
    enum db_status st;
    int64_t left;

    if (o->checkout == CHECKOUT_BEFORE && !attempt_checkout(a))
        return VERDICT_ABANDONED;
    if (a->app->lock != NULL && (st = attempt_lock(a)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = look(a, &left)) != DB_OK)
        return verdict_of(a, st);
    if (left < rq->seats)
        return VERDICT_SOLD_OUT;
    if (o->checkout == CHECKOUT_INSIDE && !attempt_checkout(a))
        return VERDICT_ABANDONED;

    if (o->check == CHECK_COUNTER && (st = attempt_run(a, TAKE, ARGS(rq->event, rq->seats))) != DB_OK)
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
    .refuses = pessimistic_refuses,
    .tune = pessimistic_tune,
    .open = pessimistic_open,
    .attempt = pessimistic_attempt,
};
