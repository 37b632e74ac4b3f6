/* Idea: look without a lock and remember the row's version; write only if the version is still the same. Who comes
 * second changes no row, is told so, and tries again with what is there now. With by = value the counter itself is
 * compared, and no version is needed: a counter that has gone and come back says the same as one that never moved.
 *
 * Guarantee: never oversells, with any number of application servers. Sells out when a request may try more often than
 * there are seats: each lost try means that somebody else has booked one.
 *
 * Cost: every lost race is work thrown away: reads and writes that the database did for nothing, more of them the more
 * users meet on one row.
 *
 * Fails when: the tries are used up: users are sent away while seats are still free, in a rush that would have sold
 * them. */
#include "strategy.h"

enum by { BY_VERSION, BY_VALUE };

struct optimistic_options {
    int by;
};

static const char *const bys[] = { "version", "value", NULL };

static const struct option optimistic_rows[] = {
    { .name = "by",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct optimistic_options, by),
      .fallback = "version",
      .words = bys,
      .help = "what must still be as it was read: the row's version, or the counter itself" },
    OPTION_END,
};

enum { LOOK, TAKE, TAKE_BY_VALUE, BOOK };

static const struct statement optimistic_statements[] = {
    [LOOK] = { .name = "look",
               .kind = STATEMENT_READ,
               .sql = TEXT("SELECT available, version FROM events WHERE id = $1") },
    /* Without the version in the predicate this would be a lost update. */
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE events SET available = available - $3, version = version + 1 "
                           "WHERE id = $1 AND version = $2") },
    /* Only right for a value that is all there is to know: what the user saw is what is still there. */
    [TAKE_BY_VALUE] = { .name = "take by value",
                        .kind = STATEMENT_WRITE,
                        .locks = true,
                        .sql = TEXT("UPDATE events SET available = available - $3 WHERE id = $1 AND available = $2") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static unsigned optimistic_promises(const struct app *app)
{
    return PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING | (app->attempts > app->seats ? PROMISE_SELLS_OUT : 0u);
}

static enum verdict optimistic_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum by by = (enum by)((const struct optimistic_options *)a->app->options)->by;
    enum db_status st;
    int64_t seen;

    if ((st = attempt_run(a, LOOK, ARGS(rq->event))) != DB_OK)
        return verdict_of(a, st);
    seen = a->row.column[by == BY_VERSION ? 1 : 0];
    if (a->row.column[0] < rq->seats)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, by == BY_VERSION ? TAKE : TAKE_BY_VALUE, ARGS(rq->event, seen, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.changed == 0)
        return attempt_conflict(a, REASON_STALE);
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_optimistic = {
    .name = "optimistic",
    .summary = "look, then write only if the row's version has not moved",
    .traits = TRAIT_CORE,
    .colour = 0xE69F00,
    .promises = optimistic_promises,
    .statements = optimistic_statements,
    .options = optimistic_rows,
    .options_size = sizeof(struct optimistic_options),
    .attempt = optimistic_attempt,
};
