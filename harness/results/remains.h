#ifndef RESULTS_REMAINS_H
#define RESULTS_REMAINS_H

#include <stddef.h>

/* What a killed run leaves behind, told from what a living one is writing by the mark its name begins with. */

/* ".lastseat-<pid>-<start time of that process>": the mark of this process. */
void remains_mark(char *out, size_t size);
/* Removes from a folder every entry of ours (".lastseat-<pid>-<start>.run-…", ".latest") whose process is gone and
 * which nobody holds. */
void remains_sweep(const char *parent);
/* Holds a folder until the descriptor is closed: process numbers mean nothing to another container that shares the
 * file system, locks do. -1: this file system has no locks. */
int remains_hold(const char *path);
/* Removes a folder and all it holds, following no link. What cannot be removed is said in one warning. */
void remains_remove(const char *path);

#endif
