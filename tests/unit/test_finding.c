#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/results/finding.h"
#include "harness/results/headline.h"
#include "harness/results/tally.h"
#include "tests/support/bench.h"

static const char ini[] = "[inventory]\nseats = 10\n[load]\nusers = 100\n";

static void add(struct finding *f, enum anomaly anomaly, int64_t amount)
{
    struct trial t = { .totals = { .requests = 100 } };
    struct audit a = { .capacity = 10, .sold = 10, .verdict = amount > 0 ? AUDIT_INVALID : AUDIT_VALID };
    int64_t *const fields[ANOMALY_COUNT] = { &a.oversold, &a.probes.violations, &a.lost,   &a.ghost,
                                             &a.torn,     &a.duplicate,         &a.unsold, &a.false_sold_out,
                                             &a.drift,    &a.gate_drift,        &a.unfair };

    *fields[anomaly] = amount;
    finding_add(f, &t, &a);
}

static void assert_reason(const struct finding *f, const struct cell *cell, const char *want)
{
    char reason[256];

    finding_reason(f, cell, NULL, reason, sizeof reason);
    assert_string_equal(reason, want);
}

/* Every anomaly, named and counted; and each outranks all that come after it. */
static void test_verdicts_worst_first(void **state)
{
    static const struct {
        enum anomaly anomaly;
        const char *verdict, *reason;
    } order[] = {
        { ANOMALY_OVERSOLD, "oversells", "oversold up to 3 seats in 1 of 2 trials" },
        { ANOMALY_PROBED, "oversells", "failed up to 3 probes of what must hold at every moment in 1 of 2 trials" },
        { ANOMALY_LOST, "loses", "lost up to 3 confirmed bookings in 1 of 2 trials" },
        { ANOMALY_GHOST, "loses", "holds up to 3 bookings nobody was told of in 1 of 2 trials" },
        { ANOMALY_TORN, "loses", "booked up to 3 requests with more or fewer seats than asked for in 1 of 2 trials" },
        { ANOMALY_DUPLICATE, "duplicates", "booked up to 3 requests more than once in 1 of 2 trials" },
        { ANOMALY_UNSOLD, "undersells", "left up to 3 seats unsold that somebody had asked for in 1 of 2 trials" },
        { ANOMALY_FALSE_SOLD_OUT, "undersells",
          "told up to 3 requests \"sold out\" while seats were free in 1 of 2 trials" },
        { ANOMALY_DRIFT, "drifts", "counter and bookings differ by up to 3 seats in 1 of 2 trials" },
        { ANOMALY_GATE_DRIFT, "drifts", "gate and bookings differ by up to 3 seats in 1 of 2 trials" },
        { ANOMALY_UNFAIR, "unfair",
          "passed over up to 3 requests for others who asked only after the answer in 1 of 2 trials" },
    };
    struct bench_cells b;

    (void)state;
    bench_cells_make(&b, ini, "atomic", "sqlite");
    for (size_t i = 0; i < ANOMALY_COUNT; i++) {
        struct finding alone = { 0 }, with_milder = { 0 };

        add(&alone, order[i].anomaly, 0);
        add(&alone, order[i].anomaly, 3);
        assert_string_equal(finding_verdict(&alone, b.cell), order[i].verdict);
        assert_reason(&alone, b.cell, order[i].reason);
        for (size_t milder = ANOMALY_COUNT; milder-- > i;)
            add(&with_milder, order[milder].anomaly, 1);
        assert_string_equal(finding_verdict(&with_milder, b.cell), order[i].verdict);
    }
    bench_cells_free(&b);
}

static void test_holds(void **state)
{
    struct bench_cells b;
    struct finding f = { 0 };
    struct summary sold = { .median = 10, .min = 10, .max = 10, .n = 1 };
    char reason[256];

    (void)state;
    bench_cells_make(&b, ini, "atomic", "sqlite");
    add(&f, ANOMALY_OVERSOLD, 0);
    assert_string_equal(finding_verdict(&f, b.cell), "holds");
    finding_reason(&f, b.cell, &sold, reason, sizeof reason);
    assert_string_equal(reason, "no anomaly in 1 trial (sold: 10 of 10 each time)");
    assert_false(finding_broken(&f, b.cell));
    bench_cells_free(&b);
}

static void test_unknown(void **state)
{
    struct bench_cells b;
    struct finding f = { 0 };
    struct trial t = { .totals = { .requests = 1 } };
    struct audit unknown = { .verdict = AUDIT_UNKNOWN, .reason = "1 request unknown" };
    struct audit invalid = { .verdict = AUDIT_INVALID, .reason = "counts do not add up" };

    (void)state;
    bench_cells_make(&b, ini, "atomic", "sqlite");
    assert_string_equal(finding_verdict(&f, b.cell), "unknown");
    assert_reason(&f, b.cell, "no trial was run");
    finding_add(&f, &t, &unknown);
    add(&f, ANOMALY_OVERSOLD, 0);
    assert_string_equal(finding_verdict(&f, b.cell), "unknown");
    assert_reason(&f, b.cell, "1 of 2 trials could not be judged: 1 request unknown");
    /* Invalid for a reason that is none of the anomalies must not pass for "holds". */
    memset(&f, 0, sizeof f);
    finding_add(&f, &t, &invalid);
    assert_string_equal(finding_verdict(&f, b.cell), "loses");
    assert_reason(&f, b.cell, "invalid in 1 of 1 trials: counts do not add up");
    assert_true(finding_broken(&f, b.cell));
    memset(&f, 0, sizeof f);
    finding_add(&f, &t, NULL);
    assert_string_equal(finding_verdict(&f, b.cell), "unknown");
    assert_reason(&f, b.cell, "1 of 1 trials could not be judged: not audited");
    memset(&f, 0, sizeof f);
    snprintf(t.void_reason, sizeof t.void_reason, "took longer than 2m");
    finding_add(&f, &t, &unknown);
    assert_string_equal(finding_verdict(&f, b.cell), "unknown");
    assert_reason(&f, b.cell, "every trial was void: took longer than 2m");
    bench_cells_free(&b);
}

/* What the rows prove stands even when the trial does not count; whom the end of the time cut off was not refused. */
static void test_void_trials_still_prove(void **state)
{
    struct trial trial = { .void_reason = "took longer than 2m" };
    struct audit audit = { .oversold = 2, .verdict = AUDIT_INVALID };
    struct finding f = { 0 };
    struct bench_cells b;

    (void)state;
    bench_cells_make(&b, ini, "atomic", "sqlite");
    add(&f, ANOMALY_OVERSOLD, 0);
    finding_add(&f, &trial, &audit);
    assert_int_equal(f.trials, 1);
    assert_int_equal(f.voids, 1);
    assert_string_equal(finding_verdict(&f, b.cell), "oversells");
    assert_reason(&f, b.cell, "oversold up to 2 seats in 1 of 2 trials");
    assert_true(finding_broken(&f, b.cell));

    memset(&f, 0, sizeof f);
    audit = (struct audit){ .unsold = 3, .verdict = AUDIT_UNKNOWN };
    finding_add(&f, &trial, &audit);
    assert_string_equal(finding_verdict(&f, b.cell), "unknown");
    assert_false(finding_broken(&f, b.cell));

    /* No more does a database that is damaged, or contradicts its server, because the time ran out. */
    memset(&f, 0, sizeof f);
    add(&f, ANOMALY_OVERSOLD, 0);
    audit = (struct audit){ .damaged = 2, .verdict = AUDIT_INVALID, .reason = "the database is damaged" };
    finding_add(&f, &trial, &audit);
    assert_string_equal(finding_verdict(&f, b.cell), "loses");
    assert_reason(&f, b.cell, "invalid in 1 of 2 trials: the database is damaged");
    assert_true(finding_broken(&f, b.cell));
    bench_cells_free(&b);
}

/* What exit code 3 stands for, anomaly by anomaly. */
static void test_broken_promises(void **state)
{
    struct bench_cells honest, unpromising, control;

    (void)state;
    bench_cells_make(&honest, ini, "queue", "sqlite");
    assert_int_equal(cell_promises(honest.cell),
                     PROMISE_NO_OVERSELL | PROMISE_SELLS_OUT | PROMISE_ALL_OR_NOTHING | PROMISE_IN_ORDER);
    /* With one try of many and no retry, optimistic cannot promise to sell out. */
    bench_cells_make(&unpromising, "[inventory]\nseats = 10\n[load]\nusers = 100\n[retry]\nattempts = 1\n",
                     "optimistic", "sqlite");
    assert_int_equal(cell_promises(unpromising.cell), PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING);
    bench_cells_make(&control, ini, "naive", "sqlite");
    for (int i = 0; i < ANOMALY_COUNT; i++) {
        struct finding f = { 0 };

        add(&f, (enum anomaly)i, 1);
        assert_true(finding_broken(&f, honest.cell));
        assert_int_equal(finding_broken(&f, unpromising.cell),
                         i != ANOMALY_UNSOLD && i != ANOMALY_FALSE_SOLD_OUT && i != ANOMALY_UNFAIR);
        assert_false(finding_broken(&f, control.cell));
    }
    bench_cells_free(&honest);
    bench_cells_free(&unpromising);
    bench_cells_free(&control);
}

static void test_proved_nothing(void **state)
{
    struct bench_cells control, uncontended, honest;
    struct finding none = { 0 }, clean = { 0 }, oversold = { 0 };

    (void)state;
    bench_cells_make(&control, ini, "naive", "sqlite");
    bench_cells_make(&uncontended, "[inventory]\nseats = 100\n[load]\nusers = 100\n", "naive", "sqlite");
    bench_cells_make(&honest, ini, "atomic", "sqlite");
    add(&clean, ANOMALY_OVERSOLD, 0);
    add(&oversold, ANOMALY_OVERSOLD, 0);
    add(&oversold, ANOMALY_OVERSOLD, 1);
    assert_true(finding_proved_nothing(&clean, control.cell));
    assert_false(finding_proved_nothing(&oversold, control.cell));
    assert_false(finding_proved_nothing(&none, control.cell));
    assert_false(finding_proved_nothing(&clean, uncontended.cell));
    assert_false(finding_proved_nothing(&clean, honest.cell));
    bench_cells_free(&control);
    bench_cells_free(&uncontended);
    bench_cells_free(&honest);
}

/* A trial of `n` requests that all took ns and were booked, of which `errors` failed. */
static void tally_uniform(struct tally *t, int64_t n, int64_t ns, int64_t errors)
{
    struct trial trial = { .wall_ns = ns, .sold_out_ns = -1 };
    struct audit a = { .capacity = 10, .sold = 10, .verdict = AUDIT_VALID };

    assert_int_equal(totals_init(&trial.totals), 0);
    for (int64_t i = 0; i < n; i++) {
        struct record r = { .return_ns = ns, .attempts = 1, .outcome = i < errors ? OUTCOME_FAILED : OUTCOME_BOOKED };

        totals_record(&trial.totals, &r);
    }
    assert_int_equal(tally_add(t, &trial, &a), 0);
    totals_destroy(&trial.totals);
}

static bool flagged(const struct tally *t, const struct cell *cell, const struct tally *at_best, const char *flag)
{
    const struct headline none = { .half_width = NAN, .series = { .trend_p = NAN, .first = NAN } };
    const char *flags[TALLY_FLAGS];

    tally_flags(t, cell, at_best, &none, flags);
    for (int i = 0; flags[i] != NULL; i++)
        if (strcmp(flags[i], flag) == 0)
            return true;
    return false;
}

static void test_flags(void **state)
{
    struct tally slow, fast, at_best, few;
    struct statistics s;
    struct bench_cells b;

    (void)state;
    bench_cells_make(&b, ini, "atomic", "sqlite");
    statistics_init(&s, 1);
    tally_init(&slow);
    tally_init(&fast);
    tally_init(&at_best);
    tally_init(&few);
    for (int i = 0; i < 6; i++) {
        tally_uniform(&slow, 1000, 100000, 10);
        tally_uniform(&fast, 1000, 90000, 11);
        tally_uniform(&at_best, 1000, 19000, 0);
        if (i < 5)
            tally_uniform(&few, 1000, 100000, 0);
    }
    assert_int_equal(tally_summarise(&slow, &s), 0);
    assert_int_equal(tally_summarise(&fast, &s), 0);
    assert_int_equal(tally_summarise(&at_best, &s), 0);
    assert_int_equal(tally_summarise(&few, &s), 0);
    /* 19 us are 19 % of 100 us and 21 % of 90 us. */
    assert_false(flagged(&slow, b.cell, &at_best, "near_floor"));
    assert_true(flagged(&fast, b.cell, &at_best, "near_floor"));
    assert_false(flagged(&at_best, b.cell, &at_best, "near_floor"));
    assert_false(flagged(&fast, b.cell, NULL, "near_floor"));
    /* 10 of 1000 are 1 %. */
    assert_false(flagged(&slow, b.cell, NULL, "errors"));
    assert_true(flagged(&fast, b.cell, NULL, "errors"));
    assert_false(flagged(&slow, b.cell, NULL, "few_samples"));
    assert_true(flagged(&few, b.cell, NULL, "few_samples"));
    assert_false(flagged(&slow, b.cell, NULL, "void_trials"));
    tally_destroy(&slow);
    tally_destroy(&fast);
    tally_destroy(&at_best);
    tally_destroy(&few);
    tally_destroy(NULL);
    statistics_destroy(&s);
    bench_cells_free(&b);
}

/* p99 wants 1000 samples: 999 in a trial fall back on the merged trials, and 999 in all on nothing. */
static void test_percentiles_need_samples(void **state)
{
    struct tally each, merged, none;
    struct statistics s;

    (void)state;
    statistics_init(&s, 1);
    tally_init(&each);
    tally_init(&merged);
    tally_init(&none);
    tally_uniform(&each, 1000, 5000, 0);
    tally_uniform(&merged, 1000, 1000, 0);
    tally_uniform(&merged, 999, 1500, 0);
    tally_uniform(&none, 999, 1000, 0);
    assert_int_equal(tally_summarise(&each, &s), 0);
    assert_int_equal(tally_summarise(&merged, &s), 0);
    assert_int_equal(tally_summarise(&none, &s), 0);
    assert_true(each.summary[METRIC_ALL_P99].present && !each.summary[METRIC_ALL_P99].merged);
    assert_true(merged.summary[METRIC_ALL_P99].present && merged.summary[METRIC_ALL_P99].merged);
    assert_true(merged.summary[METRIC_ALL_P99].of.median == 1500);
    assert_int_equal(merged.summary[METRIC_ALL_P99].of.n, 2);
    assert_false(none.summary[METRIC_ALL_P99].present);
    assert_true(none.summary[METRIC_ALL_P50].present && !none.summary[METRIC_ALL_P50].merged);
    tally_destroy(&each);
    tally_destroy(&merged);
    tally_destroy(&none);
    statistics_destroy(&s);
}

static void test_quantile_boundaries(void **state)
{
    static const struct {
        double q;
        int needs;
    } rows[] = { { 0.5, 20 }, { 0.9, 100 }, { 0.99, 1000 }, { 0.999, 10000 } };
    struct hist h;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(hist_init(&h), 0);
        for (int n = 1; n < rows[i].needs; n++)
            hist_record(&h, n);
        assert_true(isnan(metric_quantile(&h, rows[i].q)));
        hist_record(&h, rows[i].needs);
        assert_true(!isnan(metric_quantile(&h, rows[i].q)));
        hist_destroy(&h);
    }
}

static int clean(void **state)
{
    (void)state;
    bench_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts_worst_first),
        cmocka_unit_test(test_holds),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_void_trials_still_prove),
        cmocka_unit_test(test_broken_promises),
        cmocka_unit_test(test_proved_nothing),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_percentiles_need_samples),
        cmocka_unit_test(test_quantile_boundaries),
    };

    return cmocka_run_group_tests(tests, NULL, clean);
}
