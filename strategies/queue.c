/* Idea: requests line up, and one writer with a connection of its own answers them in arrival order. It takes whatever
 * has come in, up to `batch` (with linger, it gives others that long to come in too), decides in memory from one locked
 * read, writes all bookings and the counter once, commits once, then answers everybody.
 *
 * Guarantee: never oversells, with any number of application servers and writers (each writer locks the event). Sells
 * out unless `cap` turns users away. In arrival order with one server and one writer.
 *
 * Cost: an answer waits for those ahead in the line, and for the linger; in return one fsync and a handful of
 * statements serve a whole batch, and a single connection is enough. More writers are of use to several events; for one
 * event they wait for each other.
 *
 * Fails when: the line grows faster than the writer serves it: the wait of the last one is the sum of all before, and
 * without a cap memory is the limit; a writer that dies leaves everybody waiting. */
#include "strategy.h"

#define BATCH_MOST   1024
#define WRITERS_MOST 16
#define LINGER_MOST  (INT64_C(10) * 1000 * 1000 * 1000) /* 10 s in ns */

struct queue_options {
    int64_t batch, linger_ns, cap, writers;
};

static const struct option queue_rows[] = {
    { .name = "batch",
      .type = OPTION_INT,
      .offset = offsetof(struct queue_options, batch),
      .min = 1,
      .max = BATCH_MOST,
      .fallback = "256",
      .help = "most requests answered with one commit" },
    { .name = "linger",
      .type = OPTION_DURATION,
      .offset = offsetof(struct queue_options, linger_ns),
      .min = 0,
      .max = LINGER_MOST,
      .fallback = "0ms",
      .help = "how long a writer who has somebody to serve waits for more of them" },
    { .name = "cap",
      .type = OPTION_INT,
      .offset = offsetof(struct queue_options, cap),
      .min = 0,
      .max = 10000000,
      .fallback = "0",
      .help = "most requests in line before others are shed; 0 = no limit" },
    { .name = "writers",
      .type = OPTION_INT,
      .offset = offsetof(struct queue_options, writers),
      .min = 1,
      .max = WRITERS_MOST,
      .fallback = "1",
      .help = "writers of each application server, each with a connection out of its pool" },
    OPTION_END,
};

enum { LOOK, BOOK, TAKE };
enum { BOOK_ARGS = 4 };

static const struct statement queue_statements[] = {
    /* The lock keeps the writers of other application servers out between the look and the commit. */
    [LOOK] = { .name = "look",
               .kind = STATEMENT_READ,
               .locks = true,
               .sql = TEXT_PER("SELECT available FROM events WHERE id = $1",
                               "SELECT available FROM events WHERE id = $1 FOR UPDATE") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1") },
    STATEMENT_END,
};

/* What a writer has before him. */
struct desk {
    struct attempt *batch[BATCH_MOST];
    enum verdict verdict[BATCH_MOST]; /* VERDICT_PARKED: not decided yet */
    int64_t rows[BATCH_MOST * BOOK_ARGS];
};

struct queue_app {
    struct lane *lane;
    struct desk desks[WRITERS_MOST];
};

static const struct queue_options *options_of(const struct app *app)
{
    return app->options;
}

static unsigned queue_promises(const struct app *app)
{
    bool one_line = app->instances == 1 && options_of(app)->writers == 1;

    return PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING | (options_of(app)->cap == 0 ? PROMISE_SELLS_OUT : 0u) |
           (one_line ? PROMISE_IN_ORDER : 0u);
}

static int queue_services(const void *options)
{
    return (int)((const struct queue_options *)options)->writers;
}

/* The smallest event that somebody undecided asks for, or 0. All writers lock events in this order: no deadlock. */
static int64_t next_event(const struct desk *desk, int n)
{
    int64_t event = 0;
    int i;

    for (i = 0; i < n; i++)
        if (desk->verdict[i] == VERDICT_PARKED && (event == 0 || desk->batch[i]->request->event < event))
            event = desk->batch[i]->request->event;
    return event;
}

/* Decides everybody who asks for this event, in arrival order, and writes what was sold. */
static enum db_status serve_event(struct desk *desk, struct db *db, int64_t event, int n, int64_t *sold)
{
    enum db_status st;
    struct row row;
    int64_t taken = 0;
    int i, booked = 0;

    if ((st = db_run(db, LOOK, ARGS(event), &row)) != DB_OK)
        return st;
    for (i = 0; i < n; i++) {
        const struct request *rq = desk->batch[i]->request;
        int64_t *args = &desk->rows[booked * BOOK_ARGS];

        if (rq->event != event)
            continue;
        desk->verdict[i] = VERDICT_SOLD_OUT;
        if (rq->seats > row.column[0] - taken)
            continue;
        desk->verdict[i] = VERDICT_BOOKED;
        taken += rq->seats;
        args[0] = rq->id;
        args[1] = rq->event;
        args[2] = rq->user;
        args[3] = rq->seats;
        booked++;
    }
    *sold += taken;
    if (taken == 0)
        return DB_OK;
    if ((st = db_run_many(db, BOOK, desk->rows, BOOK_ARGS, booked, NULL)) != DB_OK)
        return st;
    return db_run(db, TAKE, ARGS(event, taken), NULL);
}

static enum db_status serve_batch(struct desk *desk, struct db *db, int n)
{
    enum db_status st;
    int64_t event, sold = 0;

    if (db == NULL)
        return DB_LOST;
    if ((st = db_begin(db, TX_WRITE)) != DB_OK)
        return st;
    while ((event = next_event(desk, n)) != 0)
        if ((st = serve_event(desk, db, event, n, &sold)) != DB_OK)
            break;
    if (st == DB_OK && sold > 0)
        return db_commit(db);
    if (db_in_transaction(db))
        (void)db_rollback(db); /* nothing was sold, or nothing may stay */
    return st;
}

/* A refusal was decided from bookings of the same transaction: when that did not commit, it falls with them. */
static enum verdict final_verdict(struct attempt *a, enum verdict decided, enum db_status st)
{
    if (st == DB_OK)
        return decided;
    return verdict_of(a, st == DB_IN_DOUBT && decided != VERDICT_BOOKED ? DB_LOST : st);
}

static void write_bookings(struct service *service, struct app *app)
{
    const struct queue_options *options = options_of(app);
    struct queue_app *queue = app->memory;
    struct desk *desk = &queue->desks[service_index(service)];
    enum db_status st;
    int i, n;

    for (;;) {
        lane_linger(service, queue->lane, (int)options->batch, options->linger_ns);
        if ((n = lane_take(service, queue->lane, desk->batch, (int)options->batch)) == 0)
            return;
        for (i = 0; i < n; i++)
            desk->verdict[i] = VERDICT_PARKED;
        st = serve_batch(desk, service_db(service), n);
        for (i = 0; i < n; i++)
            attempt_finish(desk->batch[i], final_verdict(desk->batch[i], desk->verdict[i], st));
    }
}

static int queue_open(struct app *app)
{
    struct queue_app *queue = app->memory;
    int64_t i;

    if ((queue->lane = app_lane(app, options_of(app)->cap)) == NULL)
        return -1;
    for (i = 0; i < options_of(app)->writers; i++)
        if (app_spawn(app, write_bookings) != 0)
            return -1;
    return 0;
}

static enum verdict queue_attempt(struct attempt *a)
{
    const struct queue_app *queue = a->app->memory;

    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    return attempt_park(a, queue->lane);
}

const struct strategy strategy_queue = {
    .name = "queue",
    .summary = "requests line up, one writer books whole batches",
    .traits = TRAIT_CORE,
    .colour = 0x56B4E9,
    .promises = queue_promises,
    .statements = queue_statements,
    .options = queue_rows,
    .options_size = sizeof(struct queue_options),
    .services = queue_services,
    .app_size = sizeof(struct queue_app),
    .open = queue_open,
    .attempt = queue_attempt,
};
