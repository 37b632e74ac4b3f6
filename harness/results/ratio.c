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
