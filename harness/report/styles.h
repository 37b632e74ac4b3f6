#ifndef REPORT_STYLES_H
#define REPORT_STYLES_H

#include "harness/report/figure.h"

/* What pictures have in common in the variables of their scripts, and in their data. */

/* names, colours and dashes of the lines. A strategy has one colour; lines of one colour differ in dashes. */
void styles_say(const struct figure *);
/* "name", as the first field of a bar's data. */
void styles_bar_label(const struct figure *, const json_t *cell);

#endif
