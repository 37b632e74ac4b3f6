#ifndef REPORT_VALIDITY_PAGE_H
#define REPORT_VALIDITY_PAGE_H

#include <stdio.h>

#include "harness/report/view.h"

/* Cells whose numbers may be the generator's or the machine's: they stay, and are marked. */

/* " ?" or "": what stands behind a marked cell's verdict. NULL is not marked. */
const char *validity_page_mark(const json_t *cell);
/* Terminal: below a table, what each mark is for. */
void validity_page_print(FILE *out, const struct pick *, const char *before, const char *after);
/* report.md: each marked cell in words, and what the machine did meanwhile. */
void validity_page_write(FILE *out, const json_t *run, const struct pick *);

#endif
