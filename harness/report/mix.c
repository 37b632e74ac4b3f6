#include "harness/report/mix.h"

#include <math.h>
#include <string.h>

#include "harness/report/grid.h"
#include "harness/report/page.h"

static const struct {
    const char *metric, *head[2];
    bool is_time;
} columns[] = {
    { "repeated", { "booked", "twice" }, false },       { "cancels", { "", "cancels" }, false },
    { "released", { "seats", "back" }, false },         { "cancel_p50_ns", { "cancel", "p50 ms" }, true },
    { "cancel_p99_ns", { "cancel", "p99 ms" }, true },  { "browses", { "", "looks" }, false },
    { "browses_failed", { "looks", "failed" }, false }, { "browse_p50_ns", { "look", "p50 ms" }, true },
    { "browse_p99_ns", { "look", "p99 ms" }, true },
};

#define COLUMNS (sizeof columns / sizeof columns[0])

static bool occurs(const struct pick *pick, const char *metric)
{
    for (size_t i = 0; i < pick->n; i++)
        if (view_measure(pick->cell[i], metric).present)
            return true;
    return false;
}

/* Columns that have a number in any row: their indices into columns[]. */
static size_t choose(const struct pick *pick, size_t chosen[COLUMNS])
{
    size_t n = 0;

    for (size_t c = 0; c < COLUMNS; c++)
        if (occurs(pick, columns[c].metric))
            chosen[n++] = c;
    return n;
}

static int add_row(struct grid *grid, const json_t *cell, const size_t *chosen, const char *paint, bool *merged)
{
    struct grid_row *row = grid_add(grid);
    char digits[NUMBER_SIZE];

    if (row == NULL)
        return -1;
    snprintf(row->name, sizeof row->name, "%s", view_text(cell, "variant"));
    row->paint = paint;
    for (size_t c = 0; c + 1 < grid->columns; c++) {
        struct measure m = view_measure(cell, columns[chosen[c]].metric);

        snprintf(row->text[c], GRID_TEXT, "%s%.20s", m.merged ? "~" : "",
                 columns[chosen[c]].is_time ? number_ms(digits, m.median) : number_count(digits, m.median));
        *merged |= m.merged;
    }
    return 0;
}

int mix_print(FILE *out, const struct pick *pick, const json_t *at_best, const struct mix_paints *paints, bool *merged)
{
    struct grid grid = { .name_head = "besides", .plain = paints->plain };
    size_t chosen[COLUMNS], n = choose(pick, chosen);
    int failed = 0;

    if (n == 0)
        return 0;
    grid.columns = n + 1; /* the last one is set left: it stays empty */
    for (size_t c = 0; c < n; c++)
        for (int line = 0; line < 2; line++)
            snprintf(grid.head[line][c], GRID_TEXT, "%s", columns[chosen[c]].head[line]);
    for (size_t i = 0; i < pick->n && failed == 0; i++)
        if (!view_is(pick->cell[i], "skipped"))
            failed = add_row(&grid, pick->cell[i], chosen, "", merged);
    if (failed == 0 && at_best != NULL)
        failed = add_row(&grid, at_best, chosen, paints->dim, merged);
    putc('\n', out);
    if (failed == 0)
        grid_print(&grid, out);
    grid_clear(&grid);
    return failed;
}

/* ---- report.md --------------------------------------------------------------------------------------------------- */

static void total(FILE *out, const json_t *cell, const char *group, const char *key)
{
    char text[NUMBER_SIZE];

    page_number(out, number_count(text, view_sum(cell, group, key)));
}

void mix_write(FILE *out, const struct pick *pick)
{
    static const char *const heads[] = { "variant",    "n",      "second clicks", "booked twice",  "cancels",
                                         "seats back", "failed", "unknown",       "cancel p50 ms", "cancel p99 ms",
                                         "looks",      "failed", "look p50 ms",   "look p99 ms",   NULL };
    size_t chosen[COLUMNS];

    if (choose(pick, chosen) == 0)
        return;
    fputs(
        "\n#### Besides\n\nWhat users did beside asking for seats once, apart from all figures of requests: totals "
        "over n "
        "trials, times are medians from due to answered. A second click asks for the same once more; booked twice are "
        "wishes that got both.\n\n",
        out);
    page_table(out, heads);
    for (size_t i = 0; i < pick->n; i++) {
        const json_t *cell = pick->cell[i];

        if (view_trials(cell) == 0)
            continue;
        page_name(out, cell);
        fprintf(out, "| %lld ", (long long)view_trials(cell));
        total(out, cell, NULL, "repeats");
        total(out, cell, "audit", "repeated");
        page_measure(out, cell, "cancels", PAGE_COUNT);
        total(out, cell, "audit", "released");
        total(out, cell, "cancels", "failed");
        total(out, cell, "cancels", "unknown");
        page_measure(out, cell, "cancel_p50_ns", PAGE_MS);
        page_measure(out, cell, "cancel_p99_ns", PAGE_MS);
        page_measure(out, cell, "browses", PAGE_COUNT);
        total(out, cell, "browses", "failed");
        page_measure(out, cell, "browse_p50_ns", PAGE_MS);
        page_measure(out, cell, "browse_p99_ns", PAGE_MS);
        page_row_end(out);
    }
}

static bool is_set(const json_t *scenario, const char *key, const char *fallback)
{
    const char *value = view_text(scenario, key);

    return value[0] != '\0' && strcmp(value, fallback) != 0;
}

void mix_users(FILE *out, const json_t *scenario)
{
    static const struct {
        const char *key, *fallback, *before, *after;
    } words[] = {
        { "pick", "uniform", ", events picked ", "" },   { "request_seats", "1", ", seats wanted ", "" },
        { "abandon", "0%", ", ", " leave at checkout" }, { "patience", "none", ", patience ", "" },
        { "repeat", "0%", ", ", " click twice" },        { "cancel", "0%", ", ", " cancel" },
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!is_set(scenario, words[i].key, words[i].fallback))
            continue;
        fputs(words[i].before, out);
        page_text(out, view_text(scenario, words[i].key));
        fputs(words[i].after, out);
    }
    if (is_set(scenario, "cancel", "0%"))
        fprintf(out, " after %s", view_text(scenario, "cancel_after"));
    if (view_int(scenario, "browsers") > 0)
        fprintf(out, ", %lld browsers that look every %s", (long long)view_int(scenario, "browsers"),
                view_text(scenario, "browse_every"));
}
