#ifndef REPORT_TERMINAL_H
#define REPORT_TERMINAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "harness/report/paint.h"
#include "harness/report/view.h"

/* Where the tables of a run are printed. */
struct terminal {
    const json_t *run;
    FILE *out;
    bool colour, said_merged; /* some number was taken from all trials merged: the legend says so */
};

/* The escape sequence, or "" without colour. */
const char *terminal_paint(const struct terminal *, const char *sequence);
/* That of a cell's verdict. */
const char *terminal_verdict(const struct terminal *, const json_t *cell);
/* Below a table what its numbers do not say: who was skipped and why, errors, void trials. */
void terminal_notes(const struct terminal *, const struct pick *);

#endif
