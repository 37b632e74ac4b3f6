#include <math.h>
#include <string.h>

#include "harness/report/closing.h"
#include "harness/report/counted.h"
#include "harness/report/grid.h"
#include "harness/report/mix.h"
#include "harness/report/number.h"
#include "harness/report/report.h"
#include "harness/report/steps.h"
#include "harness/report/sweep_table.h"
#include "harness/report/terminal.h"
#include "harness/report/validity_page.h"
#include "harness/report/view.h"
#include "harness/report/wrap.h"

const char *terminal_paint(const struct terminal *t, const char *sequence)
{
    return t->colour ? sequence : "";
}

const char *terminal_verdict(const struct terminal *t, const json_t *cell)
{
    if (view_is(cell, "holds"))
        return terminal_paint(t, GREEN);
    if (view_is(cell, "oversells") || view_is(cell, "loses") || view_is(cell, "duplicates"))
        return terminal_paint(t, RED);
    return view_fails(cell) ? terminal_paint(t, YELLOW) : "";
}

/* The numbers of the table. */
enum unit { UNIT_COUNT, UNIT_OVERSOLD, UNIT_REAL, UNIT_MS };
static const struct {
    const char *metric, *head[2];
    enum unit unit;
} columns[] = {
    { "sold", { "", "sold" }, UNIT_COUNT },
    { "oversold", { "over", "sold" }, UNIT_OVERSOLD },
    { "unsold", { "un-", "sold" }, UNIT_COUNT },
    { "buyers_p50_ns", { "buyers", "p50 ms" }, UNIT_MS },
    { "buyers_max_ns", { "buyers", "max ms" }, UNIT_MS },
    { "refused_p99_ns", { "refused", "p99 ms" }, UNIT_MS },
    { "all_p99_ns", { "all", "p99 ms" }, UNIT_MS },
    { "statements_per_request", { "stmts", "/req" }, UNIT_REAL },
    { "amplification", { "ampli-", "fic." }, UNIT_REAL },
    { "retries_per_request", { "retry", "/req" }, UNIT_REAL },
    { "sold_out_ns", { "sold", "out ms" }, UNIT_MS },
    { "bookings_per_s", { "booked", "/s" }, UNIT_REAL },
};

#define NUMBERS (sizeof columns / sizeof columns[0])

/* What a narrow terminal does without, first things first. */
static const char *const dispensable[] = { "amplification", "retries_per_request", "bookings_per_s", "sold_out_ns",
                                           "buyers_p50_ns" };
#define DISPENSABLE (sizeof dispensable / sizeof dispensable[0])

/* Whether a column is shown when the first so many are done without. */
static bool is_shown(size_t column, size_t without)
{
    for (size_t i = 0; i < without; i++)
        if (strcmp(columns[column].metric, dispensable[i]) == 0)
            return false;
    return true;
}

/* As much as finds room: with the range of oversold, plainly, or small numbers with three decimals only. */
enum detail { DETAIL_RANGES, DETAIL_PLAIN, DETAIL_SHORT };

static void set_number(struct terminal *t, char out[GRID_TEXT], const struct measure *m, enum unit unit,
                       enum detail detail)
{
    char digits[NUMBER_SIZE], min[NUMBER_SIZE], max[NUMBER_SIZE];

    if (unit == UNIT_MS)
        number_ms(digits, m->median);
    else if (unit == UNIT_REAL && detail == DETAIL_SHORT && m->median >= 0.001 && m->median < 0.1)
        snprintf(digits, sizeof digits, "%.3f", m->median);
    else if (unit == UNIT_REAL)
        number_real(digits, m->median);
    else
        number_count(digits, m->median);
    if (detail == DETAIL_RANGES && unit == UNIT_OVERSOLD && m->min < m->max)
        snprintf(out, GRID_TEXT, "%.8s [%.8s..%.8s]", digits, number_count(min, m->min), number_count(max, m->max));
    else
        snprintf(out, GRID_TEXT, "%s%.20s", m->merged ? "~" : "", digits);
    t->said_merged |= m->merged;
}

/* How much of the numbers a table shows. */
struct choice {
    enum detail detail;
    size_t without; /* of what is dispensable */
};

static int add_row(struct terminal *t, struct grid *grid, const json_t *cell, const struct choice *choice)
{
    struct grid_row *row = grid_add(grid);
    size_t at = 0;

    if (row == NULL)
        return -1;
    snprintf(row->name, sizeof row->name, "%s", view_text(cell, "variant"));
    row->last_paint = terminal_verdict(t, cell);
    if (view_is(cell, "floor"))
        row->paint = terminal_paint(t, DIM);
    for (size_t c = 0; c < NUMBERS; c++) {
        struct measure m = view_measure(cell, columns[c].metric);

        if (is_shown(c, choice->without))
            set_number(t, row->text[at++], &m, columns[c].unit, choice->detail);
    }
    snprintf(row->text[at], GRID_TEXT, "%s%s", view_text(cell, "verdict"), validity_page_mark(cell));
    return 0;
}

static void head(struct grid *grid, size_t without)
{
    grid->columns = 0;
    for (size_t c = 0; c < NUMBERS; c++) {
        if (!is_shown(c, without))
            continue;
        for (int line = 0; line < 2; line++)
            snprintf(grid->head[line][grid->columns], GRID_TEXT, "%s", columns[c].head[line]);
        grid->columns++;
    }
    grid->head[0][grid->columns][0] = '\0';
    snprintf(grid->head[1][grid->columns++], GRID_TEXT, "verdict");
}

static int fill(struct terminal *t, struct grid *grid, const struct pick *pick, const struct choice *choice)
{
    const json_t *at_best = pick->n > 0 ? view_floor(t->run, pick->cell[0]) : NULL;

    grid_clear(grid);
    head(grid, choice->without);
    for (size_t i = 0; i < pick->n; i++)
        if (!view_is(pick->cell[i], "skipped") && add_row(t, grid, pick->cell[i], choice) != 0)
            return -1;
    return at_best != NULL && grid->n > 0 ? add_row(t, grid, at_best, choice) : 0;
}

static bool is_of(const json_t *cell, const json_t *other)
{
    return strcmp(view_text(cell, "variant"), view_text(other, "variant")) == 0;
}

/* The variant ran at no point of a sweep, and always for one reason. */
static bool skipped_throughout(const struct pick *pick, const json_t *cell)
{
    for (size_t i = 0; i < pick->n; i++)
        if (is_of(pick->cell[i], cell) && (!view_is(pick->cell[i], "skipped") ||
                                           strcmp(view_text(pick->cell[i], "reason"), view_text(cell, "reason")) != 0))
            return false;
    return true;
}

static bool is_first_of(const struct pick *pick, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (is_of(pick->cell[i], pick->cell[at]))
            return false;
    return true;
}

static void print_skipped(const struct terminal *t, const struct pick *pick)
{
    char text[800], name[512];

    for (size_t i = 0; i < pick->n; i++) {
        const json_t *cell = pick->cell[i];
        bool throughout = skipped_throughout(pick, cell);

        if (!view_is(cell, "skipped") || (throughout && !is_first_of(pick, i)))
            continue;
        view_name(cell, name, sizeof name);
        snprintf(text, sizeof text, "%s  SKIP: %s", throughout ? view_text(cell, "variant") : name,
                 view_text(cell, "reason"));
        wrap_print(t->out, GRID_INDENT, GRID_INDENT + 4, terminal_paint(t, DIM), terminal_paint(t, PLAIN), text);
    }
}

/* What the numbers of a row do not say by themselves. */
static void print_notes(const struct terminal *t, const struct pick *pick)
{
    char text[800], name[512], digits[NUMBER_SIZE];

    for (size_t i = 0; i < pick->n; i++) {
        const json_t *cell = pick->cell[i];
        int64_t all = (int64_t)json_array_size(json_object_get(cell, "trials")), counted = view_trials(cell);
        char share[64] = "", voids[64] = "";

        if (view_has(cell, "flags", "errors"))
            snprintf(share, sizeof share, "%s %% of all its requests ended in an error",
                     number_real(digits, 100 * view_errors_share(cell)));
        if (view_has(cell, "flags", "void_trials"))
            snprintf(voids, sizeof voids, "%lld of %lld trials are void", (long long)(all - counted), (long long)all);
        if (share[0] == '\0' && voids[0] == '\0')
            continue;
        view_name(cell, name, sizeof name);
        snprintf(text, sizeof text, "%s: %s%s%s", name, share, share[0] != '\0' && voids[0] != '\0' ? "; " : "", voids);
        wrap_print(t->out, GRID_INDENT, GRID_INDENT + 4, terminal_paint(t, YELLOW), terminal_paint(t, PLAIN), text);
    }
}

void terminal_notes(const struct terminal *t, const struct pick *pick)
{
    print_skipped(t, pick);
    print_notes(t, pick);
}

/* What to try when the table finds no room: false, nothing more. A full line keeps all its columns: long names stand on
 * lines of their own instead. */
static bool next_choice(struct choice *choice, size_t most)
{
    if (choice->detail != DETAIL_SHORT)
        choice->detail++;
    else if (most < WRAP_COLUMNS && choice->without < DISPENSABLE)
        choice->without++;
    else
        return false;
    return true;
}

static void print_without(const struct terminal *t, size_t without)
{
    char text[200] = "no room in this terminal for ";

    if (without == 0)
        return;
    for (size_t i = 0; i < without; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i > 0 ? ", " : "", dispensable[i]);
    snprintf(text + strlen(text), sizeof text - strlen(text), ": report.md has them");
    wrap_print(t->out, GRID_INDENT, GRID_INDENT + 4, terminal_paint(t, DIM), terminal_paint(t, PLAIN), text);
}

static int print_table(struct terminal *t, const struct pick *pick)
{
    struct grid grid = { .name_head = "variant", .plain = terminal_paint(t, PLAIN) };
    const struct mix_paints paints = { terminal_paint(t, DIM), terminal_paint(t, PLAIN) };
    const size_t most = wrap_columns(t->out);
    struct choice choice = { .detail = DETAIL_RANGES };
    int failed = fill(t, &grid, pick, &choice);

    while (failed == 0 && grid_width(&grid, t->out) > most && next_choice(&choice, most))
        failed = fill(t, &grid, pick, &choice);
    if (failed == 0 && grid.n > 0)
        grid_print(&grid, t->out);
    grid_clear(&grid);
    print_without(t, choice.without);
    terminal_notes(t, pick);
    validity_page_print(t->out, pick, terminal_paint(t, YELLOW), terminal_paint(t, PLAIN));
    if (failed == 0)
        failed =
            mix_print(t->out, pick, pick->n > 0 ? view_floor(t->run, pick->cell[0]) : NULL, &paints, &t->said_merged);
    return failed;
}

static void print_closing(void *arg, enum closing_kind kind, const char *text)
{
    static const char *const paints[] = {
        [CLOSING_BROKEN] = RED, [CLOSING_CONTROL] = "",   [CLOSING_NOTHING] = YELLOW, [CLOSING_WHY] = "",
        [CLOSING_RANK] = "",    [CLOSING_ASIDE] = YELLOW, [CLOSING_TURNED] = YELLOW,  [CLOSING_BOUND] = DIM
    };
    const struct terminal *t = arg;
    const char *before = terminal_paint(t, paints[kind]);

    wrap_print(t->out, GRID_INDENT, GRID_INDENT + 4, before, before[0] != '\0' ? PLAIN : "", text);
}

static int print_steps(const struct terminal *t, const struct pick *pick)
{
    int failed = steps_print(t->out, pick, terminal_paint(t, DIM), terminal_paint(t, PLAIN));

    terminal_notes(t, pick);
    return failed;
}

/* Nothing ran here, and for one reason. */
static const char *skipped_because(const struct pick *pick)
{
    for (size_t i = 0; i < pick->n; i++)
        if (!view_is(pick->cell[i], "skipped") ||
            strcmp(view_text(pick->cell[i], "reason"), view_text(pick->cell[0], "reason")) != 0)
            return NULL;
    return view_text(pick->cell[0], "reason");
}

static int print_database(struct terminal *t, const json_t *scenario, const char *db)
{
    const char *name = view_text(scenario, "name"), *why;
    char title[400];
    struct pick pick;
    int failed = view_pick(&pick, t->run, name, db, NULL);

    if (failed == 0 && pick.n > 0) {
        putc('\n', t->out);
        why = skipped_because(&pick);
        if (why != NULL) {
            snprintf(title, sizeof title, "%s  SKIP: %s", db, why);
            wrap_print(t->out, 0, 4, terminal_paint(t, DIM), terminal_paint(t, PLAIN), title);
        } else {
            view_database(t->run, &pick, title, sizeof title);
            wrap_print(t->out, 0, 4, terminal_paint(t, BOLD), terminal_paint(t, PLAIN), title);
            if (steps_apply(scenario))
                failed = print_steps(t, &pick);
            else
                failed = view_sweeps(scenario) ? sweep_table_print(t, &pick) : print_table(t, &pick);
            putc('\n', t->out);
            if (failed == 0)
                failed = closing_say(t->run, name, db, print_closing, t);
        }
    }
    view_drop(&pick);
    return failed;
}

static int print_scenario(struct terminal *t, const json_t *scenario)
{
    const char *name = view_text(scenario, "name"), *title = view_text(scenario, "title");
    long long seed = (long long)view_int(t->run, "seed");
    struct text_list dbs = { 0 };
    char text[400], counted[80] = "0";
    int failed = view_databases(&dbs, t->run, name) | counted_on(counted, sizeof counted, t->run, scenario, NULL);

    snprintf(text, sizeof text, "%s (%s): %s trial%s, seed %lld", title[0] != '\0' ? title : name, name, counted,
             strcmp(counted, "1") == 0 ? "" : "s", seed);
    putc('\n', t->out);
    wrap_print(t->out, 0, 4, terminal_paint(t, BOLD), terminal_paint(t, PLAIN), text);
    for (size_t i = 0; failed == 0 && i < dbs.n; i++)
        failed = print_database(t, scenario, dbs.items[i]);
    text_list_free(&dbs);
    return failed;
}

void report_table(const json_t *run, FILE *out, bool colour)
{
    struct terminal t = { .run = run, .out = out, .colour = colour };
    const json_t *scenario;
    size_t i;

    json_array_foreach(json_object_get(run, "scenarios"), i, scenario)
    {
        if (print_scenario(&t, scenario) != 0)
            return;
    }
    putc('\n', out);
    if (json_is_true(json_object_get(run, "partial")))
        wrap_print(out, 0, 4, terminal_paint(&t, YELLOW), terminal_paint(&t, PLAIN),
                   "Interrupted: this is what was measured until then.");
    wrap_print(out, 0, 4, terminal_paint(&t, DIM), terminal_paint(&t, PLAIN),
               t.said_merged ? "Medians over trials; times are answer minus due, less checkout. ~ from all trials "
                               "merged (too few samples in one), - not available."
                             : "Medians over trials; times are answer minus due, less checkout. - not available.");
}
