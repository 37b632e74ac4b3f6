#include "tests/support/place.h"

#include <stdio.h>

#include "harness/base/clock.h"

const struct db_settings place_settings = { .durability = DURABILITY_ASYNC, .lock_timeout_ns = 10 * NS_PER_S };
int place_numbers[BENCH_DATABASES] = { 0, 1 };

bool place_is_sqlite(const struct database *database)
{
    return database_dialect(database) == DIALECT_SQLITE;
}

struct database *place_fresh(void **state, const struct text *ddl)
{
    struct database *database = bench_databases[*(const int *)*state];
    struct house house = { .events = 3, .seats = 10 };

    if (database == NULL)
        skip();
    house.ddl = ddl != NULL ? ddl->in[database_dialect(database)] : NULL;
    assert_int_equal(database_reset(database, &place_settings, "place", &house), 0);
    return database;
}

struct db *place_join(struct database *database, const struct db_settings *settings, const struct statement *statements)
{
    char error[DB_ERROR_SIZE] = "";
    struct db *db = database_connect(database, settings, statements, error, sizeof error);

    assert_string_equal(error, "");
    assert_non_null(db);
    return db;
}

static void note(void *arg, int columns, const char *const *values)
{
    (void)columns;
    snprintf(arg, 256, "%s", values[0] != NULL ? values[0] : "");
}

const char *place_ask(struct db *db, const char *sql)
{
    static char answer[256];

    answer[0] = '\0';
    assert_int_equal(db_query(db, sql, note, answer), DB_OK);
    return answer;
}
