#include "harness/report/waiting.h"

#include <math.h>
#include <string.h>

#include "harness/report/page.h"
#include "harness/report/styles.h"

struct waiting {
    bool known, merged;
    double response_ns, service_ns, ratio;
};

/* Where single trials have too few samples for a p99, that of all merged: then the ratio is theirs. */
static struct waiting read_waiting(const json_t *cell)
{
    struct measure response = view_measure(cell, "response_all_p99_ns");
    struct measure service = view_measure(cell, "service_all_p99_ns");
    struct measure ratio = view_measure(cell, "response_over_service");
    struct waiting w = { .response_ns = response.median, .service_ns = service.median };

    w.known = response.present && service.present && service.median > 0;
    w.merged = w.known && (response.merged || service.merged || !ratio.present);
    w.ratio = w.known ? w.merged ? response.median / service.median : ratio.median : NAN;
    return w;
}

bool waiting_applies(const json_t *scenario)
{
    const char *model = view_text(scenario, "model");

    return strcmp(model, "burst") == 0 || strcmp(model, "open") == 0;
}

int waiting_draw(struct figure *f)
{
    double least = INFINITY, most = 0;

    fputs("# variant, p99 of service time, p99 of response time (ms), colour, label\n", f->data);
    for (size_t i = 0; i < f->n; i++) {
        struct waiting w = read_waiting(f->cell[i]);
        char ratio[NUMBER_SIZE];

        if (!w.known)
            continue;
        styles_bar_label(f, f->cell[i]);
        fprintf(f->data, "%.9g,%.9g,0x%s,\"%sx%s\"\n", w.service_ns / 1e6, w.response_ns / 1e6,
                view_text(f->cell[i], "colour") + 1, w.merged ? "~" : "", number_real(ratio, w.ratio));
        least = fmin(least, w.service_ns / 1e6);
        most = fmax(most, w.response_ns / 1e6);
        f->points++;
    }
    if (f->points > 0)
        fprintf(f->variables, "n=%zu;low=%.9g;high=%.9g;", f->points, least, most);
    else
        snprintf(f->why, sizeof f->why, "too few requests for a p99");
    return 0;
}

/* ---- report.md --------------------------------------------------------------------------------------------------- */

static bool is_open(const json_t *scenario)
{
    return strcmp(view_text(scenario, "model"), "open") == 0;
}

static void name_cell(FILE *out, const json_t *cell)
{
    page_name(out, cell);
    fprintf(out, "| %lld ", (long long)view_trials(cell));
}

static void write_ratio(FILE *out, const json_t *cell)
{
    struct waiting w = read_waiting(cell);
    char digits[NUMBER_SIZE], text[NUMBER_SIZE + 2];

    if (!w.merged) {
        page_measure(out, cell, "response_over_service", PAGE_REAL);
        return;
    }
    snprintf(text, sizeof text, "\\~%s", number_real(digits, w.ratio));
    page_number(out, text);
}

static void write_row(FILE *out, const json_t *cell)
{
    name_cell(out, cell);
    page_measure(out, cell, "response_all_p99_ns", PAGE_MS);
    page_measure(out, cell, "service_all_p99_ns", PAGE_MS);
    write_ratio(out, cell);
    page_measure(out, cell, "wake_p50_ns", PAGE_MS);
    page_measure(out, cell, "wake_p99_ns", PAGE_MS);
    page_row_end(out);
}

static void write_open_row(FILE *out, const json_t *cell)
{
    struct measure sustained = view_measure(cell, "sustained");

    name_cell(out, cell);
    page_measure(out, cell, "offered_per_s", PAGE_REAL);
    page_measure(out, cell, "achieved_per_s", PAGE_REAL);
    page_measure(out, cell, "late", PAGE_COUNT);
    page_measure(out, cell, "skipped", PAGE_COUNT);
    page_measure(out, cell, "in_flight_max", PAGE_COUNT);
    page_cell(out, !sustained.present ? "-" : sustained.min > 0 ? "yes" : sustained.max > 0 ? "not always" : "no");
    page_row_end(out);
}

/* The cells that ran, and below the last that goes with it the floor. */
static void write_rows(FILE *out, const json_t *run, const struct pick *pick, void (*row)(FILE *, const json_t *))
{
    for (size_t i = 0; i < pick->n; i++) {
        const json_t *at_best = view_floor(run, pick->cell[i]);

        if (view_trials(pick->cell[i]) > 0)
            row(out, pick->cell[i]);
        if (at_best != NULL && (i + 1 == pick->n || view_floor(run, pick->cell[i + 1]) != at_best))
            row(out, at_best);
    }
}

static bool any_known(const struct pick *pick)
{
    for (size_t i = 0; i < pick->n; i++)
        if (read_waiting(pick->cell[i]).known)
            return true;
    return false;
}

void waiting_write(FILE *out, const json_t *run, const json_t *scenario, const struct pick *pick)
{
    static const char *const heads[] = { "variant", "n",           "response p99 ms", "service p99 ms",
                                         "ratio",   "wake p50 ms", "wake p99 ms",     NULL };
    static const char *const open_heads[] = { "variant",        "n",         "offered /s",
                                              "achieved /s",    "late",      "skipped",
                                              "most in flight", "sustained", NULL };

    if (!waiting_applies(scenario) || !any_known(pick))
        return;
    fputs("\n#### Waiting before a request begins\n\n", out);
    if (is_open(scenario))
        fprintf(
            out,
            "Response time counts from when a request was due, service time from when a worker began it, as a tester "
            "does who sends the next request when the last is answered: the ratio is the coordinated-omission "
            "factor, what such a tester misses of the p99. Wake is the lag: due to begun.\n\n");
    else
        fputs("Response time counts from when a request was due, service time from when its worker was awake and began "
              "it: in a burst the ratio is what waking and queueing for a worker add, which is the machine's part.\n\n",
              out);
    page_table(out, heads);
    write_rows(out, run, pick, write_row);
    if (!is_open(scenario))
        return;
    fprintf(out,
            "\nOpen load, %s at %s for %s, fixed before the start and the same for every variant of a block. Achieved: "
            "begun no later than %s after the end. Late: begun more than %s after they were due. Skipped: not begun %s "
            "after the end, and never sent. Sustained: nothing skipped, and neither lag nor system time grew all along "
            "to more than %s.\n\n",
            view_text(scenario, "arrivals"), view_text(scenario, "rate"), view_text(scenario, "duration"),
            view_text(scenario, "late"), view_text(scenario, "late"), view_text(scenario, "drain"),
            view_text(scenario, "late"));
    page_table(out, open_heads);
    write_rows(out, run, pick, write_open_row);
}
