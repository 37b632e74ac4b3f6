#include "harness/results/tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/results/document.h"
#include "harness/results/headline.h"
#include "harness/results/validity.h"

/* A 95 % interval of a median has no meaning below six values: two of five enclose it in 93.8 % of the cases. */
#define TRIALS_FOR_INTERVAL 6
/* A floor this near says more about the machine than about the strategy. */
#define NEAR_FLOOR  0.2
#define MANY_ERRORS 0.01

int tally_init(struct tally *t)
{
    memset(t, 0, sizeof *t);
    t->solo = NAN;
    t->trials = json_array();
    return t->trials != NULL ? 0 : -1;
}

void tally_destroy(struct tally *t)
{
    if (t == NULL)
        return;
    for (int time = 0; time < METRIC_TIMES; time++)
        for (int series = 0; series < TOTALS_SERIES; series++)
            hist_destroy(&t->merged[time][series]);
    weather_free(&t->weather);
    json_decref(t->trials);
    free(t->trial);
    memset(t, 0, sizeof *t);
}

static int merge(struct hist *merged, const struct hist *more)
{
    if (more->total == 0 && more->over == 0)
        return 0;
    if (merged->counts == NULL && hist_init(merged) != 0)
        return -1;
    hist_add(merged, more);
    return 0;
}

static int merge_all(struct tally *t, const struct totals *totals)
{
    for (int time = 0; time < METRIC_TIMES; time++)
        for (int series = 0; series < TOTALS_SERIES; series++) {
            const struct hist *more = metric_hist(totals, (enum metric_time)time, series);

            if (more != NULL && merge(&t->merged[time][series], more) != 0)
                return -1;
        }
    return 0;
}

static struct tally_trial *append(struct tally *t)
{
    if (t->n == t->room) {
        size_t room = t->room > 0 ? 2 * t->room : 16;
        struct tally_trial *grown = realloc(t->trial, room * sizeof *grown);

        if (grown == NULL)
            return NULL;
        t->trial = grown;
        t->room = room;
    }
    return &t->trial[t->n++];
}

int tally_add(struct tally *t, const struct trial *trial, const struct audit *audit)
{
    struct tally_trial *kept = append(t);

    if (kept == NULL)
        return -1;
    kept->block = trial->block;
    kept->requests = trial->totals.requests;
    memcpy(kept->outcomes, trial->totals.outcomes, sizeof kept->outcomes);
    kept->is_void = trial->void_reason[0] != '\0';
    metric_read(kept->metric, trial, audit);
    finding_add(&t->finding, trial, audit);
    if (json_array_append_new(t->trials, document_trial((int64_t)t->n, trial, audit)) != 0)
        return -1;
    t->untimed |= trial->untimed;
    for (int place = 0; place < FAIRNESS_PLACES && audit != NULL && !kept->is_void; place++)
        t->winners_at[place] += audit->fairness.winners_at[place];
    if (kept->is_void || trial->untimed)
        return 0;
    return merge_all(t, &trial->totals) != 0 ? -1 : weather_add(&t->weather, &trial->weather);
}

/* A percentile that one trial lacks is not the median of the others: the merged trials must say. */
static void summarise_merged(const struct tally *t, int m, struct tally_metric *out)
{
    double value = metric_quantile(&t->merged[metrics[m].time][metrics[m].series], metrics[m].q);

    if (isnan(value))
        return;
    out->present = out->merged = true;
    out->of = (struct summary){ .median = value, .n = (size_t)t->finding.trials };
}

static int summarise_one(struct tally *t, int m, struct statistics *statistics, double *values)
{
    struct tally_metric *out = &t->summary[m];
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++)
        if (!t->trial[i].is_void && !isnan(t->trial[i].metric[m]))
            values[n++] = t->trial[i].metric[m];
    if (metrics[m].q > 0 && n < (size_t)t->finding.trials) {
        summarise_merged(t, m, out);
        return 0;
    }
    if (n == 0)
        return 0;
    out->present = true;
    return statistics_summarise(statistics, values, n, &out->of);
}

int tally_summarise(struct tally *t, struct statistics *statistics)
{
    double *values = calloc(t->n + 1, sizeof *values);
    int failed = values == NULL;

    for (size_t i = 0; i < t->n; i++)
        if (t->solo > 0)
            t->trial[i].metric[METRIC_AMPLIFICATION] = t->trial[i].metric[METRIC_STATEMENTS] / t->solo;
    for (int m = 0; m < METRIC_COUNT && !failed; m++)
        failed = summarise_one(t, m, statistics, values) != 0;
    free(values);
    return failed ? -1 : 0;
}

const struct summary *tally_sold(const struct tally *t)
{
    return t->summary[METRIC_SOLD].present ? &t->summary[METRIC_SOLD].of : NULL;
}

static bool near_floor(const struct tally *t, const struct tally *at_best)
{
    const struct tally_metric *mine = &t->summary[METRIC_ALL_P99];

    if (at_best == NULL || at_best == t || !mine->present || !at_best->summary[METRIC_ALL_P99].present)
        return false;
    return at_best->summary[METRIC_ALL_P99].of.median > NEAR_FLOOR * mine->of.median;
}

static bool few_samples(const struct tally *t)
{
    return t->finding.trials > 0 && !t->untimed &&
           (t->finding.trials < TRIALS_FOR_INTERVAL || !t->summary[METRIC_ALL_P99].present);
}

static bool not_sustained(const struct tally *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (!t->trial[i].is_void && t->trial[i].metric[METRIC_SUSTAINED] == 0) /* NAN: no open load */
            return true;
    return false;
}

void tally_flags(const struct tally *t, const struct cell *cell, const struct tally *at_best, const struct headline *h,
                 const char *flags[TALLY_FLAGS])
{
    struct validity validity;
    int n = 0;

    if (near_floor(t, at_best))
        flags[n++] = "near_floor";
    if (few_samples(t))
        flags[n++] = "few_samples";
    if (t->finding.voids > 0)
        flags[n++] = "void_trials";
    if (finding_proved_nothing(&t->finding, cell))
        flags[n++] = "proved_nothing";
    if ((double)t->finding.errors > MANY_ERRORS * (double)t->finding.requests)
        flags[n++] = "errors";
    if (t->finding.unjudged > 0)
        flags[n++] = "unjudged";
    /* A comparison with NAN is false: what could not be looked at is not flagged. */
    if (cell->scenario.precision > 0 && h->half_width > cell->scenario.precision)
        flags[n++] = "imprecise";
    if (h->series.trend_p < SERIES_TREND_P)
        flags[n++] = "trend";
    if (h->series.first > SERIES_FIRST)
        flags[n++] = "slow_first";
    validity_read(&validity, t);
    /* Of doing nothing, all is lag. */
    if (cell_is_floor(cell))
        validity.lag_share = NAN;
    n += validity_flags(&validity, &flags[n]);
    if (not_sustained(t))
        flags[n++] = "not_sustained";
    flags[n] = NULL;
}
