#include "harness/report/faults.h"

#include <math.h>

#include "harness/report/page.h"

static bool occurred(const struct pick *pick)
{
    for (size_t i = 0; i < pick->n; i++)
        if (!isnan(view_sum(pick->cell[i], "faults", "asked")))
            return true;
    return false;
}

static double sum(const json_t *cell, const char *key)
{
    return view_sum(cell, "faults", key);
}

static void number(FILE *out, double value)
{
    char text[NUMBER_SIZE];

    page_number(out, number_count(text, value));
}

static void write_row(FILE *out, const json_t *cell)
{
    char text[NUMBER_SIZE];
    int64_t n = view_trials(cell);

    page_name(out, cell);
    fprintf(out, "| %lld ", (long long)n);
    number(out, sum(cell, "cut_before"));
    number(out, sum(cell, "cut_after"));
    number(out, sum(cell, "killed"));
    number(out, sum(cell, "crashed"));
    number(out, view_sum(cell, "audit", "unknown"));
    number(out, view_sum(cell, "audit", "resolved_yes"));
    number(out, view_sum(cell, "audit", "resolved_no"));
    number(out, sum(cell, "unresolved"));
    number(out, sum(cell, "checked"));
    number(out, sum(cell, "mismatched"));
    page_number(out, number_ms(text, n > 0 ? sum(cell, "resolve_ns") / (double)n : NAN));
    number(out, sum(cell, "reoffered"));
    number(out, sum(cell, "reoffered_booked"));
    page_row_end(out);
}

void faults_write(FILE *out, const struct pick *pick)
{
    static const char *const heads[] = { "variant",    "n",         "cut before", "cut after",  "killed",  "crashed",
                                         "unknown",    "yes",       "no",         "unresolved", "checked", "mismatched",
                                         "resolve ms", "reoffered", "booked",     NULL };
    char text[NUMBER_SIZE];
    double asked = 0;

    if (!occurred(pick))
        return;
    fputs("\n#### Faults\n\nWhat went wrong on purpose, totals over n trials. cut: connections that were lost at a "
          "commit, before the server heard of it or after it had answered; killed: connections the server ended; "
          "crashed: the server was stopped at once and started again. unknown: requests whose client never heard what "
          "became of them; once the old server processes were gone, their rows said yes or no. checked: those of them, "
          "and cancels, whose transaction the server was asked about as well (pg\\_xact\\_status; a write that commits "
          "by itself has no number to ask for, and after a crash numbers prove nothing); mismatched: it said otherwise "
          "than the rows. resolve ms: from the last answer until all that was known, mean of a trial. reoffered: "
          "requests that had been turned away, made again when the faults were over, and how many were then booked.",
          out);
    for (size_t i = 0; i < pick->n; i++)
        if (sum(pick->cell[i], "asked") > 0)
            asked += sum(pick->cell[i], "asked");
    fprintf(out,
            " To know a transaction's number, %s round trips were made before COMMITs that no strategy sends: they are "
            "in the times here, and in no count of statements or round trips.\n\n",
            number_count(text, asked));
    page_table(out, heads);
    for (size_t i = 0; i < pick->n; i++)
        if (view_trials(pick->cell[i]) > 0 && !isnan(sum(pick->cell[i], "asked")))
            write_row(out, pick->cell[i]);
}

void faults_users(FILE *out, const json_t *scenario)
{
    json_t *value;
    const char *key;
    int n = 0;

    json_object_foreach(json_object_get(scenario, "faults"), key, value)
    {
        fputs(n++ == 0 ? ", faults: " : ", ", out);
        page_text(out, key);
        putc(' ', out);
        page_text(out, json_is_string(value) ? json_string_value(value) : "");
    }
}
