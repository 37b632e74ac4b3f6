#include "harness/report/turned.h"

#include <math.h>
#include <string.h>

#include "harness/report/page.h"

/* More names than this are counted, not listed. */
#define NAMES_MOST 4

/* Below so many trials 3/N is no bound at all. */
#define BOUND_LEAST 4

static bool is_judged(const json_t *cell)
{
    return !isnan(view_sum(cell, "audit", "false_sold_out"));
}

static double sum(const json_t *cell, const char *key)
{
    double value = view_sum(cell, "audit", key);

    return isnan(value) ? 0 : value;
}

static bool has_turned(const json_t *cell)
{
    return sum(cell, "false_sold_out") + sum(cell, "held_refusals") + sum(cell, "turned_away") > 0;
}

/* "variant", "variant at users=50" */
static void name_of(char *out, size_t size, const json_t *cell)
{
    char point[256];

    view_point(cell, point, sizeof point);
    snprintf(out, size, "%s%s%s", view_text(cell, "variant"), point[0] != '\0' ? " at " : "", point);
}

/* ---- the table ---- */

static void write_count(FILE *out, const json_t *cell, const char *key)
{
    double n = sum(cell, key);

    if (n > 0)
        fprintf(out, "| %.0f (%lld of %lld) ", n, (long long)view_trials_with(cell, key), (long long)view_trials(cell));
    else
        fputs("| 0 ", out);
}

static double largest(const json_t *cell, const char *key)
{
    const json_t *trial;
    double most = 0;
    size_t i;

    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        double value = view_number(json_object_get(trial, "audit"), key);

        if (view_counts(trial) && value > most)
            most = value;
    }
    return most;
}

/* "gave_up 31, stranded 2": seats left unsold by why, over all trials. */
static void write_unsold(FILE *out, const json_t *cell)
{
    static const char *const reasons[] = { "gate",      "ledger", "hold",   "stranded", "gave_up",
                                           "timed_out", "shed",   "failed", "unknown" };
    bool any = false;

    fputs("| ", out);
    for (size_t r = 0; r < sizeof reasons / sizeof reasons[0]; r++) {
        double seats = 0;
        const json_t *trial;
        size_t i;

        json_array_foreach(json_object_get(cell, "trials"), i, trial)
        {
            if (view_counts(trial))
                seats += (double)view_int(json_object_get(json_object_get(trial, "audit"), "unsold_by"), reasons[r]);
        }
        if (seats > 0) {
            fputs(any ? ", " : "", out);
            page_text(out, reasons[r]);
            fprintf(out, " %.0f", seats);
            any = true;
        }
    }
    fputs(any ? " " : "0 ", out);
}

static void write_row(FILE *out, const json_t *cell)
{
    char name[512], number[NUMBER_SIZE];

    name_of(name, sizeof name, cell);
    page_cell(out, name);
    fprintf(out, "| %lld ", (long long)view_trials(cell));
    page_number(out, number_count(number, view_sum(cell, "outcomes", "sold_out")));
    write_count(out, cell, "false_sold_out");
    page_number(out, number_count(number, largest(cell, "deficit")));
    write_count(out, cell, "held_refusals");
    write_count(out, cell, "turned_away");
    write_unsold(out, cell);
    page_row_end(out);
}

/* ---- one request of each ---- */

static int rank(const json_t *example)
{
    static const char *const kinds[] = { "held", "turned_away", "false_sold_out" };

    for (int i = 0; i < 3; i++)
        if (strcmp(view_text(example, "kind"), kinds[i]) == 0)
            return i + 1;
    return 0;
}

static int64_t lacking(const json_t *example)
{
    return view_int(example, "capacity") - view_int(example, "taken_most") - view_int(example, "seats");
}

/* Of the trials that count, the worst kind, then the one that lacked most; NULL: none. */
static const json_t *worst_example(const json_t *cell, int64_t *number)
{
    const json_t *trial, *worst = NULL;
    size_t i;

    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        const json_t *example = json_object_get(json_object_get(trial, "audit"), "example");

        if (!view_counts(trial) || rank(example) == 0)
            continue;
        if (worst == NULL || rank(example) > rank(worst) ||
            (rank(example) == rank(worst) && lacking(example) > lacking(worst))) {
            worst = example;
            *number = view_int(trial, "trial");
        }
    }
    return worst;
}

static void write_time(FILE *out, const char *what, const json_t *example, const char *key)
{
    char number[NUMBER_SIZE];

    fprintf(out, "%s %s ms", what, number_ms(number, view_number(example, key)));
}

static void write_answer(FILE *out, const json_t *example)
{
    int64_t tries = view_int(example, "attempts");

    fputs(", told ", out);
    page_text(out, view_text(example, "outcome"));
    if (view_text(example, "reason")[0] != '\0') {
        fputs(" (", out);
        page_text(out, view_text(example, "reason"));
        fputs(")", out);
    }
    write_time(out, " at", example, "return_ns");
    fprintf(out, " after %lld tr%s. ", (long long)tries, tries == 1 ? "y" : "ies");
}

static void write_example(FILE *out, const json_t *cell)
{
    int64_t number = 0, seats, left;
    const json_t *example = worst_example(cell, &number);
    char name[512];

    if (example == NULL)
        return;
    seats = view_int(example, "seats");
    left = view_int(example, "capacity") - view_int(example, "taken_most");
    name_of(name, sizeof name, cell);
    fputs("- **", out);
    page_text(out, name);
    fprintf(out, "**, trial %lld, request %lld, which wanted %lld seat%s of event %lld:", (long long)number,
            (long long)view_int(example, "request"), (long long)seats, seats == 1 ? "" : "s",
            (long long)view_int(example, "event"));
    write_time(out, " due at", example, "due_ns");
    write_time(out, ", first call at", example, "invoke_ns");
    if (json_is_integer(json_object_get(example, "first_ns")))
        write_time(out, ", first connection at", example, "first_ns");
    else
        fputs(", never a connection", out);
    write_answer(out, example);
    fprintf(out, "At no moment in between can more than %lld of %lld seats have been taken: %lld %s free%s.\n",
            (long long)view_int(example, "taken_most"), (long long)view_int(example, "capacity"), (long long)left,
            left == 1 ? "was" : "were",
            rank(example) == 1 ? ", or in the hands of somebody who then came to nothing" : "");
}

/* ---- the section ---- */

static void write_bound(FILE *out, int64_t trials)
{
    fprintf(out, "Nobody was, in %lld trial%s of each variant", (long long)trials, trials == 1 ? "" : "s");
    if (trials < BOUND_LEAST)
        fputs(", which bounds nothing yet.\n", out);
    else
        fprintf(out, ": the rate of trials in which it happens is below 3/%lld = %.2g %% at 95 %%.\n",
                (long long)trials, 300.0 / (double)trials);
}

static int64_t fewest_trials(const struct pick *pick)
{
    int64_t fewest = INT64_MAX;

    for (size_t i = 0; i < pick->n; i++)
        if (view_trials(pick->cell[i]) > 0 && view_trials(pick->cell[i]) < fewest)
            fewest = view_trials(pick->cell[i]);
    return fewest;
}

void turned_write(FILE *out, const struct pick *pick)
{
    static const char *const heads[] = { "variant", "n",          "told sold out",         "falsely",
                                         "deficit", "while held", "otherwise turned away", "unsold by",
                                         NULL };
    size_t judged = 0, turned = 0;

    for (size_t i = 0; i < pick->n; i++) {
        judged += is_judged(pick->cell[i]);
        turned += has_turned(pick->cell[i]);
    }
    if (judged == 0)
        return;
    fputs("\n#### Turned away while seats were free\n\n", out);
    if (turned == 0) {
        write_bound(out, fewest_trials(pick));
        return;
    }
    fputs("Requests told no though from their first call to their answer enough seats were not taken by anybody who "
          "got them; totals over n trials, in brackets in how many of them. falsely: told \"sold out\" while these "
          "seats were in "
          "nobody's hands; deficit: how many more must have been taken for the worst of these answers to be true; "
          "while held: they may have been in the hands of somebody who then came to nothing (a hold, a permit, a "
          "lock), which is the price of holding; otherwise: gave up, timed out, was shed or failed. unsold by: why "
          "seats were left in the end. 0 in n trials: rate below 3/n at 95 %.\n\n",
          out);
    page_table(out, heads);
    for (size_t i = 0; i < pick->n; i++)
        if (is_judged(pick->cell[i]))
            write_row(out, pick->cell[i]);
    fputs("\nOne request of each, in ms since the gate opened:\n\n", out);
    for (size_t i = 0; i < pick->n; i++)
        write_example(out, pick->cell[i]);
}

static size_t add(char *out, size_t size, size_t used, const char *text)
{
    return used < size ? used + (size_t)snprintf(out + used, size - used, "%s", text) : used;
}

/* How many, in which words, how often. */
static size_t add_cell(char *out, size_t size, size_t used, const json_t *cell)
{
    double lied = sum(cell, "false_sold_out"), other = sum(cell, "turned_away");
    const char *key = lied > 0 ? "false_sold_out" : "turned_away";
    char name[512], text[700];

    name_of(name, sizeof name, cell);
    snprintf(text, sizeof text, "%s%s (%.0f %s, in %lld of %lld trials)", used > 0 ? ", " : "", name,
             lied > 0 ? lied : other, lied > 0 ? "told \"sold out\"" : "without a word about seats",
             (long long)view_trials_with(cell, key), (long long)view_trials(cell));
    return add(out, size, used, text);
}

void turned_say(char *out, size_t size, const struct pick *pick)
{
    size_t used = 0, said = 0, more = 0;
    char text[64];

    out[0] = '\0';
    for (size_t i = 0; i < pick->n; i++) {
        if (sum(pick->cell[i], "false_sold_out") + sum(pick->cell[i], "turned_away") <= 0)
            continue;
        if (said++ < NAMES_MOST)
            used = add_cell(out, size, used, pick->cell[i]);
        else
            more++;
    }
    snprintf(text, sizeof text, " and %zu more", more);
    if (more > 0)
        add(out, size, used, text);
}
