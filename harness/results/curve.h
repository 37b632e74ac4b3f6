#ifndef RESULTS_CURVE_H
#define RESULTS_CURVE_H

#include "harness/results/output.h"
#include "harness/results/tally.h"

/* The two files that are drawn as curves. */

/* timeline.csv: how the seats told as booked add up over a trial, in at most 1000 points; capacity - sold may fall
 * below 0. Nothing where the single requests were not kept. 0, or -1 when out of memory. */
int curve_timeline(struct output *, const struct cell *, int64_t number, const struct trial *);
extern const char curve_timeline_header[];

/* spectrum.csv: the system time of all answers by quantile, over the merged trials; five points each time the distance
 * to 1 is halved, up to where one sample lies beyond. */
void curve_spectrum(struct output *, const struct cell *, const struct tally *);
extern const char curve_spectrum_header[];

#endif
