#ifndef RESULTS_MAPPED_H
#define RESULTS_MAPPED_H

#include <stddef.h>

/* A file as bytes. */
struct mapped {
    const char *bytes; /* never NULL */
    size_t n;
};

/* Of a pipe: all that comes, to its end. 0, or errno; ENOTSUP: neither a file nor a pipe. */
int mapped_open(struct mapped *, const char *path);
void mapped_close(struct mapped *); /* after a failed open a no-op */

#endif
