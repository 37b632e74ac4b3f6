#ifndef REPORT_BREAKS_H
#define REPORT_BREAKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "harness/report/view.h"

/* What a person reads of a search for breaking points, made from breakpoint.json and nothing else. */

/* The terminal's table, at most 100 columns. */
void breaks_table(const json_t *dossier, FILE *out, bool colour);
/* DIR/report.md and .html; after breaks_plots(). EXIT_OK / EXIT_ERROR after one line. */
int breaks_pages(const json_t *dossier, const char *dir);
/* DIR/plots/<db>.svg and .png, drawn from DIR/plots/data/<db>.csv. A missing gnuplot is a warning. EXIT_OK /
 * EXIT_ERROR after one line. */
int breaks_plots(const json_t *dossier, const char *dir);

/* ---- what table and page have in common */

/* Requests per second of open load, or users of a burst. */
bool breaks_is_rate(const json_t *dossier_or_cell);
/* "bursts of 1 to 10,000 users". */
void breaks_range(const json_t *dossier, char *out, size_t size);
/* The level of a cell under "holds" or "breaks"; NULL: none. */
const json_t *breaks_level(const json_t *cell, const char *end);
/* "p99 5 of 5, errors 3": of the level where it breaks; where it does not, in a word why. */
void breaks_causes(const json_t *cell, char *out, size_t size);
/* "Holds: in five of five trials p99 within 100ms, …". */
void breaks_rule(const json_t *dossier, char *out, size_t size);
/* What a row does not say by itself: a grey zone, that it holds again further up, the machine's limit. "": nothing. */
void breaks_remark(const json_t *cell, char *out, size_t size);

#endif
