#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/rng.h"

/* The published generator (xoshiro256**), from the state 1, 2, 3, 4. */
static void follows_xoshiro(void **state)
{
    static const uint64_t expected[] = { 11520, 0, 1509978240, 1215971899390074240 };
    struct rng rng = { { 1, 2, 3, 4 } };

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(rng_next(&rng), expected[i]);
}

/* splitmix64 from the seed 0, as its authors list it. */
static void is_seeded_by_splitmix(void **state)
{
    struct rng rng;

    (void)state;
    rng_init(&rng, 0);
    assert_int_equal(rng.state[0], UINT64_C(0xe220a8397b1dcdaf));
    assert_int_equal(rng.state[1], UINT64_C(0x6e789e6aa1b965f4));
    assert_int_equal(rng.state[2], UINT64_C(0x06c45d188009454f));
    assert_int_equal(rng.state[3], UINT64_C(0xf88bb8a8724c81ec));
}

static void mix_tells_streams_apart(void **state)
{
    enum { SIDE = 12, SEEDS = SIDE * SIDE * SIDE };
    static uint64_t seen[SEEDS];
    size_t n = 0;

    (void)state;
    assert_int_equal(rng_mix(42, 1, 2), rng_mix(42, 1, 2));
    for (uint64_t seed = 0; seed < SIDE; seed++)
        for (uint64_t a = 0; a < SIDE; a++)
            for (uint64_t b = 0; b < SIDE; b++)
                seen[n++] = rng_mix(seed, a, b);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            assert_true(seen[i] != seen[k]);
}

static void below_stays_below(void **state)
{
    static const uint64_t bounds[] = { 1, 2, 3, 10, 1000, UINT64_C(1) << 63, (UINT64_C(1) << 63) + 1, UINT64_MAX };
    struct rng rng;

    (void)state;
    rng_init(&rng, 7);
    for (size_t b = 0; b < sizeof(bounds) / sizeof(bounds[0]); b++)
        for (int i = 0; i < 1000; i++)
            assert_true(rng_below(&rng, bounds[b]) < bounds[b]);
}

/* 70,000 draws below 7: 10,000 each, standard deviation 93. */
static void below_is_even(void **state)
{
    int count[7] = { 0 };
    struct rng rng;

    (void)state;
    rng_init(&rng, 42);
    for (int i = 0; i < 70000; i++)
        count[rng_below(&rng, 7)]++;
    for (int v = 0; v < 7; v++)
        assert_in_range(count[v], 9500, 10500);
}

static void unit_is_in_range_and_even(void **state)
{
    struct rng rng;
    double sum = 0;
    int low = 0;

    (void)state;
    rng_init(&rng, 42);
    for (int i = 0; i < 100000; i++) {
        double unit = rng_unit(&rng);

        assert_true(unit >= 0 && unit < 1);
        sum += unit;
        low += unit < 0.25;
    }
    assert_in_range((int)(sum / 1000), 49, 50);
    assert_in_range(low, 24000, 26000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_xoshiro),         cmocka_unit_test(is_seeded_by_splitmix),
        cmocka_unit_test(mix_tells_streams_apart), cmocka_unit_test(below_stays_below),
        cmocka_unit_test(below_is_even),           cmocka_unit_test(unit_is_in_range_and_even),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
