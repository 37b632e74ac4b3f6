#include "harness/db/driver.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"
#include "harness/db/kind.h"

/* The only caller of drivers. On the hot path no clock is read, unless a lock is taken or [db] rtt is set. */

const char *db_status_name(enum db_status st)
{
    static const char *const names[DB_STATUS_COUNT] = {
        [DB_OK] = "ok",
        [DB_BUSY] = "busy",
        [DB_CONFLICT] = "conflict",
        [DB_DEADLOCK] = "deadlock",
        [DB_CONSTRAINT] = "constraint",
        [DB_LOCK_TIMEOUT] = "lock_timeout",
        [DB_STATEMENT_TIMEOUT] = "statement_timeout",
        [DB_POOL_TIMEOUT] = "pool_timeout",
        [DB_ROLLED_BACK] = "rolled_back",
        [DB_LOST] = "lost",
        [DB_IN_DOUBT] = "in_doubt",
        [DB_FULL] = "full",
        [DB_ERROR] = "error",
    };

    assert(st >= 0 && st < DB_STATUS_COUNT);
    return names[st];
}

void db_ops_add(struct db_ops *sum, const struct db_ops *more)
{
    sum->statements += more->statements;
    sum->reads += more->reads;
    sum->writes += more->writes;
    sum->round_trips += more->round_trips;
    sum->transactions += more->transactions;
    sum->begins += more->begins;
    sum->commits += more->commits;
    sum->rollbacks += more->rollbacks;
    sum->abandoned_tx += more->abandoned_tx;
}

/* The whole delay goes before the call: a lock is then held for as many delays as over a real network, where half of
 * one lies on either side of each call. A raised stop flag only shortens it. */
static void travel(const struct db *db)
{
    if (db->settings.rtt_ns > 0 && (db->driver->caps & DB_CAN_NETWORK) != 0)
        wait_until(clock_now_ns() + db->settings.rtt_ns);
}

static void locked(struct db *db)
{
    if (db->locked_at_ns == 0)
        db->locked_at_ns = clock_now_ns();
}

static void tx_over(struct db *db)
{
    db->in_tx = false;
    if (db->locked_at_ns != 0)
        db->lock_ns += clock_now_ns() - db->locked_at_ns;
    db->locked_at_ns = 0;
}

static void rolled_back(struct db *db)
{
    db->ops.rollbacks++;
    db->ops.transactions++;
    tx_over(db);
}

static void lose(struct db *db)
{
    db->lost = true;
    if (!db->in_tx)
        return;
    db->ops.abandoned_tx++;
    tx_over(db);
}

static bool is_loss(enum db_status st)
{
    return st == DB_LOST || st == DB_IN_DOUBT;
}

/* An error may have ended the transaction: the connection is gone, or the database rolled back by itself. */
static enum db_status failed(struct db *db, enum db_status st)
{
    if (is_loss(st))
        lose(db);
    else if (db->in_tx && !db->driver->tx_open(db))
        rolled_back(db);
    return st;
}

static enum db_status misuse(struct db *db, const char *what)
{
    snprintf(db->error, sizeof db->error, "%s", what);
    return DB_ERROR;
}

enum db_status db_begin(struct db *db, enum tx_mode mode)
{
    enum db_status st;

    assert(!db->in_tx);
    if (db->in_tx)
        return misuse(db, "begin: a transaction is already open");
    if (db->lost)
        return DB_LOST;
    travel(db);
    db->ops.round_trips++;
    if ((st = db->driver->begin(db, mode)) != DB_OK)
        return failed(db, st);
    db->in_tx = true;
    db->ops.begins++;
    if (mode == TX_WRITE && db->driver->begin_locks)
        locked(db);
    return DB_OK;
}

static void count(struct db *db, const struct statement *statement, int64_t n)
{
    db->ops.statements += n;
    if (statement->kind == STATEMENT_WRITE)
        db->ops.writes += n;
    else
        db->ops.reads += n;
}

enum db_status db_run(struct db *db, int slot, const int64_t *args, int nargs, struct row *row)
{
    const struct statement *statement = &db->statements[slot];
    struct row ignored;
    enum db_status st;

    assert(slot >= 0 && slot < db->statement_count);
    if (db->lost)
        return DB_LOST;
    travel(db);
    st = db->driver->run(db, slot, args, nargs, row != NULL ? row : &ignored);
    db->ops.round_trips++;
    count(db, statement, 1);
    /* A refused autocommit write was rolled back by the database: a transaction all the same. */
    if (!db->in_tx && statement->kind == STATEMENT_WRITE && !is_loss(st))
        db->ops.transactions++;
    if (st != DB_OK)
        return failed(db, st);
    if (statement->locks && db->in_tx)
        locked(db);
    return DB_OK;
}

enum db_status db_run_many(struct db *db, int slot, const int64_t *args, int nargs, int n, int64_t *changed)
{
    const struct statement *statement = &db->statements[slot];
    int64_t ignored = 0;
    enum db_status st;
    int done = 0, i;

    assert(slot >= 0 && slot < db->statement_count);
    if (changed == NULL)
        changed = &ignored;
    *changed = 0;
    if (db->lost)
        return DB_LOST;
    if (!db->in_tx)
        return misuse(db, "run_many: no transaction is open");
    if (n <= 0)
        return DB_OK;
    for (i = 0; i < (db->driver->pipelines ? 1 : n); i++)
        travel(db);
    st = db->driver->run_many(db, slot, args, nargs, n, changed, &done);
    db->ops.round_trips += db->driver->pipelines ? 1 : done;
    count(db, statement, done);
    if (st != DB_OK)
        return failed(db, st);
    if (statement->locks)
        locked(db);
    return DB_OK;
}

enum db_status db_commit(struct db *db)
{
    enum db_status st;

    if (db->lost)
        return DB_LOST;
    if (!db->in_tx)
        return misuse(db, "commit: no transaction is open");
    travel(db);
    db->ops.round_trips++;
    st = db->driver->commit(db);
    if (st == DB_OK) {
        db->ops.commits++;
        db->ops.transactions++;
        tx_over(db);
    } else if (is_loss(st)) {
        lose(db);
    } else {
        rolled_back(db);
    }
    return st;
}

enum db_status db_rollback(struct db *db)
{
    enum db_status st;

    if (db->lost)
        return DB_LOST;
    if (!db->in_tx)
        return DB_OK; /* an error has rolled it back already */
    travel(db);
    db->ops.round_trips++;
    if ((st = db->driver->rollback(db)) == DB_OK)
        rolled_back(db);
    else
        lose(db); /* closing it is then the only way out of the transaction */
    return st;
}

bool db_in_transaction(const struct db *db)
{
    return db->in_tx;
}

bool db_is_lost(const struct db *db)
{
    return db->lost;
}

const char *db_last_error(const struct db *db)
{
    return db->error;
}

const struct db_ops *db_ops(const struct db *db)
{
    return &db->ops;
}

int64_t db_lock_ns(const struct db *db)
{
    return db->lock_ns;
}

int64_t db_written_bytes(struct db *db)
{
    int64_t bytes = db->driver->written_bytes(db);

    return bytes < 0 ? bytes : bytes - db->written_before;
}

/* Cold path: not counted. */
enum db_status db_query(struct db *db, const char *sql, db_row_fn *fn, void *arg)
{
    if (db->lost)
        return DB_LOST;
    return failed(db, db->driver->query(db, sql, fn, arg));
}

enum db_status db_exec(struct db *db, const char *sql)
{
    if (db->lost)
        return DB_LOST;
    return failed(db, db->driver->exec(db, sql));
}

void db_cancel(struct db *db)
{
    atomic_store(&db->cancelled, true);
    db->driver->cancel(db);
}

void db_discard(struct db *db)
{
    db->driver->close(db);
    atomic_fetch_sub(&db->database->connections, 1);
    free(db);
}

void db_close(struct db *db)
{
    if (db != NULL && !spare_put(db))
        db_discard(db);
}
