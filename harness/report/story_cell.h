#ifndef REPORT_STORY_CELL_H
#define REPORT_STORY_CELL_H

#include "harness/report/story.h"

/* The lines of one column in one step, cut to a width. */

/* What follows the first piece of a line stands in by this much. */
#define STORY_CELL_INDENT 2

struct story_cell {
    const struct story *story;
    int step, column;
    size_t room, next; /* columns there are; the line to look at next */
    const char *at;    /* in the line before that                     */
};
struct story_piece {
    const struct story_line *line;
    const char *text; /* not terminated */
    int bytes;
    size_t indent;
};

void story_cell_open(struct story_cell *, const struct story *, int step, int column, size_t room);
/* False at the end. */
bool story_cell_next(struct story_cell *, struct story_piece *);
/* Pieces there are. */
int story_cell_height(const struct story *, int step, int column, size_t room);

#endif
