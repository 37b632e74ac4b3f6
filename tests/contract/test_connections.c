#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/clock.h"
#include "tests/support/place.h"

/* What lies between a user and a connection: a wrapper driver, and spares that outlive their users. */

enum { SEATS, TAKE, BOOK, PID };

static const struct statement statements[] = {
    [SEATS] = { "seats", STATEMENT_READ, false, TEXT("SELECT available FROM events WHERE id = $1") },
    [TAKE] = { "take", STATEMENT_WRITE, true,
               TEXT("UPDATE events SET available = available - 1, version = version + $2 WHERE id = $1") },
    [BOOK] = { "book", STATEMENT_WRITE, false,
               TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    [PID] = { "pid", STATEMENT_READ, false, TEXT_PER("SELECT 0", "SELECT pg_backend_pid()") },
    STATEMENT_END
};

static struct db *join(struct database *database)
{
    return place_join(database, &place_settings, statements);
}

static int64_t ask(struct db *db, int slot, int64_t arg)
{
    struct row row;

    assert_int_equal(db_run(db, slot, &arg, slot == PID ? 0 : 1, &row), DB_OK);
    return row.column[0];
}

static enum db_status take(struct db *db, int64_t event)
{
    return db_run(db, TAKE, ARGS(event, 1), NULL);
}

/* a wrapper */

static struct {
    int begins, runs, commits, closes, rest;
    enum db_status answer; /* of run, instead of what the database says */
} seen;
static struct db_driver spy;

static enum db_status spy_begin(struct db *db, enum tx_mode mode)
{
    seen.begins++;
    return database_driver(db->database)->begin(db, mode);
}

static enum db_status spy_run(struct db *db, int slot, const int64_t *args, int nargs, struct row *row)
{
    enum db_status st = database_driver(db->database)->run(db, slot, args, nargs, row);

    seen.runs++;
    return seen.answer != DB_OK ? seen.answer : st;
}

static enum db_status spy_commit(struct db *db)
{
    seen.commits++;
    return database_driver(db->database)->commit(db);
}

static void spy_close(struct db *db)
{
    seen.closes++;
    database_driver(db->database)->close(db);
}

static int spy_open(struct db *db)
{
    seen.rest++;
    return database_driver(db->database)->open(db);
}

static enum db_status spy_prepare(struct db *db, const struct statement *wanted, int n)
{
    seen.rest++;
    return database_driver(db->database)->prepare(db, wanted, n);
}

static void spy_on(struct database *database)
{
    spy = *database_driver(database);
    spy.begin = spy_begin;
    spy.run = spy_run;
    spy.commit = spy_commit;
    spy.close = spy_close;
    spy.open = spy_open;
    spy.prepare = spy_prepare;
    memset(&seen, 0, sizeof seen);
    database_wrap(database, &spy);
}

static void wrapper_sees_calls(void **state)
{
    static const struct statement typo[] = { { "typo", STATEMENT_READ, false, TEXT("SELEC 1") }, STATEMENT_END };
    struct database *database = place_fresh(state, NULL);
    struct db *before = join(database), *db;
    char error[DB_ERROR_SIZE] = "";

    spy_on(database);
    assert_ptr_equal(before->driver, database_driver(database));
    db = join(database);
    assert_ptr_equal(db->driver, &spy);
    assert_int_equal(seen.begins + seen.runs + seen.commits + seen.rest, 0); /* no warm-up */
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(take(db, 1), DB_OK);
    assert_int_equal(db_run(db, BOOK, ARGS(1, 1, 1, 1), NULL), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
    assert_int_equal(seen.begins, 1);
    assert_int_equal(seen.runs, 2);
    assert_int_equal(seen.commits, 1);
    assert_int_equal(ask(before, SEATS, 1), 9); /* and they took place */
    assert_int_equal(seen.runs, 2);
    /* A connection that was never handed out was never the wrapper's. */
    assert_null(database_connect(database, &place_settings, typo, error, sizeof error));
    assert_int_equal(seen.closes, 0);
    /* Its answer counts. */
    seen.answer = DB_LOST;
    assert_int_equal(take(db, 1), DB_LOST);
    assert_true(db_is_lost(db));
    database_wrap(database, NULL);
    db_close(db);
    assert_int_equal(seen.closes, 1);
    db = join(database);
    assert_ptr_equal(db->driver, database_driver(database));
    db_close(db);
    db_close(before);
    assert_int_equal(seen.closes, 1);
    assert_int_equal(seen.rest, 0);
    assert_int_equal(atomic_load(&database->connections), 0);
}

/* spares */

static struct database *keeping(void **state)
{
    struct database *database = place_fresh(state, NULL);

    database_keep_connections(database, true);
    return database;
}

static void done(struct database *database)
{
    database_keep_connections(database, false);
    assert_int_equal(atomic_load(&database->connections), 0);
    assert_null(database->spares.first);
}

static void spare_is_used_again(void **state)
{
    const struct db_ops none = { 0 };
    struct database *database = keeping(state);
    struct db *db = join(database), *again;
    int64_t pid = ask(db, PID, 0);

    assert_int_equal(take(db, 1), DB_OK);
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(take(db, 1), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
    assert_int_equal(db_run(db, SEATS, NULL, 0, NULL), DB_ERROR);
    assert_true(db_lock_ns(db) > 0);
    db_close(db);
    assert_int_equal(atomic_load(&database->connections), 0);
    again = join(database);
    assert_ptr_equal(again, db);
    assert_int_equal(atomic_load(&database->connections), 1);
    assert_memory_equal(db_ops(again), &none, sizeof none);
    assert_int_equal(db_lock_ns(again), 0);
    assert_string_equal(db_last_error(again), "");
    assert_int_equal(db_written_bytes(again), place_is_sqlite(database) ? 0 : -1);
    assert_int_equal(ask(again, PID, 0), pid);
    assert_int_equal(ask(again, SEATS, 1), 8);
    db_close(again);
    done(database);
    again = join(database); /* not kept any more */
    db_close(again);
    assert_null(database->spares.first);
}

/* Equal settings and the same statements: nothing less will do. */
static void spare_must_fit(void **state)
{
    static const struct statement others[] = { { "one", STATEMENT_READ, false, TEXT("SELECT 1") }, STATEMENT_END };
    struct database *database = keeping(state);
    struct db_settings patient = place_settings;
    struct db *db = join(database), *second = join(database), *third, *fourth;

    assert_ptr_not_equal(db, second);
    db_close(db);
    patient.lock_timeout_ns++;
    third = place_join(database, &patient, statements);
    fourth = place_join(database, &place_settings, others);
    assert_ptr_not_equal(third, db);
    assert_ptr_not_equal(fourth, db);
    db_close(third);
    db_close(fourth);
    assert_ptr_equal(place_join(database, &place_settings, others), fourth);
    assert_ptr_equal(place_join(database, &patient, statements), third);
    assert_ptr_equal(join(database), db);
    db_close(second);
    db_close(db);
    db_close(third);
    db_close(fourth);
    done(database);
}

/* Lost, cancelled, or with a transaction open, also one that db.c knows nothing of. */
static void broken_is_not_kept(void **state)
{
    enum { LOST, CANCELLED, IN_TX, IN_ITS_OWN_TX, WAYS };
    struct database *database = keeping(state);
    struct db *db, *other = join(database);
    int way;

    for (way = 0; way < WAYS; way++) {
        spy_on(database);
        db = join(database);
        if (way == LOST) {
            seen.answer = DB_LOST;
            assert_int_equal(take(db, 1), DB_LOST);
        } else if (way == CANCELLED) {
            db_cancel(db);
        } else if (way == IN_TX) {
            assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
        } else {
            assert_int_equal(db_exec(db, "BEGIN"), DB_OK);
        }
        if (way == IN_TX || way == IN_ITS_OWN_TX)
            assert_int_equal(take(db, 2), DB_OK);
        db_close(db);
        assert_int_equal(seen.closes, 1);
        assert_null(database->spares.first);
    }
    database_wrap(database, NULL);
    assert_int_equal(database_quiesce(database, other), 0);
    assert_int_equal(ask(other, SEATS, 2), 10);
    db_close(other);
    done(database);
}

/* A spare belongs to nobody: a wrapper hears nothing of it. */
static void spares_and_wrappers(void **state)
{
    struct database *database = keeping(state);
    struct db *db;

    db_close(join(database));
    spy_on(database);
    db = join(database);
    assert_ptr_equal(db->driver, &spy);
    assert_int_equal(ask(db, SEATS, 1), 10);
    assert_int_equal(seen.runs, 1);
    database_wrap(database, NULL);
    db_close(db);
    assert_ptr_equal(join(database), db);
    assert_ptr_equal(db->driver, database_driver(database));
    db_close(db);
    done(database);
    assert_int_equal(seen.closes, 0);
}

static void spares_are_not_at_work(void **state)
{
    struct database *database = keeping(state);
    struct db *db = join(database), *busy = join(database), *spare = join(database);
    int64_t start_ns;

    db_close(spare);
    assert_int_equal(database->kind->alive(database, db), 1);
    db_close(busy);
    assert_int_equal(database->kind->alive(database, db), 0);
    start_ns = clock_now_ns();
    assert_int_equal(database_quiesce(database, db), 0);
    assert_true(clock_now_ns() - start_ns < NS_PER_S);
    db_close(db);
    done(database);
}

/* Another place: a spare of the old one would read what is gone, as would one that was still open when it went. */
static void spares_go_with_the_place(void **state)
{
    struct database *database = keeping(state);
    struct db *open = join(database), *db;
    char sql[128];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM pg_stat_activity WHERE pid = %" PRId64, ask(open, PID, 0));
    db_close(open);
    assert_int_equal(
        database_reset(database, &place_settings, "place", &(const struct house){ .events = 1, .seats = 5 }), 0);
    assert_null(database->spares.first);
    open = join(database);
    assert_int_equal(ask(open, SEATS, 1), 5);
    if (!place_is_sqlite(database)) {
        assert_int_equal(database_quiesce(database, open), 0);
        assert_string_equal(place_ask(open, sql), "0");
    }
    assert_int_equal(
        database_reset(database, &place_settings, "another", &(const struct house){ .events = 1, .seats = 6 }), 0);
    db_close(open);
    assert_null(database->spares.first);
    db = join(database);
    assert_int_equal(ask(db, SEATS, 1), 6);
    db_close(db);
    assert_non_null(database->spares.first);
    database_drop(database);
    assert_null(database->spares.first);
    done(database);
}

enum { THREADS = 4, TURNS = 40 };

static void *come_and_go(void *arg)
{
    char error[DB_ERROR_SIZE];
    struct database *database = arg;
    enum db_status st;
    int i;

    for (i = 0; i < TURNS; i++) {
        struct db *db = database_connect(database, &place_settings, statements, error, sizeof error);

        if (db == NULL)
            return strdup(error);
        if ((st = take(db, 1)) != DB_OK || db_ops(db)->writes != 1) {
            snprintf(error, sizeof error, "%s: %.200s", db_status_name(st), db_last_error(db));
            return strdup(error);
        }
        db_close(db);
    }
    return NULL;
}

/* A wrapper only says that it is lost: what the server would have dropped is gone, what was prepared is there. */
static void renewed_is_as_new(void **state)
{
    struct database *database = keeping(state);
    const struct db_driver *driver = database_driver(database);
    struct db *first = join(database), *second = join(database), *again;
    char timeout[64];
    int64_t pid;

    pid = ask(first, PID, 0);
    snprintf(timeout, sizeof timeout, "%s", place_ask(first, "SHOW lock_timeout"));
    assert_int_equal(db_exec(first, "SET lock_timeout = 17; SET work_mem = '77kB'; CREATE TEMP TABLE mine (x int);"
                                    "SELECT pg_advisory_lock(5)"),
                     DB_OK);
    assert_string_equal(place_ask(second, "SELECT pg_try_advisory_lock(5)"), "f");
    first->lost = true;
    first->renewed = driver->renew(first);
    assert_true(first->renewed);
    db_close(first);
    assert_string_equal(place_ask(second, "SELECT pg_try_advisory_lock(5)"), "t");
    again = join(database);
    assert_int_equal(ask(again, PID, 0), pid);
    assert_false(db_is_lost(again));
    assert_false(again->renewed);
    assert_string_equal(place_ask(again, "SHOW lock_timeout"), timeout);
    assert_string_not_equal(place_ask(again, "SHOW work_mem"), "77kB");
    assert_string_equal(place_ask(again, "SELECT count(*) FROM pg_class WHERE relname = 'mine'"), "0");
    assert_int_equal(ask(again, SEATS, 1), 10);
    db_close(again);
    db_close(second);
    done(database);
}

static void many_threads(void **state)
{
    struct database *database = keeping(state);
    pthread_t threads[THREADS];
    const struct db *spare;
    int i, spares = 0;
    void *wrong;
    struct db *db;

    for (i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, come_and_go, database);
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &wrong);
        if (wrong != NULL)
            fail_msg("%s", (const char *)wrong);
    }
    for (spare = database->spares.first; spare != NULL; spare = spare->next_spare)
        spares++;
    assert_in_range(spares, 1, THREADS);
    db = join(database);
    assert_int_equal(ask(db, SEATS, 1), 10 - THREADS * TURNS);
    db_close(db);
    done(database);
}

static void *let_go_later(void *arg)
{
    const struct timespec pause = { .tv_nsec = 100 * NS_PER_MS };

    nanosleep(&pause, NULL);
    return db_exec(arg, "ROLLBACK") == DB_OK ? NULL : "cannot roll back";
}

/* Whoever opens a connection while another has the file locked waits for it, and does not go away empty-handed. */
static void a_locked_file_is_waited_for(void **state)
{
    const struct db_settings settings = { .durability = DURABILITY_ASYNC, .journal = JOURNAL_DELETE };
    struct database *database = place_fresh(state, NULL);
    char error[DB_ERROR_SIZE] = "";
    struct db *holder, *late;
    pthread_t thread;
    void *wrong;

    assert_int_equal(database_reset(database, &settings, "locked", &(struct house){ .events = 1, .seats = 1 }), 0);
    assert_non_null(holder = database_connect(database, &settings, NULL, error, sizeof error));
    assert_int_equal(db_exec(holder, "BEGIN EXCLUSIVE"), DB_OK);
    pthread_create(&thread, NULL, let_go_later, holder);
    late = database_connect(database, &settings, NULL, error, sizeof error);
    pthread_join(thread, &wrong);
    assert_null(wrong);
    if (late == NULL)
        fail_msg("%s", error);
    db_close(late);
    db_close(holder);
    database_drop(database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(wrapper_sees_calls),     ON_BOTH(spare_is_used_again),
        ON_BOTH(spare_must_fit),         ON_BOTH(broken_is_not_kept),
        ON_POSTGRES(renewed_is_as_new),  ON_BOTH(spares_and_wrappers),
        ON_BOTH(spares_are_not_at_work), ON_BOTH(spares_go_with_the_place),
        ON_BOTH(many_threads),           ON_SQLITE(a_locked_file_is_waited_for),
    };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
