#ifndef RESULTS_METRIC_H
#define RESULTS_METRIC_H

#include <stdbool.h>

#include "harness/audit/audit.h"
#include "harness/run/trial.h"

/* The numbers a cell is summarised by: one row of metrics[] each, from which come run.json's summary{}, the columns of
 * trials.csv and cells.csv, and nothing else. Their meaning stands in results/README.md. */
enum metric {
    METRIC_SOLD,
    METRIC_OVERSOLD,
    METRIC_UNSOLD,
    METRIC_LOST,
    METRIC_GHOST,
    METRIC_DUPLICATE,
    METRIC_DRIFT,
    METRIC_GATE_DRIFT,
    METRIC_BUYERS_P50,
    METRIC_BUYERS_MAX,
    METRIC_REFUSED_P50,
    METRIC_REFUSED_P99,
    METRIC_ALL_P50,
    METRIC_ALL_P99,
    METRIC_RESPONSE_ALL_P99,
    METRIC_SERVICE_ALL_P99,
    METRIC_STATEMENTS,
    METRIC_ROUND_TRIPS,
    METRIC_TRANSACTIONS,
    METRIC_AMPLIFICATION,
    METRIC_RETRIES,
    METRIC_BORROWERS,
    METRIC_ERRORS_SHARE,
    METRIC_SOLD_OUT_NS,
    METRIC_BOOKINGS_PER_S,
    METRIC_DECISIONS_PER_S,
    METRIC_WALL_NS,
    METRIC_HARNESS_CPU_NS,
    METRIC_SERVER_CPU_NS,
    METRIC_PEAK_RSS,
    METRIC_PEAK_CONNECTIONS,
    METRIC_WAL_BYTES,
    METRIC_TORN, /* later ones go to the end: columns keep their places */
    METRIC_REPEATED,
    METRIC_RELEASED,
    METRIC_CANCELS,
    METRIC_CANCEL_P50,
    METRIC_CANCEL_P99,
    METRIC_BROWSES,
    METRIC_BROWSES_FAILED,
    METRIC_BROWSE_P50,
    METRIC_BROWSE_P99,
    METRIC_ORDER_INDEX,
    METRIC_OVERTAKES,
    METRIC_OVERTAKEN_MOST,
    METRIC_INVERSIONS,
    METRIC_LONGEST_WAIT,
    METRIC_MOST_ATTEMPTS,
    METRIC_STARVED,
    METRIC_JAIN_INDEX,
    METRIC_UNFAIR,
    METRIC_WAKE_P50,
    METRIC_WAKE_P99,
    METRIC_RESPONSE_OVER_SERVICE,
    METRIC_OFFERED_PER_S,
    METRIC_ACHIEVED_PER_S,
    METRIC_LATE,
    METRIC_SKIPPED,
    METRIC_IN_FLIGHT_MAX,
    METRIC_SUSTAINED,
    METRIC_FALSE_SOLD_OUT,
    METRIC_HELD_REFUSALS,
    METRIC_TURNED_AWAY,
    METRIC_PROBES,
    METRIC_PROBE_VIOLATIONS,
    METRIC_PROBE_SHARE,
    METRIC_COUNT
};

/* The time a percentile is of; from METRIC_CANCEL on there is one series, TOTALS_ALL. */
enum metric_time {
    METRIC_RESPONSE,
    METRIC_SYSTEM,
    METRIC_SERVICE,
    METRIC_CANCEL,
    METRIC_BROWSE,
    METRIC_WAKE,
    METRIC_TIMES
};

struct metric_row {
    const char *name;
    bool whole; /* ns and bytes: whole numbers, medians of two rounded      */
    double q;   /* > 0: a percentile of the series below, else of the trial */
    int time;   /* enum metric_time                                         */
    int series; /* TOTALS_ALL or TOTALS_OUTCOME + enum outcome              */
};
extern const struct metric_row metrics[METRIC_COUNT];

/* All of one trial; NAN where it makes no sense, cannot be known or has too few samples. audit may be NULL.
 * METRIC_AMPLIFICATION is left NAN: it needs the run with one user, and tally.c knows it. */
void metric_read(double values[METRIC_COUNT], const struct trial *, const struct audit *);
/* The quantile of a histogram, or NAN when fewer than 10 samples lie beyond it. */
double metric_quantile(const struct hist *, double q);
/* The histogram of a trial that percentiles of this time and series are taken from; NULL where there is none. */
const struct hist *metric_hist(const struct totals *, enum metric_time, int series);
/* The errors among a trial's requests (results/README.md). */
int64_t metric_errors(const struct totals *);

#endif
