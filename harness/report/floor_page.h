#ifndef REPORT_FLOOR_PAGE_H
#define REPORT_FLOOR_PAGE_H

#include "harness/report/page.h"

/* The floors of this machine beside what was measured. All read run.json or a calibration, whose floors[] are alike. */

/* For a terminal, at most 80 columns. */
void floor_page_table(const json_t *calibration, FILE *out);
/* In report.md, what was calibrated, or how to do it. */
void floor_page_machine(FILE *out, const json_t *run);
/* In report.md, each measured figure that has a floor: both, and their ratio. Nothing where none has. */
void floor_page_cells(FILE *out, const json_t *run, const json_t *scenario, const struct pick *);

#endif
