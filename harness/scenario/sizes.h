#ifndef SCENARIO_SIZES_H
#define SCENARIO_SIZES_H

#include "harness/scenario/option.h"

/* How many seats a user wants, all or nothing: one number, or numbers with shares that come to 100 %. Zeroed: 1. */
#define SIZES_MOST 8
struct size_law {
    int n;
    struct {
        int64_t seats, share; /* of SHARE_PARTS */
    } of[SIZES_MOST];
};

/* Text of a law, as rows parse it: 0, or -1 with one line in error. */
int sizes_parse(const struct option *, struct size_law *, const char *value, char *error, size_t error_size);
void sizes_print(const struct size_law *, char *out, size_t size);
/* One draw; unit is uniform in [0, 1). */
int64_t sizes_draw(const struct size_law *, double unit);
/* The largest of them, and their mean. */
int64_t sizes_largest(const struct size_law *);
double sizes_mean(const struct size_law *);

#endif
