#ifndef RESULTS_CORRECTNESS_H
#define RESULTS_CORRECTNESS_H

#include <jansson.h>
#include <stdbool.h>

/* Sets on a cell of a comparison: verdict [a, b]; correctness[] {what, a, b}: the verdict where it changed, and every
 * anomaly that occurred in one run and never in the other, which looked for it, by the trials that showed it; worse: an
 * honest cell's verdict is a worse one than before, or it breaks a promise that it kept. Such a difference needs no
 * test: one seat sold twice is a fact. 0, or -1 when out of memory.
 */
int correctness_compare(json_t *cell, const json_t *a, const json_t *b);
/* Whether a cell of run.json has a trait. */
bool correctness_is(const json_t *cell, const char *trait);

#endif
