#include "harness/results/headline.h"

#include <math.h>
#include <stdlib.h>

#include "harness/results/value.h"

/* The values of a metric, when every trial that counts has one; 0 otherwise. */
static size_t collect(const struct tally *t, int metric, double *values)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++) {
        if (t->trial[i].is_void)
            continue;
        if (isnan(t->trial[i].metric[metric]))
            return 0;
        values[n++] = t->trial[i].metric[metric];
    }
    return n;
}

int headline_read(struct headline *h, const struct tally *t, struct statistics *statistics)
{
    double *values = calloc(t->n + 1, sizeof *values);
    struct summary summary;
    size_t n;
    int failed;

    *h = (struct headline){ METRIC_COUNT, NAN, { NAN, NAN, NAN, NAN } };
    if (values == NULL)
        return -1;
    h->metric = METRIC_ALL_P99;
    if ((n = collect(t, METRIC_ALL_P99, values)) == 0) {
        h->metric = METRIC_ALL_P50;
        n = collect(t, METRIC_ALL_P50, values);
    }
    failed = series_read(values, n, statistics->seed, &h->series);
    if (n == 0)
        h->metric = METRIC_COUNT;
    else if (failed == 0 && (failed = statistics_summarise(statistics, values, n, &summary)) == 0 && n > 1 &&
             summary.median > 0)
        h->half_width = (summary.hi - summary.lo) / 2 / summary.median;
    free(values);
    return failed;
}

json_t *headline_json(const struct headline *h)
{
    return json_pack("{s:s?, s:o, s:o, s:o, s:o, s:o}", "metric",
                     h->metric < METRIC_COUNT ? metrics[h->metric].name : NULL, "half_width_share",
                     value_number(h->half_width, false), "trend", value_number(h->series.trend, false), "trend_p",
                     value_number(h->series.trend_p, false), "first", value_number(h->series.first, false), "lag1",
                     value_number(h->series.lag1, false));
}
