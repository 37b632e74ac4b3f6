#include "harness/results/shift.h"

#include <math.h>
#include <stdlib.h>

#include "harness/results/statistics.h"

/* Of more values every k-th is taken: pairs grow with the square, what they say hardly does. */
#define MOST 2000
#define Z95  1.959964

/* Logs of ratios, and how many of them lie outside the interval on either side: the mean of the test's statistic
 * less 1.96 of its standard deviations. */
static void read_shift(double *logs, size_t n, double outside, struct shift *out)
{
    size_t beyond = outside >= 1 ? (size_t)outside - 1 : 0;

    /* Sorts the logs too. */
    out->of = exp(statistics_median(logs, n));
    out->lo = exp(logs[beyond]);
    out->hi = exp(logs[n - 1 - beyond]);
}

static size_t step_of(size_t n)
{
    return (n + MOST - 1) / MOST;
}

int shift_apart(const double *a, size_t n, const double *b, size_t m, struct shift *out)
{
    size_t step_a = step_of(n), step_b = step_of(m), pairs = 0;
    double *logs = calloc((n / step_a + 1) * (m / step_b + 1), sizeof *logs), x, y;

    if (logs == NULL)
        return -1;
    for (size_t i = 0; i < n; i += step_a)
        for (size_t k = 0; k < m; k += step_b)
            logs[pairs++] = log(b[k] / a[i]);
    x = (double)((n + step_a - 1) / step_a);
    y = (double)((m + step_b - 1) / step_b);
    read_shift(logs, pairs, x * y / 2 - Z95 * sqrt(x * y * (x + y + 1) / 12), out);
    free(logs);
    return 0;
}

int shift_paired(const double *a, const double *b, size_t n, struct shift *out)
{
    size_t step = step_of(n), taken = (n + step - 1) / step, pairs = 0;
    double *logs = calloc(taken * (taken + 1) / 2, sizeof *logs), x = (double)taken;

    if (logs == NULL)
        return -1;
    for (size_t i = 0; i < n; i += step)
        for (size_t k = i; k < n; k += step)
            logs[pairs++] = (log(b[i] / a[i]) + log(b[k] / a[k])) / 2;
    read_shift(logs, pairs, x * (x + 1) / 4 - Z95 * sqrt(x * (x + 1) * (2 * x + 1) / 24), out);
    free(logs);
    return 0;
}
