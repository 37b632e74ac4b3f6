#ifndef TESTS_SUPPORT_SCARCE_H
#define TESTS_SUPPORT_SCARCE_H

#include <stdbool.h>

/* Memory that runs out. Only in programs that are linked with it in the way of malloc(), calloc() and realloc() (the
 * Makefile's $(scarce)); elsewhere it never does. Main thread. */

/* From now on every allocation from number n on fails, counted from 1; 0: none does. */
void scarce_begin(int n);
/* Back to plenty. Whether one has failed. */
bool scarce_end(void);

#endif
