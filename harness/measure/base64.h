#ifndef MEASURE_BASE64_H
#define MEASURE_BASE64_H

#include <stddef.h>

/* RFC 4648, padded. Pure; the caller frees. NULL: out of memory; of decode also: not base64. */
char *base64_encode(const unsigned char *bytes, size_t n);
unsigned char *base64_decode(const char *text, size_t *n);

#endif
