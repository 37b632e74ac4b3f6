#include "harness/results/ratio.h"

#include <math.h>
#include <stdlib.h>

#define EQUAL_LO 0.95
#define EQUAL_HI 1.05

enum ratio_says ratio_says(const struct ratio *r)
{
    if (r->lo >= EQUAL_LO && r->hi <= EQUAL_HI)
        return RATIO_EQUAL;
    return r->lo <= 1 && r->hi >= 1 ? RATIO_NO_DIFFERENCE : RATIO_DIFFERENT;
}

int ratio_paired(struct statistics *s, const double *a, const double *b, size_t n, struct ratio *out)
{
    double *logs = calloc(n, sizeof *logs);
    struct summary summary;
    int failed;

    if (logs == NULL)
        return -1;
    for (size_t i = 0; i < n; i++)
        logs[i] = log(b[i] / a[i]);
    failed = statistics_summarise(s, logs, n, &summary);
    free(logs);
    *out = (struct ratio){ exp(summary.median), exp(summary.lo), exp(summary.hi), n };
    return failed;
}

struct weighted {
    double ratio, weight;
};

static int by_ratio(const void *a, const void *b)
{
    double x = ((const struct weighted *)a)->ratio, y = ((const struct weighted *)b)->ratio;

    return (x > y) - (x < y);
}

static double resampled(const struct resample *r, const double *sorted)
{
    return (sorted[r->low] + sorted[r->high]) / 2;
}

static double quantile(const struct weighted *all, double share)
{
    double left = share * STATISTICS_RESAMPLES * STATISTICS_RESAMPLES;

    while ((left -= all->weight) > 0)
        all++;
    return all->ratio;
}

int ratio_apart(struct statistics *sa, double *a, size_t n, struct statistics *sb, double *b, size_t m,
                struct ratio *out)
{
    struct weighted *all = NULL;
    size_t pairs = 0;

    *out = (struct ratio){ .n = n < m ? n : m };
    out->of = 1 / statistics_median(a, n);
    out->of *= statistics_median(b, m);
    if (statistics_resample(sa, n) == 0 && statistics_resample(sb, m) == 0)
        all = calloc(sa->kinds * sb->kinds, sizeof *all);
    if (all == NULL)
        return -1;
    for (size_t i = 0; i < sa->kinds; i++)
        for (size_t k = 0; k < sb->kinds; k++)
            all[pairs++] = (struct weighted){ resampled(&sb->kind[k], b) / resampled(&sa->kind[i], a),
                                              (double)sa->kind[i].times * (double)sb->kind[k].times };
    qsort(all, pairs, sizeof *all, by_ratio);
    out->lo = quantile(all, 0.025);
    out->hi = quantile(all, 0.975);
    free(all);
    return 0;
}
