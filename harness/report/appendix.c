#include "harness/report/appendix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/report/known.h"
#include "harness/report/page.h"
#include "harness/report/rank.h"
#include "harness/results/holm.h"
#include "harness/results/rank_sum.h"
#include "harness/results/ratio.h"
#include "harness/results/sample.h"

struct pair {
    size_t a, b; /* of the entries */
    struct ratio ratio;
    struct rank_sum test;
};

struct tests {
    FILE *out;
    struct statistics statistics;
    struct ranked *entry;
    struct sample *sample; /* one per entry */
    size_t n;
    struct pair *pair;
    double *p; /* adjusted, one per pair */
    size_t pairs;
};

/* The first that every ranked cell has in every trial. NULL: none, or fewer than two cells or RANK_TRIALS trials. */
static const struct sample_metric *choose(struct tests *t, const struct pick *pick)
{
    static const char *const metrics[] = { "all_p99_ns", "all_p50_ns", "buyers_p50_ns", "buyers_max_ns" };

    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
        t->n = rank_order(t->entry, pick, metrics[i]);
        if (t->n >= 2 && rank_testable(t->entry, t->n))
            return sample_find(metrics[i]);
    }
    return NULL;
}

static int measure_pair(struct tests *t, size_t a, size_t b)
{
    struct pair *pair = &t->pair[t->pairs];
    const struct sample *x = &t->sample[a], *y = &t->sample[b];
    struct sample first = { 0 }, second = { 0 };
    int failed = -1;

    *pair = (struct pair){ .a = a, .b = b };
    if (!sample_above_zero(x) || !sample_above_zero(y) || x->n < RANK_TRIALS || y->n < RANK_TRIALS)
        return 0;
    if (sample_copy(&first, x) == 0 && sample_copy(&second, y) == 0 &&
        rank_sum_test(x->value, x->n, y->value, y->n, &pair->test) == 0) {
        sample_pair(&first, &second);
        failed = first.n > 0 ? ratio_paired(&t->statistics, first.value, second.value, first.n, &pair->ratio) : 0;
    }
    sample_free(&first);
    sample_free(&second);
    if (pair->ratio.n >= RANK_TRIALS)
        t->p[t->pairs++] = pair->test.p;
    return failed;
}

static void write_pair(const struct tests *t, const struct pair *pair, double adjusted)
{
    static const char *const words[] = { [RATIO_NO_DIFFERENCE] = "no difference shown",
                                         [RATIO_EQUAL] = "practically equal",
                                         [RATIO_DIFFERENT] = "different" };

    page_cell(t->out, view_text(t->entry[pair->a].cell, "variant"));
    page_cell(t->out, view_text(t->entry[pair->b].cell, "variant"));
    fprintf(t->out, "| %zu | %.4g [%.4g..%.4g] | %s | %.2g | %.2g | %.2f ", pair->ratio.n, pair->ratio.of,
            pair->ratio.lo, pair->ratio.hi, words[ratio_says(&pair->ratio)], pair->test.p, adjusted, pair->test.a12);
    page_row_end(t->out);
}

static int write_pairs(struct tests *t, const struct sample_metric *metric, const char *point)
{
    static const char *const heads[] = {
        "a", "b", "n blocks", "b / a [95 %]", "in words", "p", "p (Holm)", "A12", NULL
    };
    int failed = 0;

    for (size_t i = 0; i < t->n && failed == 0; i++)
        failed = sample_read(&t->sample[i], t->entry[i].cell, metric);
    for (size_t a = 0; a < t->n; a++)
        for (size_t b = a + 1; b < t->n && failed == 0; b++)
            failed = measure_pair(t, a, b);
    if (failed != 0)
        return -1;
    if (t->pairs == 0)
        return 0;
    holm_adjust(t->p, t->pairs);
    fprintf(t->out, "\nPairs by `%s`%s%s:\n\n", metric->metric, point[0] != '\0' ? " at " : "", point);
    page_table(t->out, heads);
    for (size_t i = 0; i < t->pairs; i++)
        write_pair(t, &t->pair[i], t->p[i]);
    return 0;
}

static int write_tests(FILE *out, const json_t *run, const struct pick *pick, const char *point)
{
    struct tests t = { .out = out };
    const struct sample_metric *metric;
    size_t room = pick->n + 1;
    int failed = -1;

    statistics_init(&t.statistics, (uint64_t)view_int(run, "seed"));
    t.entry = calloc(room, sizeof *t.entry);
    t.sample = calloc(room, sizeof *t.sample);
    t.pair = calloc(room * room, sizeof *t.pair);
    t.p = calloc(room * room, sizeof *t.p);
    if (t.entry != NULL && t.sample != NULL && t.pair != NULL && t.p != NULL)
        failed = (metric = choose(&t, pick)) != NULL ? write_pairs(&t, metric, point) : 0;
    for (size_t i = 0; t.sample != NULL && i < room; i++)
        sample_free(&t.sample[i]);
    free(t.entry);
    free(t.sample);
    free(t.pair);
    free(t.p);
    statistics_destroy(&t.statistics);
    return failed;
}

static void write_share(FILE *out, double value, const char *format)
{
    char text[NUMBER_SIZE] = "-";

    if (!isnan(value))
        snprintf(text, sizeof text, format, value);
    page_number(out, text);
}

static bool has_headline(const json_t *cell)
{
    return view_text(json_object_get(cell, "headline"), "metric")[0] != '\0';
}

static void write_check(FILE *out, const json_t *cell)
{
    const json_t *headline = json_object_get(cell, "headline");

    page_name(out, cell);
    page_cell(out, view_text(headline, "metric"));
    fprintf(out, "| %lld ", (long long)view_trials(cell));
    write_share(out, 100 * known_half_width(cell), "%.1f %%");
    write_share(out, view_number(headline, "trend"), "%.2f");
    write_share(out, view_number(headline, "trend_p"), "%.2g");
    write_share(out, view_number(headline, "first"), "%.1f");
    write_share(out, view_number(headline, "lag1"), "%.2f");
    page_row_end(out);
}

static void write_checks(FILE *out, const json_t *run, const struct pick *pick)
{
    static const char *const heads[] = {
        "variant", "headline", "n", "half-width", "trend", "p", "first", "lag 1", NULL
    };
    bool begun = false;

    for (size_t i = 0; i < pick->n; i++) {
        const json_t *at_best = view_floor(run, pick->cell[i]);

        if (has_headline(pick->cell[i])) {
            if (!begun) {
                fputs("\nBlocks:\n\n", out);
                page_table(out, heads);
            }
            begun = true;
            write_check(out, pick->cell[i]);
        }
        if (begun && at_best != NULL && has_headline(at_best) &&
            (i + 1 == pick->n || view_floor(run, pick->cell[i + 1]) != at_best))
            write_check(out, at_best);
    }
}

static int write_database(FILE *out, const json_t *run, const json_t *scenario, const char *db)
{
    const char *name = view_text(scenario, "name");
    struct pick all = { 0 }, ranked = { 0 };
    char last[256] = "";
    int failed = view_pick(&all, run, name, db, NULL);

    if (failed == 0)
        failed = view_pick_last(&ranked, &all, last, sizeof last);
    if (failed == 0) {
        fputs("\n### ", out);
        page_text(out, name);
        fprintf(out, ", %s\n", db);
        if (write_tests(out, run, &ranked, last) != 0) {
            say_error("report: out of memory");
            failed = -1;
        }
        write_checks(out, run, &all);
    }
    view_drop(&ranked);
    view_drop(&all);
    return failed;
}

static const char beginning[] =
    "\n## Appendix: tests\n\n"
    "The unit is the trial: one burst, since requests of one burst wait for each other. Blocks hold one trial of every "
    "cell in an order shuffled by the seed; warm-up blocks are discarded, nothing else is.\n\n"
    "- Intervals: 95 % percentile bootstrap of the median over trials, 10,000 seeded resamples.\n"
    "- b / a: the median over blocks of the ratio within a block, its interval by the same bootstrap over blocks. *no "
    "difference shown*: the interval contains 1. *practically equal*: it lies within 0.95 and 1.05.\n"
    "- p: Mann-Whitney, two-sided, exact up to 80 trials; p (Holm): adjusted for all pairs of the table. A12: the "
    "chance "
    "that a trial of b takes longer than one of a (Vargha and Delaney); 0.5: alike.\n"
    "- half-width: half the interval of the headline's median, as a share of it. trend: rank correlation (Spearman) of "
    "block and headline, p by 10,000 shuffles. first: how many median absolute deviations the first trial that counts "
    "is "
    "above the median; above 14.8 it started cold. lag 1: correlation of neighbouring blocks; beyond 2 / sqrt(n) on "
    "either side blocks are not independent, and intervals claim too much.\n";

int appendix_write(FILE *out, const json_t *run)
{
    const json_t *scenario;
    int failed = 0;
    size_t i;

    fputs(beginning, out);
    json_array_foreach(json_object_get(run, "scenarios"), i, scenario)
    {
        struct text_list dbs = { 0 };

        if (failed == 0)
            failed = view_databases(&dbs, run, view_text(scenario, "name"));
        for (size_t d = 0; d < dbs.n && failed == 0; d++)
            failed = write_database(out, run, scenario, dbs.items[d]);
        text_list_free(&dbs);
    }
    return failed;
}
