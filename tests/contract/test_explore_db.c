#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "harness/base/clock.h"
#include "tests/support/place.h"

/* What a schedule explorer has to know of a database: who waits for whom, and what the isolation levels let through. */

#define MS NS_PER_MS

enum { SEATS, LOCK, TAKE, BOOK, SUM, PID, SLOW };

static const struct statement statements[] = {
    [SEATS] = { "seats", STATEMENT_READ, false, TEXT("SELECT available FROM events WHERE id = $1") },
    [LOCK] = { "lock", STATEMENT_READ, true,
               TEXT_PER("SELECT id FROM events WHERE id = $1", "SELECT id FROM events WHERE id = $1 FOR UPDATE") },
    [TAKE] = { "take", STATEMENT_WRITE, true, TEXT("UPDATE events SET available = available - $2 WHERE id = $1") },
    [BOOK] = { "book", STATEMENT_WRITE, false,
               TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    [SUM] = { "sum", STATEMENT_READ, false, TEXT("SELECT CAST(sum(available) AS bigint) FROM events") },
    [PID] = { "pid", STATEMENT_READ, false, TEXT_PER("SELECT 0", "SELECT pg_backend_pid()") },
    [SLOW] = { "slow", STATEMENT_READ, false, TEXT_PER("SELECT 0 WHERE $1 > 0", "SELECT 1 FROM pg_sleep($1 / 10.0)") },
    STATEMENT_END
};
static struct db *join(struct database *database)
{
    return place_join(database, &place_settings, statements);
}

static int64_t ask(struct db *db, int slot, int64_t arg)
{
    struct row row;

    assert_int_equal(db_run(db, slot, &arg, slot == SUM || slot == PID ? 0 : 1, &row), DB_OK);
    return row.column[0];
}

static enum db_status take(struct db *db, int64_t event)
{
    return db_run(db, TAKE, ARGS(event, 1), NULL);
}

/* who waits */

struct caller {
    struct db *db;
    int slot;
    enum db_status st;
};

static void *call(void *arg)
{
    static const int64_t args[] = { 1, 1 };
    struct caller *caller = arg;

    caller->st = db_run(caller->db, caller->slot, args, caller->slot == TAKE ? 2 : 1, NULL);
    return NULL;
}

static bool comes_to_wait(struct db *observer, const struct db *other)
{
    const struct timespec pause = { .tv_nsec = MS / 2 };
    int64_t deadline_ns = clock_now_ns() + 5 * NS_PER_S;

    while (clock_now_ns() < deadline_ns) {
        if (database_driver(observer->database)->waits(observer, other))
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

static void waits_for_a_row(void **state)
{
    static const int slots[] = { TAKE, LOCK };
    struct database *database = place_fresh(state, NULL);
    struct db *observer = join(database), *holder = join(database);
    const struct db_ops none = { 0 };
    struct caller caller = { .db = join(database) };
    const struct db_driver *driver = database_driver(database);
    pthread_t thread;
    size_t i;

    for (i = 0; i < 2; i++) {
        caller.slot = slots[i];
        assert_false(driver->waits(observer, caller.db)); /* idle */
        assert_int_equal(db_begin(holder, TX_WRITE), DB_OK);
        assert_int_equal(take(holder, 1), DB_OK);
        pthread_create(&thread, NULL, call, &caller);
        assert_true(comes_to_wait(observer, caller.db));
        assert_false(driver->waits(observer, holder)); /* it is the one who is waited for */
        assert_int_equal(db_commit(holder), DB_OK);
        pthread_join(thread, NULL);
        assert_int_equal(caller.st, DB_OK);
        assert_false(driver->waits(observer, caller.db));
    }
    assert_memory_equal(db_ops(observer), &none, sizeof none);
    db_close(caller.db);
    db_close(holder);
    db_close(observer);
}

/* To be slow is not to wait, and the same row is not the same lock. */
static void does_not_wait(void **state)
{
    const struct timespec pause = { .tv_nsec = 2 * MS };
    struct database *database = place_fresh(state, NULL);
    struct db *observer = join(database), *holder = join(database);
    struct caller caller = { .db = join(database), .slot = SLOW };
    pthread_t thread;
    int i;

    assert_int_equal(db_begin(holder, TX_WRITE), DB_OK);
    assert_int_equal(take(holder, 1), DB_OK);
    pthread_create(&thread, NULL, call, &caller);
    for (i = 0; i < 20; i++) {
        assert_false(database_driver(database)->waits(observer, caller.db));
        nanosleep(&pause, NULL);
    }
    pthread_join(thread, NULL);
    assert_int_equal(caller.st, DB_OK);
    assert_int_equal(ask(caller.db, SEATS, 1), 10); /* reading needs no lock */
    assert_int_equal(db_rollback(holder), DB_OK);
    db_close(caller.db);
    db_close(holder);
    db_close(observer);
}

static void lost_observer(void **state)
{
    struct database *database = place_fresh(state, NULL);
    struct db *observer = join(database), *other = join(database);
    char sql[96];

    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%" PRId64 ", 5000)", ask(observer, PID, 0));
    assert_int_equal(db_exec(other, sql), DB_OK);
    assert_false(database_driver(database)->waits(observer, other));
    assert_true(db_is_lost(observer));
    assert_string_not_equal(db_last_error(observer), "");
    db_close(other);
    db_close(observer);
}

/* SQLite has no third party to ask: with the shortest lock_timeout a call answers at once, and tells apart what would
 * have waited from what SQLite refuses however long one waits. */
static void answers_instead_of_waiting(void **state)
{
    static const struct db_settings hasty = { .durability = DURABILITY_OFF, .lock_timeout_ns = 1 };
    struct database *database = place_fresh(state, NULL);
    struct db *holder, *late;
    int64_t start_ns, number;
    int i;

    assert_null(database_driver(database)->waits);
    holder = place_join(database, &hasty, statements);
    late = place_join(database, &hasty, statements);
    assert_int_equal(db_begin(holder, TX_WRITE), DB_OK);
    start_ns = clock_now_ns();
    for (i = 0; i < 50; i++)
        assert_int_equal(db_begin(late, TX_WRITE), DB_LOCK_TIMEOUT);
    for (i = 0; i < 50; i++)
        assert_int_equal(take(late, 1), DB_LOCK_TIMEOUT);
    assert_true(clock_now_ns() - start_ns < 100 * MS); /* SQLite's own first delay is 1 ms */
    /* Inside a transaction that has not read yet: it stays open, and the call can be made again. */
    assert_int_equal(db_begin(late, TX_READ), DB_OK);
    assert_int_equal(take(late, 1), DB_LOCK_TIMEOUT);
    assert_true(db_in_transaction(late));
    assert_int_equal(db_commit(holder), DB_OK);
    assert_int_equal(take(late, 1), DB_OK);
    assert_int_equal(db_commit(late), DB_OK);
    /* One that has read is refused without being asked to wait: both might. */
    assert_int_equal(db_begin(late, TX_READ), DB_OK);
    number = ask(late, SEATS, 1);
    assert_int_equal(db_begin(holder, TX_WRITE), DB_OK);
    assert_int_equal(take(late, 1), DB_BUSY);
    assert_true(db_in_transaction(late));
    assert_int_equal(db_rollback(holder), DB_OK);
    assert_int_equal(take(late, 1), DB_OK);
    assert_int_equal(db_commit(late), DB_OK);
    assert_int_equal(ask(holder, SEATS, 1), number - 1);
    db_close(holder);
    db_close(late);
}

static void deadlock_timeout(void **state)
{
    static const struct {
        int64_t ns;
        const char *shown;
    } cases[] = { { 0, "1s" }, { 1, "1ms" }, { 25 * MS, "25ms" } };
    struct database *database = place_fresh(state, NULL);
    struct db_settings settings = place_settings;
    size_t i;

    for (i = 0; i < 3; i++) {
        struct db *db;

        settings.deadlock_timeout_ns = cases[i].ns;
        db = place_join(database, &settings, statements);
        assert_string_equal(place_ask(db, "SHOW deadlock_timeout"), cases[i].shown);
        db_close(db);
    }
}

/* isolation levels */

static void snapshot_stays(void **state)
{
    static const enum tx_mode modes[] = { TX_REPEATABLE_READ, TX_SERIALIZABLE };
    struct database *database = place_fresh(state, NULL);
    struct db *reader = join(database), *writer = join(database);
    int64_t sum, start_ns = clock_now_ns();
    size_t i;

    for (i = 0; i < 2; i++) {
        assert_int_equal(db_begin(reader, modes[i]), DB_OK);
        sum = ask(reader, SUM, 0);
        assert_int_equal(take(writer, 1), DB_OK);
        assert_int_equal(ask(reader, SUM, 0), sum);
        /* Somebody was there first: SQLite does not even wait for it. */
        assert_int_equal(take(reader, 1), DB_CONFLICT);
        assert_int_equal(db_rollback(reader), DB_OK);
        assert_int_equal(ask(reader, SUM, 0), sum - 1);
    }
    assert_true(clock_now_ns() - start_ns < place_settings.lock_timeout_ns / 2);
    /* READ COMMITTED sees it, and goes on from there. */
    if (!place_is_sqlite(database)) {
        assert_int_equal(db_begin(reader, TX_READ), DB_OK);
        sum = ask(reader, SUM, 0);
        assert_int_equal(take(writer, 1), DB_OK);
        assert_int_equal(ask(reader, SUM, 0), sum - 1);
        assert_int_equal(take(reader, 1), DB_OK);
        assert_int_equal(db_commit(reader), DB_OK);
        assert_int_equal(ask(reader, SUM, 0), sum - 2);
    }
    db_close(reader);
    db_close(writer);
}

/* A writer that has to wait for the first one: it is refused when that one commits, and goes on when it does not. */
static void second_writer(void **state)
{
    struct database *database = place_fresh(state, NULL);
    struct db *observer = join(database), *first = join(database);
    struct caller second = { .db = join(database), .slot = TAKE };
    pthread_t thread;
    int commits;

    for (commits = 0; commits < 2; commits++) {
        assert_int_equal(db_begin(second.db, TX_REPEATABLE_READ), DB_OK);
        ask(second.db, SEATS, 1);
        assert_int_equal(db_begin(first, TX_REPEATABLE_READ), DB_OK);
        assert_int_equal(take(first, 1), DB_OK);
        pthread_create(&thread, NULL, call, &second);
        assert_true(comes_to_wait(observer, second.db));
        assert_int_equal(commits == 1 ? db_commit(first) : db_rollback(first), DB_OK);
        pthread_join(thread, NULL);
        assert_int_equal(second.st, commits == 1 ? DB_CONFLICT : DB_OK);
        assert_int_equal(db_rollback(second.db), DB_OK);
    }
    db_close(second.db);
    db_close(first);
    db_close(observer);
}

/* Each reads what the other writes. */
static void write_skew(void **state)
{
    static const enum tx_mode modes[] = { TX_REPEATABLE_READ, TX_SERIALIZABLE };
    struct database *database = place_fresh(state, NULL);
    struct db *left = join(database), *right = join(database);
    size_t i;

    for (i = 0; i < 2; i++) {
        enum db_status st;

        assert_int_equal(db_begin(left, modes[i]), DB_OK);
        assert_int_equal(db_begin(right, modes[i]), DB_OK);
        ask(left, SUM, 0);
        ask(right, SUM, 0);
        assert_int_equal(take(left, 1), DB_OK);
        st = take(right, 2);
        assert_int_equal(db_commit(left), DB_OK);
        if (st == DB_OK)
            st = db_commit(right);
        assert_int_equal(st, modes[i] == TX_SERIALIZABLE ? DB_CONFLICT : DB_OK);
        assert_int_equal(db_rollback(right), DB_OK);
    }
    assert_int_equal(ask(left, SUM, 0), 30 - 3);
    db_close(left);
    db_close(right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_POSTGRES(waits_for_a_row),  ON_POSTGRES(does_not_wait),
        ON_POSTGRES(lost_observer),    ON_SQLITE(answers_instead_of_waiting),
        ON_POSTGRES(deadlock_timeout), ON_BOTH(snapshot_stays),
        ON_POSTGRES(second_writer),    ON_POSTGRES(write_skew),
    };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
