#ifndef BREAKPOINT_CURVE_CSV_H
#define BREAKPOINT_CURVE_CSV_H

#include <jansson.h>

#include "harness/breakpoint/hunt.h"
#include "harness/results/folder.h"

/* curve.csv: a row for every trial, in order of time within its cell. */
int curve_csv_trials(const struct folder *, const struct cells *, const struct hunt *hunts);
/* breakpoint.csv: a row for every cell of breakpoint.json. */
int curve_csv_cells(const struct folder *, const json_t *dossier);

#endif
