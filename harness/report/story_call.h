#ifndef REPORT_STORY_CALL_H
#define REPORT_STORY_CALL_H

#include <stdio.h>

#include "harness/explore/trace.h"

/* The words of one call, for story.c: each is written to out without a line feed. */

/* "look: " before a statement, nothing else. */
void story_call_name(FILE *out, const struct move *);
/* The SQL, with the values in it. False: the call has none, nothing was written. */
bool story_call_sql(FILE *out, const struct move *, enum dialect);
/* What a call does that is no SQL: "joins the line". */
void story_call_deed(FILE *out, const struct trace *, const struct move *);
/* "→ available = 1". False: nothing to say, nothing was written. */
bool story_call_answer(FILE *out, const struct move *, enum dialect);
/* "told: booked". False: the user is told nothing, nothing was written. */
bool story_call_told(FILE *out, const struct trace *, const struct move *);
/* Whether what the user is told is part of the damage. */
bool story_call_hurts(const struct trace *, const struct move *);
/* Who held the lock that move i waits for; -1: not to be known. */
int story_call_holder(const struct trace *, size_t i);
/* "A", "user 7" */
void story_call_user(FILE *out, const struct trace *, int64_t user);

#endif
