#ifndef RESULTS_HDR_FILES_H
#define RESULTS_HDR_FILES_H

#include <stdio.h>

#include "harness/results/folder.h"
#include "harness/results/tally.h"

/* hist/<cell>.hgrm and hist/<cell>.hlog, for HdrHistogram's own tools: system times of all requests, the one merged
 * over the trials, the other a line per trial. <cell> is written as below history/. Main thread. */

/* The interval log of a cell while its trials come in. Zeroed: none came yet. */
struct hdr_log {
    FILE *lines; /* writes to text */
    char *text;
    size_t size;
    double first_s; /* when the first trial began, in seconds since 1970 */
};
/* A trial as it was just run; a void one is left a comment. 0 / -1: out of memory. */
int hdr_log_trial(struct hdr_log *, const struct cell *, int64_t number, const struct trial *);
void hdr_log_free(struct hdr_log *); /* zeroed is a no-op */

/* Both files of every cell (tallies and logs in their order); none of one without a single sample. EXIT_OK / EXIT_ERROR
 * after one line. */
int hdr_files_write(const struct folder *, const struct cells *, const struct tally *, struct hdr_log *);

#endif
