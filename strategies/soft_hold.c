/* Idea: first a hold, then the payment. A try takes the seats off the market with a PENDING bookings row that ends at
 * expires_at, by the database's clock; the user pays without a connection; then one statement turns the row into a
 * CONFIRMED one, if it is still there and not over. Who leaves gives the hold back. What is over is taken away by the
 * next who looks for a seat (expiry = lazy), or by a service of each application server (sweeper). Seats left are
 * counted from the rows: there is no counter that could drift.
 *
 * Guarantee: never oversells, with any number of application servers: under the lock of the event's row a hold is
 * counted as long as its row is there, and what is over is taken away only after whoever is confirming it at that
 * moment. A user never has two holds: a try that lost its race at confirming leaves its hold to the next. Sells out
 * where no hold comes back, or when held = conflict and a request may try without limit: then nobody is refused a seat
 * that is only held. A hold that a user left behind blocks its seats until it is over, and no longer.
 *
 * Cost: two transactions, and the rows of an event are counted twice. A refusal needs no lock. The payment holds no
 * lock and no connection, however long it takes.
 *
 * Fails when: the hold is shorter than the payment: who comes too late has paid, and gets a seat only if one is still
 * free. With held = sold_out users are refused while others hold what they then do not buy. With expiry = sweeper a
 * sweeper that stands still stops the sale. */
#include "strategy.h"

#define MS INT64_C(1000000) /* in ns */
#define US INT64_C(1000)    /* in ns */

enum expiry { EXPIRY_LAZY, EXPIRY_SWEEPER };
enum held { HELD_SOLD_OUT, HELD_CONFLICT };

struct soft_hold_options {
    int expiry, held;
    int64_t sweep_ns;
};

static const char *const expiries[] = { "lazy", "sweeper", NULL };
static const char *const helds[] = { "sold_out", "conflict", NULL };

static const struct option soft_hold_rows[] = {
    { .name = "expiry",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct soft_hold_options, expiry),
      .fallback = "lazy",
      .words = expiries,
      .help = "who takes away holds that are over: the next who looks for a seat, or a service" },
    { .name = "held",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct soft_hold_options, held),
      .fallback = "sold_out",
      .words = helds,
      .help = "the answer when all that is left is held by others: sold out, or a conflict, so that the user tries "
              "again while there is hope" },
    { .name = "sweep",
      .type = OPTION_DURATION,
      .offset = offsetof(struct soft_hold_options, sweep_ns),
      .min = 1 * MS,
      .max = 3600 * 1000 * MS,
      .fallback = "100ms",
      .help = "expiry = sweeper: the pause between two sweeps" },
    OPTION_END,
};

enum { LOOK, LOOK_AT_ALL, LOCK, HOLD, CLEAR, CONFIRM, DROP, SWEEP };

/* In a subquery: read once in a statement, and an index can be used. */
#define NOW "(SELECT lastseat_now())"

#define SEATS_OF(rows) "(SELECT CAST(coalesce(sum(seats), 0) AS bigint) FROM bookings WHERE event = $1" rows ")"

static const struct statement soft_hold_statements[] = {
    /* Before the lock, so that who is refused waits for nobody. */
    [LOOK] = { .name = "look",
               .kind = STATEMENT_READ,
               .sql = TEXT("SELECT capacity, " SEATS_OF(" AND state = 'CONFIRMED'") " AS sold, " SEATS_OF(
                   " AND state = 'PENDING' AND expires_at > " NOW) " AS held FROM events WHERE id = $1") },
    [LOOK_AT_ALL] = { .name = "look at all",
                      .kind = STATEMENT_READ,
                      .sql = TEXT("SELECT capacity, " SEATS_OF(" AND state = 'CONFIRMED'") " AS sold, " SEATS_OF(
                          " AND state = 'PENDING'") " AS held FROM events WHERE id = $1") },
    /* Without the lock two users count the same rows, and both find room for a hold. It is on a row that is there: a
       lock on the event's bookings would lock nothing while there are none. */
    [LOCK] = { .name = "lock",
               .kind = STATEMENT_READ,
               .locks = true,
               .sql = TEXT_PER("SELECT capacity FROM events WHERE id = $1",
                               "SELECT capacity FROM events WHERE id = $1 FOR UPDATE") },
    /* A statement of its own: in PostgreSQL its snapshot is then younger than the lock. It counts what is over as
       well: as long as the row is there, its user may be confirming it. */
    [HOLD] = { .name = "hold",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats, state, expires_at)"
                           " SELECT $2, id, $3, $4, 'PENDING', " NOW " + $5 FROM events"
                           " WHERE id = $1 AND capacity >= $4 + " SEATS_OF("")) },
    /* Taken away, not only left out of the count: its user may be confirming it at this moment. The row's lock makes
       one of the two come first, and the other finds it confirmed, or gone. */
    [CLEAR] = { .name = "clear what is over",
                .kind = STATEMENT_WRITE,
                .sql = TEXT("DELETE FROM bookings WHERE event = $1 AND state = 'PENDING' AND expires_at <= " NOW) },
    /* Tested and written in one step: between the two somebody could take away what is over. */
    [CONFIRM] = { .name = "confirm",
                  .kind = STATEMENT_WRITE,
                  .sql = TEXT("UPDATE bookings SET state = 'CONFIRMED'"
                              " WHERE request = $1 AND state = 'PENDING' AND expires_at > " NOW) },
    [DROP] = { .name = "give back",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("DELETE FROM bookings WHERE request = $1 AND state = 'PENDING'") },
    /* Rows that somebody has locked are being confirmed or taken away: to wait for them while others are locked could
       be a deadlock with another server's sweeper. */
    [SWEEP] = { .name = "sweep",
                .kind = STATEMENT_WRITE,
                .sql = TEXT_PER("DELETE FROM bookings WHERE state = 'PENDING' AND expires_at <= " NOW,
                                "DELETE FROM bookings WHERE id = ANY (ARRAY (SELECT id FROM bookings"
                                " WHERE state = 'PENDING' AND expires_at <= " NOW " FOR UPDATE SKIP LOCKED))") },
    STATEMENT_END,
};

/* What a request brings along to its next try. */
struct own {
    bool holds, has_paid;
};

static const struct soft_hold_options *options_of(const struct app *app)
{
    return app->options;
}

/* For the sweeper, who has no event to look for. */
static const struct text *soft_hold_ddl(const void *options)
{
    static const struct text expiry =
        TEXT("CREATE INDEX bookings_expiry ON bookings (expires_at) WHERE state = 'PENDING'");

    return ((const struct soft_hold_options *)options)->expiry == EXPIRY_SWEEPER ? &expiry : NULL;
}

static enum ledger soft_hold_ledger(const void *options)
{
    (void)options;
    return LEDGER_BOOKINGS;
}

static unsigned soft_hold_promises(const struct app *app)
{
    bool comes_back = app->users_may_leave || app->holds_may_expire;
    bool waits = options_of(app)->held == HELD_CONFLICT && app->attempts == INT64_MAX;

    return PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING | (!comes_back || waits ? PROMISE_SELLS_OUT : 0u);
}

static int soft_hold_services(const void *options)
{
    return ((const struct soft_hold_options *)options)->expiry == EXPIRY_SWEEPER ? 1 : 0;
}

static void sweep(struct service *service, struct app *app)
{
    struct db *db;

    while (service_pause(service, options_of(app)->sweep_ns))
        if ((db = service_db(service)) != NULL)
            (void)db_run(db, SWEEP, NULL, 0, NULL); /* what is left behind is there the next time */
}

static int soft_hold_open(struct app *app)
{
    return options_of(app)->expiry == EXPIRY_SWEEPER ? app_spawn(app, sweep) : 0;
}

static bool is_lazy(const struct attempt *a)
{
    return options_of(a->app)->expiry == EXPIRY_LAZY;
}

/* What is left is held by others, and may come back. */
static enum verdict none_left(struct attempt *a)
{
    return options_of(a->app)->held == HELD_CONFLICT ? attempt_conflict(a, REASON_HELD) : VERDICT_SOLD_OUT;
}

static enum db_status try_hold(struct attempt *a)
{
    const struct request *rq = a->request;

    return attempt_run(a, HOLD, ARGS(rq->event, rq->id, rq->user, rq->seats, a->app->hold_ttl_ns / US));
}

/* VERDICT_BOOKED: it stands. */
static enum verdict hold(struct attempt *a)
{
    const struct request *rq = a->request;
    const int64_t *stock = a->row.column; /* of a look: seats, sold, held */
    enum db_status st;

    if ((st = attempt_run(a, is_lazy(a) ? LOOK : LOOK_AT_ALL, ARGS(rq->event))) != DB_OK)
        return verdict_of(a, st);
    if (stock[0] - stock[1] < rq->seats)
        return VERDICT_SOLD_OUT;
    if (stock[0] - stock[1] - stock[2] < rq->seats)
        return none_left(a);
    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, LOCK, ARGS(rq->event))) != DB_OK || (st = try_hold(a)) != DB_OK)
        return verdict_of(a, st);
    if (a->row.changed == 0 && is_lazy(a))
        if ((st = attempt_run(a, CLEAR, ARGS(rq->event))) != DB_OK || (st = try_hold(a)) != DB_OK)
            return verdict_of(a, st);
    if (a->row.changed == 0)
        return none_left(a);
    return verdict_of(a, attempt_commit(a));
}

/* Too late: what is left of the hold goes, and the next try begins anew, or finds that it was sold to another. */
static enum verdict let_go(struct attempt *a, struct own *own)
{
    enum db_status st;

    own->holds = false;
    if ((st = attempt_run(a, DROP, ARGS(a->request->id))) != DB_OK)
        return verdict_of(a, st);
    return attempt_conflict(a, REASON_EXPIRED);
}

static enum verdict soft_hold_attempt(struct attempt *a)
{
    struct own *own = a->memory;
    enum verdict verdict;
    enum db_status st;

    if (!own->holds && (verdict = hold(a)) != VERDICT_BOOKED)
        return verdict;
    own->holds = true;
    if (!own->has_paid && !attempt_checkout(a)) {
        (void)attempt_run(a, DROP, ARGS(a->request->id)); /* if this fails, the hold runs out by itself */
        return VERDICT_ABANDONED;
    }
    own->has_paid = true;
    if ((st = attempt_run(a, CONFIRM, ARGS(a->request->id))) != DB_OK)
        return verdict_of(a, st);
    return a->row.changed > 0 ? VERDICT_BOOKED : let_go(a, own);
}

const struct strategy strategy_soft_hold = {
    .name = "soft_hold",
    .summary = "hold the seats for a while, pay, then confirm what is still held",
    .traits = TRAIT_HOLDS,
    .colour = 0x117733,
    .ledger = soft_hold_ledger,
    .promises = soft_hold_promises,
    .ddl = soft_hold_ddl,
    .statements = soft_hold_statements,
    .options = soft_hold_rows,
    .options_size = sizeof(struct soft_hold_options),
    .services = soft_hold_services,
    .request_size = sizeof(struct own),
    .open = soft_hold_open,
    .attempt = soft_hold_attempt,
};
