/* Idea: do not look at all: one statement takes the seat if there is one, and the database decides. With guard =
 * predicate the condition stands in the statement (available >= seats); with guard = check it is a CHECK constraint
 * that refuses a counter below zero.
 *
 * Guarantee: never oversells, and sells out, with any number of application servers: test and write are one step under
 * the row's lock.
 *
 * Cost: everybody's statement goes to the same row and waits its turn there, also those who come too late; guard =
 * check pays an aborted statement for each refusal.
 *
 * Fails when: the decision needs more than the row can say, or a checkout must happen with the seat in hand: here it
 * comes first, and a user may pay for a seat that is gone. */
#include "strategy.h"

enum guard { GUARD_PREDICATE, GUARD_CHECK };

struct atomic_options {
    int guard;
};

static const char *const guards[] = { "predicate", "check", NULL };

static const struct option atomic_rows[] = {
    { .name = "guard",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct atomic_options, guard),
      .fallback = "predicate",
      .words = guards,
      .help = "what keeps the counter from going below zero: the statement's predicate, or a CHECK constraint" },
    OPTION_END,
};

enum { TAKE, TAKE_UNGUARDED, BOOK };

static const struct statement atomic_statements[] = {
    /* Test and write in one step: nobody can come between. */
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1 AND available >= $2") },
    /* Safe only with the constraint below. */
    [TAKE_UNGUARDED] = { .name = "take unguarded",
                         .kind = STATEMENT_WRITE,
                         .locks = true,
                         .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

/* SQLite cannot add a constraint to a table that exists; the table is still empty here. */
static const struct text atomic_check =
    TEXT_PER("DROP TABLE events;"
             "CREATE TABLE events (id INTEGER PRIMARY KEY, capacity INTEGER NOT NULL,"
             " available INTEGER NOT NULL CHECK (available >= 0), version INTEGER NOT NULL DEFAULT 0)",
             "ALTER TABLE events ADD CONSTRAINT available_not_negative CHECK (available >= 0)");

static enum guard guard_of(const void *options)
{
    return (enum guard)((const struct atomic_options *)options)->guard;
}

static const struct text *atomic_ddl(const void *options)
{
    return guard_of(options) == GUARD_CHECK ? &atomic_check : NULL;
}

static unsigned atomic_promises(const struct app *app)
{
    (void)app;
    return PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING | PROMISE_SELLS_OUT;
}

static enum verdict atomic_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum guard guard = guard_of(a->app->options);
    enum db_status st;

    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    st = attempt_run(a, guard == GUARD_CHECK ? TAKE_UNGUARDED : TAKE, ARGS(rq->event, rq->seats));
    if (st == DB_CONSTRAINT && guard == GUARD_CHECK)
        return VERDICT_SOLD_OUT;
    if (st != DB_OK)
        return verdict_of(a, st);
    if (a->row.changed == 0)
        return VERDICT_SOLD_OUT;
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_atomic = {
    .name = "atomic",
    .summary = "one conditional UPDATE decides",
    .traits = TRAIT_CORE,
    .colour = 0x009E73,
    .ddl = atomic_ddl,
    .promises = atomic_promises,
    .statements = atomic_statements,
    .options = atomic_rows,
    .options_size = sizeof(struct atomic_options),
    .attempt = atomic_attempt,
};
