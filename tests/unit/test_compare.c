#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/rng.h"
#include "harness/base/say.h"
#include "harness/report/versus.h"
#include "harness/report/wrap.h"
#include "harness/results/compare.h"
#include "strategies/strategy.h"
#include "tests/support/capture.h"

#define REFERENCE "results/reference/rush/run.json"
#define RUSH      "rush-1000x10"
#define FIXTURE   "tests/fixtures/report/rush/run.json"

static bool long_run(void)
{
    return getenv("LASTSEAT_LONG") != NULL;
}

static json_t *load(const char *path)
{
    json_error_t error;
    json_t *run = json_load_file(path, 0, &error);

    if (run == NULL)
        fail_msg("%s: %s", path, error.text);
    return run;
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value != NULL ? value : "";
}

static json_t *cell_of(const json_t *document, const char *id)
{
    json_t *cell;
    size_t i;

    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        if (strcmp(text(cell, "id"), id) == 0)
            return cell;
    }
    fail_msg("no cell %s", id);
    return NULL;
}

static json_t *metric_of(const json_t *document, const char *id, const char *word)
{
    json_t *metric = json_object_get(json_object_get(cell_of(document, id), "metrics"), word);

    if (metric == NULL)
        fail_msg("%s has no %s", id, word);
    return metric;
}

static void gates_of(struct limits *gates, const char *words)
{
    *gates = (struct limits){ 0 };
    if (words != NULL)
        assert_int_equal(limits_parse(gates, words), EXIT_OK);
}

static json_t *compare(const json_t *a, const json_t *b, const char *gates)
{
    struct limits parsed;
    json_t *document;

    gates_of(&parsed, gates);
    document = compare_runs(a, b, &parsed);
    assert_non_null(document);
    return document;
}

/* Cells of a run whose id begins so, and its floor, with these of their trials, by their places. */
static json_t *part_of(json_t *run, const char *ids, const size_t *places, size_t n)
{
    json_t *part = json_copy(run), *cells = json_array(), *cell;
    size_t i;

    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        json_t *copy, *trials;

        if (strncmp(text(cell, "id"), ids, strlen(ids)) != 0 && strcmp(text(cell, "id"), RUSH "/null/null") != 0)
            continue;
        trials = json_array();
        for (size_t k = 0; k < n; k++)
            json_array_append(trials, json_array_get(json_object_get(cell, "trials"), places[k]));
        copy = json_copy(cell);
        json_object_set_new(copy, "trials", trials);
        json_array_append_new(cells, copy);
    }
    json_object_set_new(part, "cells", cells);
    return part;
}

/* Multiplies a number of every trial of a cell: "system_ns.all.p99". Trials are copied: parts share them. */
static void scale(json_t *run, const char *id, const char *path, double by)
{
    json_t *trials = json_object_get(cell_of(run, id), "trials");
    char key[32];

    for (size_t i = 0; i < json_array_size(trials); i++) {
        json_t *trial = json_deep_copy(json_array_get(trials, i)), *at = trial;
        const char *rest = path, *dot;

        while ((dot = strchr(rest, '.')) != NULL) {
            snprintf(key, sizeof key, "%.*s", (int)(dot - rest), rest);
            at = json_object_get(at, key);
            rest = dot + 1;
        }
        json_object_set_new(at, rest, json_real(json_number_value(json_object_get(at, rest)) * by));
        json_array_set_new(trials, i, trial);
    }
}

/* As one side of a run that was interleaved: block by block. Trials are copied: parts share them. */
static void interleave(json_t *run, const char *id)
{
    json_t *trials = json_object_get(cell_of(run, id), "trials");

    json_object_set_new(run, "interleaved", json_string("20-1"));
    for (size_t i = 0; i < json_array_size(trials); i++) {
        json_t *trial = json_copy(json_array_get(trials, i));

        json_object_set_new(trial, "block", json_integer((json_int_t)i));
        json_array_set_new(trials, i, trial);
    }
}

static void shuffle(struct rng *rng, size_t *places, size_t n)
{
    for (size_t i = 0; i < n; i++)
        places[i] = i;
    for (size_t i = n - 1; i > 0; i--) {
        size_t k = (size_t)rng_below(rng, i + 1), swapped = places[i];

        places[i] = places[k];
        places[k] = swapped;
    }
}

static bool shows_any(const json_t *cell)
{
    const char *key;
    json_t *metric;

    json_object_foreach(json_object_get(cell, "metrics"), key, metric)
    {
        if (strcmp(text(metric, "says"), "different") == 0 || strcmp(text(metric, "says"), "machine") == 0)
            return true;
    }
    return false;
}

/* The blocks of one run, split at random: what differs between the halves is chance. In at most 5 % of cells any metric
 * may be called different; of the few splits that fit into every test run, a little more. Real trials: the committed
 * run the findings cite. */
static void test_splits_of_one_run(void **state)
{
    const int splits = long_run() ? 1000 : 25;
    json_t *run = load(REFERENCE);
    size_t places[20], cells = 0, alarms = 0;
    struct rng rng;

    (void)state;
    rng_init(&rng, 2026);
    for (int split = 0; split < splits; split++) {
        json_t *a, *b, *document, *cell;
        size_t i;

        shuffle(&rng, places, 20);
        a = part_of(run, RUSH "/", places, 10);
        b = part_of(run, RUSH "/", places + 10, 10);
        document = compare(a, b, NULL);
        json_array_foreach(json_object_get(document, "cells"), i, cell)
        {
            cells++;
            alarms += shows_any(cell);
        }
        json_decref(document);
        json_decref(b);
        json_decref(a);
    }
    json_decref(run);
    print_message("%zu of %zu cells (%.1f %%) of %d splits show a difference\n", alarms, cells,
                  100 * (double)alarms / (double)cells, splits);
    assert_int_equal(cells, 13 * (size_t)splits);
    assert_true((double)alarms <= (long_run() ? 0.05 : 0.07) * (double)cells);
}

/* 30 blocks of an interleaved run, one side's times a fifth longer: found in at least 90 % of 20 repeats of each of
 * the cells that are not near the floor, taken together, as a p99 that rose. The sides are neighbouring blocks of the
 * run the findings cite, not runs of their own: the size of what is planted is exact so. */
static void test_planted_slowdown(void **state)
{
    static const char *const ids[] = { RUSH "/sqlite/atomic",       RUSH "/sqlite/optimistic",
                                       RUSH "/sqlite/pessimistic",  RUSH "/postgres/atomic",
                                       RUSH "/postgres/optimistic", RUSH "/postgres/pessimistic" };
    const size_t cells = sizeof ids / sizeof ids[0];
    json_t *run = load(REFERENCE);
    size_t pairs[50], first[30], second[30], all = 0;
    struct rng rng;

    (void)state;
    rng_init(&rng, 20);
    for (size_t c = 0; c < cells; c++) {
        size_t found = 0;

        for (int repeat = 0; repeat < 20; repeat++) {
            json_t *a, *b, *document, *p99;

            shuffle(&rng, pairs, 50);
            for (size_t i = 0; i < 30; i++) {
                first[i] = 2 * pairs[i] + rng_below(&rng, 2);
                second[i] = first[i] ^ 1;
            }
            a = part_of(run, ids[c], first, 30);
            b = part_of(run, ids[c], second, 30);
            interleave(a, ids[c]);
            interleave(b, ids[c]);
            scale(b, ids[c], "system_ns.all.p99", 1.2);
            scale(b, ids[c], "system_ns.booked.max", 1.2);
            scale(b, ids[c], "bookings_per_s", 1 / 1.2);
            document = compare(a, b, "p99=5%");
            p99 = metric_of(document, ids[c], "p99");
            found += strcmp(text(p99, "says"), "different") == 0 &&
                     json_number_value(json_object_get(p99, "ratio")) > 1 &&
                     json_is_true(json_object_get(document, "failed"));
            json_decref(document);
            json_decref(b);
            json_decref(a);
        }
        print_message("%s: found in %zu of 20\n", ids[c], found);
        all += found;
    }
    json_decref(run);
    assert_true(10 * all >= 9 * 20 * cells);
}

static void test_equal_runs(void **state)
{
    json_t *run = load(FIXTURE), *document = compare(run, run, "p99=5%,statements=0%"), *p99;

    (void)state;
    assert_int_equal(json_array_size(json_object_get(document, "differences")), 0);
    assert_int_equal(json_array_size(json_object_get(document, "only_a")), 0);
    assert_true(json_is_false(json_object_get(document, "failed")));
    assert_true(json_is_false(json_object_get(document, "interleaved")));
    p99 = metric_of(document, RUSH "/sqlite/atomic", "p99");
    assert_string_equal(text(p99, "says"), "equal");
    assert_true(json_number_value(json_object_get(p99, "ratio")) == 1);
    json_decref(document);
    json_decref(run);
}

static void test_gates(void **state)
{
    json_t *a = load(FIXTURE), *b = load(FIXTURE), *document;

    (void)state;
    scale(b, RUSH "/sqlite/atomic", "system_ns.all.p99", 1.2);
    scale(b, RUSH "/sqlite/queue", "ops.statements", 0.5);
    document = compare(a, b, "p99=15%");
    assert_true(json_is_true(json_object_get(document, "failed")));
    assert_string_equal(json_string_value(json_array_get(
                            json_object_get(json_array_get(json_object_get(document, "gates"), 0), "failed"), 0)),
                        RUSH "/sqlite/atomic");
    json_decref(document);
    document = compare(a, b, "p99=25%,statements=1%,bookings=1%"); /* fewer statements are better */
    assert_true(json_is_false(json_object_get(document, "failed")));
    json_decref(document);
    scale(b, RUSH "/sqlite/queue", "bookings_per_s", 0.8);
    document = compare(a, b, "bookings=10%"); /* fewer bookings are not */
    assert_true(json_is_true(json_object_get(document, "failed")));
    json_decref(document);
    document = compare(a, b, "browse=10%"); /* nobody browses here: nothing was judged */
    assert_true(json_is_true(json_object_get(document, "failed")));
    json_decref(document);
    json_decref(a);
    json_decref(b);
}

static void add_word(char *out, size_t size, const char *word)
{
    snprintf(out + strlen(out), size - strlen(out), "%s%s", out[0] != '\0' ? " " : "", word);
}

/* In lock-step nothing is timed, and so no time is compared: the committed run against itself. */
static void test_lockstep_has_no_times(void **state)
{
    json_t *run = load("results/reference/lockstep/run.json"), *document, *cell, *metric;
    const char *key;
    size_t i;

    (void)state;
    document = compare(run, run, "p50=1%");
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        char words[200] = "";

        json_object_foreach(json_object_get(cell, "metrics"), key, metric)
        {
            add_word(words, sizeof words, key);
        }
        assert_string_equal(words, "statements");
    }
    assert_true(i > 0);
    assert_true(json_is_true(json_object_get(document, "failed"))); /* nothing was judged */
    json_decref(document);
    json_decref(run);
}

static void test_bad_gates(void **state)
{
    struct limits gates;

    (void)state;
    capture_says(limits_parse(&gates, "p99=15"), EXIT_USAGE,
                 "--gate: p99: '15' has no unit; write a share, such as p99=15%");
    capture_says(limits_parse(&gates, "p98=15%"), EXIT_USAGE, "--gate: unknown metric 'p98'; did you mean 'p99'?");
    capture_says(limits_parse(&gates, "p99"), EXIT_USAGE, "--gate: 'p99' is not METRIC=SHARE, such as p99=15%");
    capture_says(limits_parse(&gates, "p99=15%,p99=2%"), EXIT_USAGE, "--gate: 'p99' is named twice");
    capture_says(limits_parse(&gates, "p99=15%,"), EXIT_USAGE,
                 "--gate: 'p99=15%,' is not a list such as p99=15%,statements=2%");
    capture_says(limits_parse(&gates, "p99=200%"), EXIT_USAGE,
                 "--gate: p99: '200%' is out of range; write a share, such as p99=15%");
}

/* A seat sold twice once is a difference, and a broken promise fails any gate. */
static void test_correctness(void **state)
{
    json_t *a = load(FIXTURE), *b = load(FIXTURE), *document, *cell, *entry;

    (void)state;
    cell = cell_of(b, RUSH "/sqlite/atomic");
    json_object_set_new(cell, "verdict", json_string("oversells"));
    json_object_set_new(json_object_get(json_array_get(json_object_get(cell, "trials"), 3), "audit"), "oversold",
                        json_integer(1));
    document = compare(a, b, "statements=50%");
    cell = cell_of(document, RUSH "/sqlite/atomic");
    assert_int_equal(json_array_size(json_object_get(cell, "correctness")), 2);
    entry = json_array_get(json_object_get(cell, "correctness"), 0);
    assert_string_equal(text(entry, "a"), "holds");
    assert_string_equal(text(entry, "b"), "oversells");
    entry = json_array_get(json_object_get(cell, "correctness"), 1);
    assert_string_equal(text(entry, "b"), "in 1 of 6 trials, up to 1");
    assert_true(json_is_true(json_object_get(cell, "worse")));
    assert_true(json_is_true(json_object_get(document, "failed")));
    json_decref(document);
    document = compare(b, a, "statements=50%"); /* the other way it was repaired */
    assert_true(json_is_false(json_object_get(document, "failed")));
    json_decref(document);
    json_decref(a);
    json_decref(b);
}

/* Under a key of every trial: of the group, or, NULL, of the trial itself. */
static void set_trials(json_t *run, const char *id, const char *group, const char *key, int amount)
{
    json_t *trials = json_object_get(cell_of(run, id), "trials"), *trial;
    size_t i;

    json_array_foreach(trials, i, trial)
    {
        json_t *at = trial;

        if (group != NULL && (at = json_object_get(trial, group)) == NULL) {
            at = json_object();
            json_object_set_new(trial, group, at);
        }
        json_object_set_new(at, key, json_integer(amount));
    }
}

/* Whatever the audit knows, one run showing it and the other never is a difference; what one of them was too old to
 * look for is none. */
static void test_every_anomaly(void **state)
{
    static const struct {
        const char *group, *key;
    } others[] = { { "audit", "oversold_peak" }, { "audit", "negative" },    { "audit", "doubled_seats" },
                   { "audit", "unasked" },       { "audit", "overdue" },     { "audit", "early_expiry" },
                   { "audit", "malformed" },     { "faults", "mismatched" }, { NULL, "damaged" },
                   { NULL, "uncommitted" } };
    const char *id = RUSH "/sqlite/atomic";

    (void)state;
    for (size_t i = 0; i < ANOMALY_COUNT + sizeof others / sizeof others[0]; i++) {
        const char *group = i < ANOMALY_COUNT ? "audit" : others[i - ANOMALY_COUNT].group;
        const char *key = i < ANOMALY_COUNT ? anomaly_name((enum anomaly)i) : others[i - ANOMALY_COUNT].key;
        json_t *a = load(FIXTURE), *b = load(FIXTURE), *document, *found;

        set_trials(a, id, group, key, 0);
        set_trials(b, id, group, key, 2);
        document = compare(a, b, NULL);
        found = json_object_get(cell_of(document, id), "correctness");
        if (json_array_size(found) != 1)
            fail_msg("%s: %zu differences", key, json_array_size(found));
        assert_string_equal(text(json_array_get(found, 0), "what"), key);
        assert_string_equal(text(json_array_get(found, 0), "a"), "in 0 of 6 trials");
        assert_string_equal(text(json_array_get(found, 0), "b"), "in 6 of 6 trials, up to 2");
        json_decref(document);
        for (size_t k = 0; k < 6; k++) {
            json_t *trial = json_array_get(json_object_get(cell_of(a, id), "trials"), k);

            json_object_del(group != NULL ? json_object_get(trial, group) : trial, key);
        }
        document = compare(a, b, NULL);
        assert_int_equal(json_array_size(json_object_get(cell_of(document, id), "correctness")), 0);
        json_decref(document);
        json_decref(a);
        json_decref(b);
    }
}

/* Seats that a trial left over because its time ran out are nobody's; a seat it sold twice is. */
static void test_void_trials_prove(void **state)
{
    json_t *a = load(FIXTURE), *b = load(FIXTURE), *document, *found, *trial;
    const char *id = RUSH "/sqlite/atomic";

    (void)state;
    trial = json_array_get(json_object_get(cell_of(b, id), "trials"), 3);
    json_object_set_new(trial, "void", json_true());
    json_object_set_new(json_object_get(trial, "audit"), "unsold", json_integer(4));
    document = compare(a, b, NULL);
    assert_int_equal(json_array_size(json_object_get(cell_of(document, id), "correctness")), 0);
    json_decref(document);
    json_object_set_new(json_object_get(trial, "audit"), "oversold", json_integer(1));
    document = compare(a, b, NULL);
    found = json_object_get(cell_of(document, id), "correctness");
    assert_int_equal(json_array_size(found), 1);
    assert_string_equal(text(json_array_get(found, 0), "what"), "oversold");
    json_decref(document);
    json_decref(a);
    json_decref(b);
}

/* What Ctrl-C left no trial of has no worse verdict, and shows nothing. */
static void test_a_cell_that_never_ran(void **state)
{
    json_t *a = load(FIXTURE), *b = load(FIXTURE), *document, *cell = cell_of(b, RUSH "/sqlite/atomic");

    (void)state;
    json_object_set_new(cell, "trials", json_array());
    json_object_set_new(cell, "verdict", json_string("unknown"));
    json_object_set_new(cell, "reason", json_string("no trial was run"));
    document = compare(a, b, "statements=50%");
    assert_true(json_is_false(json_object_get(cell_of(document, RUSH "/sqlite/atomic"), "worse")));
    assert_true(json_is_false(json_object_get(document, "failed")));
    json_decref(document);

    json_decref(b);
    b = load(FIXTURE);
    json_object_set_new(cell_of(b, RUSH "/sqlite/atomic"), "verdict", json_string("unknown"));
    document = compare(a, b, "statements=50%"); /* it ran, and could not be judged */
    assert_true(json_is_true(json_object_get(document, "failed")));
    json_decref(document);
    json_decref(a);
    json_decref(b);
}

/* One word may hide another: a promise newly broken is worse, whatever milder thing both runs show. */
static void test_a_promise_newly_broken(void **state)
{
    json_t *a = load(FIXTURE), *b = load(FIXTURE), *document;
    const char *id = RUSH "/sqlite/atomic";

    (void)state;
    json_object_set_new(cell_of(a, id), "verdict", json_string("undersells"));
    json_object_set_new(cell_of(b, id), "verdict", json_string("undersells"));
    json_object_set_new(cell_of(b, id), "broken", json_true());
    document = compare(a, b, "statements=50%");
    assert_true(json_is_false(json_object_get(document, "failed"))); /* A is too old to say */
    json_decref(document);
    json_object_set_new(cell_of(a, id), "broken", json_false());
    document = compare(a, b, "statements=50%");
    assert_true(json_is_true(json_object_get(document, "failed")));
    json_decref(document);
    document = compare(b, a, "statements=50%");
    assert_true(json_is_false(json_object_get(document, "failed")));
    json_decref(document);
    json_decref(a);
    json_decref(b);
}

static void add_floor(json_t *run, const char *name, double median, double lo, double hi)
{
    json_t *floors = json_object_get(run, "floors");

    if (floors == NULL) {
        floors = json_array();
        json_object_set_new(run, "floors", floors);
    }
    json_array_append_new(floors, json_pack("{s:s, s:s, s:f, s:[f, f], s:i}", "name", name, "unit", "ns", "median",
                                            median, "ci95", lo, hi, "n", 20));
}

/* A floor that moved the same way by more than half the difference explains it; that of another database, one that
 * moved the other way, or too little, does not; and statements are nobody's speed. */
static void test_machine_that_moved(void **state)
{
    static const struct {
        const char *name, *says;
        double to;
    } floors[] = { { "fsync", "machine", 115 },
                   { "sqlite_full_1", "machine", 115 },
                   { "postgres_full_1", "different", 115 },
                   { "fsync", "different", 85 },
                   { "fsync", "different", 108 } };

    (void)state;
    for (size_t i = 0; i < sizeof floors / sizeof floors[0]; i++) {
        json_t *a = load(FIXTURE), *b = load(FIXTURE), *document;
        const char *id = RUSH "/sqlite/atomic";

        scale(b, id, "system_ns.all.p99", 1.2);
        scale(b, id, "ops.statements", 1.1);
        add_floor(a, floors[i].name, 100, 99, 101);
        add_floor(b, floors[i].name, floors[i].to, floors[i].to - 1, floors[i].to + 1);
        document = compare(a, b, "p99=5%");
        assert_string_equal(text(metric_of(document, id, "p99"), "says"), floors[i].says);
        assert_string_equal(text(metric_of(document, id, "statements"), "says"), "different");
        assert_int_equal(json_is_true(json_object_get(document, "failed")), strcmp(floors[i].says, "different") == 0);
        json_decref(document);
        json_decref(a);
        json_decref(b);
    }
}

/* Interleaved runs are paired: what slowed both in the same blocks does not hide what slowed one. */
static void test_interleaved(void **state)
{
    json_t *a = load(FIXTURE), *b = load(FIXTURE), *document;
    const char *id = RUSH "/sqlite/atomic";
    json_t *const runs[2] = { a, b };

    (void)state;
    for (int i = 0; i < 2; i++) {
        json_t *trials = json_object_get(cell_of(runs[i], id), "trials"), *trial;
        size_t k;

        json_array_foreach(trials, k, trial)
        {
            json_object_set_new(json_object_get(json_object_get(trial, "system_ns"), "all"), "p99",
                                json_real(1e6 * pow(3, (double)k) * (i == 0 ? 1 : 1.1)));
        }
    }
    document = compare(a, b, NULL);
    assert_string_equal(text(metric_of(document, id, "p99"), "says"), "no_difference");
    json_decref(document);
    json_object_set_new(a, "interleaved", json_string("7-1"));
    json_object_set_new(b, "interleaved", json_string("7-1"));
    document = compare(a, b, NULL);
    assert_string_equal(text(metric_of(document, id, "p99"), "says"), "different");
    assert_true(fabs(json_number_value(json_object_get(metric_of(document, id, "p99"), "ratio")) - 1.1) < 1e-6);
    json_decref(document);
    json_object_set_new(b, "interleaved", json_string("7-2")); /* with another one */
    document = compare(a, b, NULL);
    assert_true(json_is_false(json_object_get(document, "interleaved")));
    json_decref(document);
    json_decref(a);
    json_decref(b);
}

static void test_text(void **state)
{
    json_t *a = load(FIXTURE), *b = load(FIXTURE), *document;
    char *printed = NULL, *line;
    size_t size;
    FILE *out = open_memstream(&printed, &size);

    (void)state;
    scale(b, RUSH "/sqlite/atomic", "system_ns.all.p99", 1.2);
    json_object_set_new(b, "seed", json_integer(43));
    json_object_set_new(cell_of(b, RUSH "/sqlite/queue"), "verdict", json_string("oversells"));
    json_object_set_new(cell_of(b, RUSH "/sqlite/queue"), "id", json_string(RUSH "/sqlite/queue"));
    json_object_set_new(cell_of(b, RUSH "/postgres/queue"), "id", json_string(RUSH "/postgres/queue:batch=1"));
    document = compare(a, b, "p99=15%");
    versus_print(document, "results/before", "results/after", out, false);
    fclose(out);
    assert_non_null(strstr(printed, "A  results/before (git 1a2b3c4, "));
    assert_non_null(strstr(printed, "\n seed: 42 -> 43\n"));
    assert_non_null(strstr(printed, "only in A: rush-1000x10/postgres/queue\n"));
    assert_non_null(strstr(printed, "+20.0 %"));
    assert_non_null(strstr(printed, "\n ! queue: verdict: holds -> oversells\n"));
    assert_non_null(strstr(printed, "gate p99 within 15 %: FAILED"));
    assert_non_null(strstr(printed, "gate verdict: FAILED"));
    for (line = strtok(printed, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (wrap_width(line) > 80)
            fail_msg("wider than 80 columns: %s", line);
    free(printed);
    json_decref(document);
    json_decref(a);
    json_decref(b);
}

/* What there was none of before has grown by no factor. */
static void test_from_none(void **state)
{
    json_t *a = load(FIXTURE), *b = load(FIXTURE), *document;
    const char *id = RUSH "/sqlite/atomic";
    char *printed = NULL;
    size_t size;
    FILE *out = open_memstream(&printed, &size);

    (void)state;
    scale(a, id, "bookings_per_s", 0);
    document = compare(a, b, NULL);
    assert_string_equal(text(metric_of(document, id, "bookings"), "says"), "different");
    assert_true(json_is_null(json_object_get(metric_of(document, id, "bookings"), "ratio")));
    versus_print(document, "before", "after", out, false);
    fclose(out);
    assert_non_null(strstr(printed, " from 0 "));
    assert_null(strstr(printed, "inf"));
    free(printed);
    json_decref(document);
    json_decref(a);
    json_decref(b);
}

/* Of a sweep every point has a floor of its own: each says which. */
static void test_floors_of_a_sweep(void **state)
{
    json_t *a = load("tests/fixtures/report/sweep/run.json"), *document = NULL, *cell;
    char *printed = NULL;
    size_t size, i;
    FILE *out = open_memstream(&printed, &size);

    (void)state;
    json_array_foreach(json_object_get(a, "cells"), i, cell)
    {
        json_t *trial = json_array_get(json_object_get(cell, "trials"), 0);

        if (strcmp(text(cell, "variant"), "null") != 0)
            continue;
        json_object_set_new(json_object_get(cell, "summary"), "all_p99_ns", json_pack("{s:i}", "median", 1000));
        json_object_set_new(trial, "system_ns", json_pack("{s:{s:i}}", "all", "p99", 1000));
        json_object_set_new(cell, "trials", json_pack("[O]", trial));
    }
    document = compare(a, a, NULL);
    versus_print(document, "before", "after", out, false);
    fclose(out);
    assert_non_null(strstr(printed, "null p99, sweep-users, users=50\n"));
    assert_non_null(strstr(printed, "null p99, sweep-users, users=2000\n"));
    free(printed);
    json_decref(document);
    json_decref(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_splits_of_one_run),
        cmocka_unit_test(test_planted_slowdown),
        cmocka_unit_test(test_equal_runs),
        cmocka_unit_test(test_gates),
        cmocka_unit_test(test_lockstep_has_no_times),
        cmocka_unit_test(test_bad_gates),
        cmocka_unit_test(test_correctness),
        cmocka_unit_test(test_every_anomaly),
        cmocka_unit_test(test_void_trials_prove),
        cmocka_unit_test(test_a_cell_that_never_ran),
        cmocka_unit_test(test_a_promise_newly_broken),
        cmocka_unit_test(test_machine_that_moved),
        cmocka_unit_test(test_interleaved),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_from_none),
        cmocka_unit_test(test_floors_of_a_sweep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
