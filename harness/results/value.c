#include "harness/results/value.h"

#include <math.h>

#include "harness/results/metric.h"

json_t *value_known(int64_t value)
{
    return value < 0 ? json_null() : json_integer(value);
}

json_t *value_number(double value, bool whole)
{
    if (isnan(value))
        return json_null();
    if (whole || value == floor(value))
        return json_integer(llround(value));
    return json_real(value);
}

static json_t *percentile(const struct hist *h, double q)
{
    return value_number(metric_quantile(h, q), true);
}

json_t *value_utc(time_t when)
{
    char text[32];
    struct tm tm;

    gmtime_r(&when, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return json_string(text);
}

json_t *value_distribution(const struct hist *h)
{
    json_t *d = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "p50", percentile(h, 0.5), "p90", percentile(h, 0.9),
                          "p99", percentile(h, 0.99), "p999", percentile(h, 0.999), "max",
                          h->total > 0 ? json_integer(h->max) : json_null(), "mean",
                          h->total > 0 ? json_integer(llround(hist_mean(h))) : json_null(), "n",
                          (json_int_t)(h->total + h->over));

    /* Out of range is rare enough to stand only where it happened. */
    if (d != NULL && h->over > 0 && json_object_set_new(d, "over", json_integer(h->over)) != 0) {
        json_decref(d);
        return NULL;
    }
    return d;
}

json_t *value_series(const struct hist hists[TOTALS_SERIES])
{
    json_t *object = json_object();
    int failed = json_object_set_new(object, "all", value_distribution(&hists[TOTALS_ALL]));

    for (int o = 0; o < OUTCOME_COUNT; o++) {
        const struct hist *h = &hists[TOTALS_OUTCOME + o];

        if (h->total + h->over > 0)
            failed |= json_object_set_new(object, outcome_name((enum outcome)o), value_distribution(h));
    }
    if (failed == 0)
        return object;
    json_decref(object);
    return NULL;
}
