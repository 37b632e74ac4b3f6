#ifndef MEASURE_PACE_H
#define MEASURE_PACE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/measure/record.h"

/* How open load went: whether its requests began when they were due, and whether the system kept up with them.
 *
 *   lag = invoke - due          late = requests whose lag is above late_ns
 *   offered = begun + skipped   achieved = begun no later than late_ns after the load's duration
 *
 * A trend is the straight line through the means of equal slices of the duration (PACE_SLICES, by due time): requests
 * close to each other depend on each other, means of slices hardly do, so that the interval of the slope is not too
 * narrow. The rate was not sustained when requests were skipped, or when the lag or the system time grew all along (the
 * 95 % interval of its slope is above 0), in the last slice with requests its mean was above late_ns, and more than
 * half of that mean is what the line rose during the load. */
enum { PACE_SLICES = 20, PACE_FEWEST_SLICES = 6 };

struct trend {
    bool known;           /* PACE_FEWEST_SLICES of the slices have requests  */
    double slope, lo, hi; /* ns per s                                        */
    double last_ns;       /* mean of the last slice                          */
};

struct pace {
    int64_t duration_ns; /* 0: not open load */
    int64_t offered, begun, achieved, late, skipped;
    int64_t in_flight_max; /* most between invoke and return at once */
    struct trend lag, system;
    bool sustained;
};

struct pace_terms {
    int64_t start_ns, duration_ns, late_ns, skipped;
};

/* Main thread, once all is answered. 0, or -1 when out of memory. */
int pace_take(struct pace *, const struct pace_terms *, const struct record *, size_t n);

#endif
