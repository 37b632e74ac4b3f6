#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/rng.h"
#include "harness/measure/hist.h"

/* HdrHistogram's layout: 3 digits are 2048 parts in a bucket, 1024 of them new in each bucket but the first;
 * counts = (buckets + 1) * 1024. */
static void test_layout_is_hdrhistograms(void **state)
{
    (void)state;
    /* 1 ns .. 1 h: 3.6e12 < 2048 * 2^31, so 32 buckets. */
    assert_int_equal(hist_length(), (32 + 1) * 1024);
    assert_true(hist_index(HIST_HIGHEST_NS) < hist_length());
    /* 1 ns .. 60 s: 26 buckets, 27,648 counts: 2048 * 2^25 = 2^36 is the first value beyond. */
    assert_int_equal(hist_index((INT64_C(1) << 36) - 1), 27648 - 1);
    assert_int_equal(hist_index(INT64_C(1) << 36), 27648);
    assert_true(INT64_C(60000000000) < INT64_C(1) << 36 && INT64_C(60000000000) >= INT64_C(1) << 35);
    /* Where one bucket ends and the next begins. */
    assert_int_equal(hist_index(2047), 2047);
    assert_int_equal(hist_index(2048), 2048);
    assert_int_equal(hist_index(2049), 2048);
    assert_int_equal(hist_index(4095), 3071);
    assert_int_equal(hist_index(4096), 3072);
}

static void test_below_2048_every_value_has_its_own_count(void **state)
{
    (void)state;
    for (int64_t v = 0; v < 2048; v++) {
        assert_int_equal(hist_index(v), v);
        assert_int_equal(hist_value_at((int)v), v);
        assert_int_equal(hist_highest_at((int)v), v);
    }
}

static void test_buckets_touch_without_gap_or_overlap(void **state)
{
    (void)state;
    for (int i = 0; i + 1 < hist_length(); i++) {
        assert_int_equal(hist_index(hist_value_at(i)), i);
        assert_int_equal(hist_index(hist_highest_at(i)), i);
        assert_int_equal(hist_highest_at(i) + 1, hist_value_at(i + 1));
    }
}

/* Any magnitude up to an hour, each as likely. */
static int64_t any_value(struct rng *rng)
{
    int64_t v = (int64_t)(rng_next(rng) >> (22 + rng_below(rng, 42)));

    return v <= HIST_HIGHEST_NS ? v : HIST_HIGHEST_NS;
}

static void test_read_back_within_a_thousandth(void **state)
{
    struct rng rng;

    (void)state;
    rng_init(&rng, 1);
    for (int i = 0; i < 200000; i++) {
        int64_t v = any_value(&rng), high = hist_highest_at(hist_index(v));

        assert_true(hist_value_at(hist_index(v)) <= v && v <= high);
        assert_true((high - v) * 1024 <= v);
    }
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* The k-thousandth quantile of a sorted array: sample number max(1, ceil(k * n / 1000)), in whole numbers. */
static int64_t ranked(const int64_t *sorted, int64_t n, int64_t k)
{
    int64_t rank = (k * n + 999) / 1000;

    return sorted[(rank > 0 ? rank : 1) - 1];
}

static void test_quantiles_are_those_of_the_sorted_samples(void **state)
{
    int64_t values[3000];
    struct hist h;
    struct rng rng;

    (void)state;
    rng_init(&rng, 2);
    assert_int_equal(hist_init(&h), 0);
    for (int round = 0; round < 60; round++) {
        /* 100 and 1000 among the sizes: q * n is whole there, and binary fractions err. */
        int64_t n = round < 2 ? (round == 0 ? 100 : 1000) : 1 + (int64_t)rng_below(&rng, 3000);

        hist_destroy(&h);
        assert_int_equal(hist_init(&h), 0);
        for (int64_t i = 0; i < n; i++) {
            values[i] = round % 2 == 0 ? any_value(&rng) : (int64_t)rng_below(&rng, 2048);
            hist_record(&h, values[i]);
        }
        qsort(values, (size_t)n, sizeof *values, by_value);
        for (int64_t k = 0; k <= 1000; k++) {
            int64_t want = ranked(values, n, k), got = hist_quantile(&h, (double)k / 1000);

            assert_int_equal(hist_index(got), hist_index(want));
            assert_true(got >= want && got <= values[n - 1]);
        }
    }
    hist_destroy(&h);
}

static void test_quantile_never_above_the_maximum(void **state)
{
    struct hist h;

    (void)state;
    assert_int_equal(hist_init(&h), 0);
    hist_record(&h, 1000001); /* not the highest of its bucket */
    assert_true(hist_highest_at(hist_index(1000001)) > 1000001);
    assert_int_equal(hist_quantile(&h, 0), 1000001);
    assert_int_equal(hist_quantile(&h, 0.5), 1000001);
    assert_int_equal(hist_quantile(&h, 1), 1000001);
    hist_destroy(&h);
}

static void test_empty(void **state)
{
    struct hist h;

    (void)state;
    assert_int_equal(hist_init(&h), 0);
    assert_int_equal(hist_quantile(&h, 0.99), 0);
    assert_true(hist_mean(&h) == 0);
    assert_int_equal(h.min, 0);
    assert_int_equal(h.max, 0);
    hist_destroy(&h);
    hist_destroy(&h);
    hist_destroy(NULL);
}

static void test_minimum_maximum_mean(void **state)
{
    struct hist h;

    (void)state;
    assert_int_equal(hist_init(&h), 0);
    hist_record(&h, 300000);
    hist_record(&h, 100000);
    hist_record(&h, 200003);
    assert_int_equal(h.min, 100000);
    assert_int_equal(h.max, 300000);
    assert_true(fabs(hist_mean(&h) - 600003.0 / 3) < 1e-9);
    hist_record(&h, -5);
    assert_int_equal(h.min, 0);
    assert_int_equal(h.counts[0], 1);
    hist_destroy(&h);
}

static void test_over_range_is_counted_apart(void **state)
{
    struct hist h, sum;

    (void)state;
    assert_int_equal(hist_init(&h), 0);
    assert_int_equal(hist_init(&sum), 0);
    hist_record(&h, HIST_HIGHEST_NS);
    hist_record(&h, HIST_HIGHEST_NS + 1);
    hist_record(&h, INT64_MAX);
    assert_int_equal(h.total, 1);
    assert_int_equal(h.over, 2);
    assert_int_equal(h.max, HIST_HIGHEST_NS);
    hist_add(&sum, &h);
    hist_add(&sum, &h);
    assert_int_equal(sum.total, 2);
    assert_int_equal(sum.over, 4);
    hist_destroy(&h);
    hist_destroy(&sum);
}

static void test_merge_is_the_union(void **state)
{
    struct hist part[3], all, sum;
    struct rng rng;

    (void)state;
    rng_init(&rng, 3);
    assert_int_equal(hist_init(&all), 0);
    assert_int_equal(hist_init(&sum), 0);
    for (int p = 0; p < 3; p++) {
        assert_int_equal(hist_init(&part[p]), 0);
        for (int i = 0; i < 1000 * p; i++) { /* the first stays empty */
            int64_t v = any_value(&rng);

            hist_record(&part[p], v);
            hist_record(&all, v);
        }
        hist_add(&sum, &part[p]);
    }
    assert_int_equal(sum.total, 3000);
    assert_int_equal(sum.total, all.total);
    assert_int_equal(sum.min, all.min);
    assert_int_equal(sum.max, all.max);
    assert_true(fabs(sum.sum - all.sum) <= 1e-9 * all.sum);
    assert_memory_equal(sum.counts, all.counts, (size_t)hist_length() * sizeof *all.counts);
    for (int p = 0; p < 3; p++)
        hist_destroy(&part[p]);
    hist_destroy(&all);
    hist_destroy(&sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout_is_hdrhistograms),
        cmocka_unit_test(test_below_2048_every_value_has_its_own_count),
        cmocka_unit_test(test_buckets_touch_without_gap_or_overlap),
        cmocka_unit_test(test_read_back_within_a_thousandth),
        cmocka_unit_test(test_quantiles_are_those_of_the_sorted_samples),
        cmocka_unit_test(test_quantile_never_above_the_maximum),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_minimum_maximum_mean),
        cmocka_unit_test(test_over_range_is_counted_apart),
        cmocka_unit_test(test_merge_is_the_union),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
