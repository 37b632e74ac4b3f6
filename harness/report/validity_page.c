#include "harness/report/validity_page.h"

#include <math.h>
#include <string.h>

#include "harness/report/grid.h"
#include "harness/report/page.h"
#include "harness/report/wrap.h"

/* With fewer trials than this few_samples says what the reader asked for himself. */
#define TRIALS_ENOUGH 6

static const struct {
    const char *flag, *few_words;
} limits[] = {
    { "near_floor", "too near the floor to tell apart here" },
    { "lag", "the generator was late" },
    { "behind", "less was asked than planned" },
    { "steal", "the host took processors away" },
    { "hiccups", "the machine stood still" },
    { "few_samples", "too few samples" },
};
#define LIMITS (sizeof limits / sizeof limits[0])

static bool has(const json_t *cell, size_t limit)
{
    return view_has(cell, "flags", limits[limit].flag) && !view_has(cell, "traits", "floor") &&
           (strcmp(limits[limit].flag, "few_samples") != 0 || view_trials(cell) >= TRIALS_ENOUGH);
}

static bool over_one(const json_t *cell)
{
    for (size_t d = 0; d < LIMITS; d++)
        if (has(cell, d))
            return true;
    return false;
}

const char *validity_page_mark(const json_t *cell)
{
    return over_one(cell) ? " ?" : "";
}

/* A variant once, however many points of a sweep are marked. */
static bool named_before(const struct pick *pick, size_t i, size_t limit)
{
    for (size_t k = 0; k < i; k++)
        if (has(pick->cell[k], limit) &&
            strcmp(view_text(pick->cell[k], "variant"), view_text(pick->cell[i], "variant")) == 0)
            return true;
    return false;
}

void validity_page_print(FILE *out, const struct pick *pick, const char *before, const char *after)
{
    char text[800];

    for (size_t d = 0; d < LIMITS; d++) {
        size_t used = (size_t)snprintf(text, sizeof text, "? %s:", limits[d].few_words), named = 0;

        for (size_t i = 0; i < pick->n; i++)
            if (has(pick->cell[i], d) && !named_before(pick, i, d) && used < sizeof text)
                used += (size_t)snprintf(text + used, sizeof text - used, "%s %s", named++ > 0 ? "," : "",
                                         view_text(pick->cell[i], "variant"));
        if (named > 0)
            wrap_print(out, GRID_INDENT, GRID_INDENT + 4, before, after, text);
    }
}

/* One of them in words, with the figure behind it and the limit it is over. */
static void in_words(char *out, size_t size, const json_t *run, const json_t *cell, size_t d)
{
    const json_t *figures = json_object_get(cell, "validity");
    char mine[NUMBER_SIZE], floor[NUMBER_SIZE];

    switch (d) {
    case 0:
        snprintf(out, size,
                 "too fast to tell apart here: of its all p99 of %s ms, the strategy that does nothing takes %s ms too "
                 "(limit 20 %%)",
                 number_ms(mine, view_measure(cell, "all_p99_ns").median),
                 number_ms(floor, view_measure(view_floor(run, cell), "all_p99_ns").median));
        break;
    case 1:
        snprintf(out, size, "requests began late: the p99 of their lag is %.0f %% of that of the answers (limit 10 %%)",
                 100 * view_number(figures, "lag_share"));
        break;
    case 2:
        snprintf(out, size, "only %.1f %% of the requests that were due were begun in time (limit 99 %%)",
                 100 * view_number(figures, "achieved_share"));
        break;
    case 3:
        snprintf(out, size, "the host took %.1f %% of the processors' time for others (limit 1 %%)",
                 100 * view_number(figures, "steal_share"));
        break;
    case 4:
        snprintf(out, size, "the machine stood still now and then: a sleep of 1 ms ended %s late at p99.9 (limit 5 ms)",
                 number_duration(mine, view_number(figures, "hiccup_p999_ns")));
        break;
    default:
        snprintf(out, size, "too few requests for some of its percentiles");
        break;
    }
}

static void write_words(FILE *out, const json_t *run, const struct pick *pick)
{
    char name[512], text[300];
    bool any = false;

    for (size_t i = 0; i < pick->n; i++)
        for (size_t d = 0; d < LIMITS; d++) {
            if (!has(pick->cell[i], d))
                continue;
            fputs(any ? "- " : "\nRead with care: the generator or the machine may have been what was measured:\n\n- ",
                  out);
            any = true;
            view_name(pick->cell[i], name, sizeof name);
            page_text(out, name);
            fputs(": ", out);
            in_words(text, sizeof text, run, pick->cell[i], d);
            page_text(out, text);
            fputs(".\n", out);
        }
}

static void write_share(FILE *out, double share)
{
    if (isnan(share))
        page_number(out, "-");
    else
        fprintf(out, "| %.2g %% ", 100 * share);
}

static bool was_watched(const struct pick *pick)
{
    for (size_t i = 0; i < pick->n; i++)
        if (json_object_get(pick->cell[i], "validity") != NULL && view_trials(pick->cell[i]) > 0)
            return true;
    return false;
}

static void write_weather(FILE *out, const struct pick *pick)
{
    static const char *const heads[] = {
        "variant",          "n", "waited for a CPU per request", "taken by the host", "hiccups p99.9", "judged",
        "cost of watching", NULL
    };
    char text[NUMBER_SIZE];

    fputs(
        "\n#### The machine meanwhile\n\nOver all n trials: how long threads were ready and had no processor, what the "
        "host gave to others, and how late a thread that sleeps for 1 ms at a time woke up (judged where it has "
        "real-time priority, or in open load: else our own threads make it late). Its cost is a share of one "
        "processor.\n\n",
        out);
    page_table(out, heads);
    for (size_t i = 0; i < pick->n; i++) {
        const json_t *cell = pick->cell[i], *figures = json_object_get(cell, "validity");

        if (view_trials(cell) == 0)
            continue;
        page_name(out, cell);
        fprintf(out, "| %lld ", (long long)view_trials(cell));
        page_number(
            out, number_duration(text, view_sum(cell, "resources", "run_delay_ns") / view_sum(cell, NULL, "requests")));
        write_share(out, view_number(figures, "steal_share"));
        page_number(out, number_duration(text, view_number(figures, "hiccup_p999_ns")));
        page_cell(out, json_is_true(json_object_get(figures, "hiccups_judged")) ? "yes" : "no");
        write_share(out, view_sum(cell, "resources", "watch_cpu_ns") / view_sum(cell, NULL, "wall_ns"));
        page_row_end(out);
    }
}

void validity_page_write(FILE *out, const json_t *run, const struct pick *pick)
{
    if (was_watched(pick))
        write_weather(out, pick);
    write_words(out, run, pick);
}
