#include "harness/report/sweep_table.h"

#include <stdbool.h>
#include <string.h>

#include "harness/report/grid.h"
#include "harness/report/number.h"
#include "harness/report/validity_page.h"
#include "harness/report/wrap.h"

/* The worse of two verdicts of one variant. */
static const json_t *worse(const json_t *a, const json_t *b)
{
    for (size_t i = 0; view_verdicts[i] != NULL; i++) {
        if (a != NULL && view_is(a, view_verdicts[i]))
            return a;
        if (b != NULL && view_is(b, view_verdicts[i]))
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
    row->last_paint = worst != NULL ? terminal_verdict(t, worst) : "";
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
            row->paint = terminal_paint(t, DIM);
        }
    }
    return 0;
}

/* As many points side by side as always find room, the rest below. */
#define POINTS_ABREAST 8

/* Whether the points have one key between them, and which; some may have none. */
static bool have_one_key(const struct text_list *points, const char **key, size_t *length)
{
    *key = "";
    *length = 0;
    for (size_t i = 0; i < points->n; i++) {
        const char *point = points->items[i];
        size_t n = strcspn(point, "=");

        if (point[0] == '\0')
            continue;
        if (strchr(point, ',') != NULL || (*length > 0 && (n != *length || strncmp(point, *key, n) != 0)))
            return false;
        *key = point;
        *length = n;
    }
    return true;
}

/* Of one key the value, the key stands in the line above; points of several have numbers, and list_points() says what
 * they stand for. */
static void set_heads(struct grid *grid, const struct text_list *points, size_t from)
{
    const char *key;
    size_t length;
    bool one_key = have_one_key(points, &key, &length);

    for (size_t c = 0; c + 1 < grid->columns; c++) {
        const char *point = points->items[from + c];

        if (!one_key)
            snprintf(grid->head[1][c], GRID_TEXT, "(%zu)", from + c + 1);
        else if (point[0] == '\0')
            snprintf(grid->head[1][c], GRID_TEXT, "as is");
        else
            snprintf(grid->head[1][c], GRID_TEXT, "%.31s", point + length + 1);
    }
    if (one_key)
        snprintf(grid->head[0][0], GRID_TEXT, "%.*s", (int)length, key);
}

static void list_points(const struct terminal *t, const struct text_list *points)
{
    const char *key;
    size_t length;

    if (have_one_key(points, &key, &length))
        return;
    for (size_t i = 0; i < points->n; i++) {
        char line[300];

        snprintf(line, sizeof line, "(%zu) %s", i + 1, points->items[i][0] != '\0' ? points->items[i] : "as is");
        wrap_print(t->out, GRID_INDENT, GRID_INDENT + 4, "", "", line);
    }
}

/* One that ran nowhere has no row: the notes say why. */
static bool ran_anywhere(const struct pick *pick, const char *variant)
{
    for (size_t i = 0; i < pick->n; i++)
        if (strcmp(view_text(pick->cell[i], "variant"), variant) == 0 && !view_is(pick->cell[i], "skipped"))
            return true;
    return false;
}

static int print_sweep_part(struct terminal *t, const struct pick *pick, const struct text_list *variants,
                            const struct text_list *points, size_t from, size_t n)
{
    struct grid grid = { .columns = n + 1, .name_head = "all p99 ms", .plain = terminal_paint(t, PLAIN) };
    int failed = 0;

    set_heads(&grid, points, from);
    snprintf(grid.head[0][n], GRID_TEXT, "worst");
    snprintf(grid.head[1][n], GRID_TEXT, "verdict");
    for (size_t v = 0; failed == 0 && v < variants->n; v++)
        if (ran_anywhere(pick, variants->items[v]))
            failed = add_sweep_row(t, &grid, pick, variants->items[v], points, from);
    if (failed == 0)
        failed = add_sweep_floor(t, &grid, pick, points, from);
    if (failed == 0)
        grid_print(&grid, t->out);
    grid_clear(&grid);
    return failed;
}

int sweep_table_print(struct terminal *t, const struct pick *pick)
{
    struct text_list points = { 0 }, variants = { 0 };
    int failed = view_points(&points, pick) | view_variants(&variants, pick);

    for (size_t from = 0; failed == 0 && from < points.n; from += POINTS_ABREAST) {
        size_t n = points.n - from < POINTS_ABREAST ? points.n - from : POINTS_ABREAST;

        if (from > 0)
            putc('\n', t->out);
        failed = print_sweep_part(t, pick, &variants, &points, from, n);
    }
    list_points(t, &points);
    for (size_t i = 0; i < pick->n; i++) {
        if (view_fails(pick->cell[i])) {
            wrap_print(t->out, GRID_INDENT, GRID_INDENT + 4, "", "", "!  not held at this point");
            break;
        }
    }
    terminal_notes(t, pick);
    validity_page_print(t->out, pick, "", "");
    text_list_free(&points);
    text_list_free(&variants);
    return failed;
}
