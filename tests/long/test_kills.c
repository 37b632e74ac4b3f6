/* Runs on SQLite that are killed, 200 in each journal mode: the file is whole, and has every booking that was told. */
#include <stdio.h>

#include "tests/support/bench.h"
#include "tests/support/killed.h"

enum { KILLS = 200 };

static void test_kills(void **state)
{
    static const char *const journals[] = { "wal", "delete" }, *const variants[] = { "atomic", "pessimistic" };

    (void)state;
    printf("journal  kills     told     rows   lost  drift  damaged\n");
    for (size_t j = 0; j < 2; j++) {
        struct killed killed = { .kills = 0 };

        while (killed.kills < KILLS)
            killed_run(&killed, variants[killed.kills % 2], journals[j], 42);
        printf("%-7s %6lld %8lld %8lld %6lld %6lld %8lld\n", journals[j], (long long)killed.kills,
               (long long)killed.acked, (long long)killed.rows, (long long)killed.lost, (long long)killed.drift,
               (long long)killed.damaged);
        fflush(stdout);
        assert_int_equal(killed.lost + killed.drift + killed.damaged, 0);
        assert_true(killed.rows >= killed.acked && killed.acked > KILLS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_kills) };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    bench_clean();
    return failed;
}
