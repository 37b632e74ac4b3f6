#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/base/clock.h"
#include "tests/support/capture.h"
#include "tests/support/place.h"

/* lastseat_now(): one clock for everybody in a place, in microseconds; and one that can be moved. */

#define US_PER_S INT64_C(1000000)

enum { TELL };

static const struct statement statements[] = {
    [TELL] = { .name = "tell", .kind = STATEMENT_READ, .sql = TEXT("SELECT lastseat_now()") }, STATEMENT_END
};

static int64_t tell(struct db *db)
{
    struct row row;

    assert_int_equal(db_run(db, TELL, NULL, 0, &row), DB_OK);
    return row.column[0];
}

static int64_t world_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / NS_PER_US;
}

static void test_it_tells_the_time(void **state)
{
    struct database *database = place_fresh(state, NULL);
    struct db *db = place_join(database, &place_settings, statements);
    int64_t before_us = world_us(), told_us = tell(db), again_us;

    assert_true(told_us >= before_us - 1000 && told_us <= world_us() + 1000);
    assert_int_equal(db_begin(db, TX_REPEATABLE_READ), DB_OK);
    again_us = tell(db);
    assert_true(again_us >= told_us);
    while (tell(db) == again_us) /* it goes on inside of a transaction */
        continue;
    db_close(db);
}

static void test_only_a_loose_one_can_be_moved(void **state)
{
    struct database *database = place_fresh(state, NULL);
    struct db *db = place_join(database, &place_settings, statements);

    capture_begin();
    assert_int_equal(database_pass_time(database, db, NS_PER_S), -1);
    assert_non_null(strstr(capture_end(), "its clock is the world's"));
    db_close(db);
    assert_int_equal(database_remember(database), 0);
    capture_begin();
    assert_int_equal(database_loosen_clock(database), -1);
    assert_non_null(strstr(capture_end(), "remembered"));
}

static bool is_ahead(struct db *db, int64_t s)
{
    int64_t ahead_us = tell(db) - world_us();

    return ahead_us > (s - 60) * US_PER_S && ahead_us < (s + 60) * US_PER_S;
}

static void test_time_passes_for_everybody_at_once(void **state)
{
    struct database *database = place_fresh(state, NULL);
    struct db *mover, *other, *later;

    assert_int_equal(database_loosen_clock(database), 0);
    assert_int_equal(database_remember(database), 0);
    mover = place_join(database, &place_settings, NULL);
    other = place_join(database, &place_settings, statements);
    assert_true(is_ahead(other, 0));
    assert_int_equal(db_begin(other, TX_REPEATABLE_READ), DB_OK); /* a clock is in no snapshot */
    assert_true(is_ahead(other, 0));
    assert_int_equal(database_pass_time(database, mover, 3600 * NS_PER_S), 0);
    assert_true(is_ahead(other, 3600));
    assert_int_equal(database_pass_time(database, mover, 3600 * NS_PER_S), 0);
    assert_true(is_ahead(other, 7200));
    assert_int_equal(db_rollback(other), DB_OK);
    assert_true(is_ahead(other, 7200)); /* and no rollback turns it back */
    later = place_join(database, &place_settings, statements);
    assert_true(is_ahead(later, 7200));
    assert_int_equal(database_rewind(database, mover), 0);
    assert_true(is_ahead(other, 0));
    assert_true(is_ahead(later, 0));
    db_close(later);
    db_close(other);
    db_close(mover);
    place_fresh(state, NULL);
    other = place_join(database, &place_settings, statements);
    assert_true(is_ahead(other, 0));
    db_close(other);
}

/* Nobody waits for the clock, and it waits for nobody. */
static void test_time_passes_while_rows_are_locked(void **state)
{
    struct database *database = place_fresh(state, NULL);
    struct db *mover, *writer;

    assert_int_equal(database_loosen_clock(database), 0);
    mover = place_join(database, &place_settings, NULL);
    writer = place_join(database, &place_settings, statements);
    assert_int_equal(db_begin(writer, TX_WRITE), DB_OK);
    assert_int_equal(db_exec(writer, "UPDATE events SET version = lastseat_now()"), DB_OK);
    assert_int_equal(database_pass_time(database, mover, 3600 * NS_PER_S), 0);
    assert_true(is_ahead(writer, 3600));
    assert_int_equal(db_commit(writer), DB_OK);
    db_close(writer);
    db_close(mover);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_it_tells_the_time),
        ON_BOTH(test_only_a_loose_one_can_be_moved),
        ON_BOTH(test_time_passes_for_everybody_at_once),
        ON_BOTH(test_time_passes_while_rows_are_locked),
    };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
