#include <math.h>

#include "harness/measure/hdr.h"

#define TICKS_PER_HALVED 5

static int64_t middle_at(int index)
{
    int64_t low = hist_value_at(index);

    return low + (hist_value_at(index + 1) - low) / 2;
}

/* Of the buckets' middles, weighted by their counts. */
static void moments(const struct hist *h, double *mean, double *deviation)
{
    int first = hist_index(h->min), last = hist_index(h->max);
    double sum = 0, squares = 0;

    *mean = *deviation = 0;
    if (h->total == 0)
        return;
    for (int i = first; i <= last; i++)
        sum += (double)middle_at(i) * (double)h->counts[i];
    *mean = sum / (double)h->total;
    for (int i = first; i <= last; i++)
        squares += (double)h->counts[i] * ((double)middle_at(i) - *mean) * ((double)middle_at(i) - *mean);
    *deviation = sqrt(squares / (double)h->total);
}

/* The next level: a fifth of what was left to 100 % at the last halving. */
static double next_level(double percent)
{
    double halvings = floor(log(100 / (100 - percent)) / log(2)) + 1;

    return percent + 100 / (TICKS_PER_HALVED * exp2(halvings));
}

static void print_row(FILE *out, double value, double percent, int64_t seen)
{
    double level = percent / 100;

    /* Java rounds a half up, printf to even or, as the division erred, down: a breath more is the next number up. */
    fprintf(out, "%12.3f %2.12f %10lld %14.2f\n", value, nextafter(level, 2), (long long)seen, 1 / (1 - level));
}

static void print_rows(const struct hist *h, double scale, FILE *out)
{
    int last = hist_index(h->max);
    int64_t seen = 0;
    double level = 0;

    for (int i = hist_index(h->min); i <= last && h->total > 0; i++) {
        double value = (double)hist_highest_at(i) / scale;

        seen += h->counts[i];
        while (h->counts[i] != 0 && seen < h->total && 100 * (double)seen / (double)h->total >= level) {
            print_row(out, value, level, seen);
            level = next_level(level);
        }
        /* The bucket of the maximum: one row where a level falls into it, and that of 100 %. */
        if (seen == h->total) {
            if (level < 100)
                print_row(out, value, level, seen);
            fprintf(out, "%12.3f %2.12f %10lld\n", value, 1.0, (long long)seen);
        }
    }
}

void hdr_print(const struct hist *h, double scale, FILE *out)
{
    int64_t max = h->total > 0 ? hist_highest_at(hist_index(h->max)) : 0;
    int buckets = (hist_length() >> 10) - 1;
    double mean, deviation;

    moments(h, &mean, &deviation);
    fprintf(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    print_rows(h, scale, out);
    fprintf(out, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", mean / scale, deviation / scale);
    fprintf(out, "#[Max     = %12.3f, Total count    = %12lld]\n", (double)max / scale, (long long)h->total);
    fprintf(out, "#[Buckets = %12d, SubBuckets     = %12d]\n", buckets, 2048);
}
