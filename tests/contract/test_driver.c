#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/tree.h"
#include "harness/base/wait.h"
#include "harness/db/database.h"
#include "harness/db/kind.h"
#include "harness/db/work.h"

/* The same cases over every driver: what db.h and database.h promise. One throw-away server for all of them. */

#define ARGS(...) (const int64_t[]){ __VA_ARGS__ }, (int)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t))
#define MS        NS_PER_MS

enum {
    ECHO3,
    ECHO8,
    EXTREMES,
    TAKE,
    TAKE_RETURNING,
    BOOK,
    BOOKED,
    EVENTS,
    SEATS,
    LOCK,
    NOWAIT,
    SLOW,
    BROKEN,
    EMPTY,
    PID
};

static const struct statement statements[] = {
    [ECHO3] = { "echo3", STATEMENT_READ, false, TEXT("SELECT $3, $1, $2, $1") },
    [ECHO8] = { "echo8", STATEMENT_READ, false, TEXT("SELECT $8, $7, $6, $5, $4, $3, $2, $1") },
    [EXTREMES] = { "extremes", STATEMENT_READ, false, TEXT("SELECT $1, $1 = $2, NULLIF($1, $1)") },
    [TAKE] = { "take", STATEMENT_WRITE, true,
               TEXT("UPDATE events SET available = available - $2, version = version + 1"
                    " WHERE id = $1 AND available >= $2") },
    [TAKE_RETURNING] = { "take_returning", STATEMENT_WRITE, true,
                         TEXT("UPDATE events SET available = available - $2 WHERE id >= $1 AND $1 > 0 RETURNING "
                              "available") },
    [BOOK] = { "book", STATEMENT_WRITE, false,
               TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    [BOOKED] = { "booked", STATEMENT_READ, false, TEXT("SELECT count(*) FROM bookings WHERE event = $1") },
    [EVENTS] = { "events", STATEMENT_READ, false, TEXT("SELECT id, capacity FROM events WHERE id >= $1 ORDER BY id") },
    [SEATS] = { "seats", STATEMENT_READ, false, TEXT("SELECT available, version FROM events WHERE id = $1") },
    [LOCK] = { "lock", STATEMENT_READ, true,
               TEXT_PER("SELECT id FROM events WHERE id = $1", "SELECT id FROM events WHERE id = $1 FOR UPDATE") },
    [NOWAIT] = { "nowait", STATEMENT_READ, true,
                 TEXT_PER(NULL, "SELECT id FROM events WHERE id = $1 FOR UPDATE NOWAIT") },
    [SLOW] = { "slow", STATEMENT_READ, false,
               TEXT_PER("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1 * 1000000000)"
                        " SELECT count(*) FROM n",
                        "SELECT 1 FROM pg_sleep($1)") },
    [BROKEN] = { "broken", STATEMENT_READ, false,
                 TEXT_PER("SELECT abs($1 - 9223372036854775807 - 1)", "SELECT 1 / $1") },
    [EMPTY] = { "empty", STATEMENT_WRITE, false, TEXT("DELETE FROM bookings WHERE request < $1") },
    [PID] = { "pid", STATEMENT_READ, false, TEXT_PER(NULL, "SELECT pg_backend_pid()") },
    STATEMENT_END
};

struct bench {
    const char *name;
    struct database *database;
};
static struct bench benches[] = { { "sqlite", NULL }, { "postgres", NULL }, { "null", NULL } };
static char dir[64];

static const struct house tiny = { .events = 1, .seats = 1 };
static const struct db_settings plain = { .durability = DURABILITY_ASYNC, .lock_timeout_ns = 5 * NS_PER_S };

static bool is_sqlite(const struct bench *bench)
{
    return strcmp(bench->name, "sqlite") == 0;
}

/* Built without libpq there is no postgres to test. */
static void need(const struct bench *bench)
{
    if (bench->database == NULL)
        skip();
}

static void fresh_with(const struct bench *bench, const struct db_settings *settings, const char *ddl)
{
    need(bench);
    assert_int_equal(database_reset(bench->database, settings, "contract",
                                    &(const struct house){ .ddl = ddl, .events = 3, .seats = 10 }),
                     0);
}

static void fresh(const struct bench *bench)
{
    fresh_with(bench, &plain, NULL);
}

static struct db *join_with(const struct bench *bench, const struct db_settings *settings)
{
    char error[DB_ERROR_SIZE] = "";
    struct db *db = database_connect(bench->database, settings, statements, error, sizeof error);

    assert_string_equal(error, "");
    assert_non_null(db);
    return db;
}

static struct db *join(const struct bench *bench)
{
    return join_with(bench, &plain);
}

static int64_t ask(struct db *db, int slot, int64_t arg)
{
    struct row row;

    assert_int_equal(db_run(db, slot, ARGS(arg), &row), DB_OK);
    assert_int_equal(row.rows, 1);
    return row.column[0];
}

/* begins = commits + rollbacks + abandoned; statements = reads + writes: at any moment outside a transaction. */
static void assert_identities(const struct db *db)
{
    const struct db_ops *ops = db_ops(db);

    assert_int_equal(ops->begins, ops->commits + ops->rollbacks + ops->abandoned_tx);
    assert_int_equal(ops->statements, ops->reads + ops->writes);
}

/* values */

static void values_and_order(void **state)
{
    const struct bench *bench = *state;
    static const int64_t edges[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT32_MAX, (int64_t)INT32_MAX + 1, INT64_MAX };
    struct row row;
    struct db *db;
    size_t i;

    fresh(bench);
    db = join(bench);
    assert_int_equal(db_run(db, ECHO3, ARGS(11, 22, 33), &row), DB_OK);
    assert_int_equal(row.rows, 1);
    assert_int_equal(row.changed, 0);
    assert_int_equal(row.column[0], 33);
    assert_int_equal(row.column[1], 11);
    assert_int_equal(row.column[2], 22);
    assert_int_equal(row.column[3], 11);
    assert_int_equal(db_run(db, ECHO8, edges, 8, &row), DB_OK);
    for (i = 0; i < 8; i++)
        assert_int_equal(row.column[i], edges[7 - i]);
    /* Booleans read as 0 and 1, NULL as 0. */
    assert_int_equal(db_run(db, EXTREMES, ARGS(5, 5), &row), DB_OK);
    assert_int_equal(row.column[1], 1);
    assert_int_equal(row.column[2], 0);
    assert_int_equal(db_run(db, EXTREMES, ARGS(INT64_MIN, INT64_MAX), &row), DB_OK);
    assert_int_equal(row.column[0], INT64_MIN);
    assert_int_equal(row.column[1], 0);
    db_close(db);
}

static void rows_and_changes(void **state)
{
    const struct bench *bench = *state;
    struct row row;
    struct db *db;

    fresh(bench);
    db = join(bench);
    assert_int_equal(db_run(db, EVENTS, ARGS(1), &row), DB_OK);
    assert_int_equal(row.rows, 3);
    assert_int_equal(row.column[0], 1); /* the first row's */
    assert_int_equal(row.column[1], 10);
    memset(&row, 0x55, sizeof row);
    assert_int_equal(db_run(db, EVENTS, ARGS(4), &row), DB_OK);
    assert_int_equal(row.rows, 0);
    assert_int_equal(row.column[0], 0);
    assert_int_equal(row.changed, 0);
    assert_int_equal(db_run(db, TAKE, ARGS(1, 4), &row), DB_OK);
    assert_int_equal(row.rows, 0);
    assert_int_equal(row.changed, 1);
    assert_int_equal(db_run(db, TAKE, ARGS(1, 7), &row), DB_OK);
    assert_int_equal(row.changed, 0);
    assert_int_equal(ask(db, SEATS, 1), 6);
    assert_int_equal(row.changed, 0);
    assert_int_equal(db_run(db, TAKE_RETURNING, ARGS(2, 1), &row), DB_OK);
    assert_int_equal(row.rows, 2);
    assert_int_equal(row.changed, 2);
    assert_int_equal(row.column[0], 9);
    assert_int_equal(db_run(db, BOOK, ARGS(1, 1, 1, 1), NULL), DB_OK);
    assert_int_equal(db_run(db, EMPTY, ARGS(100), &row), DB_OK);
    assert_int_equal(row.changed, 1);
    /* A read after a write answers no change of its own. */
    assert_int_equal(db_run(db, EVENTS, ARGS(1), &row), DB_OK);
    assert_int_equal(row.changed, 0);
    db_close(db);
}

static void wrong_calls(void **state)
{
    const struct bench *bench = *state;
    struct row row;
    struct db *db;

    fresh(bench);
    db = join(bench);
    assert_string_equal(db_last_error(db), "");
    assert_int_equal(db_run(db, ECHO3, ARGS(1, 2), &row), DB_ERROR);
    assert_string_equal(db_last_error(db), "statement 'echo3' takes 3 arguments, not 2");
    if (is_sqlite(bench)) {
        assert_int_equal(db_run(db, NOWAIT, ARGS(1), &row), DB_ERROR);
        assert_string_equal(db_last_error(db), "statement 'nowait' has no SQL for this database");
    }
    assert_int_equal(db_commit(db), DB_ERROR);
    assert_int_equal(db_run_many(db, BOOK, ARGS(1, 1, 1, 1), 1, NULL), DB_ERROR);
    assert_int_equal(db_rollback(db), DB_OK);
    assert_int_equal(db_ops(db)->rollbacks, 0);
    assert_int_equal(db_run(db, BROKEN, ARGS(0), &row), DB_ERROR);
    assert_non_null(strstr(db_last_error(db), is_sqlite(bench) ? "overflow" : "22012"));
    assert_false(db_is_lost(db));
    assert_int_equal(ask(db, SEATS, 1), 10); /* still of use */
    db_close(db);
}

static void refused_statements(void **state)
{
    static const struct statement bad_sql[] = { { "typo", STATEMENT_READ, false, TEXT("SELEC 1") }, STATEMENT_END };
    static const struct statement bad_param[] = { { "ninth", STATEMENT_READ, false, TEXT("SELECT $9") },
                                                  STATEMENT_END };
    static const struct statement wide[] = { { "wide", STATEMENT_READ, false, TEXT("SELECT 1,2,3,4,5,6,7,8,9") },
                                             STATEMENT_END };
    static const struct statement decimal[] = {
        { "total", STATEMENT_READ, false, TEXT("SELECT sum(seats) AS total FROM bookings") }, STATEMENT_END
    };
    const struct statement *const all[] = { bad_sql, bad_param, wide };
    const char *const said[] = { "typo", "ninth", "wide" };
    const struct bench *bench = *state;
    char error[DB_ERROR_SIZE];
    struct db *db;
    size_t i;

    fresh(bench);
    for (i = 0; i < 3; i++) {
        assert_null(database_connect(bench->database, &plain, all[i], error, sizeof error));
        assert_non_null(strstr(error, said[i]));
    }
    db = database_connect(bench->database, &plain, decimal, error, sizeof error);
    if (is_sqlite(bench)) {
        db_close(db);
    } else {
        assert_null(db);
        assert_non_null(strstr(error, "statement 'total': column 'total' is not an integer; cast it to bigint"));
    }
    assert_int_equal(atomic_load(&bench->database->connections), 0);
}

/* transactions */

static void rollback_leaves_nothing(void **state)
{
    const struct bench *bench = *state;
    struct db *db, *other;

    fresh(bench);
    db = join(bench);
    other = join(bench);
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_true(db_in_transaction(db));
    assert_int_equal(db_run(db, TAKE, ARGS(1, 4), NULL), DB_OK);
    assert_int_equal(db_run(db, BOOK, ARGS(1, 1, 1, 4), NULL), DB_OK);
    assert_int_equal(ask(db, BOOKED, 1), 1);
    assert_int_equal(ask(other, BOOKED, 1), 0);
    assert_int_equal(db_rollback(db), DB_OK);
    assert_false(db_in_transaction(db));
    assert_int_equal(ask(other, BOOKED, 1), 0);
    assert_int_equal(ask(other, SEATS, 1), 10);
    assert_int_equal(db_begin(db, TX_READ), DB_OK);
    assert_int_equal(db_run(db, TAKE, ARGS(1, 4), NULL), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
    assert_int_equal(ask(other, SEATS, 1), 6);
    db_close(db);
    /* Closing with a transaction open rolls it back. */
    db = join(bench);
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(db_run(db, TAKE, ARGS(1, 1), NULL), DB_OK);
    db_close(db);
    assert_int_equal(database_quiesce(bench->database, other), 0);
    assert_int_equal(ask(other, SEATS, 1), 6);
    db_close(other);
}

/* The warm-up runs every statement, and none of it shows. */
static void warm_up_is_invisible(void **state)
{
    const struct bench *bench = *state;
    const struct db_ops none = { 0 };
    struct db *db;

    fresh(bench);
    db = join(bench);
    assert_memory_equal(db_ops(db), &none, sizeof none);
    assert_int_equal(db_lock_ns(db), 0);
    assert_false(db_in_transaction(db));
    assert_int_equal(ask(db, BOOKED, 0), 0);
    db_close(db);
}

static void exact_counts(void **state)
{
    const struct bench *bench = *state;
    bool pipelines;
    struct db_ops expected = { 0 };
    int64_t rows[] = { 1, 1, 1, 1, 2, 1, 2, 1, 3, 1, 3, 1 }, changed = -1;
    struct db *db;

    fresh(bench);
    pipelines = bench->database->kind->driver->pipelines;
    db = join(bench);
    db_run(db, SEATS, ARGS(1), NULL); /* autocommit read */
    expected.statements = expected.reads = expected.round_trips = 1;
    assert_memory_equal(db_ops(db), &expected, sizeof expected);

    db_run(db, TAKE, ARGS(1, 1), NULL); /* autocommit write: a transaction */
    expected.statements++, expected.writes++, expected.round_trips++, expected.transactions++;
    assert_memory_equal(db_ops(db), &expected, sizeof expected);

    db_begin(db, TX_WRITE);
    db_run(db, TAKE, ARGS(1, 1), NULL);
    db_run(db, BOOK, ARGS(9, 1, 1, 1), NULL);
    db_commit(db);
    expected.begins++, expected.commits++, expected.transactions++;
    expected.statements += 2, expected.writes += 2, expected.round_trips += 4;
    assert_memory_equal(db_ops(db), &expected, sizeof expected);

    db_begin(db, TX_WRITE);
    assert_int_equal(db_run_many(db, BOOK, rows, 4, 3, &changed), DB_OK);
    assert_int_equal(db_run_many(db, BOOK, rows, 4, 0, NULL), DB_OK); /* nothing to do, nothing asked */
    db_rollback(db);
    expected.begins++, expected.rollbacks++, expected.transactions++;
    expected.statements += 3, expected.writes += 3, expected.round_trips += 2 + (pipelines ? 1 : 3);
    assert_memory_equal(db_ops(db), &expected, sizeof expected);
    assert_int_equal(changed, strcmp(bench->name, "null") == 0 ? 0 : 3);

    if (strcmp(bench->name, "null") != 0) {
        assert_int_equal(db_run(db, BROKEN, ARGS(0), NULL), DB_ERROR); /* what failed was sent */
        expected.statements++, expected.reads++, expected.round_trips++;
        assert_memory_equal(db_ops(db), &expected, sizeof expected);
    }
    assert_identities(db);
    db_close(db);
}

static void lock_time(void **state)
{
    const struct timespec pause = { .tv_nsec = 3 * MS };
    const struct bench *bench = *state;
    struct db *db;
    int64_t before;

    fresh(bench);
    db = join(bench);
    db_run(db, TAKE, ARGS(1, 1), NULL); /* outside a transaction a lock is held for no time of ours */
    db_begin(db, TX_READ);
    db_run(db, SEATS, ARGS(1), NULL);
    db_commit(db);
    assert_int_equal(db_lock_ns(db), 0);

    db_begin(db, TX_READ);
    db_run(db, LOCK, ARGS(1), NULL);
    nanosleep(&pause, NULL);
    assert_int_equal(db_lock_ns(db), 0); /* summed when the transaction ends */
    db_rollback(db);
    assert_true(db_lock_ns(db) >= 3 * MS);

    before = db_lock_ns(db);
    db_begin(db, TX_WRITE);
    nanosleep(&pause, NULL);
    db_commit(db);
    if (is_sqlite(bench))
        assert_true(db_lock_ns(db) >= before + 3 * MS);
    else
        assert_int_equal(db_lock_ns(db), before);
    db_close(db);
}

static void run_many_stops(void **state)
{
    const char *ddl = "CREATE UNIQUE INDEX one_row_each ON bookings (request)";
    const struct bench *bench = *state;
    int64_t rows[] = { 1, 1, 1, 1, 2, 1, 2, 1, 1, 1, 3, 1, 4, 1, 4, 1 }, changed = 0;
    struct db *db;

    fresh_with(bench, &plain, ddl);
    db = join(bench);
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(db_run_many(db, BOOK, rows, 4, 4, &changed), DB_CONSTRAINT);
    assert_int_equal(changed, 2);
    assert_int_equal(db_ops(db)->writes, 3); /* the fourth was never run */
    assert_int_equal(db_rollback(db), DB_OK);
    assert_int_equal(ask(db, BOOKED, 1), 0);
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(db_run_many(db, BOOK, rows, 4, 2, NULL), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
    assert_int_equal(ask(db, BOOKED, 1), 2);
    assert_identities(db);
    db_close(db);
}

/* A pipeline larger than the socket's buffers: neither side may wait for the other for ever. */
static void run_many_large(void **state)
{
    enum { N = 5000 };
    const struct bench *bench = *state;
    int64_t *rows = calloc(4 * N, sizeof *rows), changed = 0;
    struct db *db;
    int i;

    assert_non_null(rows);
    for (i = 0; i < N; i++)
        rows[4 * i] = i + 1, rows[4 * i + 1] = rows[4 * i + 2] = rows[4 * i + 3] = 1;
    fresh(bench);
    db = join(bench);
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(db_run_many(db, BOOK, rows, 4, N, &changed), DB_OK);
    assert_int_equal(changed, N);
    assert_int_equal(db_commit(db), DB_OK);
    assert_int_equal(ask(db, BOOKED, 1), N);
    db_close(db);
    free(rows);
}

/* error classes, each provoked */

static void constraint(void **state)
{
    const struct bench *bench = *state;
    const char *ddl =
        is_sqlite(bench)
            ? "DROP TABLE events; CREATE TABLE events (id INTEGER PRIMARY KEY, capacity INTEGER, available "
              "INTEGER CHECK (available >= 0), version INTEGER NOT NULL DEFAULT 0)"
            : "ALTER TABLE events ADD CHECK (available >= 0)";
    struct row row;
    struct db *db;

    fresh_with(bench, &plain, ddl);
    db = join(bench);
    assert_int_equal(db_run(db, TAKE_RETURNING, ARGS(3, 11), &row), DB_CONSTRAINT);
    assert_int_equal(ask(db, SEATS, 3), 10);
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(db_run(db, TAKE_RETURNING, ARGS(3, 11), &row), DB_CONSTRAINT);
    assert_true(db_in_transaction(db));
    assert_int_equal(db_rollback(db), DB_OK);
    assert_identities(db);
    db_close(db);
}

static void conflict(void **state)
{
    const struct bench *bench = *state;
    struct db *reader, *writer;

    fresh(bench);
    reader = join(bench);
    writer = join(bench);
    if (!is_sqlite(bench))
        assert_int_equal(db_exec(reader, "SET default_transaction_isolation = 'repeatable read'"), DB_OK);
    assert_int_equal(db_begin(reader, TX_READ), DB_OK);
    assert_int_equal(ask(reader, SEATS, 1), 10);
    assert_int_equal(db_run(writer, TAKE, ARGS(1, 1), NULL), DB_OK);
    assert_int_equal(db_run(reader, TAKE, ARGS(1, 1), NULL), DB_CONFLICT);
    assert_int_equal(db_rollback(reader), DB_OK);
    assert_int_equal(ask(reader, SEATS, 1), 9);
    assert_identities(reader);
    db_close(reader);
    db_close(writer);
}

/* In journal mode delete a reader keeps a COMMIT out: it is rolled back. */
static void commit_that_cannot_get_through(void **state)
{
    const struct bench *bench = *state;
    const struct db_settings settings = { .journal = JOURNAL_DELETE, .lock_timeout_ns = 20 * MS };
    struct db *reader, *writer;

    fresh_with(bench, &settings, NULL);
    reader = join_with(bench, &settings);
    writer = join_with(bench, &settings);
    assert_int_equal(db_begin(reader, TX_READ), DB_OK);
    assert_int_equal(ask(reader, SEATS, 1), 10);
    assert_int_equal(db_begin(writer, TX_WRITE), DB_OK);
    assert_int_equal(db_run(writer, TAKE, ARGS(1, 1), NULL), DB_OK);
    assert_int_equal(db_commit(writer), DB_CONFLICT);
    assert_false(db_in_transaction(writer));
    assert_int_equal(db_ops(writer)->rollbacks, 1);
    assert_int_equal(db_ops(writer)->commits, 0);
    assert_int_equal(db_rollback(reader), DB_OK);
    assert_int_equal(ask(writer, SEATS, 1), 10);
    assert_identities(writer);
    db_close(reader);
    db_close(writer);
}

static void busy(void **state)
{
    const struct bench *bench = *state;
    struct db *holder, *late;
    int64_t start_ns;

    fresh(bench);
    holder = join(bench);
    late = join(bench);
    assert_int_equal(db_begin(late, TX_READ), DB_OK);
    assert_int_equal(ask(late, SEATS, 1), 10);
    assert_int_equal(db_begin(holder, TX_WRITE), DB_OK);
    assert_int_equal(db_run(holder, TAKE, ARGS(1, 1), NULL), DB_OK);
    start_ns = clock_now_ns();
    /* SQLite does not let a reader wait to become a writer: both might. */
    assert_int_equal(is_sqlite(bench) ? db_run(late, TAKE, ARGS(1, 1), NULL) : db_run(late, NOWAIT, ARGS(1), NULL),
                     DB_BUSY);
    assert_true(clock_now_ns() - start_ns < NS_PER_S); /* of 5 s */
    assert_int_equal(db_rollback(late), DB_OK);
    assert_int_equal(db_commit(holder), DB_OK);
    db_close(holder);
    db_close(late);
}

/* SQLite alone: in PostgreSQL not to wait is said in the statement. */
static void never_waits(void **state)
{
    const struct bench *bench = *state;
    struct db_settings settings = plain;
    struct db *holder, *hasty;
    int64_t start_ns;

    settings.never_waits = true;
    fresh(bench);
    holder = join(bench);
    hasty = join_with(bench, &settings);
    assert_int_equal(db_begin(holder, TX_WRITE), DB_OK);
    assert_int_equal(db_run(holder, TAKE, ARGS(1, 1), NULL), DB_OK);
    start_ns = clock_now_ns();
    assert_int_equal(db_begin(hasty, TX_WRITE), DB_BUSY);
    assert_int_equal(db_run(hasty, TAKE, ARGS(1, 1), NULL), DB_BUSY);
    assert_true(clock_now_ns() - start_ns < NS_PER_S); /* of 5 s */
    assert_int_equal(ask(hasty, SEATS, 1), 10);        /* a reader waits for nobody */
    assert_int_equal(db_commit(holder), DB_OK);
    assert_int_equal(db_begin(hasty, TX_WRITE), DB_OK);
    assert_int_equal(db_commit(hasty), DB_OK);
    assert_identities(hasty);
    db_close(holder);
    db_close(hasty);
}

static void lock_timeout(void **state)
{
    static const struct law laws[] = { { .kind = LAW_NONE }, { .kind = LAW_POLL, .lo_ns = 2 * MS } };
    const struct bench *bench = *state;
    struct db_settings settings = plain;
    struct db *holder, *waiter;
    int64_t start_ns;
    size_t i;

    settings.lock_timeout_ns = 60 * MS;
    for (i = 0; i < 2; i++) {
        settings.busy = laws[i];
        fresh_with(bench, &settings, NULL);
        holder = join_with(bench, &settings);
        waiter = join_with(bench, &settings);
        assert_int_equal(db_begin(holder, TX_WRITE), DB_OK);
        assert_int_equal(db_run(holder, TAKE, ARGS(1, 1), NULL), DB_OK);
        start_ns = clock_now_ns();
        if (is_sqlite(bench)) {
            assert_int_equal(db_begin(waiter, TX_WRITE), DB_LOCK_TIMEOUT);
        } else {
            assert_int_equal(db_begin(waiter, TX_WRITE), DB_OK);
            assert_int_equal(db_run(waiter, TAKE, ARGS(1, 1), NULL), DB_LOCK_TIMEOUT);
            assert_int_equal(db_rollback(waiter), DB_OK);
        }
        assert_true(clock_now_ns() - start_ns >= 55 * MS);
        assert_false(db_in_transaction(waiter));
        assert_int_equal(db_run(waiter, TAKE, ARGS(1, 1), NULL), DB_LOCK_TIMEOUT); /* autocommit waits alike */
        assert_int_equal(db_commit(holder), DB_OK);
        assert_int_equal(db_run(waiter, TAKE, ARGS(1, 1), NULL), DB_OK);
        assert_identities(waiter);
        db_close(holder);
        db_close(waiter);
    }
}

static void statement_timeout(void **state)
{
    const struct bench *bench = *state;
    struct db_settings settings = plain;
    struct db *db, *holder;
    int64_t start_ns;

    settings.statement_timeout_ns = 50 * MS;
    fresh(bench);
    db = join_with(bench, &settings);
    start_ns = clock_now_ns();
    assert_int_equal(db_run(db, SLOW, ARGS(60), NULL), DB_STATEMENT_TIMEOUT);
    assert_true(clock_now_ns() - start_ns >= 45 * MS);
    assert_int_equal(db_begin(db, TX_READ), DB_OK);
    assert_int_equal(db_run(db, SLOW, ARGS(60), NULL), DB_STATEMENT_TIMEOUT);
    assert_true(db_in_transaction(db));
    assert_int_equal(db_rollback(db), DB_OK);
    /* It bounds the wait for a lock as well. */
    holder = join(bench);
    assert_int_equal(db_begin(holder, TX_WRITE), DB_OK);
    assert_int_equal(db_run(holder, TAKE, ARGS(1, 1), NULL), DB_OK);
    assert_int_equal(db_run(db, TAKE, ARGS(1, 1), NULL), DB_STATEMENT_TIMEOUT);
    assert_int_equal(db_rollback(holder), DB_OK);
    assert_int_equal(ask(db, SEATS, 1), 10);
    assert_identities(db);
    db_close(holder);
    db_close(db);
}

struct rival {
    struct db *db;
    int64_t first, second;
    pthread_barrier_t *both_hold;
    enum db_status begun, took_first, took_second;
};

static void *take_both(void *arg)
{
    struct rival *rival = arg;

    rival->begun = db_begin(rival->db, TX_WRITE);
    rival->took_first = db_run(rival->db, LOCK, ARGS(rival->first), NULL);
    pthread_barrier_wait(rival->both_hold);
    rival->took_second = db_run(rival->db, LOCK, ARGS(rival->second), NULL);
    db_rollback(rival->db);
    return NULL;
}

static void deadlock(void **state)
{
    const struct bench *bench = *state;
    pthread_barrier_t both_hold;
    struct rival rivals[2] = { { .first = 1, .second = 2 }, { .first = 2, .second = 1 } };
    pthread_t threads[2];
    int i, victims = 0, winners = 0;

    fresh(bench);
    pthread_barrier_init(&both_hold, NULL, 2);
    for (i = 0; i < 2; i++) {
        rivals[i].db = join(bench);
        rivals[i].both_hold = &both_hold;
    }
    for (i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, take_both, &rivals[i]);
    for (i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    for (i = 0; i < 2; i++) {
        assert_int_equal(rivals[i].begun, DB_OK);
        assert_int_equal(rivals[i].took_first, DB_OK);
        victims += rivals[i].took_second == DB_DEADLOCK;
        winners += rivals[i].took_second == DB_OK;
        assert_identities(rivals[i].db);
        db_close(rivals[i].db);
    }
    assert_int_equal(victims, 1);
    assert_int_equal(winners, 1);
    pthread_barrier_destroy(&both_hold);
}

static void commit_of_an_aborted_block(void **state)
{
    const struct bench *bench = *state;
    struct db *db;

    fresh(bench);
    db = join(bench);
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(db_run(db, TAKE, ARGS(1, 1), NULL), DB_OK);
    assert_int_equal(db_run(db, BROKEN, ARGS(0), NULL), DB_ERROR);
    assert_int_equal(db_run(db, TAKE, ARGS(1, 1), NULL), DB_ERROR);
    assert_int_equal(db_commit(db), DB_ROLLED_BACK);
    assert_false(db_in_transaction(db));
    assert_int_equal(db_ops(db)->rollbacks, 1);
    assert_int_equal(db_ops(db)->commits, 0);
    assert_int_equal(ask(db, SEATS, 1), 10);
    assert_identities(db);
    db_close(db);
}

/* connections that go away */

static void note_number(void *arg, int columns, const char *const *values)
{
    assert_int_equal(columns, 1);
    *(int64_t *)arg = strtoll(values[0], NULL, 10);
}

static void terminate(struct db *killer, int64_t pid)
{
    char sql[128];
    int64_t left = 1;
    int tries;

    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%" PRId64 ")", pid);
    assert_int_equal(db_exec(killer, sql), DB_OK);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM pg_stat_activity WHERE pid = %" PRId64, pid);
    for (tries = 0; left > 0 && tries < 5000; tries++)
        assert_int_equal(db_query(killer, sql, note_number, &left), DB_OK);
    assert_int_equal(left, 0);
}

static void lost_connections(void **state)
{
    enum { READ, WRITE, IN_BLOCK, MANY, AT_COMMIT, AT_ROLLBACK, AT_BEGIN, WAYS };
    static const enum db_status expected[WAYS] = {
        DB_LOST, DB_IN_DOUBT, DB_LOST, DB_LOST, DB_IN_DOUBT, DB_LOST, DB_LOST
    };
    const struct bench *bench = *state;
    struct db *db, *killer;
    int way;

    fresh(bench);
    killer = join(bench);
    for (way = 0; way < WAYS; way++) {
        const bool in_tx = way >= IN_BLOCK && way <= AT_ROLLBACK;
        enum db_status st = DB_OK;
        struct row row;
        int64_t pid;

        db = join(bench);
        assert_int_equal(db_run(db, PID, NULL, 0, &row), DB_OK);
        pid = row.column[0];
        if (in_tx) {
            assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
            assert_int_equal(db_run(db, TAKE, ARGS(1, 1), NULL), DB_OK);
        }
        terminate(killer, pid);
        if (way == READ)
            st = db_run(db, SEATS, ARGS(1), NULL);
        else if (way == WRITE || way == IN_BLOCK)
            st = db_run(db, TAKE, ARGS(1, 1), NULL);
        else if (way == MANY)
            st = db_run_many(db, BOOK, ARGS(1, 1, 1, 1), 1, NULL);
        else if (way == AT_COMMIT)
            st = db_commit(db);
        else if (way == AT_ROLLBACK)
            st = db_rollback(db);
        else
            st = db_begin(db, TX_WRITE);
        assert_int_equal(st, expected[way]);
        assert_true(db_is_lost(db));
        assert_false(db_in_transaction(db));
        assert_string_not_equal(db_last_error(db), "");
        assert_int_equal(db_ops(db)->abandoned_tx, in_tx ? 1 : 0);
        assert_int_equal(db_run(db, SEATS, ARGS(1), NULL), DB_LOST);
        assert_int_equal(db_begin(db, TX_READ), DB_LOST);
        assert_int_equal(db_commit(db), DB_LOST);
        assert_int_equal(db_exec(db, "SELECT 1"), DB_LOST);
        assert_identities(db);
        db_close(db);
    }
    assert_int_equal(ask(killer, SEATS, 1), 10);
    db_close(killer);
}

struct sleeper {
    struct db *db;
    bool in_tx;
    _Atomic bool done;
    enum db_status st;
};

static void *run_slowly(void *arg)
{
    struct sleeper *sleeper = arg;

    if (sleeper->in_tx)
        db_begin(sleeper->db, TX_READ);
    sleeper->st = db_run(sleeper->db, SLOW, ARGS(100), NULL);
    atomic_store(&sleeper->done, true);
    return NULL;
}

static void cancelled(void **state)
{
    const struct timespec pause = { .tv_nsec = 5 * MS };
    const struct bench *bench = *state;
    struct sleeper sleeper = { .in_tx = false };
    pthread_t thread;
    int i;

    fresh(bench);
    for (i = 0; i < 2; i++) {
        sleeper = (struct sleeper){ .db = join(bench), .in_tx = i == 1 };
        pthread_create(&thread, NULL, run_slowly, &sleeper);
        while (!atomic_load(&sleeper.done)) {
            nanosleep(&pause, NULL);
            db_cancel(sleeper.db);
        }
        pthread_join(thread, NULL);
        assert_int_equal(sleeper.st, DB_LOST);
        assert_true(db_is_lost(sleeper.db));
        assert_identities(sleeper.db);
        db_close(sleeper.db);
    }
}

static void *wait_for_the_lock(void *arg)
{
    struct sleeper *sleeper = arg;

    sleeper->st = db_run(sleeper->db, TAKE, ARGS(1, 1), NULL);
    atomic_store(&sleeper->done, true);
    return NULL;
}

/* A wait for SQLite's lock ends when the run is stopped, and the connection lets go of what it holds. */
static void stopped_while_waiting(void **state)
{
    const struct timespec pause = { .tv_nsec = 20 * MS };
    const struct bench *bench = *state;
    struct sleeper sleeper = { .in_tx = false };
    struct db *holder;
    pthread_t thread;
    int64_t start_ns;

    fresh(bench);
    holder = join(bench);
    sleeper.db = join(bench);
    assert_int_equal(db_begin(holder, TX_WRITE), DB_OK);
    pthread_create(&thread, NULL, wait_for_the_lock, &sleeper);
    nanosleep(&pause, NULL);
    start_ns = clock_now_ns();
    atomic_store(&wait_stop, 1);
    wait_wake(&wait_stop, INT32_MAX);
    pthread_join(thread, NULL);
    atomic_store(&wait_stop, 0);
    assert_int_equal(sleeper.st, DB_LOST);
    assert_true(clock_now_ns() - start_ns < NS_PER_S);
    assert_int_equal(db_rollback(holder), DB_OK);
    assert_int_equal(ask(holder, SEATS, 1), 10);
    db_close(sleeper.db);
    db_close(holder);
}

/* SQLite: no space, and a disk that fails at commit */

static void full(void **state)
{
    const struct bench *bench = *state;
    enum db_status st = DB_OK;
    struct db *db;
    int64_t i;

    fresh(bench);
    db = join(bench);
    assert_int_equal(db_exec(db, "PRAGMA max_page_count = 8"), DB_OK);
    for (i = 1; i < 100000 && st == DB_OK; i++)
        st = db_run(db, BOOK, ARGS(i, 1, 1, 1), NULL);
    assert_int_equal(st, DB_FULL);
    assert_int_equal(ask(db, BOOKED, 1), i - 2); /* the last one left nothing */
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    for (st = DB_OK; st == DB_OK; i++)
        st = db_run(db, BOOK, ARGS(i, 1, 1, 1), NULL);
    assert_int_equal(st, DB_FULL);
    if (db_in_transaction(db))
        assert_int_equal(db_rollback(db), DB_OK);
    assert_identities(db);
    db_close(db);
}

/* The database and its log have methods of their own: each kind is copied once, with our xSync. */
static struct {
    const sqlite3_io_methods *real;
    sqlite3_io_methods shim;
} shims[4];
static int (*real_sync)(sqlite3_file *, int);
static bool sync_fails;
static sqlite3_vfs failing;

static int shim_sync(sqlite3_file *file, int flags)
{
    return sync_fails ? SQLITE_IOERR_FSYNC : real_sync(file, flags);
}

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    sqlite3_vfs *real = vfs->pAppData;
    int code = real->xOpen(real, name, file, flags, out);
    size_t i = 0;

    if (file->pMethods == NULL)
        return code;
    while (shims[i].real != NULL && shims[i].real != file->pMethods)
        i++;
    shims[i].real = file->pMethods;
    shims[i].shim = *file->pMethods;
    real_sync = file->pMethods->xSync;
    shims[i].shim.xSync = shim_sync;
    file->pMethods = &shims[i].shim;
    return code;
}

static void io_error_at_commit(void **state)
{
    const struct db_settings settings = { .durability = DURABILITY_FULL, .lock_timeout_ns = NS_PER_S };
    const struct bench *bench = *state;
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    struct db *in_block, *autocommit;

    failing = *real;
    failing.zName = "failing";
    failing.pAppData = real;
    failing.xOpen = shim_open;
    sqlite3_vfs_register(&failing, 1);
    fresh_with(bench, &settings, NULL);
    in_block = join_with(bench, &settings);
    autocommit = join_with(bench, &settings);
    assert_int_equal(db_begin(in_block, TX_WRITE), DB_OK);
    assert_int_equal(db_run(in_block, TAKE, ARGS(1, 1), NULL), DB_OK);
    sync_fails = true;
    assert_int_equal(db_commit(in_block), DB_IN_DOUBT);
    assert_true(db_is_lost(in_block));
    assert_int_equal(db_ops(in_block)->abandoned_tx, 1);
    assert_int_equal(db_run(autocommit, TAKE, ARGS(1, 1), NULL), DB_IN_DOUBT);
    assert_true(db_is_lost(autocommit));
    assert_int_equal(db_ops(autocommit)->transactions, 0);
    sync_fails = false;
    assert_identities(in_block);
    db_close(in_block);
    db_close(autocommit);
    sqlite3_vfs_register(real, 1);
    sqlite3_vfs_unregister(&failing);
}

/* places */

static void same_tag_twice(void **state)
{
    const struct bench *bench = *state;
    struct db *db;

    fresh(bench);
    db = join(bench);
    assert_int_equal(db_run(db, BOOK, ARGS(1, 1, 1, 1), NULL), DB_OK);
    assert_int_equal(db_run(db, TAKE, ARGS(1, 1), NULL), DB_OK);
    db_close(db);
    fresh(bench);
    db = join(bench);
    assert_int_equal(ask(db, BOOKED, 1), 0);
    assert_int_equal(ask(db, SEATS, 1), 10);
    db_close(db);
}

static void dropped_places(void **state)
{
    const struct bench *bench = *state;
    char error[DB_ERROR_SIZE] = "", place[DATABASE_PLACE_SIZE], sql[DATABASE_PLACE_SIZE + 96];
    int64_t there = -1;
    struct db *db;

    fresh(bench);
    snprintf(place, sizeof place, "%s", bench->database->place);
    database_drop(bench->database);
    assert_null(database_connect(bench->database, &plain, statements, error, sizeof error));
    assert_non_null(strstr(error, "no place"));
    database_drop(bench->database); /* once more is a no-op */
    if (is_sqlite(bench)) {
        assert_int_not_equal(access(place, F_OK), 0);
        return;
    }
    assert_int_equal(database_reset(bench->database, &plain, "other", &tiny), 0);
    db = join(bench);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM pg_namespace WHERE nspname = '%s'", place);
    assert_int_equal(db_query(db, sql, note_number, &there), DB_OK);
    assert_int_equal(there, 0);
    db_close(db);
    database_drop(bench->database);
}

static void refused_places(void **state)
{
    const struct bench *bench = *state;
    char error[DB_ERROR_SIZE];

    need(bench);
    assert_int_equal(database_reset(bench->database, &plain, "", &tiny), -1);
    assert_int_equal(database_reset(bench->database, &plain, "No", &tiny), -1);
    assert_int_equal(database_reset(bench->database, &plain, "a/b", &tiny), -1);
    assert_int_equal(database_reset(bench->database, &plain, "a123456789b123456789c123456789d1234567890", &tiny), -1);
    assert_int_equal(database_reset(bench->database, &plain, "bad_ddl",
                                    &(const struct house){ .ddl = "CREATE TABL x", .events = 1, .seats = 1 }),
                     -1);
    assert_null(database_connect(bench->database, &plain, statements, error, sizeof error));
    /* 40 bytes fit; after a failure the same tag can be used. */
    assert_int_equal(database_reset(bench->database, &plain, "a123456789b123456789c123456789d123456789", &tiny), 0);
    database_drop(bench->database);
    assert_int_equal(database_reset(bench->database, &plain, "bad_ddl", &tiny), 0);
    database_drop(bench->database);
}

static void neutral_schema(void **state)
{
    const struct bench *bench = *state;
    const char *guards = is_sqlite(bench)
                             ? "SELECT count(*) FROM sqlite_master WHERE sql LIKE '%UNIQUE%' OR sql LIKE '%CHECK%'"
                             : "SELECT (SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE"
                               " c.relnamespace = current_schema()::regnamespace AND indisunique AND NOT indisprimary)"
                               " + (SELECT count(*) FROM pg_constraint WHERE contype <> 'p' AND connamespace ="
                               " current_schema()::regnamespace)";
    int64_t number = -1;
    struct db *db;

    need(bench);
    assert_int_equal(
        database_reset(bench->database, &plain, "neutral", &(const struct house){ .events = 1000, .seats = 7 }), 0);
    db = join(bench);
    assert_int_equal(db_query(db, guards, note_number, &number), DB_OK);
    assert_int_equal(number, 0);
    assert_int_equal(db_query(db,
                              "SELECT count(*) FROM events WHERE id BETWEEN 1 AND 1000 AND capacity = 7"
                              " AND available = 7 AND version = 0",
                              note_number, &number),
                     DB_OK);
    assert_int_equal(number, 1000);
    /* What a strategy could get wrong must be possible: the same request twice, stock below zero. */
    assert_int_equal(db_run(db, BOOK, ARGS(1, 1, 1, 9), NULL), DB_OK);
    assert_int_equal(db_run(db, BOOK, ARGS(1, 1, 1, 9), NULL), DB_OK);
    assert_int_equal(db_run(db, TAKE_RETURNING, ARGS(1000, 9), NULL), DB_OK);
    assert_int_equal(db_query(db,
                              "SELECT count(DISTINCT id) FROM bookings WHERE state = 'CONFIRMED' AND expires_at"
                              " IS NULL",
                              note_number, &number),
                     DB_OK);
    assert_int_equal(number, 2);
    db_close(db);
    database_drop(bench->database);
}

/* One row per seat where the ledger wants them, and nothing that keeps two users off one seat. */
static void numbered_house(void **state)
{
    const struct bench *bench = *state;
    const struct house house = { .events = 3, .seats = 4, .numbered = true };
    int64_t number = -1;
    struct db *db;

    need(bench);
    assert_int_equal(database_reset(bench->database, &plain, "neutral", &tiny), 0);
    db = join(bench);
    assert_int_equal(db_query(db, "SELECT count(*) FROM seats", note_number, &number), DB_OK);
    assert_int_equal(number, 0);
    db_close(db);

    assert_int_equal(database_reset(bench->database, &plain, "neutral", &house), 0);
    assert_int_equal(database_settle(bench->database), 0);
    db = join(bench);
    assert_int_equal(db_query(db,
                              "SELECT count(*) FROM (SELECT DISTINCT event, seat FROM seats WHERE request IS NULL"
                              " AND event BETWEEN 1 AND 3 AND seat BETWEEN 1 AND 4) AS s",
                              note_number, &number),
                     DB_OK);
    assert_int_equal(number, 12);
    assert_int_equal(db_exec(db, "INSERT INTO seats (event, seat, request) VALUES (1, 1, 5), (1, 1, 6)"), DB_OK);
    assert_int_equal(db_query(db, "SELECT count(*) FROM seats", note_number, &number), DB_OK);
    assert_int_equal(number, 14);
    db_close(db);
    database_drop(bench->database);
}

struct facts {
    int n;
    char text[4096];
};

static void note_fact(void *arg, const char *key, const char *value)
{
    struct facts *facts = arg;
    size_t used = strlen(facts->text);

    facts->n++;
    assert_true(key[0] != '\0' && value != NULL && value[0] != '\0');
    snprintf(facts->text + used, sizeof facts->text - used, "%s=%s\n", key, value);
}

static void facts_are_read_back(void **state)
{
    const struct bench *bench = *state;
    struct facts full_facts = { 0 }, async_facts = { 0 };
    const struct db_settings durable = { .durability = DURABILITY_FULL },
                             async = { .durability = DURABILITY_ASYNC, .journal = JOURNAL_DELETE };

    need(bench);
    assert_int_equal(database_facts(bench->database, &durable, note_fact, &full_facts), 0);
    assert_int_equal(database_facts(bench->database, &async, note_fact, &async_facts), 0);
    assert_true(full_facts.n >= 8);
    assert_non_null(strstr(full_facts.text, "version="));
    if (is_sqlite(bench)) {
        assert_non_null(strstr(full_facts.text, "journal_mode=wal\nsynchronous=FULL\n"));
        assert_non_null(strstr(async_facts.text, "journal_mode=delete\nsynchronous=NORMAL\n"));
    } else {
        assert_non_null(strstr(full_facts.text, "fsync=on\nsynchronous_commit=on\nfull_page_writes=on\n"));
        assert_non_null(strstr(async_facts.text, "synchronous_commit=off\n"));
        assert_non_null(strstr(full_facts.text, "autovacuum=off\n"));
        assert_non_null(strstr(full_facts.text, "server=own throw-away server\n"));
    }
    assert_string_equal(database_durability(bench->database, &durable), "full");
    assert_string_equal(database_durability(bench->database, &async), "async");
    assert_null(database_refuses(bench->database, &durable));
}

static void usage_and_bloat(void **state)
{
    const struct bench *bench = *state;
    struct database_usage before, after;
    struct database_bloat bloat;
    struct db *db, *audit;
    int64_t i;

    fresh(bench);
    db = join(bench);
    audit = join(bench);
    database_usage(bench->database, audit, &before);
    for (i = 1; i <= 50; i++) {
        assert_int_equal(db_run(db, TAKE, ARGS(2, 0), NULL), DB_OK);
        assert_int_equal(db_run(db, BOOK, ARGS(i, 1, 1, 1), NULL), DB_OK);
    }
    if (is_sqlite(bench))
        assert_true(db_written_bytes(db) >= 50 * 512);
    else
        assert_int_equal(db_written_bytes(db), -1);
    db_close(db);
    assert_int_equal(database_quiesce(bench->database, audit), 0);
    database_usage(bench->database, audit, &after);
    database_bloat(bench->database, audit, &bloat);
    if (is_sqlite(bench)) {
        assert_int_equal(after.server_cpu_ns, -1);
        assert_int_equal(after.wal_bytes, -1);
        assert_int_equal(bloat.updates, -1);
    } else {
        assert_true(after.wal_bytes > before.wal_bytes);
        assert_true(before.server_cpu_ns >= 0 && after.server_cpu_ns >= before.server_cpu_ns);
        assert_int_equal(bloat.updates, 50);
        assert_true(bloat.hot_updates > 0 && bloat.hot_updates <= 50);
        assert_true(bloat.dead_tuples >= 0);
    }
    db_close(audit);
}

static void round_trip_delay(void **state)
{
    const struct bench *bench = *state;
    struct db_settings settings = plain;
    int64_t start_ns, took_ns;
    struct db *db;

    settings.rtt_ns = 20 * MS;
    fresh(bench);
    db = join_with(bench, &settings);
    start_ns = clock_now_ns();
    db_begin(db, TX_READ);
    db_run(db, SEATS, ARGS(1), NULL);
    db_commit(db);
    took_ns = clock_now_ns() - start_ns;
    if ((database_caps(bench->database) & DB_CAN_NETWORK) != 0)
        assert_true(took_ns >= 60 * MS);
    else
        assert_true(took_ns < 60 * MS);
    db_close(db);
}

static void capabilities(void **state)
{
    (void)state;
    need(&benches[1]);
    assert_int_equal(database_caps(benches[0].database), DB_CAN_HOLD_ROWS);
    assert_int_equal(database_caps(benches[1].database), DB_CAN_HOLD_ROWS | DB_CAN_LOCK_ROWS | DB_CAN_NETWORK |
                                                             DB_CAN_LOCK_NAMES | DB_CAN_WRITE_IN_WITH |
                                                             DB_CAN_RUN_FUNCTIONS);
    assert_int_equal(database_caps(benches[2].database), 0);
    assert_int_equal(database_caps_of("postgres"), database_caps(benches[1].database));
    assert_int_equal(database_caps_of("oracle"), 0);
    assert_int_equal(database_dialect(benches[1].database), DIALECT_POSTGRES);
}

static void opening_fails(void **state)
{
    const struct database_request nowhere = { .dir = "/nonexistent/place", .max_connections = 1 };
    struct database *database = (struct database *)benches;
    char reason[512];

    (void)state;
    assert_int_equal(database_open(&database, "sqlite", &nowhere, reason, sizeof reason), -1);
    assert_null(database);
    assert_non_null(strstr(reason, "/nonexistent/place"));
    assert_int_equal(database_open(&database, "oracle", &nowhere, reason, sizeof reason), -1);
    assert_non_null(strstr(reason, "oracle: no such database"));
    database_close(NULL);
    db_close(NULL);
}

/* --keep: the place survives drop and close, where the line says, and is never swept. */
static void kept_file(void **state)
{
    const struct database_request request = { .dir = dir, .max_connections = 4, .keep = true };
    char reason[512], line[1024], path[DATABASE_PLACE_SIZE];
    struct bench kept = { "sqlite", NULL };
    struct db *db;

    (void)state;
    assert_int_equal(database_open(&kept.database, "sqlite", &request, reason, sizeof reason), 0);
    fresh(&kept);
    db = join(&kept);
    assert_int_equal(db_run(db, BOOK, ARGS(7, 1, 1, 1), NULL), DB_OK);
    db_close(db);
    database_drop(kept.database);
    database_keep_line(kept.database, "contract", line, sizeof line);
    snprintf(path, sizeof path, "%s", kept.database->place);
    database_close(kept.database);
    database_sweep_leftovers(dir);
    assert_int_equal(access(path, F_OK), 0);
    assert_non_null(strstr(line, path));
    assert_int_equal(strncmp(line, "sqlite3 ", 8), 0);
    *strrchr(path, '/') = '\0';
    assert_int_equal(tree_remove(path), 0);
}

/* the null driver */

static void null_answers(void **state)
{
    const struct bench *bench = *state;
    struct row row;
    struct db *db;

    fresh(bench);
    db = join(bench);
    memset(&row, 0x55, sizeof row);
    assert_int_equal(db_run(db, BOOK, ARGS(1, 1, 1, 1), &row), DB_OK);
    assert_int_equal(row.rows, 0);
    assert_int_equal(row.changed, 0);
    assert_int_equal(row.column[0], 0);
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_true(db_in_transaction(db));
    assert_int_equal(db_commit(db), DB_OK);
    assert_int_equal(db_written_bytes(db), -1);
    assert_int_equal(database_quiesce(bench->database, db), 0);
    assert_string_equal(database_durability(bench->database, &plain), "none");
    db_close(db);
    database_drop(bench->database);
}

static int open_all(void **state)
{
    struct database_request request = { .dir = dir, .max_connections = 16 };
    char reason[512];
    size_t i;

    (void)state;
    unsetenv("LASTSEAT_PG");
    snprintf(dir, sizeof dir, "/var/tmp/contract-XXXXXX");
    if (mkdtemp(dir) == NULL || chmod(dir, 0755) != 0)
        return -1;
    for (i = 0; i < sizeof benches / sizeof *benches; i++) {
        int n = 0;

        while (database_names[n] != NULL && strcmp(database_names[n], benches[i].name) != 0)
            n++;
        if (database_names[n] != NULL &&
            database_open(&benches[i].database, benches[i].name, &request, reason, sizeof reason) != 0) {
            fprintf(stderr, "%s\n", reason);
            return -1;
        }
    }
    return 0;
}

static int close_all(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof benches / sizeof *benches; i++)
        database_close(benches[i].database);
    return rmdir(dir); /* fails when anything was left behind */
}

#define ON(i, test)                                                                                                    \
    {                                                                                                                  \
#test "/" #i, test, NULL, NULL, &benches[i]                                                                    \
    }
#define SQLITE(test)   ON(0, test)
#define POSTGRES(test) ON(1, test)
#define NOTHING(test)  ON(2, test)
#define BOTH(test)     SQLITE(test), POSTGRES(test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(values_and_order),
        BOTH(rows_and_changes),
        BOTH(wrong_calls),
        BOTH(refused_statements),
        BOTH(rollback_leaves_nothing),
        BOTH(warm_up_is_invisible),
        BOTH(exact_counts),
        NOTHING(exact_counts),
        BOTH(lock_time),
        BOTH(run_many_stops),
        BOTH(run_many_large),
        BOTH(constraint),
        BOTH(conflict),
        SQLITE(commit_that_cannot_get_through),
        BOTH(busy),
        SQLITE(never_waits),
        BOTH(lock_timeout),
        BOTH(statement_timeout),
        POSTGRES(deadlock),
        POSTGRES(commit_of_an_aborted_block),
        POSTGRES(lost_connections),
        BOTH(cancelled),
        SQLITE(stopped_while_waiting),
        SQLITE(full),
        SQLITE(io_error_at_commit),
        BOTH(same_tag_twice),
        BOTH(dropped_places),
        BOTH(refused_places),
        BOTH(neutral_schema),
        BOTH(numbered_house),
        BOTH(facts_are_read_back),
        BOTH(usage_and_bloat),
        BOTH(round_trip_delay),
        NOTHING(null_answers),
        cmocka_unit_test(capabilities),
        cmocka_unit_test(opening_fails),
        cmocka_unit_test(kept_file),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
