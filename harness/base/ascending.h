#ifndef BASE_ASCENDING_H
#define BASE_ASCENDING_H

#include <stdint.h>

/* Orders for qsort() and bsearch(). Differences would overflow, so signs are made of comparisons. */
static inline int ascending(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Of elements that are int64_t. */
static inline int ascending_int64(const void *a, const void *b)
{
    return ascending(*(const int64_t *)a, *(const int64_t *)b);
}

/* Of elements that are double, none of them NAN. */
static inline int ascending_double(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

#endif
