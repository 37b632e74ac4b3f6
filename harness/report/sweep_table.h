#ifndef REPORT_SWEEP_TABLE_H
#define REPORT_SWEEP_TABLE_H

#include "harness/report/terminal.h"
#include "harness/report/view.h"

/* One scenario on one database at the points of its sweep: p99 by variant and point. 0, or -1 after saying why. */
int sweep_table_print(struct terminal *, const struct pick *);

#endif
