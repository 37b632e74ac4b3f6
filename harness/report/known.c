#include "harness/report/known.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/number.h"

#define GOAL 0.05
/* With fewer, no two trials enclose the median with 95 %: 6 do with 96.9 %. */
#define FEWEST_TRIALS 6

struct line {
    char *out;
    size_t size, used;
};

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct line *line, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(line->out + line->used, line->size - line->used, format, args);
    va_end(args);
    if (n > 0)
        line->used = line->used + (size_t)n < line->size ? line->used + (size_t)n : line->size - 1;
}

double known_half_width(const json_t *cell)
{
    return view_number(json_object_get(cell, "headline"), "half_width_share");
}

static const json_t *scenario_of(const json_t *run, const json_t *cell)
{
    const json_t *scenario;
    size_t i;

    json_array_foreach(json_object_get(run, "scenarios"), i, scenario)
    {
        if (strcmp(view_text(scenario, "name"), view_text(cell, "scenario")) == 0)
            return scenario;
    }
    return NULL;
}

double known_goal(const json_t *run, const json_t *cell)
{
    double asked = strtod(view_text(scenario_of(run, cell), "precision"), NULL) / 100;

    return asked > 0 ? asked : GOAL;
}

static void add_cells(struct line *line, const struct pick *pick, const json_t *at_best, double goal, bool within,
                      const char *before)
{
    size_t listed = 0;

    for (size_t i = 0; i <= pick->n; i++) {
        const json_t *cell = i < pick->n ? pick->cell[i] : at_best;
        double half = known_half_width(cell);
        char digits[NUMBER_SIZE];

        if (isnan(half) || (half <= goal) != within)
            continue;
        add(line, "%s%s", listed++ == 0 ? before : ", ", view_text(cell, "variant"));
        if (!within)
            add(line, " (%s %%)", number_real(digits, 100 * half));
    }
}

/* The fewest trials, and whether all headlines are one metric. */
static int64_t fewest(const struct pick *pick, const char **metric)
{
    int64_t least = 0;

    for (size_t i = 0; i < pick->n; i++) {
        const json_t *cell = pick->cell[i];
        const char *mine = view_text(json_object_get(cell, "headline"), "metric");

        if (isnan(known_half_width(cell)))
            continue;
        if (least == 0 || view_trials(cell) < least)
            least = view_trials(cell);
        if (*metric != NULL && strcmp(*metric, mine) != 0)
            mine = "";
        *metric = mine;
    }
    return least;
}

bool known_sentence(char *out, size_t size, const json_t *run, const struct pick *pick)
{
    struct line line = { .out = out, .size = size };
    const json_t *at_best = pick->n > 0 ? view_floor(run, pick->cell[0]) : NULL;
    const char *metric = NULL;
    int64_t n = fewest(pick, &metric);
    double goal;

    if (n < FEWEST_TRIALS)
        return false;
    goal = known_goal(run, pick->cell[0]);
    add(&line, "%s within %g %% (half its 95 %% interval, n = %lld):",
        strcmp(metric, "all_p99_ns") == 0   ? "p99 known to"
        : strcmp(metric, "all_p50_ns") == 0 ? "p50 known to"
                                            : "p99 (else p50) known to",
        100 * goal, (long long)n);
    add_cells(&line, pick, at_best, goal, true, " ");
    if (out[line.used - 1] == ':')
        add(&line, " none");
    add_cells(&line, pick, at_best, goal, false, "; not reached: ");
    add(&line, ".");
    return true;
}
