#ifndef REPORT_TERMINAL_H
#define REPORT_TERMINAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define BOLD   "\033[1m"
#define DIM    "\033[2m"
#define RED    "\033[1;31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN  "\033[0m"

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

#endif
