#include "harness/report/rank.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/number.h"
#include "harness/results/ratio.h"
#include "harness/results/sample.h"

static int by_median(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->of.median != y->of.median)
        return x->of.median > y->of.median ? 1 : -1;
    /* Equals in the order of their names: the same words for the same run. */
    return strcmp(view_text(x->cell, "variant"), view_text(y->cell, "variant"));
}

size_t rank_order(struct ranked *entry, const struct pick *pick, const char *metric)
{
    size_t n = 0;

    for (size_t i = 0; i < pick->n; i++) {
        struct measure m = view_measure(pick->cell[i], metric);

        if (m.present && view_is(pick->cell[i], "holds") && view_honest(pick->cell[i]))
            entry[n++] = (struct ranked){ .cell = pick->cell[i], .of = m };
    }
    qsort(entry, n, sizeof *entry, by_median);
    return n;
}

bool rank_testable(const struct ranked *entry, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (entry[i].of.merged)
            return false;
    return true;
}

static void add(char out[RANK_TEXT], const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(char out[RANK_TEXT], const char *format, ...)
{
    size_t used = strlen(out);
    va_list args;

    va_start(args, format);
    vsnprintf(out + used, RANK_TEXT - used, format, args);
    va_end(args);
}

static const char *value_of(char *out, const struct ranked *r, const char *unit)
{
    char digits[NUMBER_SIZE];

    snprintf(out, NUMBER_SIZE, "%s%.20s", r->of.merged ? "~" : "",
             strcmp(unit, "ms") == 0 ? number_ms(digits, r->of.median) : number_real(digits, r->of.median));
    return out;
}

static int64_t fewest_trials(const struct ranked *entry, size_t n)
{
    int64_t fewest = entry[0].of.n;

    for (size_t i = 1; i < n; i++)
        if (entry[i].of.n < fewest)
            fewest = entry[i].of.n;
    return fewest;
}

/* Paired by blocks. 0, or -1 where there is none (merged percentiles, zeros). */
static int ratio_of(struct statistics *s, const json_t *a, const json_t *b, const char *metric, struct ratio *out)
{
    const struct sample_metric *row = sample_find(metric);
    struct sample x = { 0 }, y = { 0 };
    int failed = -1;

    if (row != NULL && sample_read(&x, a, row) == 0 && sample_read(&y, b, row) == 0) {
        sample_pair(&x, &y);
        if (sample_above_zero(&x) && sample_above_zero(&y))
            failed = ratio_paired(s, x.value, y.value, x.n, out);
    }
    sample_free(&x);
    sample_free(&y);
    return failed;
}

/* What is not known to be anything else is not told apart. */
static enum ratio_says told(const struct rank *rank, const struct ranked *first, struct ranked *other)
{
    struct statistics s;
    int failed;

    statistics_init(&s, rank->seed);
    failed = ratio_of(&s, first->cell, other->cell, rank->metric, &other->ratio);
    statistics_destroy(&s);
    if (failed == 0)
        return ratio_says(&other->ratio);
    other->ratio = (struct ratio){ 0 };
    return first->of.hi < other->of.lo ? RATIO_DIFFERENT : RATIO_NO_DIFFERENCE;
}

/* " atomic (12.6, 1.02x [0.97..1.08])" */
static void add_other(char out[RANK_TEXT], const struct ranked *other, const char *unit)
{
    char value[NUMBER_SIZE];

    add(out, " %s (%s", view_text(other->cell, "variant"), value_of(value, other, unit));
    if (other->ratio.n > 0)
        add(out, ", %.2fx [%.2f..%.2f]", other->ratio.of, other->ratio.lo, other->ratio.hi);
    add(out, ")");
}

static void add_tested(char out[RANK_TEXT], const struct rank *rank, struct ranked *entry, size_t n)
{
    static const char *const words[] = {
        [RATIO_EQUAL] = "practically equal", [RATIO_NO_DIFFERENCE] = "no difference shown"
    };

    for (size_t i = 1; i < n; i++)
        entry[i].says = told(rank, &entry[0], &entry[i]);
    for (int says = RATIO_NO_DIFFERENCE; says < RATIO_DIFFERENT; says++) {
        int listed = 0;

        for (size_t i = 1; i < n; i++) {
            if ((int)entry[i].says != says)
                continue;
            if (listed++ == 0)
                add(out, "; %s:", words[says]);
            else
                add(out, ",");
            add_other(out, &entry[i], rank->unit);
        }
    }
    for (size_t i = 1; i < n; i++) {
        if (entry[i].says == RATIO_DIFFERENT) {
            add(out, "; next");
            add_other(out, &entry[i], rank->unit);
            return;
        }
    }
}

void rank_sentence(char out[RANK_TEXT], const struct rank *rank, struct ranked *entry, size_t n)
{
    int64_t trials = fewest_trials(entry, n);
    char value[NUMBER_SIZE];

    snprintf(out, RANK_TEXT, "%s (%s%s%s %s", view_text(entry[0].cell, "variant"), rank->of,
             rank->of[0] != '\0' ? " " : "", value_of(value, &entry[0], rank->unit), rank->unit);
    if (trials >= RANK_TRIALS && rank_testable(entry, n)) {
        add(out, ", n = %lld)", (long long)trials);
        add_tested(out, rank, entry, n);
        return;
    }
    add(out, ")");
    if (n == 1)
        return;
    add(out, ", then %s (%s)", view_text(entry[1].cell, "variant"), value_of(value, &entry[1], rank->unit));
    if (trials < RANK_TRIALS)
        add(out, "; %lld trial%s cannot tell them apart", (long long)trials, trials == 1 ? "" : "s");
    else
        add(out, "; merged over trials, so the order is not tested");
}
