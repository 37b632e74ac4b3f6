#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/breakpoint/hunt.h"
#include "harness/scenario/rate.h"

static const struct limits limits = { LIMITS_SLO_NS, LIMITS_ERRORS_SHARE, LIMITS_AMPLIFICATION };

static struct observation fine(void)
{
    return (struct observation){ .level = 1000,
                                 .requests = 1000,
                                 .errors = 10,
                                 .sold = 10,
                                 .p99_ns = LIMITS_SLO_NS,
                                 .floor_p99_ns = LIMITS_SLO_NS,
                                 .statements = 2,
                                 .amplification = 2 };
}

static unsigned judged(struct observation o)
{
    predicate_judge(&o, &limits);
    return o.broken;
}

static void a_limit_that_is_reached_is_kept(void **state)
{
    struct observation o = fine();

    (void)state;
    assert_int_equal(judged(o), 0);
    o.amplification = NAN;
    o.floor_p99_ns = -1;
    assert_int_equal(judged(o), 0);
}

static void each_predicate_is_broken_by_its_own(void **state)
{
    struct observation o;

    (void)state;
    o = fine(), o.oversold = 1;
    assert_int_equal(judged(o), 1u << PREDICATE_OVERSOLD);
    o = fine(), o.astray = 1;
    assert_int_equal(judged(o), 1u << PREDICATE_LEDGER);
    o = fine(), o.unsold = 1;
    assert_int_equal(judged(o), 1u << PREDICATE_UNDERSOLD);
    o = fine(), o.p99_ns++;
    assert_int_equal(judged(o), 1u << PREDICATE_TIME);
    o = fine(), o.cut_short = true;
    assert_int_equal(judged(o), 1u << PREDICATE_TIME);
    o = fine(), o.errors++;
    assert_int_equal(judged(o), 1u << PREDICATE_ERRORS);
    o = fine(), o.amplification = 2.001;
    assert_int_equal(judged(o), 1u << PREDICATE_AMPLIFICATION);
    o = fine(), o.fell_behind = true;
    assert_int_equal(judged(o), 1u << PREDICATE_BEHIND);
    o = fine(), o.miscounted = true;
    assert_int_equal(judged(o), 1u << PREDICATE_GENERATOR);
}

/* Where users who do nothing are too late themselves, being late says nothing; selling twice does. */
static void a_generator_at_its_limit_excuses_the_time_and_nothing_else(void **state)
{
    struct observation o = fine();

    (void)state;
    o.floor_p99_ns = LIMITS_SLO_NS + 1;
    o.p99_ns = 3 * LIMITS_SLO_NS;
    o.fell_behind = true;
    assert_int_equal(judged(o), 1u << PREDICATE_GENERATOR);
    o.oversold = 4;
    assert_int_equal(judged(o), 1u << PREDICATE_GENERATOR | 1u << PREDICATE_OVERSOLD);
}

/* A machine that stood still excuses so much lateness, and no more. */
static void a_stall_excuses_what_it_explains(void **state)
{
    struct observation o = fine();

    (void)state;
    o.stall_ns = 6000000;
    assert_int_equal(judged(o), 0);
    o.p99_ns = LIMITS_SLO_NS + 6000000;
    o.fell_behind = true;
    assert_int_equal(judged(o), 1u << PREDICATE_GENERATOR | 1u << PREDICATE_BEHIND);
    o.fell_behind = false;
    o.p99_ns++;
    assert_int_equal(judged(o), 1u << PREDICATE_TIME);
    o.p99_ns = LIMITS_SLO_NS + 1;
    o.stall_ns = LIMITS_STALL_NS;
    assert_int_equal(judged(o), 1u << PREDICATE_TIME);
    o.stall_ns++;
    assert_int_equal(judged(o), 1u << PREDICATE_GENERATOR);
    o.cut_short = true;
    assert_int_equal(judged(o), 1u << PREDICATE_TIME);
}

/* Who was cut off, by the time or because the counts do not add up, was not refused by the strategy. */
static void a_void_trial_leaves_no_seat_unsold(void **state)
{
    static const char *const reasons[] = { "", "took longer than run.timeout = 1 s", "counts do not add up: …" };
    const struct audit audit = { .sold = 3, .unsold = 7, .oversold = 1, .lost = 1 };

    (void)state;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        struct trial trial = { .wall_ns = i == 1 ? NS_PER_S : 1 };
        struct observation o;

        assert_int_equal(totals_init(&trial.totals), 0);
        snprintf(trial.void_reason, sizeof trial.void_reason, "%s", reasons[i]);
        predicate_observe(&o, &trial, &audit, 10, NAN, 0, NS_PER_S);
        assert_int_equal(o.unsold, i == 0 ? 7 : 0);
        assert_int_equal(o.oversold + o.astray, 2);
        assert_int_equal(o.cut_short, i == 1);
        totals_destroy(&trial.totals);
    }
}

static void what_broke_in_most_bursts_is_named_first(void **state)
{
    struct observation seen[] = {
        { .level = 8, .broken = 1u << PREDICATE_TIME },
        { .level = 8, .broken = 1u << PREDICATE_TIME | 1u << PREDICATE_ERRORS },
        { .level = 8, .broken = 1u << PREDICATE_ERRORS | 1u << PREDICATE_GENERATOR },
        { .level = 8, .broken = 1u << PREDICATE_GENERATOR },
        { .level = 8, .broken = 1u << PREDICATE_GENERATOR },
        { .level = 9, .broken = 1u << PREDICATE_GENERATOR },
        { .level = 7 },
        { .level = 7, .broken = 1u << PREDICATE_GENERATOR, .set_aside = true },
    };
    struct hunt hunt = { .seen = seen, .n = sizeof seen / sizeof seen[0] };
    int broke[PREDICATE_COUNT];

    (void)state;
    hunt_causes(&hunt, 8, broke);
    assert_int_equal(broke[PREDICATE_TIME], 2);
    assert_int_equal(broke[PREDICATE_ERRORS], 2);
    assert_int_equal(broke[PREDICATE_GENERATOR], 3);
    assert_int_equal(broke[PREDICATE_OVERSOLD], 0);
    assert_int_equal(hunt_first_cause(&hunt, 8), PREDICATE_TIME);
    assert_int_equal(hunt_first_cause(&hunt, 9), PREDICATE_GENERATOR);
    assert_int_equal(hunt_first_cause(&hunt, 7), PREDICATE_COUNT);
}

static void threads_are_those_of_the_scenario_where_there_are_users_for_them(void **state)
{
    struct scenario s = { .model = LOAD_BURST, .users = 10, .workers = 4 };
    const struct hunt_load load = hunt_load(&s);

    (void)state;
    hunt_set_level(&s, &load, 1);
    assert_int_equal(s.users, 1);
    assert_int_equal(s.workers, WORKERS_AUTO);
    hunt_set_level(&s, &load, 16);
    assert_int_equal(s.users, 16);
    assert_int_equal(s.workers, 4);
    hunt_set_level(&s, &load, 3);
    assert_int_equal(s.workers, WORKERS_AUTO);
    hunt_set_level(&s, &load, 4);
    assert_int_equal(s.workers, 4);
}

static void a_level_of_open_load_is_its_rate_alone(void **state)
{
    struct scenario s = { .model = LOAD_OPEN, .users = 10, .workers = 4, .rate = 5 * RATE_SECONDS };
    const struct hunt_load load = hunt_load(&s);

    (void)state;
    hunt_set_level(&s, &load, 2);
    assert_int_equal(s.rate, 2 * RATE_SECONDS);
    assert_int_equal(s.users, 10);
    assert_int_equal(s.workers, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_that_is_reached_is_kept),
        cmocka_unit_test(each_predicate_is_broken_by_its_own),
        cmocka_unit_test(a_generator_at_its_limit_excuses_the_time_and_nothing_else),
        cmocka_unit_test(a_stall_excuses_what_it_explains),
        cmocka_unit_test(a_void_trial_leaves_no_seat_unsold),
        cmocka_unit_test(what_broke_in_most_bursts_is_named_first),
        cmocka_unit_test(threads_are_those_of_the_scenario_where_there_are_users_for_them),
        cmocka_unit_test(a_level_of_open_load_is_its_rate_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
