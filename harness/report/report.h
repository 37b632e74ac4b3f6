#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Everything a person reads of a run, made from run.json and the csv files beside it and from nothing else. */

/* The terminal table and the closing lines, at most 100 columns. */
void report_table(const json_t *run, FILE *out, bool colour);
/* DIR/report.md and DIR/report.html, the same for a browser; they show the pictures that are in DIR/plots, so
 * report_plots() comes first. EXIT_OK / EXIT_ERROR after one line. */
int report_pages(const json_t *run, const char *dir);
/* DIR/plots/: svg and png by gnuplot with the scripts in plots/, and the data each is drawn from in DIR/plots/data/. A
 * missing gnuplot is a warning, not an error: EXIT_OK. */
int report_plots(const json_t *run, const char *dir);
/* What `lastseat audit` found (replay.h): a row per cell, and why where one did not hold. At most 100 columns. */
void report_audit(const json_t *document, FILE *out, bool colour);
/* What it found in a history from elsewhere (elsewhere.h), likewise. */
void report_history(const json_t *document, FILE *out, bool colour);

#endif
