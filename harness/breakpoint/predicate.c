#include "harness/breakpoint/predicate.h"

#include <math.h>
#include <string.h>

#include "harness/results/metric.h"

const char *const predicate_names[PREDICATE_COUNT] = {
    [PREDICATE_OVERSOLD] = "oversold", [PREDICATE_LEDGER] = "ledger",       [PREDICATE_UNDERSOLD] = "undersold",
    [PREDICATE_TIME] = "p99",          [PREDICATE_ERRORS] = "errors",       [PREDICATE_AMPLIFICATION] = "amplification",
    [PREDICATE_BEHIND] = "behind",     [PREDICATE_GENERATOR] = "generator",
};

void predicate_observe(struct observation *o, const struct trial *trial, const struct audit *audit, int64_t level,
                       double solo, int64_t floor_p99_ns, int64_t timeout_ns)
{
    const struct totals *totals = &trial->totals;
    bool is_void = trial->void_reason[0] != '\0';

    memset(o, 0, sizeof *o);
    o->level = level;
    o->requests = totals->requests;
    o->errors = metric_errors(totals);
    o->sold = audit->sold;
    o->oversold = audit->oversold;
    o->unsold = is_void ? 0 : audit->unsold; /* who was cut off was not refused by the strategy */
    o->astray = audit->lost + audit->ghost + audit->duplicate + audit->torn;
    o->p99_ns = hist_quantile(&totals->system[TOTALS_ALL], 0.99);
    o->floor_p99_ns = floor_p99_ns;
    o->statements = totals->requests > 0 ? (double)trial->ops.statements / (double)totals->requests : 0;
    o->amplification = solo > 0 ? o->statements / solo : NAN;
    if (trial->weather.realtime || trial->pace.duration_ns > 0)
        o->stall_ns = trial->weather.hiccups.max;
    o->fell_behind = trial->pace.duration_ns > 0 && !trial->pace.sustained;
    o->cut_short = is_void && trial->wall_ns >= timeout_ns;
    o->miscounted = is_void && !o->cut_short;
}

/* Without the stall it might have kept to the slo. */
static bool is_excused(const struct observation *o, const struct limits *limits)
{
    return !o->cut_short && o->stall_ns > LIMITS_STALL_NS && o->p99_ns > limits->slo_ns &&
           o->p99_ns - o->stall_ns <= limits->slo_ns;
}

void predicate_judge(struct observation *o, const struct limits *limits)
{
    bool excused = is_excused(o, limits), no_floor = o->miscounted || o->floor_p99_ns > limits->slo_ns;
    const bool broken[PREDICATE_COUNT] = {
        [PREDICATE_OVERSOLD] = o->oversold > 0,
        [PREDICATE_LEDGER] = o->astray > 0,
        [PREDICATE_UNDERSOLD] = o->unsold > 0,
        [PREDICATE_TIME] = o->cut_short || o->p99_ns > limits->slo_ns,
        [PREDICATE_ERRORS] = (double)o->errors > limits->errors_share * (double)o->requests,
        [PREDICATE_AMPLIFICATION] = o->amplification > limits->amplification,
        [PREDICATE_BEHIND] = o->fell_behind,
        [PREDICATE_GENERATOR] = no_floor || excused,
    };
    int p;

    o->broken = 0;
    for (p = 0; p < PREDICATE_COUNT; p++)
        o->broken |= (unsigned)broken[p] << p;
    if (no_floor || excused)
        o->broken &= ~(1u << PREDICATE_TIME);
    if (no_floor)
        o->broken &= ~(1u << PREDICATE_BEHIND);
}
