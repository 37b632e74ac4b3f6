#ifndef REPORT_STORY_ENDING_H
#define REPORT_STORY_ENDING_H

#include <stdio.h>

#include "harness/explore/exploration.h"

/* What one schedule came to, for story.c. */

/* A sentence for each thing that is wrong, worst first, or one that says that nothing is; nothing without a schedule.
 */
void story_ending(FILE *out, const struct exploration *);
bool story_ending_is_bad(const struct trace *);

#endif
