#ifndef REPORT_STORY_EXPLORED_H
#define REPORT_STORY_EXPLORED_H

#include <stdio.h>

#include "harness/explore/exploration.h"

/* What was explored and what was not, in sentences without a capital, for story.c. */

void story_explored_write(FILE *out, const struct exploration *);
void story_explored_not(FILE *out, const struct exploration *);

#endif
