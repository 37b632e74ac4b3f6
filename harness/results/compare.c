#include "harness/results/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/results/correctness.h"
#include "harness/results/difference.h"
#include "harness/results/holm.h"
#include "harness/results/moved.h"
#include "harness/results/rank_sum.h"
#include "harness/results/ratio.h"
#include "harness/results/sample.h"
#include "harness/results/shift.h"
#include "harness/results/statistics.h"
#include "harness/results/value.h"

#define ALPHA       0.05
#define METRICS_MAX 32

/* One metric of one cell, of both runs. */
struct compared {
    double a, b;       /* medians                                                          */
    double of, lo, hi; /* b / a and its interval; NAN: cannot be formed                    */
    double p;          /* NAN: every value is the same, nothing to test; else not adjusted */
    size_t n, m;
};

struct comparing {
    const json_t *a, *b;
    const struct limits *gates;
    bool paired;
    json_t *floors;
};

/* A metric of the cell in hand. */
struct tested {
    const struct sample_metric *metric;
    bool merged; /* not in every trial of both */
    struct compared compared;
};

/* Nothing to test. What is left out is known from the values alone, whichever run they are of, so that the tests that
 * are made stay what they are. */
static bool all_equal(const struct sample *a, const struct sample *b, bool paired)
{
    if (paired)
        return memcmp(a->value, b->value, a->n * sizeof *a->value) == 0;
    for (size_t i = 0; i < a->n; i++)
        if (a->value[i] != a->value[0])
            return false;
    for (size_t i = 0; i < b->n; i++)
        if (b->value[i] != a->value[0])
            return false;
    return true;
}

static int test_pairs(struct compared *c, const struct sample *a, const struct sample *b)
{
    double *difference = calloc(a->n, sizeof *difference);
    bool ratios = sample_above_zero(a) && sample_above_zero(b);
    struct shift r = { NAN, NAN, NAN };
    int failed = difference == NULL;

    for (size_t i = 0; i < a->n && !failed; i++)
        difference[i] = ratios ? log(b->value[i] / a->value[i]) : b->value[i] - a->value[i];
    if (!failed)
        failed = rank_sum_signed(difference, a->n, &c->p);
    if (!failed && ratios)
        failed = shift_paired(a->value, b->value, a->n, &r);
    free(difference);
    c->of = r.of;
    c->lo = r.lo;
    c->hi = r.hi;
    return failed != 0 ? -1 : 0;
}

static int test_apart(struct compared *c, struct sample *a, struct sample *b)
{
    struct rank_sum test;
    struct shift r = { NAN, NAN, NAN };

    if (rank_sum_test(a->value, a->n, b->value, b->n, &test) != 0)
        return -1;
    c->p = test.p;
    if (sample_above_zero(a) && sample_above_zero(b) && shift_apart(a->value, a->n, b->value, b->n, &r) != 0)
        return -1;
    c->of = r.of;
    c->lo = r.lo;
    c->hi = r.hi;
    return 0;
}

static double median_of(const struct sample *s)
{
    struct sample copy = { 0 };
    double median = NAN;

    if (sample_copy(&copy, s) == 0)
        median = statistics_median(copy.value, copy.n);
    sample_free(&copy);
    return median;
}

static int test_samples(struct compared *c, struct sample *a, struct sample *b, bool paired)
{
    int failed;

    if (paired)
        sample_pair(a, b);
    *c = (struct compared){ NAN, NAN, NAN, NAN, NAN, NAN, a->n, b->n };
    if (a->n == 0 || b->n == 0)
        return 0;
    c->a = median_of(a);
    c->b = median_of(b);
    failed = paired ? test_pairs(c, a, b) : test_apart(c, a, b);
    if (all_equal(a, b, paired))
        c->p = NAN;
    return failed;
}

static bool differs(const struct compared *c, double adjusted_p)
{
    return adjusted_p < ALPHA && (isnan(c->of) || c->lo > 1 || c->hi < 1);
}

static int read_row(struct comparing *c, struct tested *row, const json_t *x, const json_t *y)
{
    struct sample a = { 0 }, b = { 0 };
    int failed = sample_read(&a, x, row->metric) != 0 || sample_read(&b, y, row->metric) != 0;

    if (!failed)
        failed = test_samples(&row->compared, &a, &b, c->paired);
    row->merged = row->compared.n == 0 || row->compared.m == 0;
    sample_free(&a);
    sample_free(&b);
    return failed != 0 ? -1 : 0;
}

static double summarised(const json_t *cell, const char *metric)
{
    const json_t *value = json_object_get(json_object_get(json_object_get(cell, "summary"), metric), "median");

    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* Of percentiles of merged trials only the medians are left to show. */
static int fill(struct comparing *c, struct tested *row, const char *word, const json_t *x, const json_t *y)
{
    *row = (struct tested){ .metric = sample_find(word) };
    if (read_row(c, row, x, y) != 0)
        return -1;
    if (row->merged) {
        row->compared.a = summarised(x, row->metric->metric);
        row->compared.b = summarised(y, row->metric->metric);
    }
    return 0;
}

/* Unless it is there already, or neither cell has it. */
static size_t keep(struct tested *rows, size_t n, const struct tested *row)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].metric == row->metric)
            return n;
    if (isnan(row->compared.a) && isnan(row->compared.b))
        return n;
    rows[n] = *row;
    return n + 1;
}

/* What every cell is compared in, the second of a line where single trials are too small for the first; then what gates
 * ask for. */
static int add_rows(struct comparing *c, struct tested *rows, size_t *n, const json_t *x, const json_t *y)
{
    static const char *const lines[][2] = {
        { "p99", "p50" }, { "buyers", "last_buyer" }, { "bookings", "bookings" }, { "statements", "statements" }
    };
    struct tested first, second;

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (fill(c, &first, lines[i][0], x, y) != 0 || fill(c, &second, lines[i][1], x, y) != 0)
            return -1;
        *n = keep(rows, *n, first.merged && !second.merged ? &second : &first);
    }
    for (size_t i = 0; i < c->gates->n; i++) {
        if (fill(c, &first, c->gates->limit[i].metric->word, x, y) != 0)
            return -1;
        *n = keep(rows, *n, &first);
    }
    return 0;
}

/* How much slower the second is; what is not a time is not the machine's doing. */
static const json_t *explained(const struct comparing *c, const struct tested *row, const json_t *cell)
{
    double of = row->compared.of;

    if (!row->metric->timed || isnan(of) || c->paired)
        return NULL;
    return moved_explains(c->floors, cell, (row->metric->more_is_better ? 1 / of : of) - 1);
}

static json_t *row_json(const struct tested *row, double adjusted, const json_t *machine)
{
    const struct compared *c = &row->compared;
    const struct ratio r = { c->of, c->lo, c->hi, c->n };
    const char *says = "no_difference";

    if (row->merged)
        says = "merged";
    else if (differs(c, adjusted))
        says = machine != NULL ? "machine" : "different";
    else if (isnan(c->p) || (!isnan(c->of) && ratio_says(&r) == RATIO_EQUAL))
        says = "equal";
    return json_pack("{s:s, s:s, s:b, s:o, s:o, s:o, s:[o, o], s:[I, I], s:o, s:o, s:s, s:O?}", "metric",
                     row->metric->metric, "unit", row->metric->unit, "more_is_better", row->metric->more_is_better, "a",
                     value_number(c->a, false), "b", value_number(c->b, false), "ratio", value_number(c->of, false),
                     "ci95", value_number(c->lo, false), value_number(c->hi, false), "n", (json_int_t)c->n,
                     (json_int_t)c->m, "p", value_number(c->p, false), "p_holm", value_number(adjusted, false), "says",
                     says, "machine", strcmp(says, "machine") == 0 ? machine : NULL);
}

static json_t *metrics_json(struct comparing *c, const json_t *x, const json_t *y)
{
    struct tested rows[METRICS_MAX];
    double p[METRICS_MAX];
    json_t *object = json_object();
    size_t n = 0;
    int failed = add_rows(c, rows, &n, x, y);

    for (size_t i = 0; i < n; i++)
        p[i] = rows[i].merged ? NAN : rows[i].compared.p;
    holm_adjust(p, n);
    for (size_t i = 0; i < n && failed == 0; i++)
        failed = json_object_set_new(object, rows[i].metric->word, row_json(&rows[i], p[i], explained(c, &rows[i], x)));
    if (failed == 0)
        return object;
    json_decref(object);
    return NULL;
}

static const json_t *cell_of(const json_t *run, const json_t *like)
{
    const json_t *cell;
    size_t i;

    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        if (json_equal(json_object_get(cell, "id"), json_object_get(like, "id")))
            return cell;
    }
    return NULL;
}

static int add_cell(struct comparing *c, json_t *list, const json_t *x, const json_t *y)
{
    json_t *cell = json_pack("{s:O, s:O, s:O, s:O, s:O?, s:b}", "id", json_object_get(x, "id"), "scenario",
                             json_object_get(x, "scenario"), "db", json_object_get(x, "db"), "variant",
                             json_object_get(x, "variant"), "sweep", json_object_get(x, "sweep"), "floor",
                             correctness_is(x, "floor"));

    if (cell == NULL || correctness_compare(cell, x, y) != 0 ||
        json_object_set_new(cell, "metrics", metrics_json(c, x, y)) != 0) {
        json_decref(cell);
        return -1;
    }
    return json_array_append_new(list, cell);
}

static int add_cells(struct comparing *c, json_t *document)
{
    json_t *both = json_array(), *in_a = json_array(), *in_b = json_array();
    const json_t *cell, *other;
    int failed = json_object_set_new(document, "cells", both) | json_object_set_new(document, "only_a", in_a) |
                 json_object_set_new(document, "only_b", in_b);
    size_t i;

    json_array_foreach(json_object_get(c->a, "cells"), i, cell)
    {
        if ((other = cell_of(c->b, cell)) == NULL)
            failed |= json_array_append(in_a, json_object_get(cell, "id"));
        else if (failed == 0)
            failed = add_cell(c, both, cell, other);
    }
    json_array_foreach(json_object_get(c->b, "cells"), i, cell)
    {
        if (cell_of(c->a, cell) == NULL)
            failed |= json_array_append(in_b, json_object_get(cell, "id"));
    }
    return failed;
}

static json_t *side(const json_t *run)
{
    return json_pack("{s:O?, s:O?, s:O?, s:O?}", "tool", json_object_get(run, "tool"), "started_utc",
                     json_object_get(run, "started_utc"), "seed", json_object_get(run, "seed"), "command",
                     json_object_get(run, "command"));
}

static bool interleaved(const json_t *a, const json_t *b)
{
    const json_t *x = json_object_get(a, "interleaved"), *y = json_object_get(b, "interleaved");

    return json_is_string(x) && json_is_string(y) && json_equal(x, y);
}

json_t *compare_runs(const json_t *a, const json_t *b, const struct limits *gates)
{
    struct comparing c = { .a = a, .b = b, .gates = gates, .paired = interleaved(a, b), .floors = json_array() };
    json_t *document = json_pack("{s:s, s:o, s:o, s:b, s:o}", "schema", "lastseat.compare/1", "a", side(a), "b",
                                 side(b), "interleaved", c.paired, "differences", difference_read(a, b));
    /* One calibration for both says nothing of what moved between them. */
    bool calibrated = json_array_size(json_object_get(a, "floors")) > 0 &&
                      json_array_size(json_object_get(b, "floors")) > 0 &&
                      !json_equal(json_object_get(a, "calibrated_utc"), json_object_get(b, "calibrated_utc"));
    int failed = document == NULL;

    if (!failed)
        failed = moved_read(c.floors, a, b) != 0 || json_object_set(document, "floors", c.floors) != 0 ||
                 json_object_set_new(document, "calibrated", json_boolean(calibrated)) != 0 ||
                 add_cells(&c, document) != 0 || limits_judge(gates, document) != 0;
    json_decref(c.floors);
    if (!failed)
        return document;
    json_decref(document);
    return NULL;
}
