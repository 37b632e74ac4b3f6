#include "harness/report/breaks.h"

#include <stdarg.h>
#include <string.h>

#include "harness/report/grid.h"
#include "harness/report/number.h"
#include "harness/report/paint.h"
#include "harness/report/wrap.h"

const json_t *breaks_level(const json_t *cell, const char *end)
{
    const json_t *level, *at = json_object_get(cell, end);
    size_t i;

    json_array_foreach(json_object_get(cell, "levels"), i, level)
    {
        if (json_is_integer(at) && view_int(level, "level") == json_integer_value(at))
            return level;
    }
    return NULL;
}

bool breaks_is_rate(const json_t *dossier_or_cell)
{
    return strcmp(view_text(dossier_or_cell, "axis"), "rate") == 0;
}

void breaks_range(const json_t *dossier, char *out, size_t size)
{
    const json_t *limits = json_object_get(dossier, "limits");
    char least[NUMBER_SIZE], most[NUMBER_SIZE];

    number_grouped(least, view_int(limits, "least"));
    number_grouped(most, view_int(limits, "most"));
    if (breaks_is_rate(dossier))
        snprintf(out, size, "open load of %s to %s requests per second", least, most);
    else
        snprintf(out, size, "bursts of %s to %s users", least, most);
}

void breaks_causes(const json_t *cell, char *out, size_t size)
{
    const json_t *level = breaks_level(cell, "breaks"), *n;
    const char *first = view_text(cell, "cause"), *name, *end = view_text(cell, "end");
    size_t used;

    if (strcmp(end, "breaks") != 0) {
        snprintf(out, size, "%s",
                 strcmp(end, "holds") == 0            ? "nothing"
                 : strcmp(end, "not_measurable") == 0 ? "the machine's limit"
                                                      : end);
        return;
    }
    used = (size_t)snprintf(out, size, "%s %lld of %lld", first,
                            (long long)view_int(json_object_get(level, "broke"), first),
                            (long long)view_int(level, "trials"));
    json_object_foreach((json_t *)(uintptr_t)json_object_get(level, "broke"), name, n)
    {
        if (strcmp(name, first) != 0 && used < size)
            used += (size_t)snprintf(out + used, size - used, ", %s %lld", name, (long long)json_integer_value(n));
    }
}

void breaks_rule(const json_t *dossier, char *out, size_t size)
{
    const json_t *limits = json_object_get(dossier, "limits");
    char slo[32];

    text_duration(slo, sizeof slo, view_int(limits, "slo_ns"));
    snprintf(out, size,
             "Holds: in five of five trials nothing was oversold, lost or invented, no seat was left that somebody had "
             "asked for, the p99 of the system time was within %s, errors within %g %% of the requests, statements per "
             "request within %g times those of one user%s. Breaks: two or more of five trials did not keep to that.",
             slo, 100 * view_number(limits, "errors_share"), view_number(limits, "amplification"),
             breaks_is_rate(dossier) ? ", and the rate was sustained" : "");
}

static void add(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add(char *out, size_t size, const char *format, ...)
{
    size_t used = strlen(out);
    va_list args;

    if (used > 0)
        used += (size_t)snprintf(out + used, size - used, "; ");
    va_start(args, format);
    if (used < size)
        vsnprintf(out + used, size - used, format, args);
    va_end(args);
}

void breaks_remark(const json_t *cell, char *out, size_t size)
{
    long long least = 0, most = 0, again = view_int(cell, "holds_again");
    const char *unit = breaks_is_rate(cell) ? "/s" : " users";
    const json_t *level;
    size_t i;

    out[0] = '\0';
    json_array_foreach(json_object_get(cell, "levels"), i, level)
    {
        if (strcmp(view_text(level, "state"), "grey") != 0)
            continue;
        least = least == 0 ? view_int(level, "level") : least;
        most = view_int(level, "level");
    }
    if (least > 0 && least == most)
        add(out, size, "one of five trials failed at %lld%s", least, unit);
    else if (least > 0)
        add(out, size, "one of five trials failed at some levels from %lld to %lld%s", least, most, unit);
    if (again > 0)
        add(out, size, "not monotone: it held again at %lld%s", again, unit);
    if (strcmp(view_text(cell, "end"), "not_measurable") == 0)
        add(out, size, "at %lld%s even users who do nothing at all are too slow: the machine's limit",
            (long long)view_int(cell, "breaks"), unit);
}

/* ---- the terminal ----------------------------------------------------------------------------------------------- */

enum column { ATTEMPTS, HOLDS, BREAKS, P99_HOLDS, P99_BREAKS, TRIALS, CAUSES, COLUMNS };

static const char *const heads[COLUMNS][2] = {
    [ATTEMPTS] = { "", "tries" },        [HOLDS] = { "holds", "up to" },        [BREAKS] = { "breaks", "at" },
    [P99_HOLDS] = { "p99 ms", "holds" }, [P99_BREAKS] = { "p99 ms", "breaks" }, [TRIALS] = { "", "trials" },
    [CAUSES] = { "", "what broke" },
};

static void set_level(char out[GRID_TEXT], const json_t *cell, const char *end)
{
    char digits[NUMBER_SIZE];

    snprintf(out, GRID_TEXT, "%s",
             json_is_integer(json_object_get(cell, end)) ? number_grouped(digits, view_int(cell, end)) : "-");
}

static void set_p99(char out[GRID_TEXT], const json_t *cell, const char *end)
{
    char digits[NUMBER_SIZE];

    snprintf(out, GRID_TEXT, "%s",
             number_ms(digits, view_number(json_object_get(breaks_level(cell, end), "p99_ns"), "median")));
}

static int add_row(struct grid *grid, const json_t *cell, bool colour)
{
    struct grid_row *row = grid_add(grid);
    const char *end = view_text(cell, "end");
    char name[512], causes[200];

    if (row == NULL)
        return -1;
    view_name(cell, name, sizeof name);
    snprintf(row->name, sizeof row->name, "%.191s", name);
    snprintf(row->text[ATTEMPTS], GRID_TEXT, "%.20s", view_text(json_object_get(cell, "params"), "retry.attempts"));
    set_level(row->text[HOLDS], cell, "holds");
    set_level(row->text[BREAKS], cell, "breaks");
    set_p99(row->text[P99_HOLDS], cell, "holds");
    set_p99(row->text[P99_BREAKS], cell, "breaks");
    snprintf(row->text[TRIALS], GRID_TEXT, "%lld", (long long)view_int(cell, "trials"));
    breaks_causes(cell, causes, sizeof causes);
    if (strlen(causes) >= GRID_TEXT)
        strcpy(causes + strcspn(causes, ","), ", …");
    snprintf(row->text[CAUSES], GRID_TEXT, "%.31s", causes);
    row->last_paint = !colour ? "" : strcmp(end, "holds") == 0 ? GREEN : strcmp(end, "breaks") == 0 ? YELLOW : DIM;
    return 0;
}

static void print_rest(const json_t *dossier, const char *db, FILE *out, bool colour)
{
    const json_t *cell;
    char text[400], name[512];
    size_t i;

    json_array_foreach(json_object_get(dossier, "cells"), i, cell)
    {
        char line[1024];
        bool skipped = strcmp(view_text(cell, "end"), "skipped") == 0;

        if (strcmp(view_text(cell, "db"), db) != 0)
            continue;
        view_name(cell, name, sizeof name);
        breaks_remark(cell, text, sizeof text);
        snprintf(line, sizeof line, "%s%s %s", name, skipped ? "  SKIP:" : ":",
                 skipped ? view_text(cell, "reason") : text);
        if (skipped || text[0] != '\0')
            wrap_print(out, GRID_INDENT, GRID_INDENT + 4, colour ? DIM : "", colour ? PLAIN : "", line);
    }
}

static int print_database(const json_t *dossier, const char *db, FILE *out, bool colour)
{
    struct grid grid = { .columns = COLUMNS,
                         .name_head = breaks_is_rate(dossier) ? "requests per second" : "users in a burst",
                         .plain = colour ? PLAIN : "" };
    const json_t *cell, *first = NULL;
    char title[300];
    size_t i;
    int failed = 0, c, line;

    for (c = 0; c < COLUMNS; c++)
        for (line = 0; line < 2; line++)
            snprintf(grid.head[line][c], GRID_TEXT, "%s", heads[c][line]);
    json_array_foreach(json_object_get(dossier, "cells"), i, cell)
    {
        if (strcmp(view_text(cell, "db"), db) != 0)
            continue;
        first = first != NULL ? first : cell;
        if (failed == 0 && strcmp(view_text(cell, "end"), "skipped") != 0)
            failed = add_row(&grid, cell, colour);
    }
    view_database(dossier, &(struct pick){ &first, 1 }, title, sizeof title);
    putc('\n', out);
    wrap_print(out, 0, 4, colour ? BOLD : "", colour ? PLAIN : "", title);
    if (failed == 0 && grid.n > 0)
        grid_print(&grid, out);
    grid_clear(&grid);
    print_rest(dossier, db, out, colour);
    return failed;
}

void breaks_table(const json_t *dossier, FILE *out, bool colour)
{
    const json_t *scenario = json_array_get(json_object_get(dossier, "scenarios"), 0);
    const char *before = colour ? BOLD : "", *after = colour ? PLAIN : "";
    struct text_list dbs = { 0 };
    char text[600], range[80];
    size_t i;

    breaks_range(dossier, range, sizeof range);
    snprintf(text, sizeof text, "Breaking points of %s: %s for %lld seat%s, seed %lld", view_text(scenario, "name"),
             range, (long long)view_int(scenario, "seats"), view_int(scenario, "seats") == 1 ? "" : "s",
             (long long)view_int(dossier, "seed"));
    putc('\n', out);
    wrap_print(out, 0, 4, before, after, text);
    if (view_databases(&dbs, dossier, view_text(scenario, "name")) == 0)
        for (i = 0; i < dbs.n; i++)
            print_database(dossier, dbs.items[i], out, colour);
    text_list_free(&dbs);
    breaks_rule(dossier, text, sizeof text);
    putc('\n', out);
    wrap_print(out, 0, 0, colour ? DIM : "", after, text);
    if (json_is_true(json_object_get(dossier, "partial")))
        wrap_print(out, 0, 4, colour ? YELLOW : "", after, "Interrupted: this is what was found until then.");
}
