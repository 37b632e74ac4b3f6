/* Events and sizes of groups as often as their laws say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/pick.h"
#include "harness/scenario/sizes.h"

#define DRAWS 400000

/* Each of `n` things was drawn count[i] times of DRAWS: no more than 5 standard deviations from what it should be. */
static void assert_frequencies(const char *what, const int *count, const double *share, int n)
{
    for (int i = 0; i < n; i++) {
        double expected = DRAWS * share[i], deviation = sqrt(expected * (1 - share[i])) + 1;

        if (fabs(count[i] - expected) > 5 * deviation)
            fail_msg("%s: number %d came %d times, not about %.0f", what, i + 1, count[i], expected);
    }
}

static void draw(const char *what, const struct pick_law *law, int events, const double *share)
{
    int *count = calloc((size_t)events, sizeof *count);
    struct picker picker;
    struct rng rng;

    assert_non_null(count);
    pick_ready(&picker, law, events);
    rng_init(&rng, 42);
    for (int i = 0; i < DRAWS; i++) {
        int64_t event = pick_event(&picker, &rng);

        assert_in_range(event, 1, events);
        count[event - 1]++;
    }
    assert_frequencies(what, count, share, events);
    free(count);
}

static void test_uniform(void **state)
{
    const double share[] = { 0.2, 0.2, 0.2, 0.2, 0.2 };

    (void)state;
    draw("uniform", &(struct pick_law){ 0 }, 5, share);
    assert_true(pick_spread(&(struct pick_law){ 0 }, 5) == 5);
}

static void zipf(const char *what, int64_t milli, int events)
{
    const struct pick_law law = { .kind = PICK_ZIPF, .exponent = milli };
    double *share = calloc((size_t)events, sizeof *share), sum = 0;

    assert_non_null(share);
    for (int k = 1; k <= events; k++)
        sum += pow(k, -(double)milli / 1000);
    for (int k = 1; k <= events; k++)
        share[k - 1] = pow(k, -(double)milli / 1000) / sum;
    draw(what, &law, events, share);
    assert_true(fabs(pick_spread(&law, events) * share[0] - 1) < 1e-9);
    free(share);
}

static void test_zipf(void **state)
{
    (void)state;
    zipf("zipf:1.1 of 5", 1100, 5);
    zipf("zipf:1.1 of 2", 1100, 2);
    zipf("zipf:1 of 1000", 1000, 1000);
    zipf("zipf:1.001 of 100", 1001, 100);
    zipf("zipf:0.1 of 50", 100, 50);
    zipf("zipf:0.5 of 10000", 500, 10000);
    zipf("zipf:3 of 10", 3000, 10);
    zipf("zipf:10 of 10000", 10000, 10000);
    zipf("zipf:1.1 of 1", 1100, 1);
}

static void test_hot(void **state)
{
    const struct pick_law law = { .kind = PICK_HOT, .share = SHARE_PARTS / 10 * 9 };
    const struct pick_law cold = { .kind = PICK_HOT, .share = 0 };
    const double share[] = { 0.9, 0.025, 0.025, 0.025, 0.025 }, rest[] = { 0, 0.5, 0.5 }, only[] = { 1 };

    (void)state;
    draw("hot:90%", &law, 5, share);
    draw("hot:0%", &cold, 3, rest);
    draw("hot:90% of one", &law, 1, only);
    assert_true(fabs(pick_spread(&law, 5) - 1 / 0.9) < 1e-9);
    assert_true(fabs(pick_spread(&cold, 3) - 2) < 1e-9);
    assert_true(pick_spread(&law, 1) == 1);
}

static void test_sizes(void **state)
{
    const struct size_law law = {
        3, { { 1, SHARE_PARTS / 100 * 60 }, { 2, SHARE_PARTS / 100 * 25 }, { 4, SHARE_PARTS / 100 * 15 } }
    };
    const struct size_law none = { 0 }, alone = { 1, { { 6, SHARE_PARTS } } };
    const double share[] = { 0.6, 0.25, 0, 0.15 };
    int count[4] = { 0 };
    struct rng rng;

    (void)state;
    rng_init(&rng, 42);
    for (int i = 0; i < DRAWS; i++)
        count[sizes_draw(&law, rng_unit(&rng)) - 1]++;
    assert_frequencies("sizes", count, share, 4);
    assert_int_equal(sizes_draw(&law, 0), 1);
    assert_int_equal(sizes_draw(&law, 1 - 0x1p-53), 4);
    assert_int_equal(sizes_largest(&law), 4);
    assert_true(fabs(sizes_mean(&law) - 1.7) < 1e-9);
    assert_int_equal(sizes_draw(&none, 0.5), 1);
    assert_int_equal(sizes_largest(&none), 1);
    assert_true(sizes_mean(&none) == 1);
    assert_int_equal(sizes_draw(&alone, 0.5), 6);
    assert_int_equal(sizes_largest(&alone), 6);
    assert_true(sizes_mean(&alone) == 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uniform),
        cmocka_unit_test(test_zipf),
        cmocka_unit_test(test_hot),
        cmocka_unit_test(test_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
