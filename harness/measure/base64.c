#include "harness/measure/base64.h"

#include <stdlib.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_encode(const unsigned char *bytes, size_t n)
{
    char *text = malloc((n + 2) / 3 * 4 + 1), *at = text;

    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < n; i += 3) {
        unsigned three = (unsigned)bytes[i] << 16 | (i + 1 < n ? (unsigned)bytes[i + 1] << 8 : 0) |
                         (i + 2 < n ? (unsigned)bytes[i + 2] : 0);

        *at++ = digits[three >> 18];
        *at++ = digits[three >> 12 & 63];
        *at++ = i + 1 < n ? digits[three >> 6 & 63] : '=';
        *at++ = i + 2 < n ? digits[three & 63] : '=';
    }
    *at = '\0';
    return text;
}

static int value_of(char c)
{
    const char *found = c != '\0' ? strchr(digits, c) : NULL;

    return found != NULL ? (int)(found - digits) : -1;
}

unsigned char *base64_decode(const char *text, size_t *n)
{
    size_t length = strlen(text), padding = 0, used = 0;
    unsigned char *bytes;

    if (length == 0 || length % 4 != 0)
        return NULL;
    while (padding < 2 && text[length - 1 - padding] == '=')
        padding++;
    *n = length / 4 * 3 - padding;
    if ((bytes = malloc(*n + 3)) == NULL)
        return NULL;
    for (size_t i = 0; i < length; i += 4) {
        unsigned four = 0;

        for (size_t k = 0; k < 4; k++) {
            int value = i + k >= length - padding ? 0 : value_of(text[i + k]);

            if (value < 0) {
                free(bytes);
                return NULL;
            }
            four = four << 6 | (unsigned)value;
        }
        for (int shift = 16; shift >= 0; shift -= 8)
            bytes[used++] = (unsigned char)(four >> shift);
    }
    return bytes;
}
