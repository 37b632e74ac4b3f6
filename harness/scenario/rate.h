#ifndef SCENARIO_RATE_H
#define SCENARIO_RATE_H

#include <stddef.h>
#include <stdint.h>

/* A rate as it is written, 500/s or 12.5/s, kept as so many in RATE_SECONDS: three decimals, and exactly what is
 * printed. */
#define RATE_SECONDS INT64_C(1000)

/* NULL, or what is wrong with the text ("has no unit"), *rate then unchanged. */
const char *rate_parse(const char *value, int64_t *rate);
void rate_print(int64_t rate, char *out, size_t size);

#endif
