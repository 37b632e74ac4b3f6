#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/scenario/option.h"

#define PERCENT_PARTS (SHARE_PARTS / 100)

const char *share_parse(const char *value, int64_t *parts)
{
    size_t whole = strspn(value, "0123456789"), decimals = 0, end = whole;
    int64_t sum = 0, place = PERCENT_PARTS;

    if (whole > 0 && value[whole] == '.') {
        decimals = strspn(value + whole + 1, "0123456789");
        end = whole + 1 + decimals;
    }
    if (whole == 0 || (end > whole && decimals == 0) || (value[end] != '\0' && strcmp(value + end, "%") != 0))
        return "is not a share";
    if (value[end] == '\0')
        return "has no unit";
    if (decimals > 6)
        return "has more than six decimals";
    for (size_t i = 0; i < whole && sum <= 1000; i++)
        sum = sum * 10 + (value[i] - '0');
    sum *= PERCENT_PARTS;
    for (size_t i = 0; i < decimals; i++) {
        place /= 10;
        sum += place * (value[whole + 1 + i] - '0');
    }
    if (sum > SHARE_PARTS)
        return "is out of range";
    *parts = sum;
    return NULL;
}

void share_print(int64_t parts, char *out, size_t size)
{
    char decimals[16];
    int digits = snprintf(decimals, sizeof(decimals), ".%06d", (int)(parts % PERCENT_PARTS));

    while (decimals[digits - 1] == '0')
        decimals[--digits] = '\0';
    if (digits == 1)
        decimals[0] = '\0';
    snprintf(out, size, "%" PRId64 "%s%%", parts / PERCENT_PARTS, decimals);
}
