/* Idea: remember how many seats are left, so that not everybody has to ask the database, and decide by what is
 * remembered. In real life a cache in front of a slow query, made for the page that shows the seats and then used by
 * the code that sells them; a read replica that lags behind is the same mistake. The audit must find: oversold.
 *
 * Guarantee: none. The number was right once.
 *
 * Cost: little: that is why it is there.
 *
 * Fails when: a seat is sold between the time the number was read and the time it is used, by whomever: even one user
 * after the other. */
#include <stdatomic.h>

#include "strategies/strategy.h"

/* How often a number is used before it is read again; how many events are remembered. */
enum { USES = 8, EVENTS = 64 };

enum { LOOK, TAKE, BOOK };

static const struct statement cached_count_statements[] = {
    [LOOK] = { .name = "look", .kind = STATEMENT_READ, .sql = TEXT("SELECT available FROM events WHERE id = $1") },
    /* No condition: it trusts the look. */
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

struct cached {
    _Atomic int64_t left;
    _Atomic int64_t uses; /* that are left of it; 0 or below: it is to be read again */
};

struct cached_count_app {
    struct cached events[EVENTS]; /* event number n in place n - 1; those above are not remembered */
};

static enum db_status look(struct attempt *a, int64_t *left)
{
    struct cached_count_app *cache = a->app->memory;
    int64_t event = a->request->event;
    struct cached *cached = event <= EVENTS ? &cache->events[event - 1] : NULL;
    enum db_status st;

    /* Wrong here: what was true some users ago decides. */
    if (cached != NULL && atomic_fetch_sub(&cached->uses, 1) > 0) {
        *left = atomic_load(&cached->left);
        return DB_OK;
    }
    if ((st = attempt_run(a, LOOK, ARGS(event))) != DB_OK)
        return st;
    *left = a->row.column[0];
    if (cached != NULL) {
        atomic_store(&cached->left, *left);
        atomic_store(&cached->uses, USES);
    }
    return DB_OK;
}

static enum verdict cached_count_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;
    int64_t left;

    if ((st = look(a, &left)) != DB_OK)
        return verdict_of(a, st);
    if (left < rq->seats)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, TAKE, ARGS(rq->event, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_cached_count = {
    .name = "cached_count",
    .summary = "decide by a number of seats that was read some users ago",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_OVERSOLD,
    .statements = cached_count_statements,
    .app_size = sizeof(struct cached_count_app),
    .attempt = cached_count_attempt,
};
