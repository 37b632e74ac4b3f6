#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "harness/base/rng.h"
#include "harness/results/statistics.h"

static struct summary summarise(uint64_t seed, const double *values, size_t n)
{
    struct statistics s;
    struct summary out;
    double copy[256];

    assert_true(n <= sizeof copy / sizeof copy[0]);
    memcpy(copy, values, n * sizeof *values);
    statistics_init(&s, seed);
    assert_int_equal(statistics_summarise(&s, copy, n, &out), 0);
    statistics_destroy(&s);
    return out;
}

static void test_median(void **state)
{
    double odd[] = { 5, 1, 3 }, even[] = { 4, 1, 2, 10 }, one[] = { 7 };

    (void)state;
    assert_true(statistics_median(odd, 3) == 3);
    assert_true(statistics_median(even, 4) == 3);
    assert_true(statistics_median(one, 1) == 7);
}

static void test_one_value_is_its_own_interval(void **state)
{
    struct summary s = summarise(42, (const double[]){ 3.5 }, 1);

    (void)state;
    assert_true(s.median == 3.5 && s.lo == 3.5 && s.hi == 3.5 && s.min == 3.5 && s.max == 3.5);
    assert_int_equal(s.n, 1);
}

static void test_equal_values(void **state)
{
    struct summary s = summarise(42, (const double[]){ 10, 10, 10, 10 }, 4);

    (void)state;
    assert_true(s.median == 10 && s.lo == 10 && s.hi == 10);
}

/* Of two values a resample is {a,a}, {a,b} or {b,b} with 1/4, 1/2, 1/4: 2.5 % and 97.5 % fall on a and b. */
static void test_two_values(void **state)
{
    struct summary s = summarise(42, (const double[]){ 1, 3 }, 2);

    (void)state;
    assert_true(s.median == 2 && s.lo == 1 && s.hi == 3);
}

/* Of three, the median is the lowest with 7/27 (two or three draws of it): the interval is the range. Of nine, the
 * chance that the median of a resample is at most the k-th value is P(Binomial(9, k/9) >= 5): 0.0014 for k = 1,
 * 0.0304 for k = 2: the 2.5 % point is the second value and, by symmetry, the 97.5 % point the eighth. */
static void test_interval_is_that_of_theory(void **state)
{
    struct summary three = summarise(42, (const double[]){ 1, 2, 4 }, 3);
    struct summary nine = summarise(42, (const double[]){ 9, 8, 7, 6, 5, 4, 3, 2, 1 }, 9);

    (void)state;
    assert_true(three.lo == 1 && three.hi == 4 && three.median == 2);
    assert_true(nine.lo == 2 && nine.hi == 8 && nine.median == 5);
    assert_true(nine.min == 1 && nine.max == 9);
    assert_int_equal(nine.n, 9);
}

static void test_same_seed_same_interval(void **state)
{
    struct statistics s;
    struct summary first, again, fresh;
    double values[100], copy[100], few[] = { 1, 2, 3, 4, 5, 6 };
    struct rng rng;

    (void)state;
    rng_init(&rng, 9);
    for (int i = 0; i < 100; i++)
        values[i] = rng_unit(&rng);
    statistics_init(&s, 42);
    memcpy(copy, values, sizeof copy);
    assert_int_equal(statistics_summarise(&s, copy, 100, &first), 0);
    /* Whatever was summarised in between, and in whatever order the values come. */
    assert_int_equal(statistics_summarise(&s, few, 6, &again), 0);
    for (int i = 0; i < 100; i++)
        copy[i] = values[99 - i];
    assert_int_equal(statistics_summarise(&s, copy, 100, &again), 0);
    statistics_destroy(&s);
    fresh = summarise(42, values, 100);
    assert_true(first.lo == again.lo && first.hi == again.hi && first.median == again.median);
    assert_true(first.lo == fresh.lo && first.hi == fresh.hi);
    assert_true(first.min < first.lo && first.lo < first.median && first.median < first.hi && first.hi < first.max);
}

/* The interval covers the true median about 95 times in 100: of 300 samples of 30, 270 to 298 times. */
static void test_covers_the_true_median(void **state)
{
    struct statistics s;
    struct summary out;
    double values[30];
    struct rng rng;
    int covered = 0;

    (void)state;
    rng_init(&rng, 10);
    statistics_init(&s, 42);
    for (int round = 0; round < 300; round++) {
        for (int i = 0; i < 30; i++)
            values[i] = -log(1 - rng_unit(&rng));
        assert_int_equal(statistics_summarise(&s, values, 30, &out), 0);
        covered += out.lo <= log(2) && log(2) <= out.hi;
    }
    statistics_destroy(&s);
    assert_in_range(covered, 270, 298);
}

static void test_destroy(void **state)
{
    struct statistics s;

    (void)state;
    statistics_init(&s, 1);
    statistics_destroy(&s);
    statistics_destroy(&s);
    statistics_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_median),
        cmocka_unit_test(test_one_value_is_its_own_interval),
        cmocka_unit_test(test_equal_values),
        cmocka_unit_test(test_two_values),
        cmocka_unit_test(test_interval_is_that_of_theory),
        cmocka_unit_test(test_same_seed_same_interval),
        cmocka_unit_test(test_covers_the_true_median),
        cmocka_unit_test(test_destroy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
