#include "harness/report/closing.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/report/known.h"
#include "harness/report/number.h"
#include "harness/report/rank.h"
#include "harness/report/steps.h"
#include "harness/report/turned.h"

/* With more variants than this a table explains itself by comparison. */
#define WHY_MOST 3
/* Below this many trials 3/N is no bound at all. */
#define BOUND_LEAST 4

struct teller {
    closing_fn *fn;
    void *arg;
    const json_t *run;
    struct pick all, last; /* every point of the sweep, its last one (view_pick_last) */
    bool sweeps;
    char point[256]; /* of the last */
};

static void tell(struct teller *t, enum closing_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void tell(struct teller *t, enum closing_kind kind, const char *format, ...)
{
    char text[RANK_TEXT + 512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    t->fn(t->arg, kind, text);
}

/* " at users=50", or nothing. */
static const char *at_point(char *out, size_t size, const json_t *cell)
{
    char point[200];

    view_point(cell, point, sizeof point);
    snprintf(out, size, "%s%s", point[0] != '\0' ? " at " : "", point);
    return out;
}

static void tell_broken(struct teller *t)
{
    char at[256];

    for (size_t i = 0; i < t->all.n; i++) {
        const json_t *cell = t->all.cell[i];

        if (view_broken(cell))
            tell(t, CLOSING_BROKEN, "BROKEN PROMISE: %s on %s%s %s: %s", view_text(cell, "variant"),
                 view_text(cell, "db"), at_point(at, sizeof at, cell), view_text(cell, "verdict"),
                 view_text(cell, "reason"));
    }
}

/* "in 9 of 10 trials", "in its only trial" */
static const char *in_trials(char out[64], int64_t with, int64_t trials)
{
    if (trials == 1)
        snprintf(out, 64, "in its only trial");
    else
        snprintf(out, 64, "in %lld of %lld trials", (long long)with, (long long)trials);
    return out;
}

static void tell_raced(struct teller *t, const json_t *cell)
{
    struct measure over = view_measure(cell, "oversold");
    char median[NUMBER_SIZE], min[NUMBER_SIZE], max[NUMBER_SIZE], range[3 * NUMBER_SIZE] = "", in[64];

    if (over.min < over.max)
        snprintf(range, sizeof range, " [%s..%s]", number_count(min, over.min), number_count(max, over.max));
    tell(t, CLOSING_CONTROL, "%s oversold %s (%s%s seat%s over%s): the scenario shows the race.",
         view_text(cell, "variant"), in_trials(in, view_trials_with(cell, "oversold"), view_trials(cell)),
         view_trials(cell) > 1 ? "median " : "", number_count(median, over.median), over.median == 1 ? "" : "s", range);
}

static void tell_nothing(struct teller *t, const json_t *cell)
{
    char at[256], in[64];
    const char *where = at_point(at, sizeof at, cell);

    if (view_has(cell, "flags", "proved_nothing"))
        tell(t, CLOSING_NOTHING,
             "%s did not oversell on %s%s in any trial (%lld of %lld): this scenario proved nothing there; give it "
             "more users (--set load.users=...) or a checkout time (--set checkout.time=...).",
             view_text(cell, "variant"), view_text(cell, "db"), where, 0LL, (long long)view_trials(cell));
    else
        tell(t, CLOSING_CONTROL, "%s%s oversold %s, as no more was asked for than there is.",
             view_text(cell, "variant"), where, in_trials(in, 0, view_trials(cell)));
}

/* A sweep: one sentence for all points that show the race. */
static void tell_sweep_raced(struct teller *t, const char *variant)
{
    int64_t points = 0, raced = 0, trials = 0, oversold = 0;

    for (size_t i = 0; i < t->all.n; i++) {
        const json_t *cell = t->all.cell[i];

        if (strcmp(view_text(cell, "variant"), variant) != 0 || view_trials(cell) == 0)
            continue;
        points++;
        raced += view_trials_with(cell, "oversold") > 0;
        trials += view_trials(cell);
        oversold += view_trials_with(cell, "oversold");
    }
    if (raced > 0)
        tell(t, CLOSING_CONTROL,
             "%s oversold at %lld of %lld points (in %lld of %lld trials): the scenario shows the race%s.", variant,
             (long long)raced, (long long)points, (long long)oversold, (long long)trials,
             raced < points ? " there" : "");
}

static void tell_control(struct teller *t, const json_t *cell)
{
    if (view_trials(cell) == 0)
        return;
    if (view_trials_with(cell, "oversold") == 0)
        tell_nothing(t, cell);
    else if (!t->sweeps)
        tell_raced(t, cell);
}

static int tell_controls(struct teller *t)
{
    struct text_list variants = { 0 };
    char at[256];
    int failed = view_variants(&variants, &t->all);

    for (size_t i = 0; failed == 0 && i < t->all.n; i++) {
        const json_t *cell = t->all.cell[i];

        if (view_has(cell, "traits", "control"))
            tell_control(t, cell);
        else if (view_has(cell, "traits", "rogue") && !view_is(cell, "skipped"))
            tell(t, CLOSING_CONTROL, "%s, broken on purpose%s: %s.", view_text(cell, "variant"),
                 at_point(at, sizeof at, cell), view_text(cell, "reason"));
    }
    for (size_t i = 0; failed == 0 && t->sweeps && i < variants.n; i++)
        for (size_t c = 0; c < t->all.n; c++)
            if (view_has(t->all.cell[c], "traits", "control") &&
                strcmp(view_text(t->all.cell[c], "variant"), variants.items[i]) == 0) {
                tell_sweep_raced(t, variants.items[i]);
                break;
            }
    text_list_free(&variants);
    return failed;
}

/* Up to its first full stop. */
static int first_sentence(const char *text)
{
    const char *stop = strstr(text, ". ");
    size_t n = stop != NULL ? (size_t)(stop - text) : strlen(text);

    while (n > 0 && text[n - 1] == '.')
        n--;
    return (int)n;
}

static void tell_why(struct teller *t)
{
    if (t->sweeps || t->last.n > WHY_MOST)
        return;
    for (size_t i = 0; i < t->last.n; i++) {
        const json_t *cell = t->last.cell[i], *note = json_object_get(cell, "note");
        bool oversold = view_measure(cell, "oversold").max > 0, held = view_is(cell, "holds");
        const char *words = oversold ? view_text(note, "fails_when") : view_text(note, "guarantee");

        /* A control that held was lucky: its guarantee is none. */
        if (words[0] == '\0' || (!oversold && (!held || !view_honest(cell))))
            continue;
        tell(t, CLOSING_WHY, "Why %s %s: %.*s.", view_text(cell, "variant"), oversold ? "oversold" : "held",
             first_sentence(words), words);
    }
}

/* The leading two are hardly slower than a strategy that does nothing. */
static bool near_floor(const struct ranked *entry, size_t n)
{
    return n > 1 && view_has(entry[0].cell, "flags", "near_floor") && view_has(entry[1].cell, "flags", "near_floor");
}

static void tell_near_floor(struct teller *t, const struct ranked *entry, const char *metric, const char *where)
{
    struct measure best = view_measure(view_floor(t->run, entry[0].cell), metric);
    char first[NUMBER_SIZE], second[NUMBER_SIZE], floor[NUMBER_SIZE];

    tell(t, CLOSING_RANK,
         "Refused fastest%s: too fast to tell apart here: %s (%s%s ms), %s (%s%s ms); doing nothing takes %s ms (%s).",
         where, view_text(entry[0].cell, "variant"), entry[0].of.merged ? "~" : "",
         number_ms(first, entry[0].of.median), view_text(entry[1].cell, "variant"), entry[1].of.merged ? "~" : "",
         number_ms(second, entry[1].of.median), number_ms(floor, best.median),
         strstr(metric, "p50") != NULL ? "p50" : "p99");
}

/* Ranks by the metric meant, or, where some of it is missing or merged over trials and so cannot be tested, by another
 * that every trial has. */
static size_t rank_either(struct teller *t, struct ranked *entry, const char *metric, const char *other, bool *by_other)
{
    size_t most = rank_order(entry, &t->last, other), n;
    bool testable = rank_testable(entry, most);

    n = rank_order(entry, &t->last, metric);
    *by_other = n < most || (n > 0 && n == most && testable && !rank_testable(entry, n));
    return *by_other ? rank_order(entry, &t->last, other) : n;
}

static void say_rank(const struct teller *t, char out[RANK_TEXT], const char *metric, const char *of,
                     struct ranked *entry, size_t n)
{
    bool timed = strstr(metric, "_ns") != NULL;
    const struct rank rank = { metric, of, timed ? "ms" : "statements per request",
                               (uint64_t)view_int(t->run, "seed") };

    rank_sentence(out, &rank, entry, n);
}

static void tell_buyers(struct teller *t, struct ranked *entry, const char *where)
{
    char sentence[RANK_TEXT];
    bool by_last;
    size_t n = rank_either(t, entry, "buyers_p50_ns", "buyers_max_ns", &by_last);

    if (n < 2)
        return;
    say_rank(t, sentence, by_last ? "buyers_max_ns" : "buyers_p50_ns", by_last ? "last one after" : "p50", entry, n);
    tell(t, CLOSING_RANK, "Served buyers fastest%s: %s.", where, sentence);
}

static void tell_refused(struct teller *t, struct ranked *entry, const char *where)
{
    char sentence[RANK_TEXT];
    bool by_median;
    size_t n = rank_either(t, entry, "refused_p99_ns", "refused_p50_ns", &by_median);

    if (n < 2)
        return;
    if (near_floor(entry, n)) {
        tell_near_floor(t, entry, by_median ? "refused_p50_ns" : "refused_p99_ns", where);
        return;
    }
    say_rank(t, sentence, by_median ? "refused_p50_ns" : "refused_p99_ns", by_median ? "p50" : "p99", entry, n);
    tell(t, CLOSING_RANK, "Refused fastest%s: %s.", where, sentence);
}

/* Those who only look, where there are any. */
static void tell_looks(struct teller *t, struct ranked *entry, const char *where)
{
    char sentence[RANK_TEXT];
    bool by_median;
    size_t n = rank_either(t, entry, "browse_p99_ns", "browse_p50_ns", &by_median);

    if (n < 2)
        return;
    say_rank(t, sentence, by_median ? "browse_p50_ns" : "browse_p99_ns", by_median ? "p50" : "p99", entry, n);
    tell(t, CLOSING_RANK, "Let others look fastest%s: %s.", where, sentence);
}

static int tell_ranks(struct teller *t)
{
    struct ranked *entry = calloc(t->last.n + 1, sizeof *entry);
    char sentence[RANK_TEXT], where[300] = "";
    size_t n;

    if (entry == NULL) {
        say_error("report: out of memory");
        return -1;
    }
    if (t->sweeps)
        snprintf(where, sizeof where, " at %s", t->point);
    tell_buyers(t, entry, where);
    tell_refused(t, entry, where);
    tell_looks(t, entry, where);
    n = rank_order(entry, &t->last, "statements_per_request");
    if (n > 1) {
        say_rank(t, sentence, "statements_per_request", "", entry, n);
        tell(t, CLOSING_RANK, "Asked least of the database%s: %s.", where, sentence);
    }
    free(entry);
    return 0;
}

/* Broken without a promise to the contrary, or not known: said, but not loudly. */
static void tell_asides(struct teller *t)
{
    char at[256];

    for (size_t i = 0; i < t->all.n; i++) {
        const json_t *cell = t->all.cell[i];

        if (view_honest(cell) && view_fails(cell) && !view_broken(cell))
            tell(t, CLOSING_ASIDE, "Not ranked: %s%s (%s): %s.", view_text(cell, "variant"),
                 at_point(at, sizeof at, cell), view_text(cell, "verdict"), view_text(cell, "reason"));
    }
}

static void tell_known(struct teller *t)
{
    char sentence[RANK_TEXT];

    if (known_sentence(sentence, sizeof sentence, t->run, &t->last))
        tell(t, CLOSING_BOUND, "%s", sentence);
}

static void tell_turned(struct teller *t)
{
    char names[RANK_TEXT];

    turned_say(names, sizeof names, &t->all);
    if (names[0] != '\0')
        tell(t, CLOSING_TURNED, "Turned away while seats were free: %s.", names);
}

static void tell_bound(struct teller *t)
{
    int64_t fewest = INT64_MAX;
    size_t cells = 0;

    for (size_t i = 0; i < t->all.n; i++) {
        const json_t *cell = t->all.cell[i];

        if (!view_is(cell, "holds") || !view_honest(cell) || view_trials(cell) == 0)
            continue;
        cells++;
        if (view_trials(cell) < fewest)
            fewest = view_trials(cell);
    }
    if (cells == 0)
        return;
    if (fewest == 1)
        tell(t, CLOSING_BOUND, "Held in the only trial, which bounds nothing yet: more with --trials 100.");
    else if (fewest < BOUND_LEAST)
        tell(t, CLOSING_BOUND, "Held in all %lld trials, which bounds nothing yet: more with --trials 100.",
             (long long)fewest);
    else
        tell(t, CLOSING_BOUND, "No anomaly where it holds: 0 of %lld trials%s, rate below 3/%lld = %.2g %% at 95 %%.",
             (long long)fewest, cells == 1 ? "" : " each", (long long)fewest, 300.0 / (double)fewest);
}

static bool in_lockstep(const json_t *run, const char *name)
{
    const json_t *scenario;
    size_t i;

    json_array_foreach(json_object_get(run, "scenarios"), i, scenario)
    {
        if (strcmp(view_text(scenario, "name"), name) == 0)
            return steps_apply(scenario);
    }
    return false;
}

int closing_say(const json_t *run, const char *scenario, const char *db, closing_fn *fn, void *arg)
{
    struct teller t = { .fn = fn, .arg = arg, .run = run };
    struct text_list points = { 0 };
    int failed = -1;

    if (view_pick(&t.all, run, scenario, db, NULL) != 0 || view_points(&points, &t.all) != 0 ||
        view_pick_last(&t.last, &t.all, t.point, sizeof t.point) != 0)
        goto done;
    t.sweeps = points.n > 1;
    tell_broken(&t);
    if (tell_controls(&t) != 0)
        goto done;
    tell_why(&t);
    /* What is counted in lock-step is the same every time: nothing to tell apart, nothing to bound. */
    if (!in_lockstep(run, scenario)) {
        failed = tell_ranks(&t);
        tell_asides(&t);
        tell_turned(&t);
        tell_known(&t);
        tell_bound(&t);
    } else {
        failed = 0;
    }
done:
    text_list_free(&points);
    view_drop(&t.last);
    view_drop(&t.all);
    return failed;
}
