/* What the audit reads of a database, and how it says that it could not. */
#include <stdlib.h>
#include <string.h>

#include "harness/audit/audit.h"
#include "harness/base/say.h"
#include "harness/db/driver.h"
#include "harness/db/kind.h"
#include "tests/support/bench.h"
#include "tests/support/capture.h"

static struct database *database;
static enum ledger chosen;

static enum ledger ledger_of(const void *options)
{
    (void)options;
    return chosen;
}

/* A strategy of this test's own: what it says of its tables is what a test makes of it. */
static struct strategy strategy = { .name = "test", .ledger = ledger_of };
static const struct registered registered = { .strategy = &strategy, .note = "", .file = "" };
static struct cell cell = { .scenario = { .events = 2, .db = { .durability = DURABILITY_ASYNC } },
                            .variant = { .registered = &registered } };

static struct db *begin(enum ledger ledger, const char *remaining)
{
    const struct house house = { .events = 2, .seats = 3, .numbered = true };
    char error[DB_ERROR_SIZE] = "";
    struct db *db;

    chosen = ledger;
    strategy.remaining.in[DIALECT_SQLITE] = remaining;
    assert_int_equal(database_reset(database, &cell.scenario.db, "place", &house), 0);
    assert_non_null(db = database_connect(database, &cell.scenario.db, NULL, error, sizeof error));
    return db;
}

static void run(struct db *db, const char *sql)
{
    if (db_exec(db, sql) != DB_OK)
        fail_msg("%s: %s", sql, db_last_error(db));
}

/* It cannot be read, and one line says so. */
static void fails(struct db *db, const char *reason)
{
    struct witnesses w;
    const char *said;

    capture_begin();
    assert_int_equal(audit_look(&w, &cell, database, db), EXIT_ERROR);
    said = capture_end();
    if (strstr(said, reason) == NULL || strchr(said, '\n') != said + strlen(said) - 1)
        fail_msg("not one line with '%s': %s", reason, said);
    assert_null(w.bookings);
    assert_int_equal(w.booking_count + w.counter_count + w.seat_count, 0);
    db_close(db);
}

static void test_everything_there_is(void **state)
{
    struct witnesses w;
    struct db *db = begin(LEDGER_SEATS, NULL);

    (void)state;
    run(db, "INSERT INTO bookings (request, event, user_id, seats) VALUES (7, 1, 9, 2)");
    run(db,
        "INSERT INTO bookings (request, event, user_id, seats, state, expires_at) VALUES (8, 2, 9, 1, 'PENDING', 0)");
    run(db, "UPDATE seats SET request = 7 WHERE event = 1 AND seat = 2");
    run(db, "UPDATE events SET available = -1 WHERE id = 2");
    db_close(db);
    assert_int_equal(audit_read(&w, &cell, database), EXIT_OK);
    assert_int_equal(w.booking_count, 1);
    assert_int_equal(w.bookings[0].request, 7);
    assert_int_equal(w.bookings[0].seats, 2);
    assert_int_equal(w.hold_count, 1);
    assert_int_equal(w.holds[0].event, 2);
    assert_int_equal(w.holds[0].expired, 1);
    assert_int_equal(w.counter_count, 2);
    assert_int_equal(w.counters[1].available, -1);
    assert_int_equal(w.seat_count, 6);
    assert_int_equal(w.seats[0].request, 0);
    assert_int_equal(w.seats[1].request, 7);
    assert_int_equal(w.remainder_count, 0);
    witnesses_free(&w);
    witnesses_free(NULL);
}

/* An answer of fewer columns than it should have: what is missing is 0. */
static void test_own_tables(void **state)
{
    struct witnesses w;
    struct db *db = begin(LEDGER_OWN, "SELECT id FROM events ORDER BY id");

    (void)state;
    assert_int_equal(audit_look(&w, &cell, database, db), EXIT_OK);
    assert_int_equal(w.remainder_count, 2);
    assert_int_equal(w.remainders[1].event, 2);
    assert_int_equal(w.remainders[1].left, 0);
    assert_int_equal(w.seat_count, 0);
    witnesses_free(&w);
    db_close(db);
}

static void test_many_rows(void **state)
{
    struct witnesses w;
    struct db *db = begin(LEDGER_COUNTER, NULL);

    (void)state;
    run(db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
            "INSERT INTO bookings (request, event, user_id, seats) SELECT i, 1, i, 1 FROM n");
    assert_int_equal(audit_look(&w, &cell, database, db), EXIT_OK);
    assert_int_equal(w.booking_count, 1000);
    assert_int_equal(w.bookings[999].request, 1000);
    witnesses_free(&w);
    db_close(db);
}

/* Each statement of the look in turn. */
static void test_what_cannot_be_read(void **state)
{
    static const char *const gone[] = { "ALTER TABLE bookings RENAME TO gone",
                                        "ALTER TABLE bookings RENAME expires_at TO gone",
                                        "ALTER TABLE events RENAME TO gone", "ALTER TABLE seats RENAME TO gone" };
    struct db *db;

    (void)state;
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        db = begin(LEDGER_SEATS, NULL);
        run(db, gone[i]);
        fails(db, "the audit cannot read its witnesses");
    }
    fails(begin(LEDGER_OWN, "SELECT left FROM nowhere"), "the audit cannot read its witnesses");
    fails(begin(LEDGER_OWN, "COMMIT"), "the audit cannot read its witnesses"); /* so that its own cannot */
    db = begin(LEDGER_COUNTER, NULL);
    run(db, "BEGIN");
    fails(db, "the audit cannot read its witnesses");
}

static enum db_status (*run_script)(struct db *, const char *);
static int asked_amcheck;

/* As SQLite would have it, and counted. */
static enum db_status exec_as_postgres(struct db *db, const char *sql)
{
    asked_amcheck += strstr(sql, "amcheck") != NULL;
    return run_script(db, strncmp(sql, "BEGIN", 5) == 0 ? "BEGIN" : sql);
}

/* A file is always asked what it thinks of itself; a server only after it has crashed: that takes it a while. */
static void test_damage_is_asked_for(void **state)
{
    const struct database_kind *whole = database->kind;
    struct db_driver driver = *whole->driver;
    struct database_kind kind = *whole;
    struct witnesses w;

    (void)state;
    run_script = driver.exec;
    driver.exec = exec_as_postgres;
    kind.driver = &driver;
    db_close(begin(LEDGER_COUNTER, NULL));
    assert_int_equal(audit_read(&w, &cell, database), EXIT_OK);
    assert_int_equal(w.damage, 0);
    witnesses_free(&w);

    database->kind = &kind;
    driver.dialect = DIALECT_POSTGRES;
    for (int crashes = 0; crashes < 2; crashes++) {
        cell.scenario.crash_ns = crashes;
        asked_amcheck = 0;
        assert_int_equal(audit_read(&w, &cell, database), EXIT_OK);
        assert_int_equal(asked_amcheck, crashes);
        assert_int_equal(w.damage, -1); /* there is no amcheck here */
        witnesses_free(&w);
    }
    cell.scenario.crash_ns = 0;
    database->kind = whole;
}

static int never_quiet(struct database *of, struct db *db)
{
    (void)of;
    (void)db;
    return -1;
}

static void test_no_connection(void **state)
{
    struct database_kind broken = *database->kind;
    const struct database_kind *whole = database->kind;
    struct witnesses w;

    (void)state;
    db_close(begin(LEDGER_COUNTER, NULL));
    broken.alive = never_quiet;
    database->kind = &broken;
    assert_int_equal(audit_read(&w, &cell, database), EXIT_ERROR);
    assert_null(w.bookings);
    database->kind = whole;
    database_drop(database);
    capture_begin();
    assert_int_equal(audit_read(&w, &cell, database), EXIT_ERROR);
    assert_non_null(strstr(capture_end(), "the audit cannot connect"));
    assert_null(w.bookings);
}

static int open_database(void **state)
{
    (void)state;
    return (database = bench_database("sqlite", 4)) == NULL;
}

static int close_database(void **state)
{
    (void)state;
    database_close(database);
    bench_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_there_is), cmocka_unit_test(test_own_tables),
        cmocka_unit_test(test_many_rows),           cmocka_unit_test(test_what_cannot_be_read),
        cmocka_unit_test(test_damage_is_asked_for), cmocka_unit_test(test_no_connection),
    };

    return cmocka_run_group_tests(tests, open_database, close_database);
}
