#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/explore/footprint.h"
#include "harness/explore/schedule.h"

static void same_text(const char *text, const char *again)
{
    struct schedule schedule;
    char error[160] = "", out[256];

    if (schedule_parse(&schedule, text, error, sizeof error) != 0)
        fail_msg("'%s': %s", text, error);
    schedule_write(&schedule, out, sizeof out);
    assert_string_equal(out, again);
}

static void test_text_and_back(void **state)
{
    (void)state;
    same_text("A", "A");
    same_text("A B6 A5", "A B6 A5");
    same_text("  A1 B B B2  ", "A B4");
    same_text("A2 A!after A B4", "A2 A!after A B4");
    same_text("A3!error B", "A2 A!error B");
    same_text("A!before A A S2", "A!before A2 S2");
    same_text("B512", "B512");
}

static void refused(const char *text, const char *why)
{
    struct schedule schedule;
    char error[160] = "";

    if (schedule_parse(&schedule, text, error, sizeof error) == 0)
        fail_msg("'%s' was taken", text);
    if (strstr(error, why) == NULL)
        fail_msg("'%s' is refused with: %s", text, error);
}

static void test_malformed_text(void **state)
{
    (void)state;
    refused("", "names no call");
    refused("   ", "names no call");
    refused("a", "'a' at character 1");
    refused("A B6 x2", "'x2' at character 6");
    refused("A B0", "'B0' at character 3");
    refused("A513", "1 to 512 calls");
    refused("A500 B13", "1 to 512 calls");
    refused("A99999999999999999999", "1 to 512 calls");
    refused("A-1", "calls are written");
    refused("A2B", "calls are written");
    refused("A!", "fails '!before'");
    refused("A!aft", "fails '!before'");
    refused("A!none", "fails '!before'");
    refused("A!after B!after", "only one call");
}

static void test_of_a_trace(void **state)
{
    struct move moves[] = { { .actor = 0 }, { .actor = 1 }, { .actor = 1, .fault = FAULT_AFTER }, { .actor = 2 } };
    struct trace trace = {
        .actors = { { .letter = 'A' }, { .letter = 'B' }, { .letter = 'S' } }, .actor_count = 3, .moves = moves, .n = 4
    };
    struct schedule schedule;
    char out[64];

    (void)state;
    schedule_of(&schedule, &trace);
    schedule_write(&schedule, out, sizeof out);
    assert_string_equal(out, "A B B!after S");
}

static void test_long_schedules_are_cut_not_overrun(void **state)
{
    struct schedule schedule;
    char error[160], out[8];

    (void)state;
    assert_int_equal(schedule_parse(&schedule, "A B A B A B A B", error, sizeof error), 0);
    schedule_write(&schedule, out, sizeof out);
    assert_string_equal(out, "A B A B");
}

/* ---- equal up to the order of calls that do not touch each other ---------------------------------------------------
 */

enum { A, B };
static const struct footprint nothing = { 0 }, reads = { .reads = 1u << THING_ROWS },
                              locks = { .writes = 1u << THING_LOCKS },
                              commits = { .writes = 1u << THING_ROWS | 1u << THING_LOCKS };

struct step {
    int actor;
    const struct footprint *footprint;
};

static uint64_t sum_of(const struct step *step, size_t n)
{
    struct past past = { 0 };
    size_t i;

    for (i = 0; i < n; i++)
        past_add(&past, step[i].actor, *step[i].footprint);
    return past.sum;
}
#define SUM(...)                                                                                                       \
    sum_of((const struct step[]){ __VA_ARGS__ }, sizeof((const struct step[]){ __VA_ARGS__ }) / sizeof(struct step))

static void test_calls_that_do_not_touch_commute(void **state)
{
    (void)state;
    assert_true(SUM({ A, &reads }, { B, &reads }) == SUM({ B, &reads }, { A, &reads }));
    assert_true(SUM({ A, &nothing }, { B, &commits }) == SUM({ B, &commits }, { A, &nothing }));
    assert_true(SUM({ A, &reads }, { B, &locks }) == SUM({ B, &locks }, { A, &reads }));
    assert_true(SUM({ A, &reads }, { A, &locks }, { B, &reads }) == SUM({ B, &reads }, { A, &reads }, { A, &locks }));
}

static void test_calls_that_touch_do_not_commute(void **state)
{
    (void)state;
    assert_false(SUM({ A, &reads }, { B, &commits }) == SUM({ B, &commits }, { A, &reads }));
    assert_false(SUM({ A, &locks }, { B, &locks }) == SUM({ B, &locks }, { A, &locks }));
    assert_false(SUM({ A, &commits }, { B, &commits }) == SUM({ B, &commits }, { A, &commits }));
    /* The order of one actor's own calls is never free. */
    assert_false(SUM({ A, &reads }, { A, &nothing }) == SUM({ A, &nothing }, { A, &reads }));
    /* Two readers between two writes: which of them came before the write counts, their own order does not. */
    assert_true(SUM({ A, &reads }, { B, &reads }, { B, &commits }) ==
                SUM({ B, &reads }, { A, &reads }, { B, &commits }));
    assert_false(SUM({ A, &reads }, { B, &reads }, { B, &commits }) ==
                 SUM({ B, &reads }, { B, &commits }, { A, &reads }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_and_back),
        cmocka_unit_test(test_malformed_text),
        cmocka_unit_test(test_of_a_trace),
        cmocka_unit_test(test_long_schedules_are_cut_not_overrun),
        cmocka_unit_test(test_calls_that_do_not_touch_commute),
        cmocka_unit_test(test_calls_that_touch_do_not_commute),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
