#ifndef RESULTS_MOVED_H
#define RESULTS_MOVED_H

#include <jansson.h>

/* How far the machine itself moved between two runs: the floors that both were calibrated with (run.json floors[]), and
 * their cells that do no work. */

/* Appends {name, db, scenario, sweep, unit, a, b, slower, moved} to a list: db, scenario and sweep are null where the
 * floor goes with any; slower is b's time / a's, or a's rate / b's, less 1; moved: the intervals do not overlap. 0, or
 * -1 when out of memory. */
int moved_read(json_t *list, const json_t *a, const json_t *b);
/* Of the floors that moved and go with a cell, the one that moved furthest the way its time did (slower: b's time /
 * a's, less 1), by more than half of that; NULL: the machine does not explain it. */
const json_t *moved_explains(const json_t *list, const json_t *cell, double slower);

#endif
