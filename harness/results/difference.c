#include "harness/results/difference.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/results/member.h"

/* Memory a kernel keeps for itself varies from one start to the next. */
#define MEMORY_SLACK 0.02

static void print(const json_t *value, char *out, size_t size)
{
    char *dump;

    if (value == NULL || json_is_null(value)) {
        snprintf(out, size, "-");
    } else if (json_is_string(value)) {
        snprintf(out, size, "%s", json_string_value(value));
    } else {
        dump = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
        snprintf(out, size, "%s", dump != NULL ? dump : "-");
        free(dump);
    }
}

/* What was found so far, and how many settings only one of the runs records: the other is of a lastseat that did not
 * know them yet, and means a default nobody can tell from here. */
struct found {
    json_t *list;
    int only_a, only_b;
};

static bool is_recorded(const json_t *value)
{
    return value != NULL && !json_is_null(value);
}

static int add(struct found *found, const char *group, const char *key, const json_t *a, const json_t *b)
{
    char what[256], left[400], right[400];

    if (a == b || (a != NULL && b != NULL && json_equal(a, b)))
        return 0;
    if (!is_recorded(a) || !is_recorded(b)) {
        found->only_a += is_recorded(a);
        found->only_b += is_recorded(b);
        return 0;
    }
    snprintf(what, sizeof what, "%s%s%s", group, group[0] != '\0' ? " " : "", key);
    print(a, left, sizeof left);
    print(b, right, sizeof right);
    if (strcmp(left, right) == 0)
        return 0;
    return json_array_append_new(found->list, json_pack("{s:s, s:s, s:s}", "what", what, "a", left, "b", right));
}

/* All keys of two objects but those named. */
static int add_keys(struct found *found, const char *group, json_t *a, json_t *b, const char *const *but)
{
    const char *key;
    json_t *value;
    int failed = 0;

    json_object_foreach(a, key, value)
    {
        size_t i = 0;

        while (but[i] != NULL && strcmp(but[i], key) != 0)
            i++;
        if (but[i] == NULL)
            failed |= add(found, group, key, value, json_object_get(b, key));
    }
    json_object_foreach(b, key, value)
    {
        size_t i = 0;

        while (but[i] != NULL && strcmp(but[i], key) != 0)
            i++;
        if (but[i] == NULL && json_object_get(a, key) == NULL)
            failed |= add(found, group, key, NULL, value);
    }
    return failed;
}

static bool same_memory(const json_t *a, const json_t *b)
{
    double x = json_number_value(json_object_get(a, "memory_bytes"));
    double y = json_number_value(json_object_get(b, "memory_bytes"));

    return fabs(x - y) <= MEMORY_SLACK * fmax(x, y);
}

static int add_machine(struct found *found, json_t *a, json_t *b)
{
    static const char *const but[] = { "memory_bytes", "clock_ns", "load_average", "fsync_probe", "databases",
                                       "libraries",    NULL };
    static const char *const none[] = { NULL };
    int failed = add_keys(found, "", a, b, but);

    if (!same_memory(a, b))
        failed |=
            add(found, "", "memory_bytes", json_object_get(a, "memory_bytes"), json_object_get(b, "memory_bytes"));
    failed |= add(found, "", "file system", json_object_get(json_object_get(a, "fsync_probe"), "dir_class"),
                  json_object_get(json_object_get(b, "fsync_probe"), "dir_class"));
    return failed | add_keys(found, "", json_object_get(a, "libraries"), json_object_get(b, "libraries"), none);
}

/* The entry of a list that agrees in these keys. */
static json_t *alike(const json_t *list, const json_t *entry, const char *const *keys)
{
    json_t *other;
    size_t i, k;

    json_array_foreach(list, i, other)
    {
        for (k = 0; keys[k] != NULL && strcmp(member_text(other, keys[k]), member_text(entry, keys[k])) == 0; k++)
            ;
        if (keys[k] == NULL)
            return other;
    }
    return NULL;
}

static int add_databases(struct found *found, const json_t *a, const json_t *b)
{
    static const char *const keys[] = { "name", "durability", NULL }, *const name[] = { "name", NULL };
    static const char *const none[] = { NULL };
    const json_t *entry, *other;
    int failed = 0;
    size_t i;

    json_array_foreach(a, i, entry)
    {
        if ((other = alike(b, entry, keys)) != NULL)
            failed |= add_keys(found, member_text(entry, "name"), json_object_get(entry, "facts"),
                               json_object_get(other, "facts"), none);
        else if ((other = alike(b, entry, name)) != NULL)
            failed |= add(found, member_text(entry, "name"), "durability", json_object_get(entry, "durability"),
                          json_object_get(other, "durability"));
    }
    return failed;
}

/* All keys where both say them, else what an older run says. */
static int add_scenario(struct found *found, json_t *a, json_t *b)
{
    static const char *const but[] = { "name", "title", "question", "settings", NULL };
    static const char *const none[] = { NULL };
    const char *name = member_text(a, "name");
    json_t *x = json_object_get(a, "settings"), *y = json_object_get(b, "settings");

    if (!json_is_object(x) || !json_is_object(y))
        return add_keys(found, name, a, b, but);
    return add_keys(found, name, x, y, none) |
           add(found, name, "sweep", json_object_get(a, "sweep"), json_object_get(b, "sweep"));
}

static int add_scenarios(struct found *found, const json_t *a, const json_t *b)
{
    static const char *const keys[] = { "name", NULL };
    json_t *entry, *other;
    int failed = 0;
    size_t i;

    json_array_foreach(a, i, entry)
    {
        if ((other = alike(b, entry, keys)) != NULL)
            failed |= add_scenario(found, entry, other);
    }
    return failed;
}

/* Options whose defaults changed, and promises that did. */
static int add_variants(struct found *found, const json_t *a, const json_t *b)
{
    static const char *const keys[] = { "id", NULL }, *const none[] = { NULL };
    const json_t *cell, *other;
    int failed = 0;
    size_t i;

    json_array_foreach(a, i, cell)
    {
        if ((other = alike(b, cell, keys)) == NULL)
            continue;
        failed |= add_keys(found, member_text(cell, "id"), json_object_get(cell, "params"),
                           json_object_get(other, "params"), none);
        failed |= add(found, member_text(cell, "id"), "durability", json_object_get(cell, "durability"),
                      json_object_get(other, "durability"));
        failed |= add(found, member_text(cell, "id"), "promises", json_object_get(cell, "promises"),
                      json_object_get(other, "promises"));
    }
    return failed;
}

static int add_unrecorded(const struct found *found)
{
    char a[32], b[32];

    if (found->only_a + found->only_b == 0)
        return 0;
    snprintf(a, sizeof a, "%d", found->only_a);
    snprintf(b, sizeof b, "%d", found->only_b);
    return json_array_append_new(
        found->list, json_pack("{s:s, s:s, s:s}", "what", "settings the other does not record", "a", a, "b", b));
}

json_t *difference_read(const json_t *a, const json_t *b)
{
    static const char *const none[] = { NULL };
    struct found all = { .list = json_array() }, *found = &all;
    json_t *here = json_object_get(a, "environment"), *there = json_object_get(b, "environment");
    int failed = add_keys(found, "", json_object_get(a, "tool"), json_object_get(b, "tool"), none);

    failed |= add(found, "", "seed", json_object_get(a, "seed"), json_object_get(b, "seed"));
    failed |= add(found, "", "interrupted", json_object_get(a, "partial"), json_object_get(b, "partial"));
    failed |= add_machine(found, here, there);
    failed |= add_databases(found, json_object_get(here, "databases"), json_object_get(there, "databases"));
    failed |= add_scenarios(found, json_object_get(a, "scenarios"), json_object_get(b, "scenarios"));
    failed |= add_variants(found, json_object_get(a, "cells"), json_object_get(b, "cells"));
    failed |= add_unrecorded(found);
    if (failed == 0)
        return all.list;
    json_decref(all.list);
    return NULL;
}
