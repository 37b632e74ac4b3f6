#include "harness/results/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/results/answered.h"
#include "harness/results/colour.h"
#include "harness/results/csv.h"

static void csv_words(struct output *o, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        csv_text(o, words[i]);
}

void table_trials_header(struct output *o)
{
    static const char *const first[] = { "cell",  "scenario", "db",   "variant", "sweep",
                                         "block", "trial",    "void", "requests" };

    csv_words(o, first, sizeof first / sizeof first[0]);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        csv_text(o, outcome_name((enum outcome)i));
    for (int m = 0; m < METRIC_COUNT; m++)
        csv_text(o, metrics[m].name);
    csv_end(o);
}

void table_trials(struct output *o, const struct cell *cell, const struct tally *t)
{
    const char *const first[] = { cell->id, cell->group, cell->db, cell->variant.name, cell->sweep };

    for (size_t i = 0; i < t->n; i++) {
        const struct tally_trial *trial = &t->trial[i];

        csv_words(o, first, sizeof first / sizeof first[0]);
        csv_int(o, trial->block);
        csv_int(o, (int64_t)i + 1);
        csv_int(o, trial->is_void);
        csv_int(o, trial->requests);
        for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
            csv_int(o, trial->outcomes[outcome]);
        for (int m = 0; m < METRIC_COUNT; m++) {
            if (metrics[m].whole && !isnan(trial->metric[m]))
                csv_int(o, llround(trial->metric[m]));
            else
                csv_real(o, trial->metric[m]);
        }
        csv_end(o);
    }
}

void table_cells_header(struct output *o)
{
    static const char *const first[] = { "id",    "scenario", "db",    "variant", "strategy", "colour",
                                         "sweep", "x",        "users", "seats",   "capacity", "verdict" };
    static const char *const ends[] = { "", "_lo", "_hi", "_min", "_max" };
    char name[64];

    csv_words(o, first, sizeof first / sizeof first[0]);
    for (int m = 0; m < METRIC_COUNT; m++) {
        for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
            snprintf(name, sizeof name, "%s%s", metrics[m].name, ends[i]);
            csv_text(o, name);
        }
    }
    csv_end(o);
}

static void metric_value(struct output *o, int m, double value)
{
    if (metrics[m].whole)
        csv_int(o, llround(value));
    else
        csv_real(o, value);
}

static void metric_columns(struct output *o, int m, const struct tally_metric *metric)
{
    if (metric->present)
        metric_value(o, m, metric->of.median);
    else
        csv_blank(o);
    if (!metric->present || metric->merged) {
        for (int i = 0; i < 4; i++)
            csv_blank(o);
        return;
    }
    metric_value(o, m, metric->of.lo);
    metric_value(o, m, metric->of.hi);
    metric_value(o, m, metric->of.min);
    metric_value(o, m, metric->of.max);
}

/* What a sweep is drawn against: the number its first value begins with, times in ns. */
static void sweep_x(struct output *o, const struct cell *cell)
{
    static const struct {
        const char *unit;
        double factor;
    } units[] = { { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }, { "m", 6e10 }, { "%", 0.01 }, { "/s", 1 }, { "", 1 } };
    const char *text = cell->sweep_values.n > 0 ? cell->sweep_values.items[0] : "";
    char *end;
    double x = strtod(text, &end);

    for (size_t i = 0; end != text && i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].unit) == 0) {
            csv_real(o, x * units[i].factor);
            return;
        }
    }
    csv_blank(o);
}

void table_cell(struct output *o, const struct cell *cell, const struct tally *t)
{
    const char *const first[] = { cell->id, cell->group, cell->db, cell->variant.name,
                                  cell->variant.registered->strategy->name };

    csv_words(o, first, sizeof first / sizeof first[0]);
    csv_int(o, colour_of(cell->variant.registered->strategy));
    csv_text(o, cell->sweep);
    sweep_x(o, cell);
    csv_int(o, cell->scenario.users);
    csv_int(o, cell->scenario.seats);
    csv_int(o, cell->scenario.events * cell->scenario.seats);
    csv_text(o, finding_verdict(&t->finding, cell));
    for (int m = 0; m < METRIC_COUNT; m++)
        metric_columns(o, m, &t->summary[m]);
    csv_end(o);
}

void table_audit_header(struct output *o)
{
    static const char *const first[] = { "cell",         "trial",       "capacity", "sold",      "told",
                                         "oversold",     "unsold",      "drift",    "leaked",    "uncounted",
                                         "gate_drift",   "lost",        "ghost",    "duplicate", "unknown",
                                         "resolved_yes", "resolved_no", "verdict",  "reason",    "torn",
                                         "released",     "unjudged",    "repeated", "held",      "unfair" };

    csv_words(o, first, sizeof first / sizeof first[0]);
    answered_header(o);
    csv_end(o);
}

void table_audit(struct output *o, const struct cell *cell, int64_t number, const struct audit *a)
{
    const int64_t values[] = { a->capacity, a->sold,      a->told,      a->oversold,     a->unsold,
                               a->drift,    a->leaked,    a->uncounted, a->gate_drift,   a->lost,
                               a->ghost,    a->duplicate, a->unknown,   a->resolved_yes, a->resolved_no };

    csv_text(o, cell->id);
    csv_int(o, number);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        csv_int(o, values[i]);
    csv_text(o, audit_verdict_name(a->verdict));
    csv_text(o, a->reason);
    csv_int(o, a->torn);
    csv_int(o, a->released);
    csv_int(o, a->unjudged);
    csv_int(o, a->repeated);
    csv_int(o, a->held);
    csv_int(o, a->unfair);
    answered_row(o, a);
    csv_end(o);
}
