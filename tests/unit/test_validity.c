#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/results/validity.h"

/* Each flag of a run that doubts itself, just over its limit and just within. near_floor and few_samples: test_finding.
 */

/* A tally of n trials that count, and one that is void and says the opposite of everything. */
static void make(struct tally *t, size_t n, json_t *trial)
{
    static struct tally_trial kept[8];

    memset(kept, 0, sizeof kept);
    assert_int_equal(tally_init(t), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(json_array_append(t->trials, trial), 0);
    assert_int_equal(json_array_append_new(t->trials, json_pack("{s:{s:i, s:i, s:{s:i}}, s:{s:{s:i}}}", "open",
                                                                "offered", 1000000, "achieved", 0, "lag_ns", "p99", 500,
                                                                "response_ns", "all", "p99", 500)),
                     0);
    json_decref(trial);
    kept[n].is_void = true;
    t->trial = kept;
    t->n = n + 1;
}

static void unmake(struct tally *t)
{
    t->trial = NULL;
    tally_destroy(t);
}

static bool fires(const struct tally *t, const char *flag)
{
    const char *flags[VALIDITY_FLAGS];
    struct validity validity;
    int n;

    validity_read(&validity, t);
    n = validity_flags(&validity, flags);
    for (int i = 0; i < n; i++)
        if (strcmp(flags[i], flag) == 0)
            return true;
    return false;
}

static json_t *open_trial(int offered, int achieved, int lag, int response)
{
    return json_pack("{s:{s:i, s:i, s:{s:i}}, s:{s:{s:i}}}", "open", "offered", offered, "achieved", achieved, "lag_ns",
                     "p99", lag, "response_ns", "all", "p99", response);
}

static json_t *burst_trial(void)
{
    return json_pack("{s:{s:{s:i}}}", "response_ns", "all", "p99", 100);
}

static void test_lag(void **state)
{
    struct tally t;

    (void)state;
    make(&t, 3, open_trial(1000, 1000, 11, 100));
    assert_true(fires(&t, "lag"));
    assert_false(fires(&t, "behind"));
    unmake(&t);
    make(&t, 3, open_trial(1000, 1000, 10, 100));
    assert_false(fires(&t, "lag"));
    unmake(&t);
    make(&t, 3, burst_trial());
    assert_false(fires(&t, "lag"));
    unmake(&t);
}

static void test_behind(void **state)
{
    struct tally t;

    (void)state;
    make(&t, 3, open_trial(1000, 989, 1, 100));
    assert_true(fires(&t, "behind"));
    assert_false(fires(&t, "lag"));
    unmake(&t);
    make(&t, 3, open_trial(1000, 990, 1, 100));
    assert_false(fires(&t, "behind"));
    unmake(&t);
    make(&t, 3, burst_trial());
    assert_false(fires(&t, "behind"));
    unmake(&t);
}

static void test_steal(void **state)
{
    struct tally t;

    (void)state;
    make(&t, 3, burst_trial());
    assert_false(fires(&t, "steal")); /* not known */
    t.weather.processors_ns = 10 * NS_PER_S;
    t.weather.steal_ns = 110 * NS_PER_MS;
    assert_true(fires(&t, "steal"));
    t.weather.steal_ns = 100 * NS_PER_MS;
    assert_false(fires(&t, "steal"));
    /* A single tick in a short time is no share of anything. */
    t.weather.processors_ns = 100 * NS_PER_MS;
    t.weather.steal_ns = 10 * NS_PER_MS;
    assert_false(fires(&t, "steal"));
    unmake(&t);
}

static void test_hiccups(void **state)
{
    struct tally t;

    (void)state;
    make(&t, 3, burst_trial());
    assert_int_equal(hist_init(&t.weather.hiccups), 0);
    for (int i = 0; i < 1998; i++)
        hist_record(&t.weather.hiccups, 50000);
    t.weather.realtime = true;
    assert_false(fires(&t, "hiccups"));
    /* One in two thousand is beyond p99.9, two are not. */
    hist_record(&t.weather.hiccups, 60 * NS_PER_MS);
    assert_false(fires(&t, "hiccups"));
    for (int i = 0; i < 2; i++)
        hist_record(&t.weather.hiccups, 6 * NS_PER_MS);
    assert_true(fires(&t, "hiccups"));
    /* At the priority of our own threads it is they who make it late, but in open load, where that is the point. */
    t.weather.realtime = false;
    assert_false(fires(&t, "hiccups"));
    json_object_set_new(json_array_get(t.trials, 0), "open", json_pack("{s:i, s:i}", "offered", 10, "achieved", 10));
    assert_true(fires(&t, "hiccups"));
    unmake(&t);
}

static void test_counts_alone_are_not_doubted(void **state)
{
    struct tally t;

    (void)state;
    make(&t, 3, open_trial(1000, 1, 100, 100));
    t.weather.processors_ns = t.weather.steal_ns = NS_PER_S;
    assert_true(fires(&t, "behind") && fires(&t, "lag") && fires(&t, "steal"));
    t.untimed = true;
    assert_false(fires(&t, "behind") || fires(&t, "lag") || fires(&t, "steal"));
    unmake(&t);
}

static void test_document(void **state)
{
    struct validity d = { .lag_share = 0.25, .achieved_share = NAN, .steal_share = 0.5, .hiccup_ns = NAN };
    json_t *document = validity_document(&d);

    (void)state;
    assert_non_null(document);
    assert_true(json_number_value(json_object_get(document, "lag_share")) == 0.25);
    assert_true(json_is_null(json_object_get(document, "achieved_share")));
    assert_true(json_is_null(json_object_get(document, "hiccup_p999_ns")));
    assert_true(json_is_false(json_object_get(document, "hiccups_judged")));
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lag),      cmocka_unit_test(test_behind),
        cmocka_unit_test(test_steal),    cmocka_unit_test(test_hiccups),
        cmocka_unit_test(test_document), cmocka_unit_test(test_counts_alone_are_not_doubted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
