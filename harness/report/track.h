#ifndef REPORT_TRACK_H
#define REPORT_TRACK_H

#include <stddef.h>

#include "harness/report/view.h"

/* Curves out of spectrum.csv or timeline.csv: one per cell, in the order of the file. */
struct track {
    double *x, *y;
    size_t n, room;
    char trial[24]; /* of timeline.csv: the one that was taken, the first in the file */
};

/* Fills one track per cell (zeroed ones). trial: the column that tells trials apart, or NULL. 0; -1 after saying so; a
 * file that is missing or has not these columns is told in why and leaves the tracks empty. */
int track_read(struct track *, const json_t *const *cell, size_t n, const char *path, const char *x, const char *y,
               const char *trial, char *why, size_t why_size);
void track_free(struct track *, size_t n); /* n tracks and the array */

#endif
