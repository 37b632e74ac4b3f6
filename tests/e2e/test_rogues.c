/* The audit's controls: every rogue is caught by the anomaly it names, in a schedule or after a fault, on every
 * database that it can run on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/say.h"
#include "harness/explore/exploration.h"
#include "tests/support/bench.h"

/* How often the anomaly was found among two users who want one of `seats` seats. */
static int64_t found_by(const struct strategy *rogue, enum anomaly anomaly, int seats, size_t db)
{
    static const struct exploration_request usual = { .preemptions = 3, .schedules = 100000 };
    struct exploration found;
    struct bench_cells cells;
    int64_t times;
    char ini[200];

    snprintf(ini, sizeof ini,
             "# q\n[inventory]\nseats = %d\n[load]\nusers = 2\n[checkout]\ntime = 1s\n[retry]\nattempts = 2\n"
             "backoff = none\n",
             seats);
    bench_cells_make(&cells, ini, rogue->name, bench_names[db]);
    assert_int_equal(exploration_run(&found, cells.cell, bench_databases[db], &usual), EXIT_OK);
    times = found.broken_by[anomaly] + found.faults_broken_by[anomaly];
    exploration_free(&found);
    bench_cells_free(&cells);
    return times;
}

static void test_every_rogue_is_caught_by_name(void **state)
{
    size_t db, i, caught = 0;

    (void)state;
    for (db = 0; db < BENCH_DATABASES; db++)
        for (i = 0; bench_databases[db] != NULL && i < registry_count; i++) {
            const struct strategy *rogue = registry[i].strategy;
            enum anomaly anomaly;

            if ((rogue->traits & TRAIT_ROGUE) == 0 || (rogue->needs & ~database_caps(bench_databases[db])) != 0)
                continue;
            anomaly = (enum anomaly)__builtin_ctz(rogue->shows);
            /* A false "sold out" is only found out where a seat is left over: there must be one for each. */
            if (found_by(rogue, anomaly, 1, db) == 0 && found_by(rogue, anomaly, 2, db) == 0)
                fail_msg("%s on %s: no schedule and no fault shows %s", rogue->name, bench_names[db],
                         anomaly_name(anomaly));
            caught++;
        }
    assert_true(caught > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_rogue_is_caught_by_name) };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
