#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <stdio.h>

#include "harness/report/number.h"
#include "harness/report/view.h"

/* Pieces of report.md. */

/* Text of a run as Markdown text: its markup characters lose their meaning, line feeds become blanks. */
void page_text(FILE *out, const char *text);
/* "| a | b |\n|---|---:|\n": the first column left, the others right, those of words ("<what") left as well; NULL ends
 * the heads. */
void page_table(FILE *out, const char *const *heads);
/* One cell "| text ", escaped; page_row_end() after the last. */
void page_cell(FILE *out, const char *text);
/* The same of view_name(). */
void page_name(FILE *out, const json_t *cell);
void page_number(FILE *out, const char *number);
void page_row_end(FILE *out);

enum page_unit { PAGE_COUNT, PAGE_REAL, PAGE_MS, PAGE_BYTES };
/* "12.3 [11.9..12.8]": the median and its 95 % interval, for seats the range; "~12.3" when merged, "-" when absent;
 * "12.3 (n = 2)" where fewer trials have it than count. */
void page_measure(FILE *out, const json_t *cell, const char *metric, enum page_unit);

/* evidence.c: what a scenario's numbers on one database rest on. */
void page_audit(FILE *out, const struct pick *);
void page_outcomes(FILE *out, const struct pick *);
void page_resources(FILE *out, const struct pick *);
/* The command, what it was built from and the machine it ran on. */
void page_repeat(FILE *out, const json_t *run);

#endif
