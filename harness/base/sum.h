#ifndef BASE_SUM_H
#define BASE_SUM_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a, 64 bit (Fowler, Noll, Vo): tells a file from one that was changed by accident or in passing, not from one
 * that was forged. */
#define SUM_EMPTY UINT64_C(0xcbf29ce484222325)

static inline uint64_t sum_bytes(uint64_t sum, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum = (sum ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return sum;
}

#endif
