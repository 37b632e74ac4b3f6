#include "harness/results/limits.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/base/text.h"
#include "harness/scenario/option.h"

static int complain_metric(const char *word)
{
    const char *names[32], *near;
    char list[256] = "";
    size_t n = 0, used = 0;

    for (const struct sample_metric *m = sample_metrics; m->word != NULL; m++) {
        names[n++] = m->word;
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "", m->word);
    }
    if ((near = text_nearest(word, names, n)) != NULL)
        say_error("--gate: unknown metric '%s'; did you mean '%s'?", word, near);
    else
        say_error("--gate: unknown metric '%s'; there are %s", word, list);
    return EXIT_USAGE;
}

static int parse_one(struct limits *gates, const char *item)
{
    const char *equals = strchr(item, '='), *wrong;
    char word[64];
    int64_t parts;
    struct limit *gate = &gates->limit[gates->n];

    if (equals == NULL || equals == item || (size_t)(equals - item) >= sizeof word) {
        say_error("--gate: '%s' is not METRIC=SHARE, such as p99=15%%", item);
        return EXIT_USAGE;
    }
    snprintf(word, sizeof word, "%.*s", (int)(equals - item), item);
    if ((gate->metric = sample_find(word)) == NULL)
        return complain_metric(word);
    if ((wrong = share_parse(equals + 1, &parts)) != NULL) {
        say_error("--gate: %s: '%s' %s; write a share, such as %s=15%%", word, equals + 1, wrong, word);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < gates->n; i++)
        if (gates->limit[i].metric == gate->metric) {
            say_error("--gate: '%s' is named twice", word);
            return EXIT_USAGE;
        }
    gate->share = (double)parts / (double)SHARE_PARTS;
    gates->n++;
    return EXIT_OK;
}

int limits_parse(struct limits *gates, const char *text)
{
    struct text_list items = { 0 };
    int status = EXIT_OK;

    *gates = (struct limits){ 0 };
    if (text_list_split(&items, text) != 0 || items.n == 0 || items.n > LIMITS_MOST) {
        say_error("--gate: '%s' is not a list such as p99=15%%,statements=2%%", text);
        status = EXIT_USAGE;
    }
    for (size_t i = 0; i < items.n && status == EXIT_OK; i++)
        status = parse_one(gates, items.items[i]);
    text_list_free(&items);
    return status;
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* By how much of a the second is worse. */
static double worse(const struct sample_metric *metric, const json_t *compared)
{
    double a = number(compared, "a"), b = number(compared, "b"), ratio = number(compared, "ratio");

    if (isnan(ratio))
        ratio = a == b ? 1 : a < b ? INFINITY : 0;
    return metric->more_is_better ? 1 - ratio : ratio - 1;
}

/* The worst that its interval leaves open; NAN: it has none. */
static double worst(const struct sample_metric *metric, const json_t *compared)
{
    const json_t *end = json_array_get(json_object_get(compared, "ci95"), metric->more_is_better ? 0 : 1);
    double ratio = json_is_number(end) ? json_number_value(end) : NAN;

    return metric->more_is_better ? 1 - ratio : ratio - 1;
}

static bool is(const json_t *object, const char *key, const char *word)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value != NULL && strcmp(value, word) == 0;
}

static int judge(const struct limit *gate, const json_t *cells, json_t *list, bool *failed)
{
    json_t *failures = json_array();
    int64_t judged = 0, unjudged = 0, open = 0;
    const json_t *cell;
    int status = 0;
    size_t i;

    json_array_foreach(cells, i, cell)
    {
        const json_t *compared = json_object_get(json_object_get(cell, "metrics"), gate->metric->word);

        if (compared == NULL || json_is_true(json_object_get(cell, "floor")))
            continue;
        if (is(compared, "says", "merged") || is(compared, "says", "machine")) {
            unjudged++;
            continue;
        }
        judged++;
        if (is(compared, "says", "different") && worse(gate->metric, compared) > gate->share)
            status |= json_array_append(failures, json_object_get(cell, "id"));
        else if (worst(gate->metric, compared) > gate->share)
            open++;
    }
    *failed = *failed || judged == 0 || json_array_size(failures) > 0;
    return status |
           json_array_append_new(list, json_pack("{s:s, s:f, s:I, s:I, s:I, s:o}", "metric", gate->metric->word,
                                                 "limit", gate->share, "judged", (json_int_t)judged, "unjudged",
                                                 (json_int_t)unjudged, "open", (json_int_t)open, "failed", failures));
}

/* Where something is to be held, a promise is. */
static int judge_verdicts(const json_t *cells, json_t *list, bool *failed)
{
    json_t *failures = json_array();
    const json_t *cell;
    int status = 0;
    size_t i;

    json_array_foreach(cells, i, cell)
    {
        if (json_is_true(json_object_get(cell, "worse")))
            status |= json_array_append(failures, json_object_get(cell, "id"));
    }
    *failed = *failed || json_array_size(failures) > 0;
    return status | json_array_append_new(list, json_pack("{s:s, s:n, s:I, s:i, s:i, s:o}", "metric", "verdict",
                                                          "limit", "judged", (json_int_t)json_array_size(cells),
                                                          "unjudged", 0, "open", 0, "failed", failures));
}

int limits_judge(const struct limits *gates, json_t *comparison)
{
    const json_t *cells = json_object_get(comparison, "cells");
    json_t *list = json_array();
    bool failed = false;
    int status = 0;

    for (size_t i = 0; i < gates->n; i++)
        status |= judge(&gates->limit[i], cells, list, &failed);
    if (gates->n > 0)
        status |= judge_verdicts(cells, list, &failed);
    status |= json_object_set_new(comparison, "gates", list);
    status |= json_object_set_new(comparison, "failed", json_boolean(failed));
    return status == 0 ? 0 : -1;
}
