/* Fairness against its definition, pair by pair, and the cases everybody knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/fairness.h"
#include "harness/base/rng.h"

#define MOST   60
#define ROUNDS 20000

static struct record records[MOST], cancels[4];
static struct trial trial;
static struct fairness fair;

static void begin(void)
{
    memset(records, 0, sizeof records);
    memset(cancels, 0, sizeof cancels);
    memset(&trial, 0, sizeof trial);
    trial.records = records;
    trial.cancels = cancels;
}

static struct record *ask(enum outcome outcome, int64_t came_ns)
{
    struct record *r = &records[trial.record_count++];

    r->request = r->user = (int64_t)trial.record_count;
    r->event = 1;
    r->seats = 1;
    r->outcome = (uint8_t)outcome;
    r->invoke_ns = came_ns;
    r->return_ns = came_ns + 10;
    r->attempts = 1;
    return r;
}

static void assert_near(double is, double expected)
{
    assert_true(fabs(is - expected) < 1e-12);
}

static void measure(int64_t seats)
{
    fairness_measure(&fair, &trial, seats);
}

/* ---- what everybody knows ---------------------------------------------------------------------------------------- */

static void test_first_come_first_served(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < 50; i++)
        ask(i < 10 ? OUTCOME_BOOKED : OUTCOME_SOLD_OUT, 100 - 2 * (49 - i)); /* not in their order */
    measure(10);
    assert_true(fair.known);
    assert_int_equal(fair.winners, 10);
    assert_int_equal(fair.losers, 40);
    assert_near(fair.order_index, 0);
    assert_int_equal(fair.overtakes + fair.overtaken_most + fair.inversions, 0);
    assert_int_equal(fair.winners_at[0] + fair.winners_at[18], 2);
    assert_int_equal(fair.winners_at[20], 0);
}

static void test_last_come_first_served(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < 50; i++)
        ask(i < 40 ? OUTCOME_SOLD_OUT : OUTCOME_BOOKED, i);
    measure(10);
    assert_near(fair.order_index, 1);
    assert_int_equal(fair.overtakes, 400);
    assert_int_equal(fair.overtaken_most, 10);
    /* Answered 10 ns later: 29 was told at 39, and is the last who was told before 40 came. */
    assert_int_equal(fair.inversions, 30 * 10 + 45);
    assert_int_equal(fair.winners_at[78], 0);
    assert_int_equal(fair.winners_at[80] + fair.winners_at[98], 2);
}

/* Every other one wins: as good as a draw. */
static void test_lottery(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < 40; i++)
        ask(i % 4 == 0 || i % 4 == 3 ? OUTCOME_BOOKED : OUTCOME_SOLD_OUT, i);
    measure(20);
    assert_near(fair.order_index, 0.5);
}

static void test_all_at_one_moment(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < 12; i++)
        ask(i < 3 ? OUTCOME_BOOKED : OUTCOME_SOLD_OUT, 7);
    measure(3);
    assert_near(fair.order_index, 0.5);
    assert_int_equal(fair.overtakes, 0);
}

static void test_nobody_to_compare(void **state)
{
    (void)state;
    begin();
    measure(3);
    assert_true(fair.known);
    assert_true(isnan(fair.order_index));
    assert_true(isnan(fair.jain_index));
    ask(OUTCOME_BOOKED, 1);
    ask(OUTCOME_BOOKED, 2);
    measure(3);
    assert_true(isnan(fair.order_index));
    assert_near(fair.jain_index, 1);
    begin();
    ask(OUTCOME_SOLD_OUT, 1);
    ask(OUTCOME_UNKNOWN, 2);
    measure(3);
    assert_int_equal(fair.winners, 0);
    assert_int_equal(fair.losers, 1);
    assert_true(isnan(fair.order_index));
    assert_true(isnan(fair.jain_index));
    trial.records = NULL;
    measure(3);
    assert_false(fair.known);
}

/* Who left, or was told nothing certain, has neither won nor lost. */
static void test_who_counts(void **state)
{
    static const struct {
        enum outcome outcome;
        enum reason reason;
        int lost;
    } cases[] = {
        { OUTCOME_SOLD_OUT, REASON_NONE, 1 },          { OUTCOME_GAVE_UP, REASON_STALE, 1 },
        { OUTCOME_TIMED_OUT, REASON_POOL_TIMEOUT, 1 }, { OUTCOME_TIMED_OUT, REASON_PATIENCE, 0 },
        { OUTCOME_SHED, REASON_QUEUE_FULL, 1 },        { OUTCOME_ABANDONED, REASON_NONE, 0 },
        { OUTCOME_FAILED, REASON_ERROR, 1 },           { OUTCOME_UNKNOWN, REASON_LOST, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin();
        ask(cases[i].outcome, 1)->reason = (uint8_t)cases[i].reason;
        ask(OUTCOME_BOOKED, 2);
        measure(1);
        assert_int_equal(fair.losers, cases[i].lost);
        assert_int_equal(fair.overtakes, cases[i].lost);
    }
}

/* Events are sold apart, and who wanted more than the winner got was not overtaken by him. */
static void test_only_rivals_are_compared(void **state)
{
    (void)state;
    begin();
    ask(OUTCOME_SOLD_OUT, 1)->event = 2;
    ask(OUTCOME_BOOKED, 2);
    measure(1);
    assert_true(isnan(fair.order_index));
    begin();
    ask(OUTCOME_SOLD_OUT, 1)->seats = 4;
    ask(OUTCOME_BOOKED, 2)->seats = 3;
    measure(4);
    assert_true(isnan(fair.order_index));
    records[1].seats = 4;
    measure(4);
    assert_near(fair.order_index, 1);
}

/* Overlapping in time is no inversion, not even by a nanosecond. */
static void test_an_inversion_needs_an_answer_first(void **state)
{
    (void)state;
    begin();
    ask(OUTCOME_SOLD_OUT, 0);
    ask(OUTCOME_BOOKED, 10);
    measure(1);
    assert_int_equal(fair.overtakes, 1);
    assert_int_equal(fair.inversions, 0);
    records[1].invoke_ns = 11;
    measure(1);
    assert_int_equal(fair.inversions, 1);
}

static void test_starved(void **state)
{
    (void)state;
    begin();
    ask(OUTCOME_BOOKED, 1);
    ask(OUTCOME_GAVE_UP, 2);
    ask(OUTCOME_GAVE_UP, 3)->seats = 2;
    ask(OUTCOME_SOLD_OUT, 4);
    measure(1);
    assert_int_equal(fair.starved, 0);
    measure(2);
    assert_int_equal(fair.starved, 1);
    measure(3);
    assert_int_equal(fair.starved, 2);
    ask(OUTCOME_UNKNOWN, 5); /* may have a seat */
    measure(2);
    assert_int_equal(fair.starved, 0);
    cancels[0] = (struct record){ .event = 1, .request = 1, .outcome = ASIDE_DONE };
    trial.cancel_count = 1;
    measure(9);
    assert_int_equal(fair.starved, 0);
    cancels[0].outcome = ASIDE_FAILED;
    measure(9);
    assert_int_equal(fair.starved, 2);
}

/* Turned away by a fault, asked once more and served: the last answer counts, and nobody is overtaken by himself. */
static void test_who_asked_again(void **state)
{
    (void)state;
    begin();
    ask(OUTCOME_GAVE_UP, 1)->asked_again = 1;
    ask(OUTCOME_BOOKED, 100)->user = 1;
    measure(2);
    assert_int_equal(fair.starved, 0);
    assert_int_equal(fair.losers, 0);
    assert_int_equal(fair.overtakes, 0);
    records[1].outcome = OUTCOME_GAVE_UP;
    measure(2);
    assert_int_equal(fair.starved, 1);
    assert_int_equal(fair.losers, 1);
    /* Nobody asks again who has a row. */
    records[0].outcome = OUTCOME_UNKNOWN;
    measure(1);
    assert_int_equal(fair.starved, 1);
}

static void test_waits_and_tries(void **state)
{
    (void)state;
    begin();
    ask(OUTCOME_BOOKED, 5)->attempts = 3;
    ask(OUTCOME_SOLD_OUT, 6)->due_ns = 1;
    records[1].return_ns = 106;
    records[1].checkout_ns = 20;
    measure(1);
    assert_int_equal(fair.longest_wait_ns, 85);
    assert_int_equal(fair.most_attempts, 3);
}

static void test_jain(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < 8; i++)
        ask(OUTCOME_BOOKED, i)->user = i / 2 + 1;
    measure(8);
    assert_near(fair.jain_index, 1);
    for (int i = 0; i < 8; i++)
        records[i].outcome = i / 2 == 0 ? OUTCOME_BOOKED : OUTCOME_SOLD_OUT;
    measure(8);
    assert_near(fair.jain_index, 0.25);
    records[2].outcome = OUTCOME_BOOKED; /* 2, 1, 0, 0: 9 / (4 * 5) */
    measure(8);
    assert_near(fair.jain_index, 0.45);
}

/* ---- against the definition -------------------------------------------------------------------------------------- */

struct naive {
    int64_t pairs, overtakes, most, inversions, ties;
};

static bool lost(const struct record *r)
{
    return r->outcome == OUTCOME_SOLD_OUT || r->outcome == OUTCOME_GAVE_UP;
}

static struct naive by_pairs(void)
{
    struct naive n = { 0 };

    for (size_t l = 0; l < trial.record_count; l++) {
        int64_t overtaken = 0;

        for (size_t w = 0; lost(&records[l]) && w < trial.record_count; w++) {
            if (records[w].outcome != OUTCOME_BOOKED || records[w].event != records[l].event ||
                records[w].seats < records[l].seats)
                continue;
            n.pairs++;
            overtaken += records[w].invoke_ns > records[l].invoke_ns;
            n.ties += records[w].invoke_ns == records[l].invoke_ns;
            n.inversions += records[w].invoke_ns > records[l].return_ns;
        }
        n.overtakes += overtaken;
        n.most = overtaken > n.most ? overtaken : n.most;
    }
    return n;
}

static void draw(struct rng *rng)
{
    static const enum outcome outcomes[] = { OUTCOME_BOOKED, OUTCOME_SOLD_OUT, OUTCOME_GAVE_UP, OUTCOME_UNKNOWN,
                                             OUTCOME_ABANDONED };
    uint64_t n = rng_below(rng, MOST + 1), moments = 1 + rng_below(rng, 40), sizes = 1 + rng_below(rng, 3);

    begin();
    for (uint64_t i = 0; i < n; i++) {
        struct record *r = ask(outcomes[rng_below(rng, 5)], (int64_t)rng_below(rng, moments));

        r->event = 1 + (int64_t)rng_below(rng, 2);
        r->seats = 1 + (int32_t)rng_below(rng, sizes);
        r->return_ns = r->invoke_ns + (int64_t)rng_below(rng, 10);
    }
}

static void test_random_trials_pair_by_pair(void **state)
{
    struct rng rng;
    int compared = 0;

    (void)state;
    rng_init(&rng, 20261121);
    for (int round = 0; round < ROUNDS; round++) {
        struct naive naive;

        draw(&rng);
        naive = by_pairs();
        measure(5);
        assert_int_equal(fair.pairs, naive.pairs);
        assert_int_equal(fair.overtakes, naive.overtakes);
        assert_int_equal(fair.overtaken_most, naive.most);
        assert_int_equal(fair.inversions, naive.inversions);
        if (naive.pairs == 0) {
            assert_true(isnan(fair.order_index));
            continue;
        }
        compared++;
        assert_near(fair.order_index, ((double)naive.overtakes + (double)naive.ties / 2) / (double)naive.pairs);
    }
    assert_true(compared > ROUNDS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_come_first_served),
        cmocka_unit_test(test_last_come_first_served),
        cmocka_unit_test(test_lottery),
        cmocka_unit_test(test_all_at_one_moment),
        cmocka_unit_test(test_nobody_to_compare),
        cmocka_unit_test(test_who_counts),
        cmocka_unit_test(test_only_rivals_are_compared),
        cmocka_unit_test(test_an_inversion_needs_an_answer_first),
        cmocka_unit_test(test_starved),
        cmocka_unit_test(test_who_asked_again),
        cmocka_unit_test(test_waits_and_tries),
        cmocka_unit_test(test_jain),
        cmocka_unit_test(test_random_trials_pair_by_pair),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
