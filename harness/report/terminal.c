#include <math.h>
#include <string.h>

#include "harness/report/closing.h"
#include "harness/report/grid.h"
#include "harness/report/mix.h"
#include "harness/report/number.h"
#include "harness/report/report.h"
#include "harness/report/steps.h"
#include "harness/report/validity_page.h"
#include "harness/report/view.h"
#include "harness/report/wrap.h"

#define BOLD   "\033[1m"
#define DIM    "\033[2m"
#define RED    "\033[1;31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN  "\033[0m"

struct terminal {
    const json_t *run;
    FILE *out;
    bool colour, said_merged;
};

static const char *paint(const struct terminal *t, const char *sequence)
{
    return t->colour ? sequence : "";
}

static const char *verdict_paint(const struct terminal *t, const json_t *cell)
{
    if (view_is(cell, "holds"))
        return paint(t, GREEN);
    if (view_is(cell, "oversells") || view_is(cell, "loses") || view_is(cell, "duplicates"))
        return paint(t, RED);
    return view_fails(cell) ? paint(t, YELLOW) : "";
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

static int add_row(struct terminal *t, struct grid *grid, const json_t *cell, enum detail detail)
{
    struct grid_row *row = grid_add(grid);

    if (row == NULL)
        return -1;
    snprintf(row->name, sizeof row->name, "%s", view_text(cell, "variant"));
    snprintf(row->text[NUMBERS], GRID_TEXT, "%s%s", view_text(cell, "verdict"), validity_page_mark(cell));
    row->last_paint = verdict_paint(t, cell);
    if (view_is(cell, "floor"))
        row->paint = paint(t, DIM);
    for (size_t c = 0; c < NUMBERS; c++) {
        struct measure m = view_measure(cell, columns[c].metric);

        set_number(t, row->text[c], &m, columns[c].unit, detail);
    }
    return 0;
}

static int fill(struct terminal *t, struct grid *grid, const struct pick *pick, enum detail detail)
{
    const json_t *at_best = pick->n > 0 ? view_floor(t->run, pick->cell[0]) : NULL;

    grid_clear(grid);
    for (size_t i = 0; i < pick->n; i++)
        if (!view_is(pick->cell[i], "skipped") && add_row(t, grid, pick->cell[i], detail) != 0)
            return -1;
    return at_best != NULL && grid->n > 0 ? add_row(t, grid, at_best, detail) : 0;
}

static void print_skipped(const struct terminal *t, const struct pick *pick)
{
    char text[400];

    for (size_t i = 0; i < pick->n; i++) {
        if (!view_is(pick->cell[i], "skipped"))
            continue;
        snprintf(text, sizeof text, "%s  SKIP: %s", view_text(pick->cell[i], "variant"),
                 view_text(pick->cell[i], "reason"));
        wrap_print(t->out, GRID_INDENT, GRID_INDENT + 4, paint(t, DIM), paint(t, PLAIN), text);
    }
}

/* What the numbers of a row do not say by themselves. */
static void print_notes(const struct terminal *t, const struct pick *pick)
{
    char text[400], digits[NUMBER_SIZE];

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
        snprintf(text, sizeof text, "%s: %s%s%s", view_text(cell, "variant"), share,
                 share[0] != '\0' && voids[0] != '\0' ? "; " : "", voids);
        wrap_print(t->out, GRID_INDENT, GRID_INDENT + 4, paint(t, YELLOW), paint(t, PLAIN), text);
    }
}

static int print_table(struct terminal *t, const struct pick *pick)
{
    struct grid grid = { .columns = NUMBERS + 1, .name_head = "variant", .plain = paint(t, PLAIN) };
    const struct mix_paints paints = { paint(t, DIM), paint(t, PLAIN) };
    int failed;

    for (size_t c = 0; c < NUMBERS; c++)
        for (int line = 0; line < 2; line++)
            snprintf(grid.head[line][c], GRID_TEXT, "%s", columns[c].head[line]);
    snprintf(grid.head[1][NUMBERS], GRID_TEXT, "verdict");
    failed = fill(t, &grid, pick, DETAIL_RANGES);
    for (int detail = DETAIL_PLAIN; detail <= DETAIL_SHORT; detail++)
        if (failed == 0 && grid_width(&grid) > WRAP_COLUMNS)
            failed = fill(t, &grid, pick, (enum detail)detail);
    if (failed == 0 && grid.n > 0)
        grid_print(&grid, t->out);
    grid_clear(&grid);
    print_skipped(t, pick);
    print_notes(t, pick);
    validity_page_print(t->out, pick, paint(t, YELLOW), paint(t, PLAIN));
    if (failed == 0)
        failed =
            mix_print(t->out, pick, pick->n > 0 ? view_floor(t->run, pick->cell[0]) : NULL, &paints, &t->said_merged);
    return failed;
}

/* The worse of two verdicts of one variant, in the order of DESIGN.md 7. */
static const json_t *worse(const json_t *a, const json_t *b)
{
    static const char *const order[] = { "oversells", "loses",   "duplicates", "undersells", "drifts",
                                         "unfair",    "unknown", "holds",      "floor",      "skipped" };

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (a != NULL && view_is(a, order[i]))
            return a;
        if (b != NULL && view_is(b, order[i]))
            return b;
    }
    return a != NULL ? a : b;
}

static int add_sweep_row(struct terminal *t, struct grid *grid, const struct pick *pick, const char *variant,
                         const struct text_list *points, size_t from)
{
    struct grid_row *row = grid_add(grid);
    const json_t *worst = NULL;

    if (row == NULL)
        return -1;
    snprintf(row->name, sizeof row->name, "%s", variant);
    for (size_t c = 0; c + 1 < grid->columns; c++) {
        const json_t *cell = view_at(pick, variant, points->items[from + c]);
        struct measure m = view_measure(cell, "all_p99_ns");
        char digits[NUMBER_SIZE];

        snprintf(row->text[c], GRID_TEXT, "%s%.20s%s", m.merged ? "~" : "", number_ms(digits, m.median),
                 cell != NULL && view_fails(cell) ? "!" : validity_page_mark(cell));
        t->said_merged |= m.merged;
    }
    for (size_t i = 0; i < points->n; i++)
        worst = worse(worst, view_at(pick, variant, points->items[i]));
    snprintf(row->text[grid->columns - 1], GRID_TEXT, "%s", view_text(worst, "verdict"));
    row->last_paint = worst != NULL ? verdict_paint(t, worst) : "";
    return 0;
}

/* The floor's row: under each point what goes with any cell there. */
static int add_sweep_floor(const struct terminal *t, struct grid *grid, const struct pick *pick,
                           const struct text_list *points, size_t from)
{
    struct grid_row *row = NULL;
    char point[256], digits[NUMBER_SIZE];

    for (size_t i = 0; i < pick->n; i++) {
        const json_t *at_best = view_floor(t->run, pick->cell[i]);

        view_point(pick->cell[i], point, sizeof point);
        for (size_t c = 0; at_best != NULL && c + 1 < grid->columns; c++) {
            if (strcmp(points->items[from + c], point) != 0)
                continue;
            if (row == NULL && (row = grid_add(grid)) == NULL)
                return -1;
            snprintf(row->name, sizeof row->name, "%s", view_text(at_best, "variant"));
            snprintf(row->text[c], GRID_TEXT, "%s", number_ms(digits, view_measure(at_best, "all_p99_ns").median));
            snprintf(row->text[grid->columns - 1], GRID_TEXT, "floor");
            row->paint = paint(t, DIM);
        }
    }
    return 0;
}

/* As many points side by side as always find room, the rest below. */
#define POINTS_ABREAST 8

/* The head of a column: the point's value, its key stands in the line above; a point of several keys says all. */
static void set_point_head(struct grid *grid, size_t c, const char *point)
{
    const char *equals = strchr(point, '=');

    if (point[0] == '\0')
        snprintf(grid->head[1][c], GRID_TEXT, "as is");
    else if (equals != NULL && strchr(point, ',') == NULL)
        snprintf(grid->head[1][c], GRID_TEXT, "%.31s", equals + 1);
    else
        snprintf(grid->head[1][c], GRID_TEXT, "%.12s", point);
}

static int print_sweep_part(struct terminal *t, const struct pick *pick, const struct text_list *variants,
                            const struct text_list *points, size_t from, size_t n)
{
    struct grid grid = { .columns = n + 1, .name_head = "all p99 ms", .plain = paint(t, PLAIN) };
    const char *first = points->items[from];
    int failed = 0;

    snprintf(grid.head[0][0], GRID_TEXT, "%.*s", (int)strcspn(first, "="), first);
    for (size_t c = 0; c < n; c++)
        set_point_head(&grid, c, points->items[from + c]);
    snprintf(grid.head[0][n], GRID_TEXT, "worst");
    snprintf(grid.head[1][n], GRID_TEXT, "verdict");
    for (size_t v = 0; failed == 0 && v < variants->n; v++)
        failed = add_sweep_row(t, &grid, pick, variants->items[v], points, from);
    if (failed == 0)
        failed = add_sweep_floor(t, &grid, pick, points, from);
    if (failed == 0)
        grid_print(&grid, t->out);
    grid_clear(&grid);
    return failed;
}

static int print_sweep(struct terminal *t, const struct pick *pick)
{
    struct text_list points = { 0 }, variants = { 0 };
    int failed = view_points(&points, pick) | view_variants(&variants, pick);

    for (size_t from = 0; failed == 0 && from < points.n; from += POINTS_ABREAST) {
        size_t n = points.n - from < POINTS_ABREAST ? points.n - from : POINTS_ABREAST;

        if (from > 0)
            putc('\n', t->out);
        failed = print_sweep_part(t, pick, &variants, &points, from, n);
    }
    for (size_t i = 0; i < pick->n; i++) {
        if (view_fails(pick->cell[i])) {
            wrap_print(t->out, GRID_INDENT, GRID_INDENT + 4, "", "", "!  not held at this point");
            break;
        }
    }
    validity_page_print(t->out, pick, "", "");
    text_list_free(&points);
    text_list_free(&variants);
    return failed;
}

static void print_closing(void *arg, enum closing_kind kind, const char *text)
{
    static const char *const paints[] = {
        [CLOSING_BROKEN] = RED, [CLOSING_CONTROL] = "",   [CLOSING_NOTHING] = YELLOW, [CLOSING_WHY] = "",
        [CLOSING_RANK] = "",    [CLOSING_ASIDE] = YELLOW, [CLOSING_TURNED] = YELLOW,  [CLOSING_BOUND] = DIM
    };
    const struct terminal *t = arg;
    const char *before = paint(t, paints[kind]);

    wrap_print(t->out, GRID_INDENT, GRID_INDENT + 4, before, before[0] != '\0' ? PLAIN : "", text);
}

static int print_steps(const struct terminal *t, const struct pick *pick)
{
    int failed = steps_print(t->out, pick, paint(t, DIM), paint(t, PLAIN));

    print_skipped(t, pick);
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
            wrap_print(t->out, 0, 4, paint(t, DIM), paint(t, PLAIN), title);
        } else {
            view_database(t->run, pick.cell[0], title, sizeof title);
            wrap_print(t->out, 0, 4, paint(t, BOLD), paint(t, PLAIN), title);
            if (steps_apply(scenario))
                failed = print_steps(t, &pick);
            else
                failed = view_sweeps(scenario) ? print_sweep(t, &pick) : print_table(t, &pick);
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
    long long trials = (long long)view_int(scenario, "trials"), seed = (long long)view_int(t->run, "seed");
    struct text_list dbs = { 0 };
    char text[400];
    int failed = view_databases(&dbs, t->run, name);

    snprintf(text, sizeof text, "%s (%s): %lld trial%s, seed %lld", title[0] != '\0' ? title : name, name, trials,
             trials == 1 ? "" : "s", seed);
    putc('\n', t->out);
    wrap_print(t->out, 0, 4, paint(t, BOLD), paint(t, PLAIN), text);
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
        wrap_print(out, 0, 4, paint(&t, YELLOW), paint(&t, PLAIN),
                   "Interrupted: this is what was measured until then.");
    wrap_print(out, 0, 4, paint(&t, DIM), paint(&t, PLAIN),
               t.said_merged ? "Medians over trials; times are answer minus due, less checkout. ~ from all trials "
                               "merged (too few samples in one), - not available."
                             : "Medians over trials; times are answer minus due, less checkout. - not available.");
}
