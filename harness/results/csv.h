#ifndef RESULTS_CSV_H
#define RESULTS_CSV_H

#include <stdint.h>

#include "harness/results/output.h"

/* Comma-separated rows into an output: fields in order, then csv_end(). A number that is not known is an empty field.
 */

void csv_header(struct output *, const char *line);
/* Quoted (RFC 4180) only where it must be. */
void csv_text(struct output *, const char *);
void csv_int(struct output *, int64_t);
/* Nine significant digits, no trailing zeros; NAN is empty. */
void csv_real(struct output *, double);
/* Unknown. */
void csv_blank(struct output *);
void csv_end(struct output *);

#endif
