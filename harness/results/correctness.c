#include "harness/results/correctness.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/results/proved.h"
#include "strategies/strategy.h"

/* What the catalogue of results/README.md has besides enum anomaly. */
static const struct {
    const char *group, *key; /* of a trial; NULL: of the trial itself */
} others[] = {
    { "audit", "oversold_peak" }, { "audit", "negative" },     { "audit", "doubled_seats" }, { "audit", "unasked" },
    { "audit", "overdue" },       { "audit", "early_expiry" }, { "audit", "malformed" },     { "faults", "mismatched" },
    { NULL, "damaged" },          { NULL, "uncommitted" },
};

bool correctness_is(const json_t *cell, const char *trait)
{
    const json_t *word;
    size_t i;

    json_array_foreach(json_object_get(cell, "traits"), i, word)
    {
        if (json_is_string(word) && strcmp(json_string_value(word), trait) == 0)
            return true;
    }
    return false;
}

static const char *verdict_in(const json_t *cell)
{
    const char *verdict = json_string_value(json_object_get(cell, "verdict"));

    return verdict != NULL ? verdict : "unknown";
}

/* Place in the order of results/README.md, worst first. */
static int badness(const char *verdict)
{
    static const char *const order[] = { "oversells", "loses",  "duplicates", "undersells",
                                         "drifts",    "unfair", "unknown",    NULL };
    int i = 0;

    while (order[i] != NULL && strcmp(order[i], verdict) != 0)
        i++;
    return -i;
}

/* How many trials showed it, and the worst of them. False: none was asked, as that run is older than the key. */
static bool count(const json_t *cell, const char *group, const char *key, long long *with, double *most)
{
    const json_t *trial;
    bool asked = false;
    size_t i;

    *with = 0;
    *most = 0;
    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        double amount = proved_amount(trial, group, key);

        asked = asked || !isnan(amount);
        *with += amount > 0;
        *most = amount > *most ? amount : *most;
    }
    return asked;
}

static int add_anomaly(json_t *list, const char *group, const char *key, const json_t *a, const json_t *b)
{
    const json_t *const cells[2] = { a, b };
    char words[2][80];
    long long with[2];
    double most;

    for (int i = 0; i < 2; i++) {
        if (!count(cells[i], group, key, &with[i], &most))
            return 0;
        snprintf(words[i], sizeof words[i], "in %lld of %zu trials", with[i],
                 json_array_size(json_object_get(cells[i], "trials")));
        if (with[i] > 0)
            snprintf(words[i] + strlen(words[i]), sizeof words[i] - strlen(words[i]), ", up to %.0f", most);
    }
    if ((with[0] > 0) == (with[1] > 0))
        return 0;
    return json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "what", key, "a", words[0], "b", words[1]));
}

static int add_anomalies(json_t *list, const json_t *a, const json_t *b)
{
    int failed = 0;

    for (enum anomaly i = 0; i < ANOMALY_COUNT; i++)
        failed |= add_anomaly(list, "audit", anomaly_name(i), a, b);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        failed |= add_anomaly(list, others[i].group, others[i].key, a, b);
    return failed;
}

static bool has_trials(const json_t *cell)
{
    return json_array_size(json_object_get(cell, "trials")) > 0;
}

/* A worse verdict; or a promise broken that was not, as a verdict names only the worst of what happened. */
static bool is_worse(const json_t *a, const json_t *b)
{
    bool newly_broken = json_is_false(json_object_get(a, "broken")) && json_is_true(json_object_get(b, "broken"));

    return newly_broken || badness(verdict_in(b)) > badness(verdict_in(a));
}

int correctness_compare(json_t *cell, const json_t *a, const json_t *b)
{
    const char *before = verdict_in(a), *after = verdict_in(b);
    bool honest = !correctness_is(b, "control") && !correctness_is(b, "rogue") && !correctness_is(b, "floor");
    /* A cell that did not run, skipped or not come to, is neither better nor worse. */
    bool ran = has_trials(a) && has_trials(b);
    json_t *list = json_array();
    int failed = 0;

    if (strcmp(before, after) != 0)
        failed |= json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "what", "verdict", "a", before, "b", after));
    if (ran)
        failed |= add_anomalies(list, a, b);
    failed |= json_object_set_new(cell, "verdict", json_pack("[s, s]", before, after));
    failed |= json_object_set_new(cell, "correctness", list);
    failed |= json_object_set_new(cell, "worse", json_boolean(honest && ran && is_worse(a, b)));
    return failed;
}
