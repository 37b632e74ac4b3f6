#include "harness/report/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/results/member.h"

const char *view_text(const json_t *object, const char *key)
{
    return member_text(object, key);
}

double view_number(const json_t *object, const char *key)
{
    return member_number(object, key);
}

int64_t view_int(const json_t *object, const char *key)
{
    double value = view_number(object, key);

    return isnan(value) ? 0 : (int64_t)llround(value);
}

bool view_has(const json_t *object, const char *key, const char *word)
{
    const json_t *list = json_object_get(object, key), *value;
    size_t i;

    json_array_foreach(list, i, value)
    {
        if (json_is_string(value) && strcmp(json_string_value(value), word) == 0)
            return true;
    }
    return false;
}

struct measure view_measure(const json_t *cell, const char *metric)
{
    const json_t *entry = json_object_get(json_object_get(cell, "summary"), metric);
    const json_t *interval = json_object_get(entry, "ci95");
    struct measure m = {
        .median = view_number(entry, "median"),
        .lo = member_value(json_array_get(interval, 0)),
        .hi = member_value(json_array_get(interval, 1)),
        .min = view_number(entry, "min"),
        .max = view_number(entry, "max"),
        .n = view_int(entry, "n"),
    };

    m.present = !isnan(m.median);
    m.merged = json_is_true(json_object_get(entry, "merged"));
    return m;
}

const char *const view_verdicts[] = { "oversells", "loses", "duplicates", "undersells", "drifts", "unfair",
                                      "unknown",   "holds", "floor",      "skipped",    NULL };

bool view_is(const json_t *cell, const char *verdict)
{
    return strcmp(view_text(cell, "verdict"), verdict) == 0;
}

bool view_fails(const json_t *cell)
{
    return !view_is(cell, "holds") && !view_is(cell, "floor") && !view_is(cell, "skipped");
}

bool view_honest(const json_t *cell)
{
    return !view_has(cell, "traits", "control") && !view_has(cell, "traits", "rogue") &&
           !view_has(cell, "traits", "floor");
}

bool view_counts(const json_t *trial)
{
    return !json_is_true(json_object_get(trial, "void"));
}

double view_sum(const json_t *cell, const char *group, const char *key)
{
    const json_t *trial;
    double sum = 0;
    bool any = false;
    size_t i;

    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        double value = view_number(group != NULL ? json_object_get(trial, group) : trial, key);

        if (!view_counts(trial) || isnan(value))
            continue;
        sum += value;
        any = true;
    }
    return any ? sum : NAN;
}

double view_errors_share(const json_t *cell)
{
    static const char *const errors[] = { "gave_up", "timed_out", "shed", "failed", "unknown" };
    double sum = 0;

    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        sum += view_sum(cell, "outcomes", errors[i]);
    return sum / view_sum(cell, NULL, "requests");
}

int64_t view_trials(const json_t *cell)
{
    const json_t *trial;
    int64_t n = 0;
    size_t i;

    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        n += !json_is_true(json_object_get(trial, "void"));
    }
    return n;
}

int64_t view_trials_with(const json_t *cell, const char *key)
{
    const json_t *trial;
    int64_t n = 0;
    size_t i;

    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        n += !json_is_true(json_object_get(trial, "void")) && view_number(json_object_get(trial, "audit"), key) > 0;
    }
    return n;
}

void view_point(const json_t *cell, char *out, size_t size)
{
    json_t *sweep = json_object_get(cell, "sweep"), *value;
    const char *key;
    size_t used = 0;

    out[0] = '\0';
    json_object_foreach(sweep, key, value)
    {
        const char *dot = strrchr(key, '.');
        int n = snprintf(out + used, size - used, "%s%s=%s", used > 0 ? ", " : "", dot != NULL ? dot + 1 : key,
                         json_is_string(value) ? json_string_value(value) : "?");

        if (n < 0 || (size_t)n >= size - used)
            return;
        used += (size_t)n;
    }
}

void view_name(const json_t *cell, char *out, size_t size)
{
    char point[256];

    view_point(cell, point, sizeof point);
    snprintf(out, size, "%s%s%s", view_text(cell, "variant"), point[0] != '\0' ? ", " : "", point);
}

bool view_sweeps(const json_t *scenario)
{
    return json_object_size(json_object_get(scenario, "sweep")) > 0;
}

static bool is_floor(const json_t *cell)
{
    return view_has(cell, "traits", "floor");
}

int view_pick(struct pick *pick, const json_t *run, const char *scenario, const char *db, const char *point)
{
    const json_t *cells = json_object_get(run, "cells"), *cell;
    char at[256];
    size_t i;

    *pick = (struct pick){ .cell = calloc(json_array_size(cells) + 1, sizeof *pick->cell) };
    if (pick->cell == NULL) {
        say_error("report: out of memory");
        return -1;
    }
    json_array_foreach(cells, i, cell)
    {
        view_point(cell, at, sizeof at);
        if (is_floor(cell) || (scenario != NULL && strcmp(view_text(cell, "scenario"), scenario) != 0) ||
            (db != NULL && strcmp(view_text(cell, "db"), db) != 0) || (point != NULL && strcmp(at, point) != 0))
            continue;
        pick->cell[pick->n++] = cell;
    }
    return 0;
}

bool view_any_void(const struct pick *pick)
{
    for (size_t i = 0; i < pick->n; i++)
        if (json_array_size(json_object_get(pick->cell[i], "trials")) > (size_t)view_trials(pick->cell[i]))
            return true;
    return false;
}

void view_drop(struct pick *pick)
{
    free(pick->cell);
    *pick = (struct pick){ 0 };
}

static int add_once(struct text_list *list, const char *word)
{
    if (text_list_has(list, word) || text_list_add(list, word, strlen(word)) == 0)
        return 0;
    say_error("report: out of memory");
    return -1;
}

int view_databases(struct text_list *list, const json_t *run, const char *scenario)
{
    struct pick all;
    int failed = view_pick(&all, run, scenario, NULL, NULL);

    for (size_t i = 0; failed == 0 && i < all.n; i++)
        failed = add_once(list, view_text(all.cell[i], "db"));
    view_drop(&all);
    return failed;
}

int view_points(struct text_list *list, const struct pick *pick)
{
    char point[256];

    for (size_t i = 0; i < pick->n; i++) {
        view_point(pick->cell[i], point, sizeof point);
        if (add_once(list, point) != 0)
            return -1;
    }
    return 0;
}

int view_variants(struct text_list *list, const struct pick *pick)
{
    for (size_t i = 0; i < pick->n; i++)
        if (add_once(list, view_text(pick->cell[i], "variant")) != 0)
            return -1;
    return 0;
}

/* A point may be a part of another: keys of single strategies are in no other's. */
static bool is_part(const json_t *cell, const json_t *of)
{
    json_t *mine = json_object_get(cell, "sweep"), *theirs = json_object_get(of, "sweep"), *value;
    const char *key;

    json_object_foreach(mine, key, value)
    {
        if (!json_equal(value, json_object_get(theirs, key)))
            return false;
    }
    return true;
}

int view_pick_last(struct pick *last, const struct pick *all, char *point, size_t size)
{
    json_t *end = json_pack("{s:{}}", "sweep"), *sweep = json_object_get(end, "sweep");
    int failed = end == NULL;

    *last = (struct pick){ .cell = calloc(all->n + 1, sizeof *last->cell) };
    failed |= last->cell == NULL;
    for (size_t i = 0; i < all->n && !failed; i++) {
        json_t *own = json_object_get(all->cell[i], "sweep");

        failed = json_is_object(own) && json_object_update(sweep, own) != 0;
    }
    for (size_t i = 0; i < all->n && !failed; i++)
        if (is_part(all->cell[i], end))
            last->cell[last->n++] = all->cell[i];
    if (!failed)
        view_point(end, point, size);
    else
        say_error("report: out of memory");
    json_decref(end);
    return failed ? -1 : 0;
}

const json_t *view_floor(const json_t *run, const json_t *cell)
{
    const json_t *other;
    size_t i;

    json_array_foreach(json_object_get(run, "cells"), i, other)
    {
        if (is_floor(other) && strcmp(view_text(other, "scenario"), view_text(cell, "scenario")) == 0 &&
            is_part(other, cell))
            return other;
    }
    return NULL;
}

const json_t *view_at(const struct pick *pick, const char *variant, const char *point)
{
    char at[256];

    for (size_t i = 0; i < pick->n; i++) {
        view_point(pick->cell[i], at, sizeof at);
        if (strcmp(view_text(pick->cell[i], "variant"), variant) == 0 && strcmp(at, point) == 0)
            return pick->cell[i];
    }
    return NULL;
}

void view_git(const json_t *run, char *out, size_t size)
{
    const json_t *tool = json_object_get(run, "tool");

    snprintf(out, size, "%s%s", view_text(tool, "git"), json_is_true(json_object_get(tool, "dirty")) ? "-dirty" : "");
}
