#include "harness/results/metric.h"

#include <math.h>

#include "harness/results/answered.h"
#include "harness/results/fair.h"
#include "harness/results/probed.h"

/* Fewer samples than this beyond a percentile, and it says more about chance than about the strategy. */
#define SAMPLES_BEYOND 10

#define BOOKED   (TOTALS_OUTCOME + (int)OUTCOME_BOOKED)
#define SOLD_OUT (TOTALS_OUTCOME + (int)OUTCOME_SOLD_OUT)

const struct metric_row metrics[METRIC_COUNT] = {
    [METRIC_SOLD] = { .name = "sold" },
    [METRIC_OVERSOLD] = { .name = "oversold" },
    [METRIC_UNSOLD] = { .name = "unsold" },
    [METRIC_LOST] = { .name = "lost" },
    [METRIC_GHOST] = { .name = "ghost" },
    [METRIC_DUPLICATE] = { .name = "duplicate" },
    [METRIC_DRIFT] = { .name = "drift" },
    [METRIC_GATE_DRIFT] = { .name = "gate_drift" },
    [METRIC_BUYERS_P50] = { "buyers_p50_ns", true, 0.5, METRIC_SYSTEM, BOOKED },
    [METRIC_BUYERS_MAX] = { .name = "buyers_max_ns", .whole = true },
    [METRIC_REFUSED_P50] = { "refused_p50_ns", true, 0.5, METRIC_SYSTEM, SOLD_OUT },
    [METRIC_REFUSED_P99] = { "refused_p99_ns", true, 0.99, METRIC_SYSTEM, SOLD_OUT },
    [METRIC_ALL_P50] = { "all_p50_ns", true, 0.5, METRIC_SYSTEM, TOTALS_ALL },
    [METRIC_ALL_P99] = { "all_p99_ns", true, 0.99, METRIC_SYSTEM, TOTALS_ALL },
    [METRIC_RESPONSE_ALL_P99] = { "response_all_p99_ns", true, 0.99, METRIC_RESPONSE, TOTALS_ALL },
    [METRIC_SERVICE_ALL_P99] = { "service_all_p99_ns", true, 0.99, METRIC_SERVICE, TOTALS_ALL },
    [METRIC_STATEMENTS] = { .name = "statements_per_request" },
    [METRIC_ROUND_TRIPS] = { .name = "round_trips_per_request" },
    [METRIC_TRANSACTIONS] = { .name = "transactions_per_request" },
    [METRIC_AMPLIFICATION] = { .name = "amplification" },
    [METRIC_RETRIES] = { .name = "retries_per_request" },
    [METRIC_BORROWERS] = { .name = "borrowers" },
    [METRIC_ERRORS_SHARE] = { .name = "errors_share" },
    [METRIC_SOLD_OUT_NS] = { .name = "sold_out_ns", .whole = true },
    [METRIC_BOOKINGS_PER_S] = { .name = "bookings_per_s" },
    [METRIC_DECISIONS_PER_S] = { .name = "decisions_per_s" },
    [METRIC_WALL_NS] = { .name = "wall_ns", .whole = true },
    [METRIC_HARNESS_CPU_NS] = { .name = "harness_cpu_ns", .whole = true },
    [METRIC_SERVER_CPU_NS] = { .name = "server_cpu_ns", .whole = true },
    [METRIC_PEAK_RSS] = { .name = "peak_rss_bytes", .whole = true },
    [METRIC_PEAK_CONNECTIONS] = { .name = "peak_connections" },
    [METRIC_WAL_BYTES] = { .name = "wal_bytes", .whole = true },
    [METRIC_TORN] = { .name = "torn" },
    [METRIC_REPEATED] = { .name = "repeated" },
    [METRIC_RELEASED] = { .name = "released" },
    [METRIC_CANCELS] = { .name = "cancels" },
    [METRIC_CANCEL_P50] = { "cancel_p50_ns", true, 0.5, METRIC_CANCEL, TOTALS_ALL },
    [METRIC_CANCEL_P99] = { "cancel_p99_ns", true, 0.99, METRIC_CANCEL, TOTALS_ALL },
    [METRIC_BROWSES] = { .name = "browses" },
    [METRIC_BROWSES_FAILED] = { .name = "browses_failed" },
    [METRIC_BROWSE_P50] = { "browse_p50_ns", true, 0.5, METRIC_BROWSE, TOTALS_ALL },
    [METRIC_BROWSE_P99] = { "browse_p99_ns", true, 0.99, METRIC_BROWSE, TOTALS_ALL },
    [METRIC_ORDER_INDEX] = { .name = "order_index" },
    [METRIC_OVERTAKES] = { .name = "overtakes" },
    [METRIC_OVERTAKEN_MOST] = { .name = "overtaken_most" },
    [METRIC_INVERSIONS] = { .name = "inversions" },
    [METRIC_LONGEST_WAIT] = { .name = "longest_wait_ns", .whole = true },
    [METRIC_MOST_ATTEMPTS] = { .name = "most_attempts" },
    [METRIC_STARVED] = { .name = "starved" },
    [METRIC_JAIN_INDEX] = { .name = "jain_index" },
    [METRIC_UNFAIR] = { .name = "unfair" },
    [METRIC_WAKE_P50] = { "wake_p50_ns", true, 0.5, METRIC_WAKE, TOTALS_ALL },
    [METRIC_WAKE_P99] = { "wake_p99_ns", true, 0.99, METRIC_WAKE, TOTALS_ALL },
    [METRIC_RESPONSE_OVER_SERVICE] = { .name = "response_over_service" },
    [METRIC_OFFERED_PER_S] = { .name = "offered_per_s" },
    [METRIC_ACHIEVED_PER_S] = { .name = "achieved_per_s" },
    [METRIC_LATE] = { .name = "late" },
    [METRIC_SKIPPED] = { .name = "skipped" },
    [METRIC_IN_FLIGHT_MAX] = { .name = "in_flight_max" },
    [METRIC_SUSTAINED] = { .name = "sustained" },
    [METRIC_FALSE_SOLD_OUT] = { .name = "false_sold_out" },
    [METRIC_HELD_REFUSALS] = { .name = "held_refusals" },
    [METRIC_TURNED_AWAY] = { .name = "turned_away" },
    [METRIC_PROBES] = { .name = "probes" },
    [METRIC_PROBE_VIOLATIONS] = { .name = "probe_violations" },
    [METRIC_PROBE_SHARE] = { .name = "probe_share" },
};

double metric_quantile(const struct hist *h, double q)
{
    double rank = ceil(nextafter(q, 0) * (double)h->total);

    if ((double)h->total - rank < SAMPLES_BEYOND)
        return NAN;
    return (double)hist_quantile(h, q);
}

int64_t metric_errors(const struct totals *t)
{
    return t->outcomes[OUTCOME_GAVE_UP] + t->outcomes[OUTCOME_TIMED_OUT] + t->outcomes[OUTCOME_SHED] +
           t->outcomes[OUTCOME_FAILED] + t->outcomes[OUTCOME_UNKNOWN];
}

static double known(int64_t value)
{
    return value < 0 ? NAN : (double)value;
}

static void read_audit(double *v, const struct audit *a)
{
    v[METRIC_SOLD] = (double)a->sold;
    v[METRIC_OVERSOLD] = (double)a->oversold;
    v[METRIC_UNSOLD] = (double)a->unsold;
    v[METRIC_LOST] = (double)a->lost;
    v[METRIC_GHOST] = (double)a->ghost;
    v[METRIC_DUPLICATE] = (double)a->duplicate;
    v[METRIC_DRIFT] = (double)a->drift;
    v[METRIC_GATE_DRIFT] = (double)a->gate_drift;
    v[METRIC_TORN] = (double)a->torn;
    v[METRIC_UNFAIR] = (double)a->unfair;
    fair_metrics(v, &a->fairness);
    answered_metrics(v, a);
}

const struct hist *metric_hist(const struct totals *t, enum metric_time time, int series)
{
    switch (time) {
    case METRIC_RESPONSE:
        return &t->response[series];
    case METRIC_SYSTEM:
        return &t->system[series];
    case METRIC_SERVICE:
        return &t->service[series];
    case METRIC_CANCEL:
        return series == TOTALS_ALL ? &t->cancels.response : NULL;
    case METRIC_BROWSE:
        return series == TOTALS_ALL ? &t->browses.response : NULL;
    case METRIC_WAKE:
        return series == TOTALS_ALL ? &t->wake : NULL;
    default:
        return NULL;
    }
}

static void read_percentiles(double *v, const struct totals *t)
{
    for (int m = 0; m < METRIC_COUNT; m++)
        if (metrics[m].q > 0)
            v[m] = metric_quantile(metric_hist(t, (enum metric_time)metrics[m].time, metrics[m].series), metrics[m].q);
    if (v[METRIC_SERVICE_ALL_P99] > 0) /* NAN is not */
        v[METRIC_RESPONSE_OVER_SERVICE] = v[METRIC_RESPONSE_ALL_P99] / v[METRIC_SERVICE_ALL_P99];
    if (t->system[BOOKED].total > 0)
        v[METRIC_BUYERS_MAX] = (double)t->system[BOOKED].max;
}

/* Only where there were any: a zero would say that it was tried. */
static void read_asides(double *v, const struct totals *t, const struct audit *a)
{
    if (t->repeats > 0 && a != NULL)
        v[METRIC_REPEATED] = (double)a->repeated;
    if (t->cancels.n > 0) {
        v[METRIC_CANCELS] = (double)t->cancels.n;
        if (a != NULL)
            v[METRIC_RELEASED] = (double)a->released;
    }
    if (t->browses.n > 0) {
        v[METRIC_BROWSES] = (double)t->browses.n;
        v[METRIC_BROWSES_FAILED] = (double)t->browses.outcomes[ASIDE_FAILED];
    }
}

static void read_rates(double *v, const struct trial *trial)
{
    const struct totals *t = &trial->totals;
    const struct aside *c = &t->cancels, *b = &t->browses;
    double requests = (double)t->requests, seconds = (double)trial->wall_ns / 1e9;

    if (t->requests > 0) {
        v[METRIC_STATEMENTS] = (double)(trial->ops.statements - c->statements - b->statements) / requests;
        v[METRIC_ROUND_TRIPS] = (double)(trial->ops.round_trips - c->round_trips - b->round_trips) / requests;
        v[METRIC_TRANSACTIONS] = (double)(trial->ops.transactions - c->transactions - b->transactions) / requests;
        v[METRIC_RETRIES] = (double)(t->attempts + t->untried - t->requests) / requests;
        v[METRIC_ERRORS_SHARE] = (double)metric_errors(t) / requests;
    }
    if (trial->wall_ns > 0 && !trial->untimed) {
        v[METRIC_BOOKINGS_PER_S] = (double)t->outcomes[OUTCOME_BOOKED] / seconds;
        v[METRIC_DECISIONS_PER_S] = requests / seconds;
        v[METRIC_WALL_NS] = (double)trial->wall_ns;
    }
    v[METRIC_BORROWERS] = (double)t->borrowers;
    if (!trial->untimed)
        v[METRIC_SOLD_OUT_NS] = known(trial->sold_out_ns);
}

static void read_pace(double *v, const struct pace *p)
{
    double seconds = (double)p->duration_ns / 1e9;

    if (p->duration_ns == 0)
        return;
    v[METRIC_OFFERED_PER_S] = (double)p->offered / seconds;
    v[METRIC_ACHIEVED_PER_S] = (double)p->achieved / seconds;
    v[METRIC_LATE] = (double)p->late;
    v[METRIC_SKIPPED] = (double)p->skipped;
    v[METRIC_IN_FLIGHT_MAX] = (double)p->in_flight_max;
    v[METRIC_SUSTAINED] = p->sustained;
}

void metric_read(double values[METRIC_COUNT], const struct trial *trial, const struct audit *audit)
{
    for (int m = 0; m < METRIC_COUNT; m++)
        values[m] = NAN;
    if (audit != NULL)
        read_audit(values, audit);
    if (trial->untimed)
        values[METRIC_LONGEST_WAIT] = NAN;
    else
        read_percentiles(values, &trial->totals);
    read_asides(values, &trial->totals, audit);
    read_rates(values, trial);
    read_pace(values, &trial->pace);
    probed_metrics(values, trial);
    values[METRIC_HARNESS_CPU_NS] = known(trial->harness_cpu_ns);
    values[METRIC_SERVER_CPU_NS] = known(trial->server_cpu_ns);
    values[METRIC_PEAK_RSS] = known(trial->peak_rss_bytes);
    values[METRIC_PEAK_CONNECTIONS] = known(trial->peak_connections);
    values[METRIC_WAL_BYTES] = known(trial->wal_bytes);
}
