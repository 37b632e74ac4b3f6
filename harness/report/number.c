#include "harness/report/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *with_unit(char *out, double value, const char *unit)
{
    char digits[NUMBER_SIZE];

    snprintf(out, NUMBER_SIZE, "%.20s%s", number_real(digits, value), unit);
    return out;
}

const char *number_real(char *out, double value)
{
    char rounded[NUMBER_SIZE];
    int exponent, decimals;

    if (!isfinite(value) || value == 0) {
        snprintf(out, NUMBER_SIZE, "%s", isnan(value) ? "-" : value == 0 ? "0" : value < 0 ? "-inf" : "inf");
        return out;
    }
    if (fabs(value) < 0.00005) {
        snprintf(out, NUMBER_SIZE, "<.0001");
        return out;
    }
    if (value >= 999.5e6)
        return with_unit(out, value / 1e9, "G");
    if (value >= 999.5e3)
        return with_unit(out, value / 1e6, "M");
    if (value >= 99.95e3)
        return with_unit(out, value / 1e3, "k");
    /* Rounded before the decimals are counted: 9.999 is 10.0, not 10.00. */
    snprintf(rounded, sizeof rounded, "%.2e", value);
    value = strtod(rounded, NULL);
    exponent = atoi(strchr(rounded, 'e') + 1);
    decimals = exponent > 2 ? 0 : 2 - exponent;
    snprintf(out, NUMBER_SIZE, "%.*f", decimals > 4 ? 4 : decimals, value);
    return out;
}

const char *number_ms(char *out, double ns)
{
    return number_real(out, ns / 1e6);
}

const char *number_count(char *out, double value)
{
    if (isnan(value) || value >= 99999.5)
        return number_real(out, value);
    snprintf(out, NUMBER_SIZE, "%.*f", value == floor(value) || value >= 100 ? 0 : 1, value);
    return out;
}

const char *number_bytes(char *out, double bytes)
{
    if (!isfinite(bytes))
        return number_real(out, bytes);
    if (bytes < 999.5) {
        snprintf(out, NUMBER_SIZE, "%.0f B", bytes);
        return out;
    }
    if (bytes < 999.5e3)
        return with_unit(out, bytes / 1e3, " kB");
    if (bytes < 999.5e6)
        return with_unit(out, bytes / 1e6, " MB");
    return with_unit(out, bytes / 1e9, " GB");
}

const char *number_duration(char *out, double ns)
{
    if (!isfinite(ns))
        return number_real(out, ns);
    if (ns < 999.5)
        return with_unit(out, ns, " ns");
    if (ns < 999.5e3)
        return with_unit(out, ns / 1e3, " us");
    if (ns < 999.5e6)
        return with_unit(out, ns / 1e6, " ms");
    return with_unit(out, ns / 1e9, " s");
}

const char *number_grouped(char *out, int64_t value)
{
    char digits[24];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%" PRId64, value), used = 0;

    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0 && digits[i - 1] != '-')
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}
