#include "harness/report/rank.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/number.h"

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
            entry[n++] = (struct ranked){ pick->cell[i], m };
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

static bool overlap(const struct ranked *a, const struct ranked *b)
{
    return a->of.lo <= b->of.hi && b->of.lo <= a->of.hi;
}

static int64_t fewest_trials(const struct ranked *entry, size_t n)
{
    int64_t fewest = entry[0].of.n;

    for (size_t i = 1; i < n; i++)
        if (entry[i].of.n < fewest)
            fewest = entry[i].of.n;
    return fewest;
}

void rank_sentence(char out[RANK_TEXT], const struct ranked *entry, size_t n, const char *of, const char *unit)
{
    int64_t trials = fewest_trials(entry, n);
    char value[NUMBER_SIZE];
    size_t i, near = 0;

    snprintf(out, RANK_TEXT, "%s (%s%s%s %s)", view_text(entry[0].cell, "variant"), of, of[0] != '\0' ? " " : "",
             value_of(value, &entry[0], unit), unit);
    if (n == 1)
        return;
    if (trials < RANK_TRIALS || !rank_testable(entry, n)) {
        add(out, ", then %s (%s)", view_text(entry[1].cell, "variant"), value_of(value, &entry[1], unit));
        if (trials < RANK_TRIALS)
            add(out, "; %lld trial%s cannot tell them apart", (long long)trials, trials == 1 ? "" : "s");
        else
            add(out, "; merged over trials, so the order is not tested");
        return;
    }
    for (i = 1; i < n; i++)
        if (overlap(&entry[0], &entry[i]))
            add(out, "%s %s (%s)", near++ == 0 ? "; not separable from" : ",", view_text(entry[i].cell, "variant"),
                value_of(value, &entry[i], unit));
    for (i = 1; i < n && overlap(&entry[0], &entry[i]); i++)
        ;
    if (i < n)
        add(out, "; next %s (%s)", view_text(entry[i].cell, "variant"), value_of(value, &entry[i], unit));
}
