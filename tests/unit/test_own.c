/* The harness's own statements go by an index: what they cost must not grow with the house. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "harness/db/schema.h"
#include "harness/run/own.h"
#include "tests/support/bench.h"

static void goes_by_an_index(sqlite3 *db, const struct statement *statement)
{
    char sql[1024];
    sqlite3_stmt *plan;

    snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", statement->sql.in[DIALECT_SQLITE]);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(plan, 3);

        if (strncmp(step, "SCAN", strlen("SCAN")) == 0)
            fail_msg("%s: %s", statement->name, step);
    }
    sqlite3_finalize(plan);
}

/* Those of a strategy that gives back by itself as well. */
static void no_statement_scans(void **state)
{
    struct cell cell = { .scenario = { .cancel = 0.5 } };
    const struct strategy *strategy;
    struct statement *joined;
    int first, checked = 0;
    sqlite3 *db;

    (void)state;
    assert_non_null(cell.variant.registered = registry_get("unique_claim", "test"));
    strategy = cell.variant.registered->strategy;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, schema_tables(DIALECT_SQLITE), NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, strategy->ddl(NULL)->in[DIALECT_SQLITE], NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(own_join(&cell, &joined, &first), 0);
    assert_non_null(joined);
    for (int i = 0; joined[i].name != NULL; i++)
        if (i >= first || strcmp(joined[i].name, "unclaim") == 0 || strcmp(joined[i].name, "erase") == 0) {
            goes_by_an_index(db, &joined[i]);
            checked++;
        }
    assert_int_equal(checked, OWN_COUNT + 1 + 2);
    free(joined);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(no_statement_scans) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
