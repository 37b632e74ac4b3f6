/* Idea: the counter is cut into shards, rows of their own, and each request decrements the one its number falls on, so
 * that users of one event do not all queue for one row. One look at all shards says which to take from: its own, or,
 * when that runs dry, the next one that has enough.
 *
 * Guarantee: never oversells, with any number of application servers: each shard is a conditional UPDATE. Sells out
 * when everybody wants one seat and may try more often than there are seats: only when no shard has one left is
 * anybody refused. Groups are refused when no single shard has all they want.
 *
 * Cost: `shards` rows to read before anything is said, and what is left is a sum. A refusal needs no lock.
 *
 * Fails when: groups come late: the seats that are left lie scattered over the shards, enough together and too few in
 * each, and stay unsold. Near the end everybody steals, and they meet in one row again. The checkout comes first: a
 * user may pay for a seat that is gone. */
#include "strategy.h"

struct sharded_options {
    int64_t shards;
};

static const struct option sharded_rows[] = {
    { .name = "shards",
      .type = OPTION_INT,
      .offset = offsetof(struct sharded_options, shards),
      .min = 1,
      .max = 1024,
      .fallback = "8",
      .help = "rows that the counter of an event is cut into" },
    OPTION_END,
};

enum { FILL, LOOK, TAKE, BOOK, GIVE, ERASE };

/* What cannot be dealt out evenly goes to the first shards. */
#define SHARES "SELECT id, i, capacity / $1 + CASE WHEN i < capacity % $1 THEN 1 ELSE 0 END FROM events CROSS JOIN "

static const struct statement sharded_statements[] = {
    [FILL] = { .name = "fill",
               .kind = STATEMENT_WRITE,
               .sql = TEXT_PER("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1)"
                               " INSERT INTO shards (event, shard, available) " SHARES "n",
                               "INSERT INTO shards (event, shard, available) " SHARES
                               "generate_series(0, $1 - 1) AS n(i) ORDER BY id, i") },
    /* All shards in one look: asked one after the other, each could be found dry though never all of them were. */
    [LOOK] = { .name = "look",
               .kind = STATEMENT_READ,
               .sql = TEXT("SELECT shard FROM shards WHERE event = $1 AND available >= $3"
                           " ORDER BY shard < $2, shard LIMIT 1") },
    /* Test and write in one step: nobody can come between. Once in a transaction: in PostgreSQL an UPDATE that waited
       for a row keeps it locked though it then does not match, and two who go on to each other's shard would wait for
       each other. */
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE shards SET available = available - $3"
                           " WHERE event = $1 AND shard = $2 AND available >= $3") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    [GIVE] = { .name = "give",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE shards SET available = available + $3 WHERE event = $1 AND shard = $2") },
    [ERASE] = { .name = "erase", .kind = STATEMENT_WRITE, .sql = TEXT("DELETE FROM bookings WHERE request = $1") },
    STATEMENT_END,
};

static const struct text sharded_table =
    TEXT_PER("CREATE TABLE shards (event INTEGER NOT NULL, shard INTEGER NOT NULL, available INTEGER NOT NULL,"
             " PRIMARY KEY (event, shard)) WITHOUT ROWID",
             "CREATE TABLE shards (event bigint NOT NULL, shard bigint NOT NULL, available bigint NOT NULL,"
             " PRIMARY KEY (event, shard))");

static int64_t shards_of(const struct app *app)
{
    return ((const struct sharded_options *)app->options)->shards;
}

static const struct text *sharded_ddl(const void *options)
{
    (void)options;
    return &sharded_table;
}

static enum ledger sharded_ledger(const void *options)
{
    (void)options;
    return LEDGER_OWN;
}

static unsigned sharded_promises(const struct app *app)
{
    bool sells_out = app->group_most == 1 && app->attempts > app->seats;

    return PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING | (sells_out ? PROMISE_SELLS_OUT : 0u);
}

static enum db_status sharded_setup(struct db *db, const struct app *app)
{
    return db_run(db, FILL, ARGS(shards_of(app)), NULL);
}

static enum verdict sharded_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;
    int64_t shard;

    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if ((st = attempt_run(a, LOOK, ARGS(rq->event, rq->id % shards_of(a->app), rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.rows == 0)
        return VERDICT_SOLD_OUT;
    shard = a->row.column[0];
    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, TAKE, ARGS(rq->event, shard, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.changed == 0)
        return attempt_conflict(a, REASON_STALE);
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

/* To the shard that the request asks first, which need not be the one it had its seats from. */
static enum verdict sharded_release(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, GIVE, ARGS(rq->event, rq->id % shards_of(a->app), rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, ERASE, ARGS(rq->id))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_sharded = {
    .name = "sharded",
    .summary = "the counter cut into several rows, stealing from others when one runs dry",
    .colour = 0x999933,
    .ledger = sharded_ledger,
    .remaining = TEXT("SELECT event, CAST(sum(available) AS bigint) FROM shards GROUP BY event"),
    .promises = sharded_promises,
    .ddl = sharded_ddl,
    .statements = sharded_statements,
    .options = sharded_rows,
    .options_size = sizeof(struct sharded_options),
    .setup = sharded_setup,
    .attempt = sharded_attempt,
    .release = sharded_release,
};
