#ifndef VERBS_BLOCKS_H
#define VERBS_BLOCKS_H

#include "harness/results/results.h"
#include "harness/scenario/cell.h"

/* How many blocks each cell of a run takes part in. Warm-up blocks come first; without [run] precision the scenario's
 * trials follow; with it, at least BLOCKS_LEAST (or trials), and further ones, at most BLOCKS_MOST (or trials), while a
 * cell of the scenario is not known well enough: a rule fixed before the first trial, on the width of intervals and
 * never on who leads, so that stopping favours nobody. */
enum { BLOCKS_LEAST = 10, BLOCKS_MOST = 30 };

struct blocks {
    int64_t *of; /* per cell, warm-up included; 0: skipped */
    size_t n;
};

/* Blocks of this scenario that are thrown away. */
int64_t blocks_warmup(const struct scenario *);
/* As many as there are at least. 0, or -1 when out of memory; blocks_close() in any case. */
int blocks_open(struct blocks *, const struct cells *);
int64_t blocks_last(const struct blocks *);   /* of all cells                */
int64_t blocks_trials(const struct blocks *); /* summed, warm-up included    */
/* After block number `done` (from 1): gives one more to the scenarios that need it. EXIT_OK / EXIT_ERROR after one
 * line. */
int blocks_extend(struct blocks *, const struct cells *, struct results *, int64_t done);
void blocks_close(struct blocks *);

#endif
