#include "harness/measure/pace.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/ascending.h"
#include "harness/base/clock.h"

/* Two-sided 95 % points of Student's t with PACE_FEWEST_SLICES - 2 degrees of freedom and more. */
static const double student[PACE_SLICES - PACE_FEWEST_SLICES + 1] = { 2.776, 2.571, 2.447, 2.365, 2.306,
                                                                      2.262, 2.228, 2.201, 2.179, 2.160,
                                                                      2.145, 2.131, 2.120, 2.110, 2.101 };

struct slices {
    double sum[PACE_SLICES];
    int64_t n[PACE_SLICES];
};

static void put(struct slices *slices, const struct pace_terms *terms, const struct record *r, int64_t ns)
{
    int64_t at = (r->due_ns - terms->start_ns) * PACE_SLICES / terms->duration_ns;

    at = at < 0 ? 0 : at >= PACE_SLICES ? PACE_SLICES - 1 : at;
    slices->sum[at] += (double)ns;
    slices->n[at]++;
}

/* Least squares through (middle of slice, mean of slice). */
static struct trend draw_trend(const struct slices *slices, int64_t duration_ns)
{
    double step_s = (double)duration_ns / PACE_SLICES / (double)NS_PER_S;
    double x_mean = 0, y_mean = 0, xx = 0, xy = 0, rest = 0, half;
    struct trend trend = { .known = false };
    int n = 0;

    for (int i = 0; i < PACE_SLICES; i++)
        if (slices->n[i] > 0) {
            n++;
            x_mean += (i + 0.5) * step_s;
            y_mean += trend.last_ns = slices->sum[i] / (double)slices->n[i];
        }
    if (n < PACE_FEWEST_SLICES)
        return trend;
    x_mean /= n;
    y_mean /= n;
    for (int i = 0; i < PACE_SLICES; i++)
        if (slices->n[i] > 0) {
            double x = (i + 0.5) * step_s - x_mean;

            xx += x * x;
            xy += x * (slices->sum[i] / (double)slices->n[i] - y_mean);
        }
    trend.slope = xy / xx;
    for (int i = 0; i < PACE_SLICES; i++)
        if (slices->n[i] > 0) {
            double off = slices->sum[i] / (double)slices->n[i] - y_mean - trend.slope * ((i + 0.5) * step_s - x_mean);

            rest += off * off;
        }
    half = student[n - PACE_FEWEST_SLICES] * sqrt(rest / (n - 2) / xx);
    trend.lo = trend.slope - half;
    trend.hi = trend.slope + half;
    trend.known = true;
    return trend;
}

static bool grows(const struct trend *trend, const struct pace_terms *terms)
{
    double rise_ns = trend->slope * (double)terms->duration_ns / (double)NS_PER_S;

    return trend->known && trend->lo > 0 && trend->last_ns > (double)terms->late_ns && rise_ns > trend->last_ns / 2;
}

/* Requests that begin as another ends are not at once in flight. -1: out of memory. */
static int64_t most_in_flight(const struct record *records, size_t n)
{
    int64_t *begins = malloc((n + 1) * sizeof *begins), *ends = malloc((n + 1) * sizeof *ends);
    int64_t most = -1;

    if (begins != NULL && ends != NULL) {
        for (size_t i = 0; i < n; i++) {
            begins[i] = records[i].invoke_ns;
            ends[i] = records[i].return_ns;
        }
        qsort(begins, n, sizeof *begins, ascending_int64);
        qsort(ends, n, sizeof *ends, ascending_int64);
        most = 0;
        for (size_t b = 0, e = 0; b < n; b++) {
            while (e < n && ends[e] <= begins[b])
                e++;
            if ((int64_t)(b + 1 - e) > most)
                most = (int64_t)(b + 1 - e);
        }
    }
    free(begins);
    free(ends);
    return most;
}

int pace_take(struct pace *pace, const struct pace_terms *terms, const struct record *records, size_t n)
{
    const int64_t until_ns = terms->start_ns + terms->duration_ns + terms->late_ns;
    struct slices lag = { .n = { 0 } }, system = { .n = { 0 } };

    *pace = (struct pace){ .duration_ns = terms->duration_ns, .begun = (int64_t)n, .skipped = terms->skipped };
    pace->offered = pace->begun + pace->skipped;
    for (size_t i = 0; i < n; i++) {
        int64_t lag_ns = records[i].invoke_ns - records[i].due_ns;

        pace->late += lag_ns > terms->late_ns;
        pace->achieved += records[i].invoke_ns <= until_ns;
        put(&lag, terms, &records[i], lag_ns);
        put(&system, terms, &records[i], record_system_ns(&records[i]));
    }
    pace->lag = draw_trend(&lag, terms->duration_ns);
    pace->system = draw_trend(&system, terms->duration_ns);
    pace->sustained = pace->skipped == 0 && !grows(&pace->lag, terms) && !grows(&pace->system, terms);
    pace->in_flight_max = most_in_flight(records, n);
    return pace->in_flight_max < 0 ? -1 : 0;
}
