#ifndef REPORT_VERSUS_H
#define REPORT_VERSUS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* A comparison of two runs (results/compare.h) as a person reads it, at most 80 columns wide. name_a and name_b: what
 * the runs are called on the command line. */
void versus_print(const json_t *comparison, const char *name_a, const char *name_b, FILE *out, bool colour);

#endif
