#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/validity_page.h"

/* How marked cells read, in the terminal and in report.md. */

static json_t *make_cell(const char *variant, int trials, const char *flag)
{
    json_t *list = json_array(), *flags = json_array();

    for (int i = 0; i < trials; i++)
        json_array_append_new(list, json_pack("{s:b, s:i, s:i, s:{s:i, s:i}}", "void", 0, "requests", 1000, "wall_ns",
                                              10000000, "resources", "run_delay_ns", 2000000, "watch_cpu_ns", 100000));
    if (flag != NULL)
        json_array_append_new(flags, json_string(flag));
    return json_pack("{s:s, s:s, s:s, s:s, s:[], s:{}, s:o, s:{s:{s:f}}, s:{s:f, s:f, s:f, s:f, s:b}, s:o}", "scenario",
                     "rush", "db", "sqlite", "variant", variant, "verdict", "holds", "traits", "sweep", "trials", list,
                     "summary", "all_p99_ns", "median", 2e7, "validity", "lag_share", 0.34, "achieved_share", 0.971,
                     "steal_share", 0.032, "hiccup_p999_ns", 1.2e7, "hiccups_judged", 1, "flags", flags);
}

static json_t *make_run(const char *flag, int trials)
{
    return json_pack("{s:[o, o, {s:s, s:s, s:[s], s:{}, s:[], s:{s:{s:f}}}]}", "cells", make_cell("mine", trials, flag),
                     make_cell("other", trials, NULL), "scenario", "rush", "variant", "idle", "traits", "floor",
                     "sweep", "trials", "summary", "all_p99_ns", "median", 9e6);
}

static char *text_of(const json_t *run, bool page)
{
    char *text = NULL;
    struct pick pick;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(out);
    assert_int_equal(view_pick(&pick, run, "rush", NULL, NULL), 0);
    assert_int_equal(pick.n, 2);
    if (page)
        validity_page_write(out, run, &pick);
    else
        validity_page_print(out, &pick, "", "");
    view_drop(&pick);
    assert_int_equal(fclose(out), 0);
    return text;
}

static const struct {
    const char *flag, *few, *words;
} known[] = {
    { "near_floor", " ? too near the floor to tell apart here: mine\n",
      "- mine: too fast to tell apart here: of its all p99 of 20.0 ms, the strategy that does nothing takes 9.00 ms "
      "too (limit 20 %).\n" },
    { "lag", " ? the generator was late: mine\n",
      "- mine: requests began late: the p99 of their lag is 34 % of that of the answers (limit 10 %).\n" },
    { "behind", " ? less was asked than planned: mine\n",
      "- mine: only 97.1 % of the requests that were due were begun in time (limit 99 %).\n" },
    { "steal", " ? the host took processors away: mine\n",
      "- mine: the host took 3.2 % of the processors' time for others (limit 1 %).\n" },
    { "hiccups", " ? the machine stood still: mine\n",
      "- mine: the machine stood still now and then: a sleep of 1 ms ended 12.0 ms late at p99.9 (limit 5 ms).\n" },
    { "few_samples", " ? too few samples: mine\n", "- mine: too few requests for some of its percentiles.\n" },
};

static void test_each_flag_is_marked_and_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        json_t *run = make_run(known[i].flag, 6);
        char *text = text_of(run, false);

        assert_string_equal(validity_page_mark(json_array_get(json_object_get(run, "cells"), 0)), " ?");
        assert_string_equal(validity_page_mark(json_array_get(json_object_get(run, "cells"), 1)), "");
        assert_string_equal(text, known[i].few);
        free(text);
        text = text_of(run, true);
        if (strstr(text, known[i].words) == NULL)
            fail_msg("%s: %s", known[i].flag, text);
        assert_null(strstr(text, "- other:"));
        free(text);
        json_decref(run);
    }
}

static void test_nothing_to_doubt(void **state)
{
    static const char *const others[] = { NULL, "errors", "unjudged" };

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        json_t *run = make_run(others[i], 6);
        char *text = text_of(run, false);

        assert_string_equal(text, "");
        free(text);
        text = text_of(run, true);
        assert_null(strstr(text, "Read with care"));
        /* 6 trials of 1000 requests waited 2 ms each; watching took a hundredth of a processor. */
        assert_non_null(strstr(text, "| mine | 6 | 2.00 us | 3.2 % | 12.0 ms | yes | 1 % |\n"));
        free(text);
        json_decref(run);
    }
}

/* Who asks for three trials knows that they are few. */
static void test_few_trials_are_no_doubt(void **state)
{
    json_t *run = make_run("few_samples", 3);
    char *text = text_of(run, false);

    (void)state;
    assert_string_equal(text, "");
    free(text);
    json_decref(run);
}

/* A run of an older program knows nothing of all this. */
static void test_older_runs(void **state)
{
    json_t *run = make_run("near_floor", 6);
    char *text;

    (void)state;
    for (size_t i = 0; i < 2; i++)
        json_object_del(json_array_get(json_object_get(run, "cells"), i), "validity");
    text = text_of(run, true);
    assert_null(strstr(text, "The machine meanwhile"));
    assert_non_null(strstr(text, "- mine: too fast to tell apart here"));
    free(text);
    json_decref(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_flag_is_marked_and_explained),
        cmocka_unit_test(test_nothing_to_doubt),
        cmocka_unit_test(test_few_trials_are_no_doubt),
        cmocka_unit_test(test_older_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
