#ifndef REPORT_STORY_SENTENCE_H
#define REPORT_STORY_SENTENCE_H

#include "harness/report/story.h"

/* The sentences around the steps of a story, for story.c. */

/* Writes one part; nothing where there is nothing to say. Of the story, what was told so far is read. */
void story_sentence(FILE *out, enum story_part, const struct story *);
/* Something was found: in a schedule, or after a fault. */
bool story_sentence_is_broken(const struct exploration *);

#endif
