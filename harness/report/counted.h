#ifndef REPORT_COUNTED_H
#define REPORT_COUNTED_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/report/view.h"

/* "40", "7 to 8 of 40": how many trials count in each picked cell that was not skipped, and of how many asked for where
 * some are missing. Gives `out` back. */
const char *counted_say(char *out, size_t size, const struct pick *, int64_t asked);
/* The same of all of a scenario's cells on a database, NULL: on any. 0 / -1 after saying so. */
int counted_on(char *out, size_t size, const json_t *run, const json_t *scenario, const char *db);

#endif
