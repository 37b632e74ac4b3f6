#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "harness/base/rng.h"
#include "harness/results/holm.h"
#include "harness/results/rank_sum.h"
#include "harness/results/ratio.h"
#include "harness/results/series.h"
#include "harness/results/shift.h"

#define N(values) (sizeof(values) / sizeof(values)[0])

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.9g is not %.9g", value, expected);
}

/* A sample like a latency: log-normal with this deviation of logs, by the sum of twelve uniform ones. */
static void draw(struct rng *rng, double *values, size_t n, double deviation, double scale)
{
    for (size_t i = 0; i < n; i++) {
        double normal = -6;

        for (int k = 0; k < 12; k++)
            normal += rng_unit(rng);
        values[i] = scale * exp(deviation * normal);
    }
}

static double p_of(const double *a, size_t n, const double *b, size_t m)
{
    struct rank_sum out;

    assert_int_equal(rank_sum_test(a, n, b, m, &out), 0);
    return out.p;
}

/* The least p that n values a side can reach is 2 / C(2n, n). */
static void test_least_p(void **state)
{
    const double a[] = { 1, 2, 3, 4, 5, 6 }, b[] = { 11, 12, 13, 14, 15, 16 };

    (void)state;
    assert_near(p_of(a, 4, b, 4), 2.0 / 70, 1e-12);
    assert_near(p_of(a, 5, b, 5), 2.0 / 252, 1e-12);
    assert_near(p_of(b, 6, a, 6), 2.0 / 924, 1e-12);
}

/* Worked by hand: of the 10 choices of 2 ranks of 5, sums 3 4 5 6 5 6 7 7 8 9 with mean 6. {2, 3} sums to 5: 8 of 10
 * lie as far away. With ties: ranks 1.5 1.5 3 4 5. */
static void test_rank_sum_by_hand(void **state)
{
    const double a[] = { 1, 4, 5 }, b[] = { 2, 3 }, tied_a[] = { 1, 2, 4 }, tied_b[] = { 1, 3 };
    struct rank_sum out;

    (void)state;
    assert_int_equal(rank_sum_test(a, 3, b, 2, &out), 0);
    assert_near(out.p, 0.8, 1e-12);
    assert_near(out.a12, 2.0 / 6, 1e-12);
    /* b has ranks 1.5 and 4: 5.5, half a rank below the mean of 6; sums 3 4.5 5.5 6.5 4.5 5.5 6.5 7 8 9. */
    assert_int_equal(rank_sum_test(tied_a, 3, tied_b, 2, &out), 0);
    assert_near(out.p, 1.0, 1e-12);
    assert_near(out.a12, 2.5 / 6, 1e-12);
    assert_near(p_of(a, 3, a, 3), 1, 1e-12);
}

/* Beyond RANK_SUM_EXACT the approximation takes over: beside the exact p of nearly as many it must not jump. */
static void test_normal_approximation(void **state)
{
    double a[60], b[60], exact, normal;
    struct rng rng;

    (void)state;
    rng_init(&rng, 3);
    draw(&rng, a, 60, 0.2, 1);
    for (int i = 0; i < 60; i++)
        b[i] = a[i] * 1.08;
    b[40] = 1.04; /* between the two, so that it hardly counts */
    exact = p_of(a, 40, b, 40);
    normal = p_of(a, 40, b, 41);
    assert_true(exact > 0.01 && exact < 0.9);
    assert_near(normal, exact, 0.15 * exact);
    assert_near(p_of(a, 60, a, 60), 1, 1e-9);
}

/* The differences of Hollander and Wolfe's patients (Nonparametric Statistical Methods, table 3.1). In order of size
 * the first, second and third are positive, a sum of 6; 14 sets of ranks have at most that, of the 2^9 ways to sign
 * nine. */
static void test_signed_ranks(void **state)
{
    const double d[] = { -0.952, 0.147, -1.022, -0.430, -0.620, -0.590, -0.490, 0.080, 0.010 };
    const double zeros[] = { 0, 0, 0 }, up[] = { 1, 2, 3, 4, 5, 6 };
    double p;

    (void)state;
    assert_int_equal(rank_sum_signed(d, N(d), &p), 0);
    assert_near(p, 2.0 * 14 / 512, 1e-12);
    assert_int_equal(rank_sum_signed(zeros, 3, &p), 0);
    assert_near(p, 1, 1e-12);
    assert_int_equal(rank_sum_signed(up, 6, &p), 0);
    assert_near(p, 2.0 / 64, 1e-12);
}

static void test_holm(void **state)
{
    double p[] = { 0.01, 0.04, NAN, 0.03, 0.005 }, one[] = { 0.2 }, high[] = { 0.6, 0.7 }, low[] = { 0, 1e-30 };

    (void)state;
    holm_adjust(p, N(p));
    assert_near(p[0], 0.03, 1e-12);
    assert_near(p[1], 0.06, 1e-12);
    assert_true(isnan(p[2]));
    assert_near(p[3], 0.06, 1e-12);
    assert_near(p[4], 0.02, 1e-12);
    holm_adjust(one, 1);
    assert_near(one[0], 0.2, 1e-12);
    holm_adjust(high, 2);
    assert_near(high[0], 1, 1e-12);
    assert_near(high[1], 1, 1e-12);
    holm_adjust(low, 2);
    assert_true(low[0] == 0 && !signbit(low[0]));
    assert_near(low[1], 1e-30, 1e-40);
}

static void test_paired_ratio(void **state)
{
    const double a[] = { 1, 10, 100, 1000, 10, 1, 5, 7 }, b[] = { 2, 20, 200, 2000, 20, 2, 10, 14 };
    struct statistics s;
    struct ratio r;

    (void)state;
    statistics_init(&s, 42);
    /* Blocks differ a thousandfold, the ratio in none. */
    assert_int_equal(ratio_paired(&s, a, b, N(a), &r), 0);
    assert_near(r.of, 2, 1e-12);
    assert_near(r.lo, 2, 1e-12);
    assert_near(r.hi, 2, 1e-12);
    assert_int_equal(r.n, 8);
    assert_int_equal(ratio_says(&r), RATIO_DIFFERENT);
    assert_int_equal(ratio_paired(&s, a, a, N(a), &r), 0);
    assert_int_equal(ratio_says(&r), RATIO_EQUAL);
    statistics_destroy(&s);
    assert_int_equal(ratio_says(&(struct ratio){ .of = 1.02, .lo = 0.94, .hi = 1.1 }), RATIO_NO_DIFFERENCE);
    assert_int_equal(ratio_says(&(struct ratio){ .of = 1.02, .lo = 1.01, .hi = 1.04 }), RATIO_EQUAL);
    assert_int_equal(ratio_says(&(struct ratio){ .of = 1.2, .lo = 1.01, .hi = 1.4 }), RATIO_DIFFERENT);
    assert_int_equal(ratio_says(&(struct ratio){ .of = 0.8, .lo = 0.7, .hi = 0.99 }), RATIO_DIFFERENT);
}

/* Of 200 experiments with a true ratio of 1.2, the intervals hold it about 95 times in 100: 180 to 199 of 200; and
 * where there is no difference, at most the same few say there is one. */
static void test_intervals_of_ratios(void **state)
{
    int paired = 0, apart = 0, blocks = 0, alarms = 0;
    struct statistics s;
    struct shift shift;
    double a[20], b[20];
    struct ratio r;
    struct rng rng;

    (void)state;
    rng_init(&rng, 11);
    statistics_init(&s, 1);
    for (int round = 0; round < 200; round++) {
        draw(&rng, a, 20, 0.2, 1);
        draw(&rng, b, 20, 0.2, 1.2);
        assert_int_equal(ratio_paired(&s, a, b, 20, &r), 0);
        paired += r.lo <= 1.2 && 1.2 <= r.hi;
        assert_int_equal(shift_apart(a, 20, b, 20, &shift), 0);
        apart += shift.lo <= 1.2 && 1.2 <= shift.hi;
        assert_int_equal(shift_paired(a, b, 20, &shift), 0);
        blocks += shift.lo <= 1.2 && 1.2 <= shift.hi;
        draw(&rng, b, 20, 0.2, 1);
        assert_int_equal(shift_apart(a, 20, b, 20, &shift), 0);
        alarms += shift.lo > 1 || shift.hi < 1;
    }
    statistics_destroy(&s);
    assert_in_range(paired, 180, 199);
    assert_in_range(apart, 180, 199);
    assert_in_range(blocks, 180, 199);
    assert_in_range(alarms, 1, 20);
}

/* Ratios b / a of {1, 2, 4} and {2, 4, 8}: 0.5 1 1 2 2 2 4 4 8; of so few the interval is all of them. Pairs of blocks
 * with ratios 1, 2, 4: their logs to base 2 are 0 1 2, and the means of two 0 0.5 1 1 1.5 2. */
static void test_shifts_by_hand(void **state)
{
    const double a[] = { 1, 2, 4 }, b[] = { 2, 4, 8 }, ones[] = { 1, 1, 1 }, blocks[] = { 1, 2, 4 };
    struct shift s;

    (void)state;
    assert_int_equal(shift_apart(a, 3, b, 3, &s), 0);
    assert_near(s.of, 2, 1e-9);
    assert_near(s.lo, 0.5, 1e-9);
    assert_near(s.hi, 8, 1e-9);
    assert_int_equal(shift_paired(ones, blocks, 3, &s), 0);
    assert_near(s.of, 2, 1e-9);
    assert_near(s.lo, 1, 1e-9);
    assert_near(s.hi, 4, 1e-9);
}

static void test_series(void **state)
{
    const double rising[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, flat[] = { 4, 4, 4, 4, 4 };
    const double cold[] = { 90, 10, 11, 9, 10, 12, 10, 9, 11, 10 }, zigzag[] = { 1, -1, 1, -1, 1, -1 };
    struct series s;

    (void)state;
    assert_int_equal(series_read(rising, N(rising), 42, &s), 0);
    assert_near(s.trend, 1, 1e-12);
    assert_true(s.trend_p < SERIES_TREND_P);
    assert_near(s.lag1, 0.7, 1e-12); /* 57.75 / 82.5 */
    assert_int_equal(series_read(flat, N(flat), 42, &s), 0);
    assert_true(isnan(s.trend) && isnan(s.first) && isnan(s.lag1));
    assert_int_equal(series_read(cold, N(cold), 42, &s), 0);
    assert_near(s.first, 80, 1e-12); /* median 10, deviations 0 0 0 0 1 1 1 1 2 80: 1 */
    assert_true(s.first > SERIES_FIRST && s.trend_p > SERIES_TREND_P);
    assert_int_equal(series_read(zigzag, N(zigzag), 42, &s), 0);
    assert_near(s.lag1, -5.0 / 6, 1e-12);
    assert_int_equal(series_read(rising, 3, 42, &s), 0);
    assert_true(isnan(s.trend) && isnan(s.trend_p) && isnan(s.first) && isnan(s.lag1));
}

/* Four values, all 24 orders: |rho| = 1 in 2 of them, >= 0.8 in 8. */
static void test_trend_p(void **state)
{
    struct series s;

    (void)state;
    assert_int_equal(series_read((const double[]){ 1, 2, 3, 4 }, 4, 7, &s), 0);
    assert_near(s.trend_p, 2.0 / 24, 0.01);
    assert_int_equal(series_read((const double[]){ 1, 2, 4, 3 }, 4, 7, &s), 0);
    assert_near(s.trend, 0.8, 1e-12);
    assert_near(s.trend_p, 8.0 / 24, 0.015);
}

/* Blocks in any order of one distribution: about 1 in 100 shows a trend. */
static void test_trend_alarms(void **state)
{
    struct rng rng;
    struct series s;
    double values[20];
    int alarms = 0;

    (void)state;
    rng_init(&rng, 21);
    for (int round = 0; round < 200; round++) {
        draw(&rng, values, 20, 0.2, 1);
        assert_int_equal(series_read(values, 20, (uint64_t)round, &s), 0);
        alarms += s.trend_p < SERIES_TREND_P;
    }
    assert_in_range(alarms, 0, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_least_p),
        cmocka_unit_test(test_rank_sum_by_hand),
        cmocka_unit_test(test_normal_approximation),
        cmocka_unit_test(test_signed_ranks),
        cmocka_unit_test(test_holm),
        cmocka_unit_test(test_paired_ratio),
        cmocka_unit_test(test_intervals_of_ratios),
        cmocka_unit_test(test_shifts_by_hand),
        cmocka_unit_test(test_series),
        cmocka_unit_test(test_trend_p),
        cmocka_unit_test(test_trend_alarms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
