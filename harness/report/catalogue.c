#include "harness/report/catalogue.h"

#include <math.h>

#include "harness/report/page.h"
#include "harness/results/proved.h"

/* Below so many trials 3/N is no bound at all. */
#define BOUND_LEAST 4
#define KEYS_MOST   3

/* Of how many it is counted. */
static double capacity(const json_t *cell)
{
    return view_sum(cell, "audit", "capacity");
}

static double sold(const json_t *cell)
{
    return view_sum(cell, "audit", "sold");
}

static double requests(const json_t *cell)
{
    return view_sum(cell, NULL, "requests");
}

static double booked(const json_t *cell)
{
    return view_sum(cell, "outcomes", "booked");
}

static double not_booked(const json_t *cell)
{
    return requests(cell) - booked(cell);
}

static double trials(const json_t *cell)
{
    return (double)view_trials(cell);
}

static double probes(const json_t *cell)
{
    return view_sum(cell, "audit", "probes");
}

static double told_sold_out(const json_t *cell)
{
    return view_sum(cell, "outcomes", "sold_out");
}

static const struct {
    const char *number, *name;
    const char *group; /* NULL: of the trial itself */
    const char *keys[KEYS_MOST];
    double (*of)(const json_t *cell);
    const char *noun;
} anomalies[] = {
    { "D1", "oversold", "audit", { "oversold", "oversold_peak" }, capacity, "seats" },
    { "D2", "counter and bookings differ", "audit", { "leaked", "uncounted" }, capacity, "seats" },
    { "D3", "negative inventory", "audit", { "negative" }, capacity, "seats" },
    { "D4", "one seat, two owners", "audit", { "doubled_seats" }, capacity, "seats" },
    { "D5", "one request booked twice", "audit", { "duplicate" }, requests, "requests" },
    { "D6", "told booked, no row", "audit", { "lost" }, booked, "told booked" },
    { "D7", "a row, and told otherwise", "audit", { "ghost" }, not_booked, "not told booked" },
    { "D8", "a row nobody asked for", "audit", { "unasked" }, sold, "seats in rows" },
    { "D9", "told \"sold out\" falsely", "audit", { "false_sold_out", "held_refusals" }, told_sold_out, "refusals" },
    { "D10", "seats left that somebody wanted", "audit", { "unsold", "unjudged" }, capacity, "seats" },
    { "D11", "a hold never taken away", "audit", { "overdue" }, capacity, "seats" },
    { "D12", "a hold over too early", "audit", { "early_expiry" }, requests, "requests" },
    { "D13", "lost update", "audit", { "uncounted" }, capacity, "seats" },
    { "D14", "passed over", "audit", { "unfair" }, requests, "requests" },
    { "D15", "gave up, and seats were left", "fairness", { "starved" }, requests, "requests" },
    { "D16", "gate and bookings differ", "audit", { "gate_drift" }, capacity, "seats" },
    { "D17", "damaged storage", NULL, { "damaged" }, trials, "trials" },
    { "D18", "the harness contradicts itself", "audit", { "malformed" }, requests, "requests" },
    { "D19", "told booked, and the commit was not", NULL, { "uncommitted" }, booked, "told booked" },
    { "D20", "seen while the rush went on", "audit", { "probe_violations" }, probes, "looks" },
};
#define ANOMALIES (sizeof anomalies / sizeof anomalies[0])

static bool is_shown(const json_t *trial, size_t a)
{
    for (int k = 0; k < KEYS_MOST && anomalies[a].keys[k] != NULL; k++)
        if (proved_amount(trial, anomalies[a].group, anomalies[a].keys[k]) > 0)
            return true;
    return false;
}

/* In how many of the trials that count, or of those that do not. */
static int64_t trials_with(const json_t *cell, size_t a, bool voids)
{
    const json_t *trial;
    int64_t n = 0;
    size_t i;

    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        n += view_counts(trial) != voids && is_shown(trial, a);
    }
    return n;
}

static bool is_known(const json_t *cell, size_t a)
{
    return !isnan(view_sum(cell, anomalies[a].group, anomalies[a].keys[0]));
}

/* NAN or 0: none. */
static double total(const json_t *cell, size_t a, int k, bool voids)
{
    double sum;

    if (!voids)
        return view_sum(cell, anomalies[a].group, anomalies[a].keys[k]);
    view_void_with(cell, anomalies[a].group, anomalies[a].keys[k], &sum);
    return sum;
}

/* "naive 24 (10 of 10)", "atomic 2 (1 void)"; with several keys each by its name. */
static void write_shown(FILE *out, const json_t *cell, size_t a, bool voids)
{
    char point[256];
    bool said = false;

    view_point(cell, point, sizeof point);
    page_text(out, view_text(cell, "variant"));
    if (point[0] != '\0') {
        fputs(" at ", out);
        page_text(out, point);
    }
    for (int k = 0; k < KEYS_MOST && anomalies[a].keys[k] != NULL; k++) {
        double n = total(cell, a, k, voids);

        if (!(n > 0))
            continue;
        fputs(said ? ", " : " ", out);
        if (anomalies[a].keys[1] != NULL)
            page_text(out, anomalies[a].keys[k]);
        fprintf(out, "%s%.0f", anomalies[a].keys[1] != NULL ? " " : "", n);
        said = true;
    }
    if (voids)
        fprintf(out, " (%lld void)", (long long)trials_with(cell, a, true));
    else
        fprintf(out, " (%lld of %lld)", (long long)trials_with(cell, a, false), (long long)view_trials(cell));
}

/* Whether there was anything to write. */
static bool write_cell(FILE *out, const json_t *cell, size_t a, bool any)
{
    bool wrote = false;

    for (int voids = 0; voids < 2; voids++) {
        if (trials_with(cell, a, voids != 0) == 0)
            continue;
        fputs(any || wrote ? "; " : "", out);
        write_shown(out, cell, a, voids != 0);
        wrote = true;
    }
    return wrote;
}

static void write_others(FILE *out, int64_t fewest)
{
    if (fewest == INT64_MAX)
        fputs("| - ", out);
    else if (fewest < BOUND_LEAST)
        fprintf(out, "| 0 of %lld: no bound yet ", (long long)fewest);
    else
        fprintf(out, "| 0 of %lld: below %.2g %% ", (long long)fewest, 300.0 / (double)fewest);
}

static void write_row(FILE *out, const struct pick *pick, size_t a)
{
    int64_t fewest = INT64_MAX;
    double of = 0;
    bool any = false;

    for (size_t i = 0; i < pick->n; i++)
        if (is_known(pick->cell[i], a))
            of += anomalies[a].of(pick->cell[i]);
    page_cell(out, anomalies[a].number);
    page_cell(out, anomalies[a].name);
    fprintf(out, "| %.0f %s | ", of, anomalies[a].noun);
    for (size_t i = 0; i < pick->n; i++) {
        const json_t *cell = pick->cell[i];

        if (write_cell(out, cell, a, any))
            any = true;
        else if (is_known(cell, a) && view_trials(cell) < fewest)
            fewest = view_trials(cell);
    }
    fputs(any ? " " : "none ", out);
    write_others(out, fewest);
    page_row_end(out);
}

static bool is_known_here(const struct pick *pick, size_t a)
{
    for (size_t i = 0; i < pick->n; i++)
        if (is_known(pick->cell[i], a) || trials_with(pick->cell[i], a, true) > 0)
            return true;
    return false;
}

void catalogue_write(FILE *out, const struct pick *pick)
{
    static const char *const heads[] = {
        "", "<anomaly", "looked at", "<shown by (trials)", "<the others: trials, rate", NULL
    };

    fputs("\n#### What was looked for\n\nEvery anomaly of the catalogue in results/README.md, over all variants and "
          "trials "
          "above: among how many it was looked for, who showed it and in how many trials, and for each of the others "
          "the rate that none in so many trials leaves possible (3/n, at 95 %). Where a variant has no holds, gates or "
          "numbered seats, there is none of theirs.",
          out);
    if (view_any_void(pick))
        fputs(" Void trials are neither looked at nor in a rate; what one of them proves all the same is shown.", out);
    fputs("\n\n", out);
    page_table(out, heads);
    for (size_t a = 0; a < ANOMALIES; a++)
        if (is_known_here(pick, a))
            write_row(out, pick, a);
}
