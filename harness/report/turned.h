#ifndef REPORT_TURNED_H
#define REPORT_TURNED_H

#include <stdio.h>

#include "harness/report/view.h"

/* Who was told no while seats were free, from cells[].trials[].audit of run.json. Runs older than its keys say nothing.
 */

/* A section of report.md: how often by each variant, and one request of each traced through its times. */
void turned_write(FILE *out, const struct pick *);
/* One sentence for the closing lines; "" where nobody was. */
void turned_say(char *out, size_t size, const struct pick *);

#endif
