#ifndef REPORT_STORY_FOLD_H
#define REPORT_STORY_FOLD_H

#include "harness/explore/trace.h"

/* Which moves of a trace make one step of its story: what one actor does in a transaction while nobody comes between,
 * the rollback and the checkout behind it; a service's answers and those who get them; else one call. Pure. */

struct story_folder {
    const struct trace *trace;
    int last;         /* the last move that was told; -1: none */
    int actor;        /* whose step it is                      */
    bool is_checkout; /* all of the step so far                */
};

enum story_fold {
    STORY_FOLD_LATER, /* not told now: a BEGIN is told with the same actor's next call */
    STORY_FOLD_JOINS,
    STORY_FOLD_BEGINS
};

/* Moves in order, each once. */
enum story_fold story_fold(struct story_folder *, size_t i);
/* Somebody comes between a BEGIN and what it is for and does not notice it, or a service learns that its app closes. */
bool story_fold_is_later(const struct trace *, size_t i);
/* The next move of the same actor; trace.n: there is none. */
size_t story_fold_next_move(const struct trace *, size_t i);

#endif
