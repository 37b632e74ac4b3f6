#ifndef REPORT_PROBED_H
#define REPORT_PROBED_H

#include <stdio.h>

#include "harness/report/view.h"

/* "Probes" of report.md: what readers saw while the rush went on, and what that cost; nothing where none were asked
 * for. */
void probed_write(FILE *out, const struct pick *);

#endif
