#ifndef RESULTS_DIFFERENCE_H
#define RESULTS_DIFFERENCE_H

#include <jansson.h>

/* What two runs were asked and where they ran, where that is not the same: an array of {what, a, b}, the tool first,
 * then the machine, the databases, the scenarios both have and the variants of the cells both have. NULL when out of
 * memory. */
json_t *difference_read(const json_t *a, const json_t *b);

#endif
