#ifndef REPORT_MIX_H
#define REPORT_MIX_H

#include <stdio.h>

#include "harness/report/view.h"

/* What users did beside asking for seats once: second clicks, cancels, looks. Nothing is printed of what did not occur.
 */

/* Escape sequences; "" without colour. */
struct mix_paints {
    const char *dim, *plain;
};
/* A table below the one of requests, for a terminal; at_best: the floor, or NULL. Sets *merged when a number is of the
 * merged trials. 0 / -1 after saying so. */
int mix_print(FILE *out, const struct pick *, const json_t *at_best, const struct mix_paints *, bool *merged);
/* The same, with totals, for report.md. */
void mix_write(FILE *out, const struct pick *);
/* ", pick zipf:1.1, 20% cancel after exp:300ms": what a scenario says of its users where it is not the default. */
void mix_users(FILE *out, const json_t *scenario);

#endif
