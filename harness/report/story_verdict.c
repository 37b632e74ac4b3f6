#include "harness/report/story_verdict.h"

#include <inttypes.h>

#include "harness/report/story_bounds.h"
#include "harness/report/story_ending.h"

/* A schedule that breaks it did, or has, this. */
static const char *const deeds[ANOMALY_COUNT] = {
    [ANOMALY_OVERSOLD] = "oversold",
    [ANOMALY_PROBED] = "broke for a moment what must always hold",
    [ANOMALY_LOST] = "lost a booking that was confirmed",
    [ANOMALY_GHOST] = "kept a booking that nobody was told of",
    [ANOMALY_TORN] = "booked a request with more or fewer seats than asked for",
    [ANOMALY_DUPLICATE] = "booked a request twice",
    [ANOMALY_UNSOLD] = "left a seat unsold that somebody had asked for",
    [ANOMALY_FALSE_SOLD_OUT] = "told somebody \"sold out\" while a seat was free",
    [ANOMALY_DRIFT] = "counter and bookings differed",
    [ANOMALY_GATE_DRIFT] = "gate and bookings differed",
    [ANOMALY_UNFAIR] = "passed somebody over for one who came after his answer",
};

static const char stuck_deed[] = "somebody waited for ever", endless_deed[] = "went in circles";

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

bool story_verdict_is_broken(const struct exploration *e)
{
    return e->broken > 0 || e->faults_broken > 0 || story_ending_is_bad(&e->trace);
}

/* "oversold in 10 of 14 schedules, … in 4 of 14" */
struct listing {
    FILE *out;
    int64_t of;
    const char *noun;
    bool goes_on;
};

static void list(struct listing *listing, const char *deed, int64_t n)
{
    if (n == 0)
        return;
    fprintf(listing->out, "%s%s in %" PRId64 " of %" PRId64, listing->goes_on ? ", " : "", deed, n, listing->of);
    if (!listing->goes_on)
        fprintf(listing->out, " %s%s", listing->noun, plural(listing->of));
    listing->goes_on = true;
}

static void list_anomalies(struct listing *listing, const int64_t by[ANOMALY_COUNT])
{
    int anomaly;

    for (anomaly = 0; anomaly < ANOMALY_COUNT; anomaly++)
        list(listing, deeds[anomaly], by[anomaly]);
}

static void write_broken(FILE *out, const struct exploration *e)
{
    struct listing listing = { .out = out, .of = e->tried, .noun = e->is_random ? "random schedule" : "schedule" };

    list_anomalies(&listing, e->broken_by);
    list(&listing, stuck_deed, e->stuck);
    list(&listing, endless_deed, e->endless);
    putc('.', out);
}

static void write_holds(FILE *out, const struct exploration *e)
{
    fputs("holds in ", out);
    if (e->is_random)
        fprintf(out, "all %" PRId64 " of %" PRId64 " random schedules", e->tried, e->tried);
    else
        fprintf(out, "%s %" PRId64 " schedules%s", e->exhausted ? "all" : "the", e->tried,
                e->exhausted ? "" : " that were tried");
    story_bounds_write(out, e);
    fputs(e->is_random || e->exhausted ? "." : "; there are more.", out);
}

static void write_faults(FILE *out, const struct exploration *e)
{
    struct listing listing = { .out = out, .of = e->faults, .noun = "schedule" };

    if (e->faults_broken == 0)
        return;
    fputs(" With one call made to fail: ", out);
    list_anomalies(&listing, e->faults_broken_by);
    list(&listing, "somebody was never answered", e->faults_stuck);
    putc('.', out);
}

static void write_finding(FILE *out, const struct exploration *e)
{
    if (e->broken > 0)
        write_broken(out, e);
    else
        write_holds(out, e);
    write_faults(out, e);
}

/* Whether that was to be expected. */
static void write_claim(FILE *out, const struct exploration *e)
{
    const struct strategy *strategy = e->cell->variant.registered->strategy;
    bool unexpected = exploration_unexpected(e);
    int anomaly;

    if ((strategy->traits & TRAIT_ROGUE) != 0) {
        fprintf(out, " %s is broken on purpose", strategy->name);
        for (anomaly = 0; unexpected && anomaly < ANOMALY_COUNT; anomaly++)
            if ((strategy->shows & 1u << anomaly) != 0)
                fprintf(out, ", and this should have been found: %s", deeds[anomaly]);
        putc('.', out);
    } else if ((strategy->traits & TRAIT_CONTROL) != 0) {
        fprintf(out, " %s is a control, here to show the race%s.", strategy->name,
                unexpected ? ": it was expected not to hold" : "");
    } else if (unexpected) {
        fprintf(out, " That is not what %s promises.", strategy->name);
    }
}

/* One schedule, played again. */
static void write_replayed_verdict(FILE *out, const struct trace *trace)
{
    const char *between = "";
    int anomaly;

    if (!story_ending_is_bad(trace)) {
        fputs("This schedule breaks nothing.", out);
        return;
    }
    fputs("Broken by this schedule: ", out);
    for (anomaly = 0; anomaly < ANOMALY_COUNT; anomaly++)
        if ((trace->anomalies & 1u << anomaly) != 0) {
            fprintf(out, "%s%s", between, deeds[anomaly]);
            between = ", ";
        }
    if (trace->ending == TRACE_STUCK)
        fprintf(out, "%s%s", between, stuck_deed);
    else if (trace->ending == TRACE_ENDLESS)
        fprintf(out, "%s%s", between, endless_deed);
    putc('.', out);
}

void story_verdict_write(FILE *out, const struct exploration *e)
{
    if (e->request.replay != NULL) {
        write_replayed_verdict(out, &e->trace);
        return;
    }
    if (e->broken > 0)
        fputs("Broken: ", out);
    else
        fprintf(out, "%s ", e->cell->variant.name);
    write_finding(out, e);
    write_claim(out, e);
}

void story_verdict_line(FILE *out, const struct exploration *e)
{
    fprintf(out, "%s: ", e->holder);
    if (e->request.replay != NULL)
        write_replayed_verdict(out, &e->trace);
    else
        write_finding(out, e);
}
