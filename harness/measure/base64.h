#ifndef MEASURE_BASE64_H
#define MEASURE_BASE64_H

#include <stddef.h>

/* RFC 4648, padded. Pure; the caller frees. NULL: out of memory. */
char *base64_encode(const unsigned char *bytes, size_t n);

#endif
