#ifndef REPORT_PUBLISH_H
#define REPORT_PUBLISH_H

#include <stdio.h>

/* What a report's page says, as Markdown (page.h). 0, or -1 after one line. */
typedef int publish_fn(void *arg, FILE *out);

/* DIR/report.md, as `write` has it, and DIR/report.html, the same for a browser. EXIT_OK / EXIT_ERROR after one line.
 */
int publish(const char *dir, publish_fn *write, void *arg);

#endif
