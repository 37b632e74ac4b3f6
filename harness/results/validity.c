#include "harness/results/validity.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/results/value.h"

#define MOST_LAG     0.1
#define LEAST_BEGUN  0.99
#define MOST_STEAL   0.01
#define MOST_HICCUP  (5 * NS_PER_MS)
#define FEWEST_TICKS 2 /* a single one may be the rest of something older */
#define HICCUP_LEVEL 0.999

static double number_at(const json_t *object, const char *a, const char *b, const char *c)
{
    const json_t *value = json_object_get(json_object_get(object, a), b);

    if (c != NULL)
        value = json_object_get(value, c);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void read_open(struct validity *d, const struct tally *t)
{
    double *shares = calloc(t->n + 1, sizeof *shares), offered = 0, achieved = 0, share;
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++) {
        const json_t *trial = json_array_get(t->trials, i);

        if (t->trial[i].is_void || json_object_get(trial, "open") == NULL)
            continue;
        offered += number_at(trial, "open", "offered", NULL);
        achieved += number_at(trial, "open", "achieved", NULL);
        share = number_at(trial, "open", "lag_ns", "p99") /
                number_at(json_object_get(trial, "response_ns"), "all", "p99", NULL);
        if (shares != NULL && isfinite(share))
            shares[n++] = share;
    }
    if (offered > 0)
        d->achieved_share = achieved / offered;
    if (n > 0)
        d->lag_share = statistics_median(shares, n);
    free(shares);
}

void validity_read(struct validity *d, const struct tally *t)
{
    const struct weather *w = &t->weather;
    int64_t tick_ns = NS_PER_S / sysconf(_SC_CLK_TCK);

    *d = (struct validity){ NAN, NAN, NAN, NAN, false };
    if (t->untimed)
        return;
    read_open(d, t);
    if (w->processors_ns > 0)
        d->steal_share = w->steal_ns >= FEWEST_TICKS * tick_ns ? (double)w->steal_ns / (double)w->processors_ns : 0;
    if (w->hiccups.total > 0)
        d->hiccup_ns = (double)hist_quantile(&w->hiccups, HICCUP_LEVEL);
    /* What makes open load late has the priority of its own threads. */
    d->hiccups_judged = w->realtime || !isnan(d->achieved_share);
}

int validity_flags(const struct validity *d, const char *flags[VALIDITY_FLAGS])
{
    int n = 0;

    /* A comparison with NAN is false. */
    if (d->lag_share > MOST_LAG)
        flags[n++] = "lag";
    if (d->achieved_share < LEAST_BEGUN)
        flags[n++] = "behind";
    if (d->steal_share > MOST_STEAL)
        flags[n++] = "steal";
    if (d->hiccups_judged && d->hiccup_ns > (double)MOST_HICCUP)
        flags[n++] = "hiccups";
    return n;
}

json_t *validity_document(const struct validity *d)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:b}", "lag_share", value_number(d->lag_share, false), "achieved_share",
                     value_number(d->achieved_share, false), "steal_share", value_number(d->steal_share, false),
                     "hiccup_p999_ns", value_number(d->hiccup_ns, true), "hiccups_judged", d->hiccups_judged);
}
