#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/breakpoint/bisect.h"

/* Who is asked whether a level holds. */
struct oracle {
    int64_t breaks_at;          /* every test from here on fails; 0: none does        */
    int64_t grey_from;          /* from here to breaks_at a test fails now and then … */
    double grey_share;          /* … with this probability                            */
    int64_t hole_from, hole_to; /* fails here, whatever is above               */
    struct rng rng;
};

static bool passes(struct oracle *o, int64_t level)
{
    if (level >= o->hole_from && level < o->hole_to)
        return false;
    if (o->breaks_at > 0 && level >= o->breaks_at)
        return false;
    return !(o->grey_share > 0 && level >= o->grey_from) || rng_unit(&o->rng) >= o->grey_share;
}

/* Returns how many tests it took. */
static int search(struct bisect *b, struct oracle *o, int64_t most, uint64_t seed)
{
    int64_t level;
    int tests = 0;

    rng_init(&o->rng, seed);
    bisect_init(b, 1, most, seed);
    while ((level = bisect_next(b)) != 0) {
        assert_in_range(level, 1, most);
        bisect_tell(b, passes(o, level));
        assert_true(++tests < 600);
    }
    return tests;
}

static void assert_verified(const struct bisect *b, const struct bisect_ends *ends)
{
    assert_non_null(ends->broken);
    assert_int_equal(ends->broken->tests, BISECT_TESTS);
    if (ends->holds == NULL)
        return;
    assert_int_equal(ends->holds->tests, BISECT_TESTS);
    assert_int_equal(ends->holds->failed, 0);
    assert_true(ends->holds->level < ends->broken->level);
    for (size_t i = 0; i < b->n && &b->point[i] < ends->broken; i++)
        assert_false(bisect_point_broken(&b->point[i]));
}

static void a_sharp_break_is_found_within_five_percent(void **state)
{
    static const int64_t breaks[] = { 1, 2, 3, 4, 5, 11, 16, 17, 100, 500, 501, 4095, 4096, 9999, 10000 };

    (void)state;
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++) {
        struct oracle o = { .breaks_at = breaks[i] };
        struct bisect_ends ends;
        struct bisect b;
        int tests = search(&b, &o, 10000, 7);

        bisect_ends(&b, &ends);
        assert_verified(&b, &ends);
        assert_true(ends.broken->level >= breaks[i]);
        assert_true(ends.holds != NULL ? ends.holds->level < breaks[i] : breaks[i] == 1);
        if (ends.holds != NULL && ends.broken->level - ends.holds->level > 1)
            assert_true((double)ends.broken->level <= (double)ends.holds->level * BISECT_RATIO);
        assert_null(bisect_holds_again(&b));
        /* 14 doublings, a second failure at each level that breaks, five halvings, ten at the ends, two probes */
        assert_true(tests <= 45);
    }
}

static void what_never_breaks_is_tested_up_to_the_most(void **state)
{
    static const int64_t mosts[] = { 1, 2, 3, 1000, 1024 };

    (void)state;
    for (size_t i = 0; i < sizeof mosts / sizeof mosts[0]; i++) {
        struct oracle o = { 0 };
        struct bisect_ends ends;
        struct bisect b;

        search(&b, &o, mosts[i], 1);
        bisect_ends(&b, &ends);
        assert_null(ends.broken);
        assert_int_equal(ends.holds->level, mosts[i]);
        assert_int_equal(ends.holds->tests, BISECT_TESTS);
    }
}

/* The ends keep their meaning whatever the noise: five of five below, two of five above, and what failed once between.
 */
static void a_grey_zone_lies_between_the_ends(void **state)
{
    int seen = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct oracle o = { .breaks_at = 1000, .grey_from = 300, .grey_share = 0.15 };
        struct bisect_ends ends;
        struct bisect b;

        search(&b, &o, 10000, seed);
        bisect_ends(&b, &ends);
        assert_verified(&b, &ends);
        assert_non_null(ends.holds);
        assert_in_range(ends.broken->level, 300, 1050);
        for (size_t i = 0; i < b.n; i++)
            seen += &b.point[i] > ends.holds && &b.point[i] < ends.broken && bisect_point_grey(&b.point[i]);
    }
    assert_true(seen > 50);
}

/* Up to the most there is nothing but noise: what holds is brought near to where the noise begins. */
static void a_grey_zone_may_reach_up_to_the_most(void **state)
{
    int seen = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct oracle o = { .grey_from = 700, .grey_share = 0.12 };
        struct bisect_ends ends;
        struct bisect b;

        search(&b, &o, 1000, seed);
        bisect_ends(&b, &ends);
        if (ends.broken != NULL || ends.holds == &b.point[b.n - 1])
            continue;
        seen++;
        assert_int_equal(ends.holds->tests, BISECT_TESTS);
        assert_true(bisect_point_grey(ends.holds + 1));
        assert_true((double)ends.holds[1].level <= (double)ends.holds->level * BISECT_RATIO);
    }
    assert_true(seen > 30);
}

/* One that holds at the power of two above: only a probe can find it. */
static void a_hole_below_is_found_by_some_probe_and_sends_the_search_down(void **state)
{
    int found = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct oracle o = { .breaks_at = 3000, .hole_from = 1100, .hole_to = 1900 };
        const struct bisect_point *again;
        struct bisect_ends ends;
        struct bisect b;

        search(&b, &o, 10000, seed);
        bisect_ends(&b, &ends);
        assert_verified(&b, &ends);
        again = bisect_holds_again(&b);
        if (ends.broken->level >= 3000)
            continue;
        found++;
        assert_non_null(again);
        assert_in_range(ends.broken->level, 1100, 1155);
        assert_in_range(ends.holds->level, 1048, 1099);
        assert_true(again->level >= 1900);
    }
    /* Two of 2900 levels, 800 of them in the hole: 48 % expected. */
    assert_in_range(found, 25, 75);
}

static void the_same_seed_asks_the_same(void **state)
{
    struct oracle o = { .breaks_at = 777 };
    struct bisect a, b;

    (void)state;
    search(&a, &o, 10000, 3);
    search(&b, &o, 10000, 3);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.point, b.point, a.n * sizeof a.point[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sharp_break_is_found_within_five_percent),
        cmocka_unit_test(what_never_breaks_is_tested_up_to_the_most),
        cmocka_unit_test(a_grey_zone_lies_between_the_ends),
        cmocka_unit_test(a_grey_zone_may_reach_up_to_the_most),
        cmocka_unit_test(a_hole_below_is_found_by_some_probe_and_sends_the_search_down),
        cmocka_unit_test(the_same_seed_asks_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
