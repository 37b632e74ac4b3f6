#ifndef REPORT_KNOWN_H
#define REPORT_KNOWN_H

#include "harness/report/view.h"

/* How well the headline of a cell (results/headline.h) must be known: what the scenario asked for, else 5 %. */
double known_goal(const json_t *run, const json_t *cell);
/* Half the width of the interval of a cell's headline as a share of the median; NAN: there is none. */
double known_half_width(const json_t *cell);
/* "p99 known to within 5 % (half its 95 % interval, n = 20): null, queue; not to within that: admission (7.3 %)." Of
 * the cells picked, with their floor; false: none has a headline, or they have fewer than 6 trials. */
bool known_sentence(char *out, size_t size, const json_t *run, const struct pick *);

#endif
