#include "harness/measure/hist.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Three significant digits need 2 * 10^3 equal parts in a bucket, rounded up to a power of two; each bucket but the
 * first uses only its upper half, the lower being covered by the bucket below. */
#define SUB_BITS  11
#define HALF_BITS (SUB_BITS - 1)
#define SUB       (INT64_C(1) << SUB_BITS)
#define HALF      (INT64_C(1) << HALF_BITS)

int hist_length(void)
{
    int buckets = 1;

    for (int64_t beyond = SUB; beyond <= HIST_HIGHEST_NS; beyond <<= 1)
        buckets++;
    return (buckets + 1) << HALF_BITS;
}

int hist_index(int64_t value_ns)
{
    int bucket = 64 - __builtin_clzll((uint64_t)value_ns | (uint64_t)(SUB - 1)) - SUB_BITS;

    return ((bucket + 1) << HALF_BITS) + (int)((value_ns >> bucket) - HALF);
}

int64_t hist_value_at(int index)
{
    int bucket = (index >> HALF_BITS) - 1;
    int64_t part = (index & (int)(HALF - 1)) + HALF;

    if (bucket < 0)
        return part - HALF;
    return part << bucket;
}

int64_t hist_highest_at(int index)
{
    return hist_value_at(index + 1) - 1;
}

int hist_init(struct hist *h)
{
    memset(h, 0, sizeof *h);
    h->counts = calloc((size_t)hist_length(), sizeof *h->counts);
    return h->counts != NULL ? 0 : -1;
}

void hist_borrow(struct hist *h, int64_t *counts)
{
    *h = (struct hist){ .counts = counts };
}

void hist_destroy(struct hist *h)
{
    if (h == NULL)
        return;
    free(h->counts);
    memset(h, 0, sizeof *h);
}

void hist_record(struct hist *h, int64_t value_ns)
{
    if (value_ns > HIST_HIGHEST_NS) {
        h->over++;
        return;
    }
    if (value_ns < 0)
        value_ns = 0;
    h->counts[hist_index(value_ns)]++;
    if (h->total == 0 || value_ns < h->min)
        h->min = value_ns;
    if (value_ns > h->max)
        h->max = value_ns;
    h->sum += (double)value_ns;
    h->total++;
}

/* Only the used stretch is touched: most of the 264 KiB of a histogram are never needed, and pages left alone cost
 * neither time nor memory. */
void hist_add(struct hist *sum, const struct hist *more)
{
    sum->over += more->over;
    if (more->total == 0)
        return;
    for (int i = hist_index(more->min), last = hist_index(more->max); i <= last; i++)
        if (more->counts[i] != 0)
            sum->counts[i] += more->counts[i];
    if (sum->total == 0 || more->min < sum->min)
        sum->min = more->min;
    if (more->max > sum->max)
        sum->max = more->max;
    sum->sum += more->sum;
    sum->total += more->total;
}

int64_t hist_quantile(const struct hist *h, double q)
{
    int64_t rank, seen = 0, value;

    if (h->total == 0)
        return 0;
    /* One step below q: 0.07 * 100 is 7.000000000000001 in binary, and its ceiling is one rank too high. */
    rank = (int64_t)ceil(nextafter(q, 0) * (double)h->total);
    if (rank < 1)
        rank = 1;
    if (rank > h->total)
        rank = h->total;
    for (int i = hist_index(h->min);; i++) {
        seen += h->counts[i];
        if (seen >= rank) {
            value = hist_highest_at(i);
            return value < h->max ? value : h->max;
        }
    }
}

double hist_mean(const struct hist *h)
{
    return h->total > 0 ? h->sum / (double)h->total : 0;
}
