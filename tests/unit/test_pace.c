/* How open load went: what is late, what was achieved, and whether waiting grew. */
#include <string.h>

#include "harness/base/clock.h"
#include "harness/measure/pace.h"
#include "tests/support/bench.h"

enum { N = 2000 };

static const struct pace_terms terms = { .start_ns = 1000, .duration_ns = 2 * NS_PER_S, .late_ns = 100 * NS_PER_MS };

static struct record records[N];

/* One request per millisecond; lag and service as functions of its number. */
static struct pace take(int64_t (*lag_ns)(int64_t), int64_t (*service_ns)(int64_t), int64_t skipped)
{
    struct pace_terms with = terms;
    struct pace pace;

    memset(records, 0, sizeof records);
    for (int64_t i = 0; i < N; i++) {
        records[i].due_ns = terms.start_ns + i * NS_PER_MS;
        records[i].invoke_ns = records[i].due_ns + lag_ns(i);
        records[i].return_ns = records[i].invoke_ns + service_ns(i);
    }
    with.skipped = skipped;
    assert_int_equal(pace_take(&pace, &with, records, N), 0);
    return pace;
}

static int64_t none(int64_t i)
{
    (void)i;
    return 0;
}

static int64_t half_a_ms(int64_t i)
{
    return (NS_PER_MS + i % 7) / 2;
}

static int64_t growing(int64_t i)
{
    return i * NS_PER_MS / 5 + i % 13;
}

static int64_t growing_slowly(int64_t i)
{
    return i * NS_PER_MS / 100 + i % 13;
}

static int64_t high_but_level(int64_t i)
{
    return 300 * NS_PER_MS + (i % 97) * NS_PER_MS;
}

static int64_t stalled_once(int64_t i)
{
    return i >= 500 && i < 900 ? (900 - i) * NS_PER_MS : 0;
}

static void all_is_well(void **state)
{
    struct pace pace = take(none, half_a_ms, 0);

    (void)state;
    assert_true(pace.sustained);
    assert_int_equal(pace.offered, N);
    assert_int_equal(pace.begun, N);
    assert_int_equal(pace.achieved, N);
    assert_int_equal(pace.late, 0);
    assert_int_equal(pace.in_flight_max, 1);
    assert_true(pace.lag.known && pace.lag.last_ns == 0 && pace.lag.slope == 0);
}

static void who_falls_behind_is_told(void **state)
{
    struct pace pace = take(growing, half_a_ms, 0);

    (void)state;
    assert_false(pace.sustained);
    assert_true(pace.lag.lo > 0 && pace.lag.lo <= pace.lag.slope && pace.lag.slope <= pace.lag.hi);
    assert_true(pace.lag.slope > 199e6 && pace.lag.slope < 201e6); /* 0.2 ns per ns */
    assert_true(pace.lag.last_ns > 380e6 && pace.lag.last_ns < 400e6);
    assert_int_equal(pace.late, N - 500); /* request 500 by its 6 ns */
    assert_true(pace.achieved < N);
}

/* The generator begins in time, and the line within the system grows. */
static void a_growing_line_within_the_system_is_told(void **state)
{
    struct pace pace = take(none, growing, 0);

    (void)state;
    assert_int_equal(pace.late, 0);
    assert_false(pace.sustained);
    assert_true(pace.system.lo > 0);
    assert_true(pace.in_flight_max > 100);
}

static void what_is_no_growth_is_not_told(void **state)
{
    (void)state;
    assert_true(take(growing_slowly, half_a_ms, 0).sustained); /* within the bound: 20 ms at the end */
    assert_true(take(high_but_level, half_a_ms, 0).sustained); /* late, and not ever later */
    assert_true(take(stalled_once, half_a_ms, 0).sustained);
    assert_int_equal(take(stalled_once, half_a_ms, 0).late, 300);
}

static void what_was_skipped_is_counted(void **state)
{
    struct pace pace = take(none, half_a_ms, 5);

    (void)state;
    assert_int_equal(pace.offered, N + 5);
    assert_int_equal(pace.begun, N);
    assert_int_equal(pace.skipped, 5);
    assert_false(pace.sustained);
}

static void few_requests_have_no_trend(void **state)
{
    struct pace pace;

    (void)state;
    take(growing, half_a_ms, 0);
    assert_int_equal(pace_take(&pace, &terms, records, 100), 0); /* within the first slice */
    assert_false(pace.lag.known);
    assert_true(pace.sustained);
    assert_int_equal(pace_take(&pace, &terms, NULL, 0), 0);
    assert_int_equal(pace.in_flight_max, 0);
    assert_int_equal(pace.offered, 0);
}

/* Answered in the nanosecond they began in: all have ended when the last one begins. */
static void what_takes_no_time_is_never_in_flight(void **state)
{
    (void)state;
    assert_int_equal(take(none, none, 0).in_flight_max, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_well),
        cmocka_unit_test(who_falls_behind_is_told),
        cmocka_unit_test(a_growing_line_within_the_system_is_told),
        cmocka_unit_test(what_is_no_growth_is_not_told),
        cmocka_unit_test(what_was_skipped_is_counted),
        cmocka_unit_test(few_requests_have_no_trend),
        cmocka_unit_test(what_takes_no_time_is_never_in_flight),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
