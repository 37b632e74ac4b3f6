#include "harness/report/view.h"
#include "harness/results/proved.h"

static bool showed(const json_t *cell, const char *anomaly)
{
    double sum;

    return view_measure(cell, anomaly).max > 0 || view_void_with(cell, "audit", anomaly, &sum) > 0;
}

static bool looks_broken(const json_t *cell)
{
    static const struct {
        const char *anomaly, *promise; /* "": nobody may */
    } rules[] = { { "oversold", "no_oversell" },
                  { "probe_violations", "no_oversell" },
                  { "unsold", "sells_out" },
                  { "false_sold_out", "sells_out" },
                  { "torn", "all_or_nothing" },
                  { "unfair", "in_order" },
                  { "lost", "" },
                  { "ghost", "" },
                  { "duplicate", "" },
                  { "drift", "" },
                  { "gate_drift", "" } };

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (showed(cell, rules[i].anomaly) &&
            (rules[i].promise[0] == '\0' || view_has(cell, "promises", rules[i].promise)))
            return true;
    return false;
}

bool view_broken(const json_t *cell)
{
    const json_t *said = json_object_get(cell, "broken");

    return json_is_boolean(said) ? json_is_true(said) : view_honest(cell) && looks_broken(cell);
}

int64_t view_void_with(const json_t *cell, const char *group, const char *key, double *sum)
{
    const json_t *trial;
    int64_t n = 0;
    size_t i;

    *sum = 0;
    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        double amount = proved_amount(trial, group, key);

        if (view_counts(trial) || !(amount > 0))
            continue;
        *sum += amount;
        n++;
    }
    return n;
}
