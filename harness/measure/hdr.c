#include "harness/measure/hdr.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "harness/measure/base64.h"

/* 0x1c849303 and 0x1c849304 are the formats; 0x10 says that counts are written in at most 9 bytes each. */
#define COOKIE            UINT32_C(0x1c849313)
#define COMPRESSED_COOKIE UINT32_C(0x1c849314)
#define HEADER_BYTES      40
#define ENVELOPE_BYTES    8
#define COUNT_BYTES       9 /* most that one count takes */

#define DIGITS 3
#define LOWEST 1

static unsigned char *put_u32(unsigned char *at, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        *at++ = (unsigned char)(value >> shift);
    return at;
}

static unsigned char *put_u64(unsigned char *at, uint64_t value)
{
    return put_u32(put_u32(at, (uint32_t)(value >> 32)), (uint32_t)value);
}

/* ZigZag, then 7 bits a byte, the lowest first; a ninth byte holds the last 8 whole. */
static unsigned char *put_count(unsigned char *at, int64_t value)
{
    uint64_t left = (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
    int bytes = 1;

    for (; left >= 0x80 && bytes < COUNT_BYTES; bytes++, left >>= 7)
        *at++ = (unsigned char)(left | 0x80);
    *at++ = (unsigned char)left;
    return at;
}

/* Counts up to that of the maximum; a run of empty ones is one negative number. */
static unsigned char *put_counts(unsigned char *at, const struct hist *h)
{
    int last = hist_index(h->max);

    for (int i = 0; i <= last && h->total > 0; i++) {
        int64_t empty = 0;

        while (h->counts[i] == 0) {
            empty++;
            i++;
        }
        if (empty > 0)
            at = put_count(at, -empty);
        at = put_count(at, h->counts[i]);
    }
    return at;
}

static size_t put_body(unsigned char *body, const struct hist *h)
{
    const double ratio = 1;
    unsigned char *at = body, *payload = body + HEADER_BYTES, *end = put_counts(payload, h);
    uint64_t ratio_bits;

    memcpy(&ratio_bits, &ratio, sizeof ratio_bits);
    at = put_u32(at, COOKIE);
    at = put_u32(at, (uint32_t)(end - payload));
    at = put_u32(at, 0); /* normalizing offset */
    at = put_u32(at, DIGITS);
    at = put_u64(at, LOWEST);
    at = put_u64(at, HIST_HIGHEST_NS);
    put_u64(at, ratio_bits);
    return (size_t)(end - body);
}

char *hdr_encode(const struct hist *h)
{
    size_t counts = h->total > 0 ? (size_t)hist_index(h->max) + 1 : 0;
    /* An empty count stands before each of the others at most. */
    unsigned char *body = malloc(HEADER_BYTES + counts * COUNT_BYTES), *packed = NULL;
    char *text = NULL;
    uLongf size;
    size_t used;

    if (body == NULL)
        return NULL;
    used = put_body(body, h);
    size = compressBound((uLong)used);
    packed = malloc(ENVELOPE_BYTES + size);
    if (packed != NULL && compress(packed + ENVELOPE_BYTES, &size, body, (uLong)used) == Z_OK) {
        put_u32(put_u32(packed, COMPRESSED_COOKIE), (uint32_t)size);
        text = base64_encode(packed, ENVELOPE_BYTES + size);
    }
    free(packed);
    free(body);
    return text;
}
