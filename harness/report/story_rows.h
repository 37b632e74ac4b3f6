#ifndef REPORT_STORY_ROWS_H
#define REPORT_STORY_ROWS_H

#include "harness/explore/exploration.h"

/* The committed rows between the steps of a story, and what is left in the gates, item by item: only what the
 * strategy's ledger uses, or what ever changes. */

#define STORY_ROWS_TEXT 160

/* A moment. */
struct story_rows {
    const struct exploration *of;
    const struct witnesses *seen; /* NULL: before the first move */
    int64_t gate[TRACE_ACTORS];   /* by app; -1: there is none   */
};

void story_rows_start(struct story_rows *, const struct exploration *);
/* Moves on to the moment after a move. */
void story_rows_follow(struct story_rows *, const struct move *);
/* Items a moment has: they are numbered from 0. */
int story_rows_count(const struct story_rows *);
/* "available 0", "booked: A B". False: not to be shown. bad: more is booked than there is. */
bool story_rows_item(const struct story_rows *, int item, char out[STORY_ROWS_TEXT], bool *bad);

#endif
