/* Idea: one row per seat, and a booking takes rows that nobody has. Which ones is `pick`: skip_locked takes the first
 * free ones and walks past those that somebody else holds at this moment; nowait gives up at the first that is held;
 * ordered waits for it; random starts at a seat drawn from the request's number, so that users do not meet at the same
 * one. What is taken is held until the checkout is over.
 *
 * Guarantee: never oversells, with any number of application servers: a row has one owner. Sells out with ordered; with
 * random when a request may try more often than there are seats; with nowait when it may try without limit; with
 * skip_locked as long as no holder gives a seat back: nobody leaves at checkout, nobody asks for a group.
 *
 * Cost: a row written per seat, and an index over them; users of different seats do not wait for each other.
 *
 * Fails when: skip_locked meets a holder who rolls back: whoever walked past was told "sold out", and the seat stays
 * empty. SQLite cannot skip: its one write lock covers all rows, so who has it finds none locked, and who has not
 * cannot take any. With ordered and nowait everybody comes to the same first row, as if it were a counter. */
#include "strategy.h"

enum pick { PICK_SKIP_LOCKED, PICK_NOWAIT, PICK_ORDERED, PICK_RANDOM };

struct seat_rows_options {
    int pick;
};

static const char *const picks[] = { "skip_locked", "nowait", "ordered", "random", NULL };

static const struct option seat_rows_rows[] = {
    { .name = "pick",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct seat_rows_options, pick),
      .fallback = "skip_locked",
      .words = picks,
      .help =
          "which free seats are taken: the first that nobody holds, the first or a conflict when somebody holds it, "
          "the first after waiting for it, or some at random after waiting for them" },
    OPTION_END,
};

/* The first four in the order of enum pick. */
enum { TAKE_SKIPPING, TAKE_NOWAIT, TAKE_ORDERED, TAKE_RANDOM, LOOK, BOOK };

/* Sorted by request too, which is NULL in all of them: the index is then read in its order, and no further than needed.
 */
#define FREE(more) "SELECT seat FROM seats WHERE event = $1 AND request IS NULL" more " ORDER BY request, seat LIMIT $2"
#define TAKE_THESE "UPDATE seats SET request = $3 WHERE event = $1 AND request IS NULL AND seat "

/* From a seat on, and once around. */
static const char random_sqlite[] = TAKE_THESE "IN (SELECT seat FROM (SELECT seat FROM (" FREE(
    " AND seat >= $4") ") UNION ALL SELECT seat FROM (" FREE(" AND seat < $4") ")) LIMIT $2)";
static const char random_postgres[] = TAKE_THESE
    "= ANY (ARRAY (SELECT seat FROM seats WHERE event = $1 AND request IS NULL AND seat = ANY (ARRAY ((" FREE(
        " AND seat >= $4") ") UNION ALL (" FREE(" AND seat < $4") ") LIMIT $2)) ORDER BY seat FOR UPDATE))";

static const struct statement seat_rows_statements[] = {
    /* Without a lock two users would find the same free row, and the second would take it from the first. */
    [TAKE_SKIPPING] = { .name = "take what nobody holds",
                        .kind = STATEMENT_WRITE,
                        .locks = true,
                        .sql = TEXT_PER(NULL, TAKE_THESE "= ANY (ARRAY (" FREE("") " FOR UPDATE SKIP LOCKED))") },
    [TAKE_NOWAIT] = { .name = "take or give up",
                      .kind = STATEMENT_WRITE,
                      .locks = true,
                      .sql = TEXT_PER(TAKE_THESE "IN (" FREE("") ")",
                                      TAKE_THESE "= ANY (ARRAY (" FREE("") " FOR UPDATE NOWAIT))") },
    /* Everybody locks in the order of seats: two groups cannot each hold what the other waits for. After the wait the
       row is looked at again; when it is taken, the next one is locked. */
    [TAKE_ORDERED] = { .name = "take in order",
                       .kind = STATEMENT_WRITE,
                       .locks = true,
                       .sql = TEXT_PER(TAKE_THESE "IN (" FREE("") ")",
                                       TAKE_THESE "= ANY (ARRAY (" FREE("") " FOR UPDATE))") },
    /* Chosen without a lock, then locked in the order of seats; request IS NULL is asked again under the lock: a seat
       that was taken meanwhile must not change its owner. */
    [TAKE_RANDOM] = { .name = "take at random",
                      .kind = STATEMENT_WRITE,
                      .locks = true,
                      .sql = TEXT_PER(random_sqlite, random_postgres) },
    /* A seat that is only held counts as free: its holder may still leave. */
    [LOOK] = { .name = "look",
               .kind = STATEMENT_READ,
               .sql = TEXT("SELECT count(*) FROM (SELECT 1 FROM seats WHERE event = $1 AND request IS NULL LIMIT $2)"
                           " AS free") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum pick pick_of(const void *options)
{
    return (enum pick)((const struct seat_rows_options *)options)->pick;
}

static unsigned seat_rows_needs(const void *options)
{
    return pick_of(options) == PICK_SKIP_LOCKED ? DB_CAN_LOCK_ROWS : 0u;
}

static void seat_rows_tune(const void *options, struct lock_wait *wait)
{
    wait->never = pick_of(options) == PICK_NOWAIT;
}

static enum ledger seat_rows_ledger(const void *options)
{
    (void)options;
    return LEDGER_SEATS;
}

static bool sells_out(const struct app *app)
{
    switch (pick_of(app->options)) {
    case PICK_SKIP_LOCKED:
        return !app->users_may_leave && app->group_most == 1;
    case PICK_NOWAIT:
        return app->attempts == INT64_MAX; /* a lost try says nothing about the holder: he may still leave */
    case PICK_ORDERED:
        return true;
    case PICK_RANDOM:
        return app->attempts > app->seats; /* a lost try: somebody has booked that seat */
    }
    return false;
}

static unsigned seat_rows_promises(const struct app *app)
{
    return PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING | (sells_out(app) ? PROMISE_SELLS_OUT : 0u);
}

/* A seat for this try, the same in every run: multiplied by 2^64 / golden ratio, neighbouring numbers lie far apart. */
static int64_t first_seat(const struct attempt *a)
{
    uint64_t n = (uint64_t)(a->request->id + a->number - 1) * 0x9E3779B97F4A7C15u;

    return 1 + (int64_t)((n >> 32) % (uint64_t)a->app->seats);
}

static enum db_status take(struct attempt *a, enum pick pick)
{
    const struct request *rq = a->request;

    if (pick == PICK_RANDOM)
        return attempt_run(a, TAKE_RANDOM, ARGS(rq->event, rq->seats, rq->id, first_seat(a)));
    return attempt_run(a, (int)pick, ARGS(rq->event, rq->seats, rq->id));
}

static enum verdict seat_rows_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum pick pick = pick_of(a->app->options);
    enum db_status st;

    if (pick == PICK_RANDOM) {
        if ((st = attempt_run(a, LOOK, ARGS(rq->event, rq->seats))) != DB_OK)
            return verdict_of(a, st);
        if (a->row.column[0] < rq->seats)
            return VERDICT_SOLD_OUT;
    }
    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = take(a, pick)) != DB_OK)
        return verdict_of(a, st);
    if (a->row.changed < rq->seats)
        return pick == PICK_RANDOM ? attempt_conflict(a, REASON_STALE) : VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_seat_rows = {
    .name = "seat_rows",
    .summary = "one row per seat, taken by whoever locks it",
    .colour = 0x332288,
    .ledger = seat_rows_ledger,
    .promises = seat_rows_promises,
    .statements = seat_rows_statements,
    .options = seat_rows_rows,
    .options_size = sizeof(struct seat_rows_options),
    .needs_for = seat_rows_needs,
    .tune = seat_rows_tune,
    .attempt = seat_rows_attempt,
};
