#include "harness/report/grid.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/report/wrap.h"

struct widths {
    size_t name, column[GRID_COLUMNS], numbers, gap;
};

struct grid_row *grid_add(struct grid *grid)
{
    struct grid_row *row;

    if (grid->n == grid->room) {
        size_t room = grid->room == 0 ? 16 : 2 * grid->room;
        struct grid_row *grown = realloc(grid->row, room * sizeof *grown);

        if (grown == NULL) {
            say_error("report: out of memory");
            return NULL;
        }
        grid->row = grown;
        grid->room = room;
    }
    row = &grid->row[grid->n++];
    memset(row, 0, sizeof *row);
    row->paint = row->last_paint = "";
    return row;
}

static void widen(size_t *width, const char *text)
{
    if (wrap_width(text) > *width)
        *width = wrap_width(text);
}

static void measure(const struct grid *grid, FILE *out, struct widths *w)
{
    *w = (struct widths){ 0 };
    widen(&w->name, grid->name_head);
    for (size_t r = 0; r < grid->n; r++)
        widen(&w->name, grid->row[r].name);
    for (size_t c = 0; c < grid->columns; c++) {
        widen(&w->column[c], grid->head[0][c]);
        widen(&w->column[c], grid->head[1][c]);
        for (size_t r = 0; r < grid->n; r++)
            widen(&w->column[c], grid->row[r].text[c]);
        w->numbers += w->column[c];
    }
    w->gap = GRID_INDENT + w->name + w->numbers + 2 * grid->columns <= wrap_columns(out) ? 2 : 1;
}

size_t grid_width(const struct grid *grid, FILE *out)
{
    struct widths w;

    measure(grid, out, &w);
    return GRID_INDENT + w.name + w.numbers + w.gap * grid->columns;
}

static void pad(FILE *out, size_t columns)
{
    fprintf(out, "%*s", (int)columns, "");
}

/* Lines do not end in blanks: an empty last column is left out. */
static void print_numbers(const struct grid *grid, const struct widths *w, FILE *out,
                          const char text[GRID_COLUMNS][GRID_TEXT], const struct grid_row *row)
{
    for (size_t c = 0; c < grid->columns; c++) {
        if (c + 1 == grid->columns && text[c][0] == '\0')
            break;
        pad(out, w->gap);
        if (c + 1 == grid->columns) {
            fprintf(out, "%s%s%s", row != NULL ? row->last_paint : "", text[c],
                    row != NULL && row->last_paint[0] != '\0' ? grid->plain : "");
            continue;
        }
        pad(out, w->column[c] - wrap_width(text[c]));
        fputs(text[c], out);
    }
}

static void print_heads(const struct grid *grid, const struct widths *w, FILE *out)
{
    for (int line = 0; line < 2; line++) {
        const char *name = line == 1 ? grid->name_head : "";

        pad(out, GRID_INDENT);
        fputs(name, out);
        pad(out, w->name - wrap_width(name));
        print_numbers(grid, w, out, grid->head[line], NULL);
        putc('\n', out);
    }
}

void grid_print(const struct grid *grid, FILE *out)
{
    struct widths w;
    size_t taken, most = wrap_columns(out);

    measure(grid, out, &w);
    taken = GRID_INDENT + w.numbers + w.gap * grid->columns;
    if (taken + w.name > most)
        w.name = taken + wrap_width(grid->name_head) < most ? most - taken : wrap_width(grid->name_head);
    print_heads(grid, &w, out);
    for (size_t r = 0; r < grid->n; r++) {
        const struct grid_row *row = &grid->row[r];
        size_t width = wrap_width(row->name);

        pad(out, GRID_INDENT);
        fprintf(out, "%s%s", row->paint, row->name);
        if (width > w.name) {
            putc('\n', out);
            pad(out, GRID_INDENT + w.name);
        } else {
            pad(out, w.name - width);
        }
        print_numbers(grid, &w, out, row->text, row);
        fprintf(out, "%s\n", row->paint[0] != '\0' ? grid->plain : "");
    }
}

void grid_clear(struct grid *grid)
{
    free(grid->row);
    grid->row = NULL;
    grid->n = grid->room = 0;
}
