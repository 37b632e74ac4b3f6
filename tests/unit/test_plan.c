#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/scenario/plan.h"

static struct scenario sample(void)
{
    return (struct scenario){
        .seed = 42,
        .users = 1000,
        .events = 5,
        .seats = 10,
        .checkout = { .kind = LAW_EXP, .lo_ns = 100 * NS_PER_MS },
        .abandon = 0.3,
    };
}

/* What a seed has meant since the first committed run: a run that is repeated asks the same. */
static void a_seed_keeps_its_meaning(void **state)
{
    static const struct {
        int64_t user, turn, event, checkout_ns;
        bool abandons;
        uint64_t seed;
    } known[] = {
        { 1, 0, 4, 2063109, false, UINT64_C(0xf3ecfe9b085b5095) },
        { 2, 0, 1, 4518715, false, UINT64_C(0x9dd584964ab32eb4) },
        { 3, 0, 1, 3221343, false, UINT64_C(0x784f69139e8204de) },
        { 500, 0, 2, 3351555, false, UINT64_C(0x31adddaf8ea4872f) },
        { 1000, 0, 2, 3182429, false, UINT64_C(0x616584bbfefc91c7) },
        { 1, 1, 5, 4935037, false, UINT64_C(0xa15367bb9b3d9b7d) },
        { 1000, 7, 3, 3149126, false, UINT64_C(0xa22f49f34481e32b) },
    };
    struct scenario s = sample();
    struct plan plan;
    struct planned x;
    uint64_t all = 0;

    (void)state;
    /* Not exponential: that goes through the mathematical library, which may round another way elsewhere. */
    s.checkout = (struct law){ .kind = LAW_UNIFORM, .lo_ns = NS_PER_MS, .hi_ns = 5 * NS_PER_MS };
    plan_init(&plan, &s, 3);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        plan_request(&plan, known[i].user, known[i].turn, &x);
        assert_int_equal(x.request.id, known[i].turn * 1000 + known[i].user);
        assert_int_equal(x.request.event, known[i].event);
        assert_int_equal(x.request.seats, 1);
        assert_int_equal(x.checkout_ns, known[i].checkout_ns);
        assert_int_equal(x.abandons, known[i].abandons);
        assert_int_equal(x.seed, known[i].seed);
    }
    plan_init(&plan, &s, 0);
    for (int64_t user = 1; user <= s.users; user++) {
        plan_request(&plan, user, 0, &x);
        all = all * 31 + (uint64_t)x.request.event;
        all = all * 31 + (uint64_t)x.checkout_ns;
        all = all * 31 + x.abandons;
        all = all * 31 + x.seed;
        all = all * 31 + (uint64_t)x.request.id;
    }
    assert_int_equal(all, UINT64_C(0xb1bd6b524a15a219));
}

static void one_seed_gives_one_plan(void **state)
{
    struct scenario s = sample();
    struct plan a, b;
    struct planned x, y;

    (void)state;
    plan_init(&a, &s, 3);
    /* What differs between the variants of a block has no say. */
    s.retry.attempts = 99;
    s.seats = 1;
    plan_init(&b, &s, 3);
    for (int64_t user = s.users; user > 0; user--) {
        plan_request(&a, user, 2, &x);
        plan_request(&b, user, 2, &y);
        assert_int_equal(x.request.id, y.request.id);
        assert_int_equal(x.request.user, user);
        assert_int_equal(x.request.seats, 1);
        assert_int_equal(x.request.event, y.request.event);
        assert_int_equal(x.checkout_ns, y.checkout_ns);
        assert_int_equal(x.abandons, y.abandons);
        assert_int_equal(x.seed, y.seed);
    }
}

/* How many of the requests of two plans differ. */
static int different(const struct plan *a, const struct plan *b)
{
    int n = 0;

    for (int64_t user = 1; user <= a->users; user++) {
        struct planned x, y;

        plan_request(a, user, 0, &x);
        plan_request(b, user, 0, &y);
        n += x.checkout_ns != y.checkout_ns && x.seed != y.seed;
    }
    return n;
}

static void another_block_or_seed_draws_anew(void **state)
{
    struct scenario s = sample();
    struct plan a, block, seed;

    (void)state;
    plan_init(&a, &s, 0);
    plan_init(&block, &s, 1);
    s.seed = 43;
    plan_init(&seed, &s, 0);
    assert_int_equal(different(&a, &block), 1000);
    assert_int_equal(different(&a, &seed), 1000);
    assert_int_equal(different(&a, &a), 0);
}

static void ids_are_unique(void **state)
{
    struct scenario s = sample();
    char *seen = calloc(1, 3001);
    struct planned x;
    struct plan plan;

    (void)state;
    assert_non_null(seen);
    plan_init(&plan, &s, 0);
    for (int64_t turn = 0; turn < 3; turn++)
        for (int64_t user = 1; user <= 1000; user++) {
            plan_request(&plan, user, turn, &x);
            assert_in_range(x.request.id, 1, 3000);
            assert_int_equal(x.request.id, turn * 1000 + user);
            assert_int_equal(seen[x.request.id]++, 0);
        }
    free(seen);
}

/* 30,000 requests: each of 5 events 6000 times (standard deviation 69), 9000 leave (79), 100 ms of checkout each. */
static void draws_follow_the_scenario(void **state)
{
    struct scenario s = sample();
    int events[6] = { 0 }, left = 0, same_as_last = 0;
    int64_t last = 0;
    double checkout_ns = 0;
    struct plan plan;

    (void)state;
    plan_init(&plan, &s, 0);
    for (int64_t turn = 0; turn < 30; turn++)
        for (int64_t user = 1; user <= 1000; user++) {
            struct planned x;

            plan_request(&plan, user, turn, &x);
            assert_in_range(x.request.event, 1, 5);
            events[x.request.event]++;
            same_as_last += x.request.event == last;
            last = x.request.event;
            left += x.abandons;
            checkout_ns += (double)x.checkout_ns;
        }
    for (int e = 1; e <= 5; e++)
        assert_in_range(events[e], 5650, 6350);
    /* Neighbours do not follow each other. */
    assert_in_range(same_as_last, 5650, 6350);
    assert_in_range(left, 8600, 9400);
    assert_in_range((int64_t)(checkout_ns / 30000), 97 * NS_PER_MS, 103 * NS_PER_MS);
}

static void a_changed_key_leaves_other_draws_alone(void **state)
{
    struct scenario s = sample();
    struct plan some, none;
    struct planned x, y;

    (void)state;
    plan_init(&some, &s, 0);
    s.checkout = (struct law){ .kind = LAW_FIXED };
    s.abandon = 0;
    plan_init(&none, &s, 0);
    for (int64_t user = 1; user <= 1000; user++) {
        plan_request(&some, user, 0, &x);
        plan_request(&none, user, 0, &y);
        assert_int_equal(x.request.event, y.request.event);
        assert_int_equal(x.seed, y.seed);
        assert_int_equal(y.checkout_ns, 0);
        assert_false(y.abandons);
    }
}

/* Everything there is to draw, switched on. */
static struct scenario rich(void)
{
    struct scenario s = sample();

    s.pick = (struct pick_law){ .kind = PICK_ZIPF, .exponent = 1100 };
    s.sizes = (struct size_law){ 2, { { 1, SHARE_PARTS / 4 * 3 }, { 4, SHARE_PARTS / 4 } } };
    s.patience = (struct law){ .kind = LAW_EXP, .lo_ns = 2 * NS_PER_S };
    s.repeat = 0.05;
    s.cancel = 0.2;
    s.cancel_after = (struct law){ .kind = LAW_UNIFORM, .lo_ns = 0, .hi_ns = 100 * NS_PER_MS };
    return s;
}

static void a_key_that_is_new_leaves_old_draws_alone(void **state)
{
    struct scenario plain = sample(), s = rich();
    struct plan old, new;
    struct planned x, y;

    (void)state;
    plan_init(&old, &plain, 1);
    plan_init(&new, &s, 1);
    for (int64_t user = 1; user <= 1000; user++) {
        plan_request(&old, user, 1, &x);
        plan_request(&new, user, 1, &y);
        assert_int_equal(x.request.id, y.request.id);
        assert_int_equal(x.checkout_ns, y.checkout_ns);
        assert_int_equal(x.abandons, y.abandons);
        assert_int_equal(x.seed, y.seed);
        assert_int_equal(x.request.seats, 1);
        assert_int_equal(x.patience_ns, PLAN_PATIENT);
        assert_false(x.repeats);
        assert_false(x.cancels);
    }
}

/* Each of the new keys alone changes nothing of the others. */
static void new_keys_leave_each_other_alone(void **state)
{
    struct scenario all = rich();
    struct plan plan, other;
    struct planned x, y;

    (void)state;
    plan_init(&plan, &all, 1);
    for (int key = 0; key < 5; key++) {
        struct scenario s = rich();

        switch (key) {
        case 0:
            s.pick = (struct pick_law){ .kind = PICK_HOT, .share = SHARE_PARTS / 2 };
            break;
        case 1:
            s.sizes = (struct size_law){ 0 };
            break;
        case 2:
            s.patience = (struct law){ 0 };
            break;
        case 3:
            s.repeat = 1;
            break;
        default:
            s.cancel = 1;
            break;
        }
        plan_init(&other, &s, 1);
        for (int64_t user = 1; user <= 500; user++) {
            plan_request(&plan, user, 1, &x);
            plan_request(&other, user, 1, &y);
            assert_true(key == 0 || x.request.event == y.request.event);
            assert_true(key == 1 || x.request.seats == y.request.seats);
            assert_true(key == 2 || x.patience_ns == y.patience_ns);
            assert_true(key == 3 || x.repeats == y.repeats);
            assert_true(key == 4 || x.cancels == y.cancels);
            assert_int_equal(x.cancel_after_ns, y.cancel_after_ns);
            assert_int_equal(x.seed, y.seed);
        }
    }
}

/* 30,000 requests of 5 events: zipf:1.1 gives event 1 a share of 0.4689 (standard deviation 86). */
static void users_are_as_the_scenario_says(void **state)
{
    int64_t first = 0, fours = 0, repeats = 0, cancels = 0;
    double patience_ns = 0, after_ns = 0;
    struct scenario s = rich();
    struct plan plan;

    (void)state;
    plan_init(&plan, &s, 0);
    for (int64_t turn = 0; turn < 30; turn++)
        for (int64_t user = 1; user <= 1000; user++) {
            struct planned x;

            plan_request(&plan, user, turn, &x);
            assert_in_range(x.request.event, 1, 5);
            first += x.request.event == 1;
            fours += x.request.seats == 4;
            repeats += x.repeats;
            cancels += x.cancels;
            patience_ns += (double)x.patience_ns;
            after_ns += (double)x.cancel_after_ns;
        }
    assert_in_range(first, 13640, 14500);
    assert_in_range(fours, 7125, 7875);
    assert_in_range(repeats, 1310, 1690);
    assert_in_range(cancels, 5650, 6350);
    assert_in_range((int64_t)(patience_ns / 30000), 1940 * NS_PER_MS, 2060 * NS_PER_MS);
    assert_in_range((int64_t)(after_ns / 30000), 49 * NS_PER_MS, 51 * NS_PER_MS);
}

static void a_second_click_wants_the_same(void **state)
{
    struct scenario s = rich();
    struct planned x, y;
    struct plan plan;

    (void)state;
    plan_init(&plan, &s, 0);
    for (int64_t user = 1; user <= 100; user++) {
        plan_request(&plan, user, 0, &x);
        y = x;
        plan_second(&y);
        assert_int_equal(y.request.id, x.request.id + PLAN_SECOND);
        assert_int_equal(y.request.user, user);
        assert_int_equal(y.request.event, x.request.event);
        assert_int_equal(y.request.seats, x.request.seats);
        assert_int_equal(y.patience_ns, x.patience_ns);
        assert_int_equal(y.cancels, x.cancels);
        assert_true(y.seed != x.seed);
        assert_false(y.repeats);
    }
}

static void looks_are_seeded_and_follow_the_pick(void **state)
{
    struct scenario s = rich();
    int first = 0, differ = 0;
    struct planned x, y;
    struct plan plan;

    (void)state;
    plan_init(&plan, &s, 0);
    for (int64_t turn = 0; turn < 10000; turn++) {
        plan_look(&plan, 0, turn, &x);
        plan_look(&plan, 0, turn, &y);
        assert_int_equal(x.request.event, y.request.event);
        assert_int_equal(x.seed, y.seed);
        plan_look(&plan, 1, turn, &y);
        differ += x.request.event != y.request.event;
        first += x.request.event == 1;
    }
    assert_in_range(first, 4440, 4940);
    assert_true(differ > 5000);
}

static void everybody_leaves_when_all_do(void **state)
{
    struct scenario s = sample();
    struct planned x;
    struct plan plan;

    (void)state;
    s.abandon = 1;
    plan_init(&plan, &s, 0);
    for (int64_t user = 1; user <= 1000; user++) {
        plan_request(&plan, user, 0, &x);
        assert_true(x.abandons);
    }
}

static void a_shuffle_is_a_permutation_of_its_block(void **state)
{
    enum { N = 50, BLOCKS = 20 };
    size_t order[BLOCKS][N], again[N];

    (void)state;
    for (int64_t block = 0; block < BLOCKS; block++) {
        char seen[N] = { 0 };

        plan_shuffle(order[block], N, 42, block);
        plan_shuffle(again, N, 42, block);
        assert_memory_equal(order[block], again, sizeof(again));
        for (size_t i = 0; i < N; i++) {
            assert_in_range(order[block][i], 0, N - 1);
            assert_int_equal(seen[order[block][i]]++, 0);
        }
        for (int64_t before = 0; before < block; before++)
            assert_memory_not_equal(order[block], order[before], sizeof(again));
    }
    plan_shuffle(again, N, 43, 0);
    assert_memory_not_equal(order[0], again, sizeof(again));
    plan_shuffle(again, 1, 42, 0);
    assert_int_equal(again[0], 0);
    plan_shuffle(again, 0, 42, 0);
}

/* 6000 blocks of 3 cells: each of the 6 orders 1000 times (standard deviation 29). */
static void every_order_is_as_likely(void **state)
{
    int count[27] = { 0 };
    size_t order[3];

    (void)state;
    for (int64_t block = 0; block < 6000; block++) {
        plan_shuffle(order, 3, 42, block);
        count[order[0] * 9 + order[1] * 3 + order[2]]++;
    }
    for (int i = 0; i < 27; i++)
        if (count[i] != 0)
            assert_in_range(count[i], 850, 1150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_keeps_its_meaning),
        cmocka_unit_test(one_seed_gives_one_plan),
        cmocka_unit_test(another_block_or_seed_draws_anew),
        cmocka_unit_test(ids_are_unique),
        cmocka_unit_test(draws_follow_the_scenario),
        cmocka_unit_test(a_changed_key_leaves_other_draws_alone),
        cmocka_unit_test(a_key_that_is_new_leaves_old_draws_alone),
        cmocka_unit_test(new_keys_leave_each_other_alone),
        cmocka_unit_test(users_are_as_the_scenario_says),
        cmocka_unit_test(a_second_click_wants_the_same),
        cmocka_unit_test(looks_are_seeded_and_follow_the_pick),
        cmocka_unit_test(everybody_leaves_when_all_do),
        cmocka_unit_test(a_shuffle_is_a_permutation_of_its_block),
        cmocka_unit_test(every_order_is_as_likely),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
