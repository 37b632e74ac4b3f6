#ifndef REPORT_GRID_H
#define REPORT_GRID_H

#include <stddef.h>
#include <stdio.h>

/* Rows under a two-line head, for a terminal. The first column holds names: one that finds no room stands on a line of
 * its own above its numbers. The first and the last column are set left, the others right. */
#define GRID_COLUMNS 16
#define GRID_TEXT    32
#define GRID_INDENT  1

struct grid_row {
    char name[192];
    char text[GRID_COLUMNS][GRID_TEXT];
    const char *paint, *last_paint; /* escape sequences of the row and of its last column; "" for none */
};
struct grid {
    size_t columns; /* without the name */
    const char *name_head;
    char head[2][GRID_COLUMNS][GRID_TEXT];
    struct grid_row *row; /* owned */
    size_t n, room;
    const char *plain; /* ends a paint; "" without colour */
};

/* A zeroed row to fill, or NULL after saying so. */
struct grid_row *grid_add(struct grid *);
/* Columns the widest line takes when every name stands beside its numbers; where wrap_columns(out) are too few for two
 * blanks between numbers, there is one. */
size_t grid_width(const struct grid *, FILE *out);
void grid_print(const struct grid *, FILE *out);
void grid_clear(struct grid *); /* frees the rows, keeps the head */

#endif
