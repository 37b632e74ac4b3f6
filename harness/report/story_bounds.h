#ifndef REPORT_STORY_BOUNDS_H
#define REPORT_STORY_BOUNDS_H

#include <stdio.h>

#include "harness/explore/exploration.h"

/* Within which bounds schedules were explored, for the sentences of a story. */

/* "2 users" */
void story_bounds_count(FILE *out, int64_t n, const char *noun);
/* "2 attempts" */
void story_bounds_attempts(FILE *out, const struct exploration *);
/* "1 seat", "1 or 2 seats", "1 to 3 seats" */
void story_bounds_seats(FILE *out, const struct exploration *);
int64_t story_bounds_most_seats(const struct exploration *);
/* There were schedules with different numbers of seats. */
bool story_bounds_varies(const struct exploration *);
/* " of 2 users (at most 3 preemptions, 2 attempts)", " of 3 users (PCT, seed 42)" */
void story_bounds_write(FILE *out, const struct exploration *);

#endif
