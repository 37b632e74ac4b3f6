/* A few runs on SQLite that are killed (tests/long/test_kills.c: 200 in each journal mode), and that the look into
 * their files would see a booking that is gone. */
#include <stdio.h>

#include "tests/support/bench.h"
#include "tests/support/killed.h"

static void kill_some(const char *journal)
{
    struct killed killed = { .kills = 0 };

    killed_run(&killed, "atomic", journal, 1);
    killed_run(&killed, "pessimistic", journal, 2);
    assert_int_equal(killed.kills, 2);
    assert_true(killed.acked >= 2);
    assert_true(killed.rows >= killed.acked);
    assert_int_equal(killed.lost + killed.drift + killed.damaged, 0);
}

static void test_wal(void **state)
{
    (void)state;
    kill_some("wal");
}

static void test_delete(void **state)
{
    (void)state;
    kill_some("delete");
}

static void test_can_fail(void **state)
{
    struct killed killed = { .lies = true };

    (void)state;
    killed_run(&killed, "atomic", "wal", 3);
    assert_true(killed.lost > 0 && killed.lost == killed.acked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wal),
        cmocka_unit_test(test_delete),
        cmocka_unit_test(test_can_fail),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    bench_clean();
    return failed;
}
