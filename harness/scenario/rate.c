#include "harness/scenario/rate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *rate_parse(const char *value, int64_t *rate)
{
    size_t whole = strspn(value, "0123456789"), decimals = 0, end = whole;
    int64_t sum = 0, place = RATE_SECONDS;

    if (whole > 0 && value[whole] == '.') {
        decimals = strspn(value + whole + 1, "0123456789");
        end = whole + 1 + decimals;
    }
    if (whole == 0 || (end > whole && decimals == 0) || (value[end] != '\0' && strcmp(value + end, "/s") != 0))
        return "is not a rate";
    if (value[end] == '\0')
        return "has no unit";
    if (decimals > 3)
        return "has more than three decimals";
    for (size_t i = 0; i < whole; i++)
        if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_add_overflow(sum, value[i] - '0', &sum))
            return "is out of range";
    if (__builtin_mul_overflow(sum, RATE_SECONDS, &sum))
        return "is out of range";
    for (size_t i = 0; i < decimals; i++) {
        place /= 10;
        if (__builtin_add_overflow(sum, place * (value[whole + 1 + i] - '0'), &sum))
            return "is out of range";
    }
    *rate = sum;
    return NULL;
}

void rate_print(int64_t rate, char *out, size_t size)
{
    char decimals[16];
    int digits = snprintf(decimals, sizeof(decimals), ".%03d", (int)(rate % RATE_SECONDS));

    while (decimals[digits - 1] == '0')
        decimals[--digits] = '\0';
    if (digits == 1)
        decimals[0] = '\0';
    snprintf(out, size, "%" PRId64 "%s/s", rate / RATE_SECONDS, decimals);
}
