/* Idea: count the bookings and insert one more if there is room, as if nobody else were there, and let the database see
 * to it that the outcome is one of some order: in a SERIALIZABLE transaction it refuses whoever would break that, and
 * the harness tries the whole transaction again.
 *
 * Guarantee: never oversells at level = serializable, with any number of application servers. None at level =
 * repeatable_read: its snapshot stands still, and two users who count the same number both insert (write skew; SQLite
 * refuses the second one there as well).
 *
 * Cost: no lock is waited for, but nearly everybody who meets others is refused and starts anew, sometimes without
 * need; the database remembers what every transaction has read.
 *
 * Fails when: the level is one step too low: nothing looks wrong until two meet; or tries are used up while seats are
 * still free, the more users the sooner. */
#include "strategy.h"

enum level { LEVEL_SERIALIZABLE, LEVEL_REPEATABLE_READ };

struct serializable_options {
    int level;
};

static const char *const levels[] = { "serializable", "repeatable_read", NULL };

static const struct option serializable_rows[] = {
    { .name = "level",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct serializable_options, level),
      .fallback = "serializable",
      .words = levels,
      .help = "isolation level of the transaction; repeatable_read is the known trap" },
    OPTION_END,
};

enum { COUNT, BOOK };

static const struct statement serializable_statements[] = {
    /* What is read here is what the database watches: an insert by another makes one of the two fail. */
    [COUNT] = { .name = "count",
                .kind = STATEMENT_READ,
                .sql = TEXT("SELECT capacity - (SELECT CAST(coalesce(sum(seats), 0) AS bigint) FROM bookings "
                            "WHERE event = $1) FROM events WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum level level_of(const struct app *app)
{
    return (enum level)((const struct serializable_options *)app->options)->level;
}

static enum ledger serializable_ledger(const void *options)
{
    (void)options;
    return LEDGER_BOOKINGS;
}

static unsigned serializable_promises(const struct app *app)
{
    return PROMISE_ALL_OR_NOTHING | (level_of(app) == LEVEL_SERIALIZABLE ? PROMISE_NO_OVERSELL : 0u);
}

static enum verdict serializable_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;
    bool sold_out;

    if ((st = attempt_begin(a, level_of(a->app) == LEVEL_SERIALIZABLE ? TX_SERIALIZABLE : TX_REPEATABLE_READ)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, COUNT, ARGS(rq->event))) != DB_OK)
        return verdict_of(a, st);
    sold_out = a->row.column[0] < rq->seats;
    if (!sold_out && !attempt_checkout(a))
        return VERDICT_ABANDONED;
    if (!sold_out && (st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    /* What a serializable transaction has read, a refusal too, holds once it has committed. */
    if ((st = attempt_commit(a)) != DB_OK)
        return verdict_of(a, st);
    return sold_out ? VERDICT_SOLD_OUT : VERDICT_BOOKED;
}

const struct strategy strategy_serializable = {
    .name = "serializable",
    .summary = "count, then insert; the database refuses what would not be serializable",
    .ledger = serializable_ledger,
    .promises = serializable_promises,
    .statements = serializable_statements,
    .options = serializable_rows,
    .options_size = sizeof(struct serializable_options),
    .attempt = serializable_attempt,
};
