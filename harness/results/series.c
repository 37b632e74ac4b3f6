#include "harness/results/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/rng.h"
#include "harness/results/statistics.h"

#define LEAST    4
#define SHUFFLES 10000
/* Names the stream of the shuffles among those derived from the run's seed. */
#define STREAM_SHUFFLES UINT64_C(0x7472656e)

/* Twice the mid-rank of a value, less the mean of all such: whole numbers, so that equal correlations are equal. */
static void centred_ranks(const double *values, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++) {
        size_t below = 0, equal = 0;

        for (size_t k = 0; k < n; k++) {
            below += values[k] < values[i];
            equal += values[k] == values[i];
        }
        out[i] = (double)(2 * below + equal) - (double)n;
    }
}

static double product(const double *ranks, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += ranks[i] * (2 * (double)i + 1 - (double)n);
    return sum;
}

/* The share of shuffles whose correlation is at least as strong; the order that was seen counts as one of them. */
static double shuffled_p(double *ranks, size_t n, uint64_t seed)
{
    double seen = fabs(product(ranks, n));
    struct rng rng;
    int strong = 1;

    rng_init(&rng, rng_mix(seed, STREAM_SHUFFLES, n));
    for (int shuffle = 0; shuffle < SHUFFLES; shuffle++) {
        for (size_t i = n - 1; i > 0; i--) {
            size_t k = (size_t)rng_below(&rng, i + 1);
            double swapped = ranks[i];

            ranks[i] = ranks[k];
            ranks[k] = swapped;
        }
        strong += fabs(product(ranks, n)) >= seen;
    }
    return (double)strong / (SHUFFLES + 1);
}

static void read_trend(const double *values, double *ranks, size_t n, uint64_t seed, struct series *out)
{
    double of_values = 0, of_places = 0;

    centred_ranks(values, n, ranks);
    for (size_t i = 0; i < n; i++) {
        double place = 2 * (double)i + 1 - (double)n;

        of_values += ranks[i] * ranks[i];
        of_places += place * place;
    }
    if (of_values == 0)
        return; /* all are equal */
    out->trend = product(ranks, n) / sqrt(of_values * of_places);
    out->trend_p = shuffled_p(ranks, n, seed);
}

static void read_first(const double *values, double *scratch, size_t n, struct series *out)
{
    double median, deviation;

    memcpy(scratch, values, n * sizeof *scratch);
    median = statistics_median(scratch, n);
    for (size_t i = 0; i < n; i++)
        scratch[i] = fabs(values[i] - median);
    deviation = statistics_median(scratch, n);
    if (deviation > 0)
        out->first = (values[0] - median) / deviation;
}

static void read_lag(const double *values, size_t n, struct series *out)
{
    double mean = 0, variance = 0, neighbours = 0;

    for (size_t i = 0; i < n; i++)
        mean += values[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        variance += (values[i] - mean) * (values[i] - mean);
        if (i + 1 < n)
            neighbours += (values[i] - mean) * (values[i + 1] - mean);
    }
    if (variance > 0)
        out->lag1 = neighbours / variance;
}

int series_read(const double *values, size_t n, uint64_t seed, struct series *out)
{
    double *scratch;

    *out = (struct series){ NAN, NAN, NAN, NAN };
    if (n < LEAST)
        return 0;
    if ((scratch = calloc(n, sizeof *scratch)) == NULL)
        return -1;
    read_trend(values, scratch, n, seed, out);
    read_first(values, scratch, n, out);
    read_lag(values, n, out);
    free(scratch);
    return 0;
}
