#include "harness/results/rank_sum.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* Twice a mid-rank is a whole number. */
struct ranked {
    double value;
    size_t from;
    uint32_t twice;
};

static int by_value(const void *a, const void *b)
{
    double x = ((const struct ranked *)a)->value, y = ((const struct ranked *)b)->value;

    return (x > y) - (x < y);
}

/* Sorts, and sets the ranks 1..n; equals share the middle of theirs. The sum of t^3 - t over groups of t equals. */
static double rank(struct ranked *r, size_t n)
{
    double ties = 0;

    qsort(r, n, sizeof *r, by_value);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && r[end].value == r[i].value; end++)
            ;
        for (size_t k = i; k < end; k++)
            r[k].twice = (uint32_t)(i + 1 + end);
        ties += pow((double)(end - i), 3) - (double)(end - i);
    }
    return ties;
}

/* The share of all choices of `chosen` of n ranks whose doubled sum lies at least as far from its mean as `sum`. The
 * number of choices by size and sum, rank by rank: ways[k][s] += ways[k - 1][s - rank]. */
static int choose_exact(const struct ranked *r, size_t n, size_t chosen, uint64_t sum, double *p)
{
    size_t most = n * (n + 1), width = most + 1;
    double *ways = calloc((chosen + 1) * width, sizeof *ways), all = 0, far = 0;
    double mean = (double)chosen * (double)(n + 1), distance = fabs((double)sum - mean);

    if (ways == NULL)
        return -1;
    ways[0] = 1;
    for (size_t i = 0, highest = 0; i < n; i++) {
        highest += r[i].twice;
        for (size_t k = i < chosen ? i + 1 : chosen; k > 0; k--)
            for (size_t s = highest; s >= r[i].twice; s--)
                ways[k * width + s] += ways[(k - 1) * width + s - r[i].twice];
    }
    for (size_t s = 0; s <= most; s++) {
        double w = ways[chosen * width + s];

        all += w;
        if (fabs((double)s - mean) >= distance)
            far += w;
    }
    free(ways);
    *p = far / all;
    return 0;
}

/* With the continuity correction of half a rank. */
static double normal_p(double distance, double variance)
{
    double z = variance > 0 ? fmax(0, distance - 0.5) / sqrt(variance) : 0;

    return erfc(z / sqrt(2));
}

int rank_sum_test(const double *a, size_t n, const double *b, size_t m, struct rank_sum *out)
{
    struct ranked *r = calloc(n + m, sizeof *r);
    double x = (double)n, y = (double)m, all = x + y, ties, u;
    uint64_t sum = 0;
    int failed = 0;

    if (r == NULL)
        return -1;
    for (size_t i = 0; i < n + m; i++)
        r[i] = (struct ranked){ .value = i < n ? a[i] : b[i - n], .from = i };
    ties = rank(r, n + m);
    for (size_t i = 0; i < n + m; i++)
        sum += r[i].from >= n ? r[i].twice : 0;
    u = (double)sum / 2 - y * (y + 1) / 2;
    out->a12 = u / (x * y);
    if (n + m <= RANK_SUM_EXACT)
        failed = choose_exact(r, n + m, m, sum, &out->p);
    else
        out->p = normal_p(fabs(u - x * y / 2), x * y / 12 * (all + 1 - ties / (all * (all - 1))));
    free(r);
    return failed;
}

/* The share of all ways to sign the ranks whose doubled sum of positive ones lies as far from its mean as `sum`. */
static int sign_exact(const struct ranked *r, size_t n, size_t zeros, uint64_t sum, double *p)
{
    size_t most = n * (n + 1);
    double *ways = calloc(most + 1, sizeof *ways), all = 0, far = 0, mean = 0;

    if (ways == NULL)
        return -1;
    ways[0] = 1;
    for (size_t i = zeros; i < n; i++) {
        mean += (double)r[i].twice / 2;
        for (size_t s = most; s >= r[i].twice; s--)
            ways[s] += ways[s - r[i].twice];
    }
    for (size_t s = 0; s <= most; s++) {
        all += ways[s];
        if (fabs((double)s - mean) >= fabs((double)sum - mean))
            far += ways[s];
    }
    free(ways);
    *p = far / all;
    return 0;
}

/* Mean and variance of the sum of positive ranks are half their sum and a quarter of the sum of their squares. */
static double sign_normal(const struct ranked *r, size_t n, size_t zeros, uint64_t sum)
{
    double mean = 0, variance = 0;

    for (size_t i = zeros; i < n; i++) {
        double rank_i = (double)r[i].twice / 2;

        mean += rank_i / 2;
        variance += rank_i * rank_i / 4;
    }
    return normal_p(fabs((double)sum / 2 - mean), variance);
}

int rank_sum_signed(const double *differences, size_t n, double *p)
{
    struct ranked *r = calloc(n, sizeof *r);
    uint64_t sum = 0;
    size_t zeros = 0;
    int failed = 0;

    if (r == NULL)
        return -1;
    for (size_t i = 0; i < n; i++) {
        r[i] = (struct ranked){ .value = fabs(differences[i]), .from = i };
        zeros += differences[i] == 0;
    }
    rank(r, n);
    for (size_t i = zeros; i < n; i++)
        sum += differences[r[i].from] > 0 ? r[i].twice : 0;
    if (n <= RANK_SUM_EXACT)
        failed = sign_exact(r, n, zeros, sum, p);
    else
        *p = sign_normal(r, n, zeros, sum);
    free(r);
    return failed;
}
