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

/* The percentile file: values / scale, five rows each time the distance to 100 % is halved. Mean and deviation are
 * those of the buckets' middles, as HdrHistogram computes them. */
void hdr_print(const struct hist *, double scale, FILE *);

#endif
