#ifndef MEASURE_HDR_H
#define MEASURE_HDR_H

#include <stdio.h>

#include "harness/measure/hist.h"

/* HdrHistogram's two formats, so that its own tools open what a run leaves: the encoding V2 (a compressed histogram in
 * base64, one of which stands in each line of an interval log, .hlog) and the percentile file (.hgrm). Layout of both
 * after HdrHistogram's AbstractHistogram, EncodableHistogram and PercentileIterator (Java, public domain). Pure; any
 * thread. */

/* The histogram in base64, "HISTFAAAA…", as V2 has it: lowest 1, highest HIST_HIGHEST_NS, 3 digits. Samples above the
 * highest are in no bucket and are not encoded. Caller frees; NULL: out of memory. */
char *hdr_encode(const struct hist *);

/* A histogram read back, of any layout HdrHistogram knows. */
struct hdr {
    int digits;              /* significant decimal digits, 1..5                      */
    int64_t lowest, highest; /* what can be told apart from 0, and what can be counted */
    int unit, half_bits;     /* log2 of the smallest step, and of half the parts of a bucket */
    int64_t *counts;         /* length of them; owned                                 */
    int length;
    int64_t total;
};
/* NULL and a histogram to be freed; or what is wrong with the text (static), and nothing to free. */
const char *hdr_decode(struct hdr *, const char *base64);
void hdr_free(struct hdr *);                           /* NULL and zeroed are no-ops */
int64_t hdr_value_at(const struct hdr *, int index);   /* lowest value of a bucket */
int64_t hdr_highest_at(const struct hdr *, int index); /* highest value of a bucket */
/* By Java HdrHistogram's rank rule, like hist_quantile(), but bounded by no exact maximum: 1 gives the bucket of the
 * greatest value. 0 when empty. */
int64_t hdr_quantile(const struct hdr *, double q);

/* The percentile file: values / scale, five rows each time the distance to 100 % is halved. Mean and deviation are
 * those of the buckets' middles, as HdrHistogram computes them. */
void hdr_print(const struct hist *, double scale, FILE *);

#endif
