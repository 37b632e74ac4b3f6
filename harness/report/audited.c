#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/report/grid.h"
#include "harness/report/number.h"
#include "harness/report/paint.h"
#include "harness/report/report.h"
#include "harness/report/view.h"
#include "harness/report/wrap.h"

enum { TRIALS, VALID, UNKNOWN, INVALID, SOLD, RUN, VERDICT, COLUMNS };

/* What the trials of a cell came to. */
struct audited {
    int64_t n, refused, differing, verdicts[3], least_sold, most_sold;
};

static void count_trial(struct audited *a, const json_t *trial)
{
    static const char *const names[3] = { "valid", "unknown", "invalid" };
    const json_t *audit = json_object_get(trial, "audit");
    int64_t sold = (int64_t)json_integer_value(json_object_get(audit, "sold"));

    if (audit == NULL) {
        a->refused++;
        return;
    }
    a->least_sold = a->n == 0 || sold < a->least_sold ? sold : a->least_sold;
    a->most_sold = a->n == 0 || sold > a->most_sold ? sold : a->most_sold;
    a->n++;
    a->differing += json_array_size(json_object_get(trial, "differences")) > 0;
    for (int v = 0; v < 3; v++)
        a->verdicts[v] += strcmp(view_text(audit, "verdict"), names[v]) == 0;
}

static struct audited count_trials(const json_t *cell)
{
    struct audited a = { 0 };
    const json_t *trial;
    size_t i;

    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        count_trial(&a, trial);
    }
    return a;
}

static void fill(struct grid_row *row, const json_t *cell, const struct audited *a, bool colour)
{
    char least[NUMBER_SIZE], most[NUMBER_SIZE];
    bool held = view_is(cell, "holds");

    snprintf(row->name, sizeof row->name, "%.190s", view_text(cell, "id"));
    snprintf(row->text[TRIALS], GRID_TEXT, "%" PRId64, a->n + a->refused);
    for (int v = 0; v < 3; v++)
        snprintf(row->text[VALID + v], GRID_TEXT, "%" PRId64, a->verdicts[v]);
    number_count(least, (double)a->least_sold);
    number_count(most, (double)a->most_sold);
    if (a->n > 0)
        snprintf(row->text[SOLD], GRID_TEXT, "%.12s%s%.12s", least, a->least_sold < a->most_sold ? ".." : "",
                 a->least_sold < a->most_sold ? most : "");
    if (a->refused > 0)
        snprintf(row->text[RUN], GRID_TEXT, "%" PRId64 " refused", a->refused);
    else if (a->differing > 0)
        snprintf(row->text[RUN], GRID_TEXT, "%" PRId64 " differ", a->differing);
    else
        snprintf(row->text[RUN], GRID_TEXT, "%s", a->n > 0 ? "same" : "-");
    snprintf(row->text[VERDICT], GRID_TEXT, "%.24s", view_text(cell, "verdict"));
    row->paint = "";
    row->last_paint = !colour ? "" : json_is_true(json_object_get(cell, "broken")) ? RED : held ? GREEN : YELLOW;
}

static int print_table(const json_t *cells, FILE *out, bool colour)
{
    static const char *const head[2][COLUMNS] = { { "", "", "un-", "in-", "", "as the", "" },
                                                  { "trials", "valid", "known", "valid", "sold", "run", "verdict" } };
    struct grid grid = { .columns = COLUMNS, .name_head = "cell", .plain = colour ? PLAIN : "" };
    const json_t *cell;
    size_t i;
    int failed = 0;

    for (int line = 0; line < 2; line++)
        for (int c = 0; c < COLUMNS; c++)
            snprintf(grid.head[line][c], GRID_TEXT, "%s", head[line][c]);
    json_array_foreach(cells, i, cell)
    {
        struct grid_row *row = failed == 0 ? grid_add(&grid) : NULL;
        struct audited a = count_trials(cell);

        if (row != NULL)
            fill(row, cell, &a, colour);
        else
            failed = -1;
    }
    if (failed == 0)
        grid_print(&grid, out);
    grid_clear(&grid);
    return failed;
}

void report_audit(const json_t *document, FILE *out, bool colour)
{
    const json_t *cells = json_object_get(document, "cells"), *cell;
    char text[700];
    size_t i;

    if (print_table(cells, out, colour) != 0)
        return;
    fputc('\n', out);
    json_array_foreach(cells, i, cell)
    {
        if (view_is(cell, "holds"))
            continue;
        snprintf(text, sizeof text, "%.280s: %.400s", view_text(cell, "id"), view_text(cell, "reason"));
        wrap_print(out, GRID_INDENT, GRID_INDENT + 4, "", "", text);
    }
    fprintf(out, " %" PRId64 " trials judged again, %" PRId64 " refused, %" PRId64 " differ from run.json\n",
            (int64_t)json_integer_value(json_object_get(document, "judged")),
            (int64_t)json_integer_value(json_object_get(document, "refused")),
            (int64_t)json_integer_value(json_object_get(document, "differing")));
}
