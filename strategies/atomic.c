/* Idea: do not look at all: one statement takes the seat if there is one, and the database decides. With guard =
 * predicate the condition stands in the statement (available >= seats); with guard = check it is a CHECK constraint
 * that refuses a counter below zero. With order = insert_first the booking is written before the seat is taken, and
 * undone when there was none; with form = cte one statement does both.
 *
 * Guarantee: never oversells, and sells out, with any number of application servers: test and write are one step under
 * the row's lock.
 *
 * Cost: everybody's statement goes to the same row and waits its turn there, also those who come too late; guard =
 * check pays an aborted statement for each refusal. order = insert_first holds the row for one round trip less, and
 * writes a booking for everybody who is refused; form = cte is one round trip in all.
 *
 * Fails when: the decision needs more than the row can say, or a checkout must happen with the seat in hand: here it
 * comes first, and a user may pay for a seat that is gone. */
#include "strategy.h"

enum guard { GUARD_PREDICATE, GUARD_CHECK };
enum order { UPDATE_FIRST, INSERT_FIRST };
enum form { FORM_STATEMENTS, FORM_CTE };

struct atomic_options {
    int guard, order, form;
};

static const char *const guards[] = { "predicate", "check", NULL };
static const char *const orders[] = { "update_first", "insert_first", NULL };
static const char *const forms[] = { "statements", "cte", NULL };

static const struct option atomic_rows[] = {
    { .name = "guard",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct atomic_options, guard),
      .fallback = "predicate",
      .words = guards,
      .help = "what keeps the counter from going below zero: the statement's predicate, or a CHECK constraint" },
    { .name = "order",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct atomic_options, order),
      .fallback = "update_first",
      .words = orders,
      .help = "what comes first: the counter, which all wait for, or the booking" },
    { .name = "form",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct atomic_options, form),
      .fallback = "statements",
      .words = forms,
      .help = "two statements in a transaction, or one that does both (a WITH clause that writes)" },
    OPTION_END,
};

enum { TAKE, TAKE_UNGUARDED, BOOK, TAKE_AND_BOOK, TAKE_AND_BOOK_UNGUARDED };

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
    /* Without the RETURNING the booking would be inserted whether a seat was taken or not. */
    [TAKE_AND_BOOK] = { .name = "take and book",
                        .kind = STATEMENT_WRITE,
                        .sql = TEXT_PER(NULL, "WITH taken AS (UPDATE events SET available = available - $4 "
                                              "WHERE id = $2 AND available >= $4 RETURNING id) "
                                              "INSERT INTO bookings (request, event, user_id, seats) "
                                              "SELECT $1, id, $3, $4 FROM taken") },
    [TAKE_AND_BOOK_UNGUARDED] = { .name = "take and book unguarded",
                                  .kind = STATEMENT_WRITE,
                                  .sql = TEXT_PER(NULL, "WITH taken AS (UPDATE events SET available = available - $4 "
                                                        "WHERE id = $2 RETURNING id) "
                                                        "INSERT INTO bookings (request, event, user_id, seats) "
                                                        "SELECT $1, id, $3, $4 FROM taken") },
    STATEMENT_END,
};

/* SQLite cannot add a constraint to a table that exists; the table is still empty here. */
static const struct text atomic_check =
    TEXT_PER("DROP TABLE events;"
             "CREATE TABLE events (id INTEGER PRIMARY KEY, capacity INTEGER NOT NULL,"
             " available INTEGER NOT NULL CHECK (available >= 0), version INTEGER NOT NULL DEFAULT 0)",
             "ALTER TABLE events ADD CONSTRAINT available_not_negative CHECK (available >= 0)");

static const struct text *atomic_ddl(const void *options)
{
    return ((const struct atomic_options *)options)->guard == GUARD_CHECK ? &atomic_check : NULL;
}

static unsigned atomic_needs(const void *options)
{
    return ((const struct atomic_options *)options)->form == FORM_CTE ? DB_CAN_WRITE_IN_WITH : 0u;
}

static const char *atomic_refuses(const void *options)
{
    const struct atomic_options *o = options;

    if (o->form == FORM_CTE && o->order == INSERT_FIRST)
        return "form = cte is one statement, which takes the seat first; leave out order = insert_first";
    return NULL;
}

static unsigned atomic_promises(const struct app *app)
{
    (void)app;
    return PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING | PROMISE_SELLS_OUT;
}

/* What came of a statement that takes the seat if there is one: DB_OK, and taken says whether. */
static enum db_status taken_by(const struct attempt *a, enum db_status st, bool *taken)
{
    const struct atomic_options *o = a->app->options;

    *taken = st == DB_OK && a->row.changed > 0;
    return st == DB_CONSTRAINT && o->guard == GUARD_CHECK ? DB_OK : st;
}

static enum db_status take(struct attempt *a, bool *taken)
{
    const struct atomic_options *o = a->app->options;
    const struct request *rq = a->request;

    return taken_by(a, attempt_run(a, o->guard == GUARD_CHECK ? TAKE_UNGUARDED : TAKE, ARGS(rq->event, rq->seats)),
                    taken);
}

static enum db_status book(struct attempt *a)
{
    const struct request *rq = a->request;

    return attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats));
}

static enum verdict in_one_statement(struct attempt *a)
{
    const struct atomic_options *o = a->app->options;
    const struct request *rq = a->request;
    enum db_status st;
    bool taken;

    st = attempt_run(a, o->guard == GUARD_CHECK ? TAKE_AND_BOOK_UNGUARDED : TAKE_AND_BOOK,
                     ARGS(rq->id, rq->event, rq->user, rq->seats));
    if ((st = taken_by(a, st, &taken)) != DB_OK)
        return verdict_of(a, st);
    return taken ? VERDICT_BOOKED : VERDICT_SOLD_OUT;
}

static enum verdict atomic_attempt(struct attempt *a)
{
    const struct atomic_options *o = a->app->options;
    enum db_status st;
    bool taken;

    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if (o->form == FORM_CTE)
        return in_one_statement(a);
    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if (o->order == INSERT_FIRST && (st = book(a)) != DB_OK)
        return verdict_of(a, st);
    if ((st = take(a, &taken)) != DB_OK)
        return verdict_of(a, st);
    if (!taken)
        return VERDICT_SOLD_OUT;
    if (o->order == UPDATE_FIRST && (st = book(a)) != DB_OK)
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
    .needs_for = atomic_needs,
    .refuses = atomic_refuses,
    .attempt = atomic_attempt,
};
