#include "harness/report/probed.h"

#include <math.h>

#include "harness/report/page.h"

/* From this share of the time on, what is measured is something else. */
#define COSTLY 0.1

static bool was_probed(const struct pick *pick)
{
    for (size_t i = 0; i < pick->n; i++)
        if (view_measure(pick->cell[i], "probes").present)
            return true;
    return false;
}

static void total(FILE *out, const json_t *cell, const char *key)
{
    char text[NUMBER_SIZE];

    page_number(out, number_count(text, view_sum(cell, "audit", key)));
}

/* The earliest of all trials; NAN: nobody saw anything. */
static double first_ns(const json_t *cell)
{
    const json_t *trial;
    double first = NAN;
    size_t i;

    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        if (view_counts(trial))
            first = fmin(first, view_number(json_object_get(trial, "audit"), "probe_first_ns"));
    }
    return first;
}

static double most_over(const json_t *cell)
{
    const json_t *trial;
    double most = NAN;
    size_t i;

    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        if (view_counts(trial))
            most = fmax(most, view_number(json_object_get(trial, "audit"), "probe_oversold_most"));
    }
    return most;
}

static void say_sentence(FILE *out, const struct pick *pick)
{
    double probes = 0, violations = 0, share = 0;
    char count[NUMBER_SIZE], bad[NUMBER_SIZE], most[NUMBER_SIZE];

    for (size_t i = 0; i < pick->n; i++) {
        probes += fmax(view_sum(pick->cell[i], "audit", "probes"), 0);
        violations += fmax(view_sum(pick->cell[i], "audit", "probe_violations"), 0);
        share = fmax(share, view_measure(pick->cell[i], "probe_share").median);
    }
    fprintf(out, "\n%s looks at what had been committed, while the rush went on: ", number_count(count, probes));
    if (violations > 0)
        fprintf(out, "%s of them saw what must never be.", number_count(bad, violations));
    else
        fputs("none saw anything that must not be.", out);
    fprintf(out, " They took up to %s %% of a trial's time%s.\n", number_real(most, 100 * share),
            share > COSTLY ? ", which slows down what is measured: do not compare these times with a run without probes"
                           : "");
}

void probed_write(FILE *out, const struct pick *pick)
{
    static const char *const heads[] = { "variant",
                                         "n",
                                         "looks",
                                         "violated",
                                         "oversold",
                                         "most seats over",
                                         "below zero",
                                         "seat sold twice",
                                         "first after ms",
                                         "statements",
                                         "time per look",
                                         "share of wall",
                                         NULL };
    char text[NUMBER_SIZE];

    if (!was_probed(pick))
        return;
    fputs("\n#### Probes\n", out);
    say_sentence(out, pick);
    fputs("\nTotals over n trials; shares are medians. The probe's statements, its connection and, of the harness, its "
          "CPU time are in no other figure; the CPU time a server spent on it is in the server's.\n\n",
          out);
    page_table(out, heads);
    for (size_t i = 0; i < pick->n; i++) {
        const json_t *cell = pick->cell[i];

        if (!view_measure(cell, "probes").present)
            continue;
        page_name(out, cell);
        fprintf(out, "| %lld ", (long long)view_trials(cell));
        total(out, cell, "probes");
        total(out, cell, "probe_violations");
        total(out, cell, "probe_oversold");
        page_number(out, number_count(text, most_over(cell)));
        total(out, cell, "probe_negative");
        total(out, cell, "probe_duplicate_seat");
        page_number(out, number_ms(text, first_ns(cell)));
        total(out, cell, "probe_statements");
        page_number(
            out, number_duration(text, view_sum(cell, "audit", "probe_busy_ns") / view_sum(cell, "audit", "probes")));
        page_measure(out, cell, "probe_share", PAGE_REAL);
        page_row_end(out);
    }
}
