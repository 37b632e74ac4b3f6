#ifndef REPORT_STORY_VERDICT_H
#define REPORT_STORY_VERDICT_H

#include <stdio.h>

#include "harness/explore/exploration.h"

/* What exploring found, in sentences, for story.c. */

/* "Broken: oversold in 10 of 14 schedules. …", "pessimistic holds in all 14 schedules …", and whether that was to be
 * expected. */
void story_verdict_write(FILE *out, const struct exploration *);
/* Shorter, with the name in front: "naive on sqlite: oversold in 10 of 14 schedules." */
void story_verdict_line(FILE *out, const struct exploration *);
/* Something was found: in a schedule, or after a fault. */
bool story_verdict_is_broken(const struct exploration *);

#endif
