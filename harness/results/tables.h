#ifndef RESULTS_TABLES_H
#define RESULTS_TABLES_H

#include "harness/results/folder.h"
#include "harness/results/tally.h"

/* The csv files that are written once, in the end: trials, cells, spectrum, arrivals; a tally for each cell. EXIT_OK /
 * EXIT_ERROR after one line. */
int tables_write(const struct folder *, const struct cells *, const struct tally *);

#endif
