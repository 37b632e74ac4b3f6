#include "harness/results/finding.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/results/metric.h"
#include "harness/results/proved.h"

static void add_unknown(struct finding *f, const char *reason)
{
    if (f->unknown++ == 0)
        snprintf(f->unknown_reason, sizeof f->unknown_reason, "%s", reason);
}

static void count_trial(struct finding *f, const struct trial *trial, bool is_void)
{
    if (is_void) {
        if (f->voids++ == 0)
            snprintf(f->void_reason, sizeof f->void_reason, "%s", trial->void_reason);
        return;
    }
    f->trials++;
    f->requests += trial->totals.requests;
    f->errors += metric_errors(&trial->totals);
}

void finding_add(struct finding *f, const struct trial *trial, const struct audit *audit)
{
    bool is_void = trial->void_reason[0] != '\0', anomalous = false;

    count_trial(f, trial, is_void);
    if (audit == NULL) {
        if (!is_void)
            add_unknown(f, "not audited");
        return;
    }
    for (enum anomaly i = 0; i < ANOMALY_COUNT; i++) {
        int64_t amount = is_void && !proved_by_void(anomaly_name(i)) ? 0 : anomaly_amount(audit, i);

        if (amount <= 0)
            continue;
        anomalous = true;
        f->seen[i].trials++;
        if (amount > f->seen[i].most)
            f->seen[i].most = amount;
    }
    if (!is_void && audit->unjudged > f->unjudged)
        f->unjudged = audit->unjudged;
    if (anomalous)
        return;
    if (audit->verdict == AUDIT_INVALID && f->invalid++ == 0)
        snprintf(f->invalid_reason, sizeof f->invalid_reason, "%s", audit->reason);
    else if (audit->verdict == AUDIT_UNKNOWN && !is_void)
        add_unknown(f, audit->reason);
}

/* ANOMALY_COUNT: none. */
static enum anomaly worst_seen(const struct finding *f)
{
    enum anomaly worst = 0;

    while (worst < ANOMALY_COUNT && f->seen[worst].trials == 0)
        worst++;
    return worst;
}

static bool is_skipped(const struct finding *f, const struct cell *cell)
{
    return cell->skip[0] != '\0' && f->trials + f->voids == 0;
}

const char *finding_verdict(const struct finding *f, const struct cell *cell)
{
    enum anomaly worst = worst_seen(f);

    if (is_skipped(f, cell))
        return "skipped";
    if (worst < ANOMALY_COUNT)
        return anomaly_words[worst].verdict;
    if (f->invalid > 0)
        return anomaly_words[ANOMALY_LOST].verdict; /* what the database holds cannot be trusted */
    if (f->trials == 0)
        return "unknown";
    if (cell_is_floor(cell))
        return "floor";
    return f->unknown > 0 ? "unknown" : "holds";
}

static void append_sold(char *out, size_t size, const struct cell *cell, const struct summary *sold)
{
    int64_t capacity = cell->scenario.events * cell->scenario.seats;
    size_t used = strlen(out);

    if (sold == NULL)
        return;
    if (sold->min < sold->max)
        snprintf(out + used, size - used, " (sold: median %g [%g..%g] of %" PRId64 ")", sold->median, sold->min,
                 sold->max, capacity);
    else
        snprintf(out + used, size - used, " (sold: %g of %" PRId64 " each time)", sold->median, capacity);
}

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

static void append_unjudged(char *out, size_t size, const struct finding *f)
{
    size_t used = strlen(out);

    if (f->unjudged > 0)
        snprintf(out + used, size - used,
                 "; up to %" PRId64 " seat%s left over, not judged: bookings were given back while others asked",
                 f->unjudged, plural(f->unjudged));
}

static void say_worst(const struct finding *f, enum anomaly worst, char *out, size_t size)
{
    const struct anomaly_words *words = &anomaly_words[worst];
    int64_t most = f->seen[worst].most, trials = f->seen[worst].trials, all = f->trials + f->voids;

    snprintf(out, size, "%s up to %" PRId64 " %s%s%s in %" PRId64 " of %" PRId64 " trial%s", words->before, most,
             words->noun, plural(most), words->after, trials, all, plural(all));
}

void finding_reason(const struct finding *f, const struct cell *cell, const struct summary *sold, char *out,
                    size_t size)
{
    enum anomaly worst = worst_seen(f);

    if (is_skipped(f, cell)) {
        snprintf(out, size, "%s", cell->skip);
    } else if (worst < ANOMALY_COUNT) {
        say_worst(f, worst, out, size);
        append_sold(out, size, cell, sold);
    } else if (f->invalid > 0) {
        snprintf(out, size, "invalid in %" PRId64 " of %" PRId64 " trials: %s", f->invalid, f->trials + f->voids,
                 f->invalid_reason);
    } else if (f->trials == 0) {
        if (f->voids > 0)
            snprintf(out, size, "every trial was void: %s", f->void_reason);
        else
            snprintf(out, size, "no trial was run");
    } else if (cell_is_floor(cell)) {
        snprintf(out, size, "does no work: what this machine allows at best");
    } else if (f->unknown > 0) {
        snprintf(out, size, "%" PRId64 " of %" PRId64 " trials could not be judged: %s", f->unknown, f->trials,
                 f->unknown_reason);
    } else {
        snprintf(out, size, "no anomaly in %" PRId64 " trial%s", f->trials, plural(f->trials));
        append_sold(out, size, cell, sold);
        append_unjudged(out, size, f);
    }
}

bool finding_broken(const struct finding *f, const struct cell *cell)
{
    unsigned traits = cell->variant.registered->strategy->traits, promises;

    if ((traits & (TRAIT_FLOOR | TRAIT_CONTROL | TRAIT_ROGUE)) != 0)
        return false;
    promises = cell_promises(cell);
    if (f->invalid > 0)
        return true;
    for (enum anomaly i = 0; i < ANOMALY_COUNT; i++)
        if (f->seen[i].trials > 0 && anomaly_breaks(i, promises))
            return true;
    return false;
}

bool finding_proved_nothing(const struct finding *f, const struct cell *cell)
{
    return (cell->variant.registered->strategy->traits & TRAIT_CONTROL) != 0 && cell_contended(cell) && f->trials > 0 &&
           f->seen[ANOMALY_OVERSOLD].trials == 0;
}
