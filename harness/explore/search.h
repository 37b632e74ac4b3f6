#ifndef EXPLORE_SEARCH_H
#define EXPLORE_SEARCH_H

#include "harness/explore/footprint.h"
#include "harness/explore/play.h"

/* Every schedule of two users (and their services) with at most so many preemptions, each once up to the order of calls
 * that do not touch each other. A schedule is played from its beginning; what could have been chosen otherwise on its
 * way is put aside and played later. A choice is followed only when it leads where no schedule with as few preemptions
 * has led before: to another past, or to the same past with another one to go on. */
struct search;

/* NULL: out of memory. */
struct search *search_open(int preemptions);
void search_close(struct search *); /* NULL is a no-op */

/* The next schedule to play, or NULL: all have been. Owned by the search; good for one play_schedule(). */
struct chooser *search_next(struct search *);
/* After it was played. True: no schedule equal to it has been played before. -1 in *failed: out of memory. */
bool search_learn(struct search *, const struct trace *, int *failed);

struct search_counts {
    int64_t pruned; /* choices and schedules equal to what was played             */
    int64_t cut;    /* choices that were not followed: one preemption too many    */
};
struct search_counts search_counts(const struct search *);

#endif
