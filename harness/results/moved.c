#include "harness/results/moved.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/results/correctness.h"
#include "harness/results/member.h"
#include "harness/results/rank_sum.h"
#include "harness/results/sample.h"
#include "harness/results/shift.h"
#include "harness/results/statistics.h"

static const json_t *named(const json_t *list, const char *key, const char *name)
{
    const json_t *entry;
    size_t i;

    json_array_foreach(list, i, entry)
    {
        if (strcmp(member_text(entry, key), name) == 0)
            return entry;
    }
    return NULL;
}

static bool apart(const json_t *x, const json_t *y)
{
    const json_t *a = json_object_get(x, "ci95"), *b = json_object_get(y, "ci95");

    return member_value(json_array_get(a, 1)) < member_value(json_array_get(b, 0)) ||
           member_value(json_array_get(b, 1)) < member_value(json_array_get(a, 0));
}

/* A floor of one database says so in its name. */
static json_t *database_of(const char *name)
{
    static const char *const databases[] = { "sqlite", "postgres" };

    for (size_t i = 0; i < sizeof databases / sizeof databases[0]; i++)
        if (strstr(name, databases[i]) != NULL)
            return json_string(databases[i]);
    return json_null();
}

static int add_calibrated(json_t *list, const json_t *x, const json_t *y)
{
    double a = member_number(x, "median"), b = member_number(y, "median");
    const char *unit = member_text(x, "unit");
    bool rate = strcmp(unit, "ns") != 0;

    if (!(a > 0) || !(b > 0) || strcmp(unit, member_text(y, "unit")) != 0)
        return 0;
    return json_array_append_new(list, json_pack("{s:s, s:o, s:n, s:n, s:s, s:f, s:f, s:f, s:b}", "name",
                                                 member_text(x, "name"), "db", database_of(member_text(x, "name")),
                                                 "scenario", "sweep", "unit", unit, "a", a, "b", b, "slower",
                                                 (rate ? a / b : b / a) - 1, "moved", apart(x, y)));
}

/* p99 and p50 are two chances to be wrong: each is tested at half of 5 %. */
#define ALPHA (0.05 / 2)

static int measure(struct sample *a, struct sample *b, struct shift *r, bool *moved)
{
    struct rank_sum test;

    if (rank_sum_test(a->value, a->n, b->value, b->n, &test) != 0 ||
        shift_apart(a->value, a->n, b->value, b->n, r) != 0)
        return -1;
    *moved = test.p < ALPHA && (r->lo > 1 || r->hi < 1);
    return 0;
}

static int add_cell(json_t *list, const json_t *x, const json_t *y, const struct sample_metric *metric)
{
    struct sample a = { 0 }, b = { 0 };
    struct shift r = { 0 };
    bool moved = false;
    char name[256];
    int failed = sample_read(&a, x, metric) != 0 || sample_read(&b, y, metric) != 0;

    if (!failed && sample_above_zero(&a) && sample_above_zero(&b))
        failed = measure(&a, &b, &r, &moved);
    snprintf(name, sizeof name, "%s %s", member_text(x, "variant"), metric->word);
    if (!failed && r.of > 0)
        failed = json_array_append_new(
            list, json_pack("{s:s, s:n, s:s, s:O, s:s, s:f, s:f, s:f, s:b}", "name", name, "db", "scenario",
                            member_text(x, "scenario"), "sweep", json_object_get(x, "sweep"), "unit", "ns", "a",
                            statistics_median(a.value, a.n), "b", statistics_median(b.value, b.n), "slower", r.of - 1,
                            "moved", moved));
    sample_free(&a);
    sample_free(&b);
    return failed != 0 ? -1 : 0;
}

int moved_read(json_t *list, const json_t *a, const json_t *b)
{
    const json_t *floor, *cell, *other;
    size_t i;

    json_array_foreach(json_object_get(a, "floors"), i, floor)
    {
        other = named(json_object_get(b, "floors"), "name", member_text(floor, "name"));
        if (other != NULL && add_calibrated(list, floor, other) != 0)
            return -1;
    }
    json_array_foreach(json_object_get(a, "cells"), i, cell)
    {
        other = named(json_object_get(b, "cells"), "id", member_text(cell, "id"));
        if (other == NULL || !correctness_is(cell, "floor") || !json_is_object(json_object_get(cell, "sweep")))
            continue;
        if (add_cell(list, cell, other, sample_find("p99")) != 0 ||
            add_cell(list, cell, other, sample_find("p50")) != 0)
            return -1;
    }
    return 0;
}

/* Keys of single strategies do not multiply a floor: its point may be a part of the cell's. */
static bool goes_with(const json_t *floor, const json_t *cell)
{
    json_t *sweep = json_object_get(floor, "sweep"), *value;
    const char *db = member_text(floor, "db"), *scenario = member_text(floor, "scenario"), *key;

    if ((db[0] != '\0' && strcmp(db, member_text(cell, "db")) != 0) ||
        (scenario[0] != '\0' && strcmp(scenario, member_text(cell, "scenario")) != 0))
        return false;
    json_object_foreach(sweep, key, value)
    {
        if (!json_equal(value, json_object_get(json_object_get(cell, "sweep"), key)))
            return false;
    }
    return true;
}

const json_t *moved_explains(const json_t *list, const json_t *cell, double slower)
{
    const json_t *floor, *found = NULL;
    double furthest = fabs(slower) / 2;
    size_t i;

    json_array_foreach(list, i, floor)
    {
        double by = member_number(floor, "slower");

        if (json_is_true(json_object_get(floor, "moved")) && goes_with(floor, cell) && signbit(by) == signbit(slower) &&
            fabs(by) > furthest) {
            furthest = fabs(by);
            found = floor;
        }
    }
    return found;
}
