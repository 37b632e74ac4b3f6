#include "harness/report/steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/measure/model.h"
#include "harness/report/grid.h"
#include "harness/report/page.h"
#include "harness/report/wrap.h"

enum column { SOLD, OVERSOLD, UNSOLD, STATEMENTS, READS, WRITES, INSERTS, REST, MODEL, COLUMNS };

static const char *const heads[COLUMNS][2] = {
    [SOLD] = { "", "sold" },        [OVERSOLD] = { "over", "sold" },   [UNSOLD] = { "un-", "sold" },
    [STATEMENTS] = { "", "stmts" }, [READS] = { "", "reads" },         [WRITES] = { "", "writes" },
    [INSERTS] = { "", "bookings" }, [REST] = { "without", "INSERTs" }, [MODEL] = { "", "model" },
};

static const char how_to_read[] =
    "Statements of a trial. Every booking is one INSERT; without these, a try that reads and then compares and swaps "
    "comes to what the model counts: one winner a round, everybody else tries again.";

bool steps_apply(const json_t *scenario)
{
    return strcmp(view_text(scenario, "model"), "lockstep") == 0;
}

/* Nobody lost a race: each request got its answer at its first try. */
static bool lost_none(const json_t *cell)
{
    return view_sum(cell, NULL, "attempts") == view_sum(cell, NULL, "requests") &&
           view_sum(cell, "outcomes", "gave_up") == 0;
}

/* NAN: users who choose between events are not in the model, nor are tries that nobody loses. */
static double modelled(const json_t *cell)
{
    const char *attempts = view_text(json_object_get(cell, "params"), "retry.attempts");
    int64_t users = view_int(cell, "users"), seats = view_int(cell, "seats"), a;
    struct model_race race;

    if (view_sum(cell, "ops", "reads") == 0 || lost_none(cell))
        return NAN;
    if (view_int(cell, "events") != 1 || users < 1 || seats < 1 || attempts[0] == '\0')
        return NAN;
    a = strcmp(attempts, "unlimited") == 0 ? INT64_MAX : strtoll(attempts, NULL, 10);
    race = model_race(users, seats, a > 0 ? a : 1);
    return (double)(race.reads + race.swaps);
}

static void count(const json_t *cell, double value[COLUMNS])
{
    double trials = (double)view_trials(cell);

    value[SOLD] = view_sum(cell, "audit", "sold") / trials;
    value[OVERSOLD] = view_sum(cell, "audit", "oversold") / trials;
    value[UNSOLD] = view_sum(cell, "audit", "unsold") / trials;
    value[STATEMENTS] = view_sum(cell, "ops", "statements") / trials;
    value[READS] = view_sum(cell, "ops", "reads") / trials;
    value[WRITES] = view_sum(cell, "ops", "writes") / trials;
    value[INSERTS] = view_sum(cell, "outcomes", "booked") / trials;
    value[REST] = value[STATEMENTS] - value[INSERTS];
    value[MODEL] = modelled(cell);
}

/* Counts are the same in every trial; where a mean is no whole number, they were not, and it shows. */
static const char *shown(char out[NUMBER_SIZE], double value)
{
    if (isnan(value))
        snprintf(out, NUMBER_SIZE, "-");
    else if (value == floor(value))
        number_grouped(out, (int64_t)value);
    else
        snprintf(out, NUMBER_SIZE, "%.2f", value);
    return out;
}

int steps_print(FILE *out, const struct pick *pick, const char *dim, const char *plain)
{
    struct grid grid = { .columns = COLUMNS + 1, .name_head = "in lock-step", .plain = plain };
    double value[COLUMNS];
    char name[512];
    struct grid_row *row;
    size_t i;
    int c, line;

    for (c = 0; c < COLUMNS; c++)
        for (line = 0; line < 2; line++)
            snprintf(grid.head[line][c], GRID_TEXT, "%s", heads[c][line]);
    snprintf(grid.head[1][COLUMNS], GRID_TEXT, "verdict");
    for (i = 0; i < pick->n; i++) {
        if (view_is(pick->cell[i], "skipped"))
            continue;
        if ((row = grid_add(&grid)) == NULL)
            break;
        view_name(pick->cell[i], name, sizeof name);
        snprintf(row->name, sizeof row->name, "%.191s", name);
        count(pick->cell[i], value);
        for (c = 0; c < COLUMNS; c++)
            shown(row->text[c], value[c]);
        snprintf(row->text[COLUMNS], GRID_TEXT, "%s", view_text(pick->cell[i], "verdict"));
    }
    if (i == pick->n && grid.n > 0) {
        grid_print(&grid, out);
        wrap_print(out, GRID_INDENT, GRID_INDENT, dim, plain, how_to_read);
    }
    grid_clear(&grid);
    return i == pick->n ? 0 : -1;
}

void steps_write(FILE *out, const json_t *scenario, const struct pick *pick)
{
    static const char *const page_heads[] = { "variant",    "n",     "sold",   "oversold", "unsold",
                                              "statements", "reads", "writes", "bookings", "without INSERTs",
                                              "model",      NULL };
    char text[NUMBER_SIZE];
    double value[COLUMNS];
    size_t i;
    int c;

    if (!steps_apply(scenario))
        return;
    fprintf(out,
            "\n#### In lock-step\n\n%s Users moved one at a time, and nobody took a step before all had taken the one "
            "before it, so there are no times; every run counts the same.\n\n",
            how_to_read);
    page_table(out, page_heads);
    for (i = 0; i < pick->n; i++) {
        if (view_is(pick->cell[i], "skipped"))
            continue;
        page_name(out, pick->cell[i]);
        fprintf(out, "| %lld ", (long long)view_trials(pick->cell[i]));
        count(pick->cell[i], value);
        for (c = 0; c < COLUMNS; c++)
            page_number(out, shown(text, value[c]));
        page_row_end(out);
    }
}
