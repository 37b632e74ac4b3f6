#include "harness/results/statistics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/ascending.h"
#include "harness/base/rng.h"

/* Names the stream of the resamples among those derived from the run's seed. */
#define STREAM_RESAMPLES UINT64_C(0x626f6f74)

struct drawn {
    double median;
    uint32_t times;
};

static int by_median(const void *a, const void *b)
{
    return ascending_double(&((const struct drawn *)a)->median, &((const struct drawn *)b)->median);
}

static int by_rank(const void *a, const void *b)
{
    const struct resample *x = a, *y = b;

    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    return (x->high > y->high) - (x->high < y->high);
}

void statistics_init(struct statistics *s, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    s->seed = seed;
}

void statistics_destroy(struct statistics *s)
{
    if (s == NULL)
        return;
    free(s->kind);
    memset(s, 0, sizeof *s);
}

/* One resample of n: how often each order statistic was drawn, then the ranks in the middle. */
static struct resample draw(struct rng *rng, uint32_t *times, size_t n)
{
    size_t below = (n - 1) / 2, above = n / 2, seen = 0;
    struct resample r = { .times = 1 };
    uint32_t rank = 0;

    memset(times, 0, n * sizeof *times);
    for (size_t i = 0; i < n; i++)
        times[rng_below(rng, n)]++;
    while ((seen += times[rank]) <= below)
        rank++;
    r.low = rank;
    while (seen <= above)
        seen += times[++rank];
    r.high = rank;
    return r;
}

static int resample(struct statistics *s, size_t n)
{
    uint32_t *times;
    struct resample *all;
    struct rng rng;
    size_t kinds = 0;

    if (s->n == n)
        return 0;
    times = calloc(n, sizeof *times);
    all = calloc(STATISTICS_RESAMPLES, sizeof *all);
    free(s->kind);
    s->kind = all;
    s->n = 0;
    if (times == NULL || all == NULL) {
        free(times);
        return -1;
    }
    rng_init(&rng, rng_mix(s->seed, STREAM_RESAMPLES, n));
    for (int i = 0; i < STATISTICS_RESAMPLES; i++)
        all[i] = draw(&rng, times, n);
    qsort(all, STATISTICS_RESAMPLES, sizeof *all, by_rank);
    for (int i = 1; i < STATISTICS_RESAMPLES; i++) {
        if (by_rank(&all[kinds], &all[i]) == 0)
            all[kinds].times++;
        else
            all[++kinds] = all[i];
    }
    s->kinds = kinds + 1;
    s->n = n;
    free(times);
    return 0;
}

/* The median that resample number `rank` (from 1, in order of medians) has. */
static double median_at(const struct drawn *drawn, uint32_t rank)
{
    uint32_t seen = 0;

    while ((seen += drawn->times) < rank)
        drawn++;
    return drawn->median;
}

static int interval(struct statistics *s, const double *sorted, size_t n, struct summary *out)
{
    struct drawn *drawn;

    if (resample(s, n) != 0)
        return -1;
    drawn = calloc(s->kinds, sizeof *drawn);
    if (drawn == NULL)
        return -1;
    for (size_t i = 0; i < s->kinds; i++) {
        drawn[i].median = (sorted[s->kind[i].low] + sorted[s->kind[i].high]) / 2;
        drawn[i].times = s->kind[i].times;
    }
    qsort(drawn, s->kinds, sizeof *drawn, by_median);
    out->lo = median_at(drawn, STATISTICS_RESAMPLES / 40);
    out->hi = median_at(drawn, STATISTICS_RESAMPLES - STATISTICS_RESAMPLES / 40);
    free(drawn);
    return 0;
}

double statistics_median(double *values, size_t n)
{
    assert(n > 0);
    qsort(values, n, sizeof *values, ascending_double);
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

int statistics_summarise(struct statistics *s, double *values, size_t n, struct summary *out)
{
    out->median = statistics_median(values, n);
    out->n = n;
    out->min = out->lo = values[0];
    out->max = out->hi = values[n - 1];
    /* Where all are alike, so are all resamples. */
    return out->min < out->max ? interval(s, values, n, out) : 0;
}
