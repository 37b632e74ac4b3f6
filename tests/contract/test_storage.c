/* Damaged storage, and a COMMIT that is none: what the audit's other witnesses cannot see, each made to happen. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "harness/audit/doubted.h"
#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/db/sqlite.h"
#include "tests/support/place.h"

static void test_whole(void **state)
{
    struct database *database = place_fresh(state, NULL);
    struct db *db = place_join(database, &place_settings, NULL);

    assert_int_equal(database_damage(database, db), 0);
    db_close(db);
    database_drop(database);
}

/* An index that misses a row of its table. */
static void break_sqlite(struct db *db)
{
    sqlite3 *handle = sqlite_handle(db);

    assert_int_equal(sqlite3_exec(handle,
                                  "CREATE TABLE t (a); CREATE TABLE u (a); CREATE INDEX i ON t (a);"
                                  "INSERT INTO u VALUES (1); PRAGMA writable_schema = 1;"
                                  "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema"
                                  " WHERE name = 'u') WHERE name = 't';"
                                  "PRAGMA writable_schema = RESET",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
}

static void break_postgres(struct db *db)
{
    static const char *const steps[] = {
        "UPDATE pg_catalog.pg_index SET indisready = false WHERE indexrelid = 'bookings_request'::regclass",
        "INSERT INTO bookings (request, event, user_id, seats) VALUES (1, 1, 1, 1)",
        "UPDATE pg_catalog.pg_index SET indisready = true WHERE indexrelid = 'bookings_request'::regclass",
    };

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (db_exec(db, steps[i]) != DB_OK)
            fail_msg("%s: %s", steps[i], db_last_error(db));
}

static void test_damaged(void **state)
{
    struct database *database = place_fresh(state, NULL);
    struct db *db = place_join(database, &place_settings, NULL);
    struct audit audit = { .verdict = AUDIT_VALID };

    if (place_is_sqlite(database))
        break_sqlite(db);
    else
        break_postgres(db);
    audit_storage(&audit, database_damage(database, db));
    assert_true(audit.damaged > 0);
    assert_int_equal(audit.verdict, AUDIT_INVALID);
    assert_non_null(strstr(audit.reason, "damaged"));
    db_close(db);
    database_drop(database);
}

/* A check that is cut short has found nothing, and has not looked at everything. */
static void test_cut_short(void **state)
{
    static const char *const fill[] = {
        "INSERT INTO bookings (request, event, user_id, seats) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL"
        " SELECT i + 1 FROM n WHERE i < 200000) SELECT i, 1, 1, 1 FROM n",
        "INSERT INTO bookings (request, event, user_id, seats) SELECT i, 1, 1, 1 FROM generate_series(1, 200000) i",
    };
    struct database *database = place_fresh(state, NULL);
    struct db *db = place_join(database, &place_settings, NULL);
    struct db_settings hurried = place_settings;

    assert_int_equal(db_exec(db, fill[database_dialect(database)]), DB_OK);
    assert_int_equal(database_damage(database, db), 0);
    db_close(db);
    hurried.statement_timeout_ns = 5 * NS_PER_MS;
    db = place_join(database, &hurried, NULL);
    assert_int_equal(database_damage(database, db), -1);
    db_close(db);
    database_drop(database);
}

/* The limits of the users' statements and locks are none for the harness's own: what it fills, reads and checks grows
 * with the house. */
static void test_short_limits(void **state)
{
    const size_t at = (size_t) * (const int *)*state;
    struct database *database = bench_databases[at];
    struct witnesses witnesses;
    struct bench_cells made;
    struct trial trial;
    struct audit audit;

    if (database == NULL)
        skip();
    bench_cells_make(&made,
                     "# q\n[inventory]\nevents = 2000\nseats = 50\n[load]\nusers = 4\n[db]\nstatement_timeout = 1ms\n"
                     "lock_timeout = 1ms\n[audit]\nprobe = 5ms\n",
                     "unique_claim", bench_names[at]);
    assert_int_equal(trial_run(&trial, made.cell, database, 0, "trial", NULL), EXIT_OK);
    assert_string_equal(trial.void_reason, "");
    assert_true(trial.probes.n > 0);
    assert_int_equal(audit_read(&witnesses, made.cell, database), EXIT_OK);
    assert_int_equal(witnesses.counter_count, 2000);
    audit_judge(&audit, made.cell, &trial, &witnesses);
    audit_faults(&audit, made.cell, &trial, &witnesses);
    assert_int_equal(audit.damaged, 0);
    assert_int_not_equal(audit.verdict, AUDIT_INVALID);
    witnesses_free(&witnesses);
    trial_free(&trial);
    database_drop(database);
    bench_cells_free(&made);
}

/* Fails in PostgreSQL, which then ends the block at COMMIT with the tag ROLLBACK; SQLite divides by zero. */
static const struct statement failing[] = {
    { .name = "fail", .kind = STATEMENT_READ, .sql = TEXT("SELECT 1 / CAST($1 - $1 AS bigint)") },
    STATEMENT_END,
};

static enum verdict believe(struct attempt *a)
{
    if (attempt_begin(a, TX_WRITE) != DB_OK)
        return VERDICT_FAILED;
    (void)attempt_run(a, 0, ARGS(a->request->id));
    (void)attempt_commit(a);
    return VERDICT_BOOKED;
}

static const struct strategy believer = { .name = "believer", .statements = failing, .attempt = believe };

static void test_no_commit(void **state)
{
    const size_t at = (size_t) * (const int *)*state;
    struct database *database = bench_databases[at];
    struct registered registered;
    struct witnesses witnesses;
    struct bench_cells made;
    struct trial trial;
    struct audit audit;
    struct cell cell;

    if (database == NULL)
        skip();
    bench_cells_make(&made, "# q\n[inventory]\nseats = 9\n[load]\nusers = 4\n[db]\npool = 2\n", "atomic",
                     bench_names[at]);
    cell = *made.cell;
    registered = *cell.variant.registered;
    registered.strategy = &believer;
    cell.variant.registered = &registered;
    assert_int_equal(trial_run(&trial, &cell, database, 0, "trial", NULL), EXIT_OK);
    assert_int_equal(audit_read(&witnesses, &cell, database), EXIT_OK);
    audit_judge(&audit, &cell, &trial, &witnesses);
    audit_faults(&audit, &cell, &trial, &witnesses);
    assert_int_equal(audit.lost, 4);
    assert_int_equal(trial.totals.uncommitted, place_is_sqlite(database) ? 0 : 4);
    assert_int_equal(audit.damaged, place_is_sqlite(database) ? 0 : -1);
    witnesses_free(&witnesses);
    trial_free(&trial);
    database_drop(database);
    bench_cells_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = { ON_BOTH(test_whole), ON_BOTH(test_damaged), ON_BOTH(test_cut_short),
                                        ON_SQLITE(test_short_limits), ON_BOTH(test_no_commit) };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
