#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "harness/base/clock.h"
#include "harness/db/driver.h"
#include "harness/db/schema.h"
#include "harness/db/sqlite.h"
#include "harness/db/sqlstate.h"
#include "harness/db/work.h"

/* Native code -> status, row by row; and the pure helpers beside them. */

#define LENGTH(a) (sizeof(a) / sizeof *(a))

static void sqlite_codes(void **state)
{
    static const struct {
        int code;
        enum db_status before, committing;
    } rows[] = {
        { SQLITE_OK, DB_OK, DB_OK },
        { SQLITE_ROW, DB_OK, DB_OK },
        { SQLITE_DONE, DB_OK, DB_OK },
        { SQLITE_BUSY, DB_BUSY, DB_BUSY },
        { SQLITE_BUSY_RECOVERY, DB_BUSY, DB_BUSY },
        { SQLITE_BUSY_SNAPSHOT, DB_CONFLICT, DB_CONFLICT },
        { SQLITE_LOCKED, DB_BUSY, DB_BUSY },
        { SQLITE_PROTOCOL, DB_BUSY, DB_BUSY },
        { SQLITE_ABORT_ROLLBACK, DB_CONFLICT, DB_CONFLICT },
        { SQLITE_INTERRUPT, DB_LOST, DB_LOST },
        { SQLITE_CONSTRAINT, DB_CONSTRAINT, DB_CONSTRAINT },
        { SQLITE_CONSTRAINT_CHECK, DB_CONSTRAINT, DB_CONSTRAINT },
        { SQLITE_CONSTRAINT_UNIQUE, DB_CONSTRAINT, DB_CONSTRAINT },
        { SQLITE_CONSTRAINT_PRIMARYKEY, DB_CONSTRAINT, DB_CONSTRAINT },
        { SQLITE_CONSTRAINT_NOTNULL, DB_CONSTRAINT, DB_CONSTRAINT },
        { SQLITE_CONSTRAINT_TRIGGER, DB_CONSTRAINT, DB_CONSTRAINT },
        { SQLITE_FULL, DB_FULL, DB_FULL },
        { SQLITE_IOERR, DB_ERROR, DB_IN_DOUBT },
        { SQLITE_IOERR_FSYNC, DB_ERROR, DB_IN_DOUBT },
        { SQLITE_IOERR_WRITE, DB_ERROR, DB_IN_DOUBT },
        { SQLITE_ERROR, DB_ERROR, DB_ERROR },
        { SQLITE_ABORT, DB_ERROR, DB_ERROR },
        { SQLITE_NOMEM, DB_ERROR, DB_ERROR },
        { SQLITE_READONLY, DB_ERROR, DB_ERROR },
        { SQLITE_CORRUPT, DB_ERROR, DB_ERROR },
        { SQLITE_CANTOPEN, DB_ERROR, DB_ERROR },
        { SQLITE_NOTADB, DB_ERROR, DB_ERROR },
        { SQLITE_MISUSE, DB_ERROR, DB_ERROR },
    };
    const struct sqlite_failure before = { .committing = false }, committing = { .committing = true };
    size_t i;

    (void)state;
    for (i = 0; i < LENGTH(rows); i++) {
        assert_int_equal(sqlite_status(rows[i].code, &before), rows[i].before);
        assert_int_equal(sqlite_status(rows[i].code, &committing), rows[i].committing);
    }
}

static void sqlite_waits(void **state)
{
    const struct sqlite_failure waited = { .waited_out = true }, timed = { .timed_out = true },
                                stopped = { .stopped = true }, both = { .stopped = true, .timed_out = true };

    (void)state;
    assert_int_equal(sqlite_status(SQLITE_BUSY, &waited), DB_LOCK_TIMEOUT);
    assert_int_equal(sqlite_status(SQLITE_BUSY, &timed), DB_STATEMENT_TIMEOUT);
    assert_int_equal(sqlite_status(SQLITE_BUSY, &stopped), DB_LOST);
    assert_int_equal(sqlite_status(SQLITE_BUSY_SNAPSHOT, &waited), DB_CONFLICT);
    assert_int_equal(sqlite_status(SQLITE_INTERRUPT, &timed), DB_STATEMENT_TIMEOUT);
    assert_int_equal(sqlite_status(SQLITE_INTERRUPT, &both), DB_LOST);
}

/* SQLite's busy timeout waits 1, 2, 5, … ms; the last delay repeats. */
static void sqlite_schedule(void **state)
{
    static const int64_t ms[] = { 1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100, 100, 100 };
    size_t i;

    (void)state;
    for (i = 0; i < LENGTH(ms); i++)
        assert_int_equal(sqlite_delay_ns((int)i), ms[i] * NS_PER_MS);
    assert_int_equal(sqlite_delay_ns(1000000), 100 * NS_PER_MS);
}

static void sqlstates(void **state)
{
    static const struct {
        const char *code;
        enum db_status before, committing;
    } rows[] = {
        { NULL, DB_LOST, DB_IN_DOUBT },
        { "", DB_LOST, DB_IN_DOUBT },
        { "40001", DB_CONFLICT, DB_CONFLICT },
        { "40P01", DB_DEADLOCK, DB_DEADLOCK },
        { "40000", DB_CONFLICT, DB_CONFLICT },
        { "40002", DB_CONSTRAINT, DB_CONSTRAINT },
        { "40003", DB_LOST, DB_IN_DOUBT },
        { "55P03", DB_LOCK_TIMEOUT, DB_LOCK_TIMEOUT },
        { "55006", DB_ERROR, DB_ERROR },
        { "57014", DB_STATEMENT_TIMEOUT, DB_STATEMENT_TIMEOUT },
        { "57P01", DB_LOST, DB_IN_DOUBT },
        { "57P02", DB_LOST, DB_IN_DOUBT },
        { "57P03", DB_LOST, DB_LOST },
        { "57P04", DB_LOST, DB_IN_DOUBT },
        { "57P05", DB_LOST, DB_LOST },
        { "57000", DB_ERROR, DB_ERROR },
        { "25P02", DB_ERROR, DB_ERROR },
        { "25P03", DB_LOST, DB_LOST },
        { "53000", DB_ERROR, DB_ERROR },
        { "53100", DB_FULL, DB_FULL },
        { "53200", DB_ERROR, DB_ERROR },
        { "53300", DB_LOST, DB_LOST },
        { "58030", DB_ERROR, DB_IN_DOUBT },
        { "08000", DB_LOST, DB_IN_DOUBT },
        { "08003", DB_LOST, DB_IN_DOUBT },
        { "08006", DB_LOST, DB_IN_DOUBT },
        { "08007", DB_LOST, DB_IN_DOUBT },
        { "08P01", DB_LOST, DB_IN_DOUBT },
        { "23000", DB_CONSTRAINT, DB_CONSTRAINT },
        { "23502", DB_CONSTRAINT, DB_CONSTRAINT },
        { "23505", DB_CONSTRAINT, DB_CONSTRAINT },
        { "23514", DB_CONSTRAINT, DB_CONSTRAINT },
        { "23P01", DB_CONSTRAINT, DB_CONSTRAINT },
        { "22012", DB_ERROR, DB_ERROR },
        { "42601", DB_ERROR, DB_ERROR },
        { "42501", DB_ERROR, DB_ERROR },
        { "XX000", DB_ERROR, DB_ERROR },
    };
    size_t i;

    (void)state;
    for (i = 0; i < LENGTH(rows); i++) {
        assert_int_equal(sqlstate_status(rows[i].code, false), rows[i].before);
        assert_int_equal(sqlstate_status(rows[i].code, true), rows[i].committing);
    }
}

static void names(void **state)
{
    int i, j;

    (void)state;
    for (i = 0; i < DB_STATUS_COUNT; i++) {
        assert_non_null(db_status_name((enum db_status)i));
        for (j = 0; j < i; j++)
            assert_string_not_equal(db_status_name((enum db_status)i), db_status_name((enum db_status)j));
    }
    assert_string_equal(db_status_name(DB_OK), "ok");
    assert_string_equal(db_status_name(DB_IN_DOUBT), "in_doubt");
}

static void parameters(void **state)
{
    (void)state;
    assert_int_equal(schema_params("SELECT 1"), 0);
    assert_int_equal(schema_params("SELECT $1"), 1);
    assert_int_equal(schema_params("SELECT $2, $1, $2"), 2);
    assert_int_equal(schema_params("SELECT $8"), 8);
    assert_int_equal(schema_params("SELECT $1 || '$7' || \"$5\" || $2"), 2);
    assert_int_equal(schema_params("SELECT 'it''s $6', $3"), 3);
    assert_int_equal(schema_params("SELECT $1 + '$9"), 1);
    assert_int_equal(schema_params("SELECT a$ FROM t"), 0);
    assert_int_equal(schema_params("SELECT $9"), -1);
    assert_int_equal(schema_params("SELECT $0"), -1);
    assert_int_equal(schema_params("SELECT $99999999999999999999"), -1);
}

static void operations(void **state)
{
    const struct db_ops one = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    struct db_ops sum = { 10, 20, 30, 40, 50, 60, 70, 80, 90 };
    const struct db_ops expected = { 11, 22, 33, 44, 55, 66, 77, 88, 99 };

    (void)state;
    db_ops_add(&sum, &one);
    assert_memory_equal(&sum, &expected, sizeof sum);
}

/* Only names of our own shape may ever be swept. */
static void leftover_names(void **state)
{
    static const char *const foreign[] = {
        "lastseat",
        "lastseat-",
        "lastseat-abcdef",
        "lastseat-kept-sqlite-20260101T000000Z-12-0",
        "lastseat-pg-12-34",
        "lastseat-pg-12-34-5.old",
        "lastseat-pg--12-34-5",
        "lastseat-pg-0-34-5",
        "lastseat-PG-12-34-5",
        "xlastseat-pg-12-34-5",
    };
    uint64_t start = 0;
    pid_t pid = 0;
    size_t i;

    (void)state;
    for (i = 0; i < LENGTH(foreign); i++)
        assert_false(work_parse(foreign[i], &pid, &start));
    assert_true(work_parse("lastseat-pgoff-4711-987654321-3", &pid, &start));
    assert_int_equal(pid, 4711);
    assert_int_equal(start, 987654321);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sqlite_codes), cmocka_unit_test(sqlite_waits),   cmocka_unit_test(sqlite_schedule),
        cmocka_unit_test(sqlstates),    cmocka_unit_test(names),          cmocka_unit_test(parameters),
        cmocka_unit_test(operations),   cmocka_unit_test(leftover_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
