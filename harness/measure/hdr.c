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

static uint32_t get_u32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint64_t get_u64(const unsigned char *at)
{
    return (uint64_t)get_u32(at) << 32 | get_u32(at + 4);
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

/* NULL when the bytes end within a count. */
static const unsigned char *get_count(const unsigned char *at, const unsigned char *end, int64_t *out)
{
    uint64_t value = 0;
    int bytes = 0;

    do {
        if (at == end)
            return NULL;
        value |= (uint64_t)(bytes < COUNT_BYTES - 1 ? *at & 0x7f : *at) << (7 * bytes);
        bytes++;
    } while ((*at++ & 0x80) != 0 && bytes < COUNT_BYTES);
    *out = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
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

/* Sub-buckets for d digits: 2 * 10^d, rounded up to a power of two; as many buckets as reach the highest value. */
static const char *lay_out(struct hdr *h)
{
    int sub_bits = 1;
    int64_t parts = 2;
    int buckets = 1;

    if (h->digits < 1 || h->digits > 5 || h->lowest < 1 || h->lowest > INT64_MAX / 4 || h->highest < 2 * h->lowest)
        return "its range or its number of digits makes no sense";
    for (int d = 0; d < h->digits; d++)
        parts *= 10;
    while (INT64_C(1) << sub_bits < parts)
        sub_bits++;
    h->half_bits = sub_bits - 1;
    h->unit = 63 - __builtin_clzll((uint64_t)h->lowest);
    if (h->unit + sub_bits > 61)
        return "its range or its number of digits makes no sense";
    for (int64_t beyond = INT64_C(1) << (sub_bits + h->unit); beyond <= h->highest; beyond <<= 1) {
        buckets++;
        if (beyond > INT64_MAX / 2)
            break;
    }
    h->length = (buckets + 1) << h->half_bits;
    return NULL;
}

static const char *get_counts(struct hdr *h, const unsigned char *at, const unsigned char *end)
{
    int64_t count, index = 0;

    while (at < end) {
        if ((at = get_count(at, end, &count)) == NULL)
            return "it ends within a count";
        /* -2^63 has no positive counterpart, and no histogram so many counts. */
        if (count < -(int64_t)h->length)
            return "it has more counts than its range";
        if (count <= 0) {
            index += count < 0 ? -count : 1;
            continue;
        }
        if (index >= h->length)
            return "it has more counts than its range";
        if (count > INT64_MAX - h->total)
            return "its counts are too large";
        h->counts[index++] = count;
        h->total += count;
    }
    return index <= h->length ? NULL : "it has more counts than its range";
}

static const char *read_body(struct hdr *h, const unsigned char *body, size_t size)
{
    const char *wrong;
    uint32_t payload;

    if (size < HEADER_BYTES || get_u32(body) != COOKIE)
        return "what is packed in it is no histogram of encoding V2";
    payload = get_u32(body + 4);
    if (payload > size - HEADER_BYTES)
        return "it ends early";
    if (get_u32(body + 8) != 0)
        return "its counts are shifted, which is not supported";
    h->digits = (int)get_u32(body + 12);
    h->lowest = (int64_t)get_u64(body + 16);
    h->highest = (int64_t)get_u64(body + 24);
    if ((wrong = lay_out(h)) != NULL)
        return wrong;
    if ((h->counts = calloc((size_t)h->length, sizeof *h->counts)) == NULL)
        return "out of memory";
    return get_counts(h, body + HEADER_BYTES, body + HEADER_BYTES + payload);
}

/* Most a body can take: five digits over the whole range of int64, every count at its longest. */
#define BODY_MOST (HEADER_BYTES + (size_t)64 * 131072 * COUNT_BYTES)

/* The size is not written anywhere: tries with more room until it is enough. */
static const char *unpack(struct hdr *h, const unsigned char *packed, size_t n)
{
    const char *wrong = "what is packed in it cannot be unpacked";
    unsigned char *body = NULL;

    for (size_t room = 4096; room <= BODY_MOST; room *= 4) {
        unsigned char *grown = realloc(body, room);
        uLongf size = (uLongf)room;
        int code;

        if (grown == NULL) {
            wrong = "out of memory";
            break;
        }
        body = grown;
        if ((code = uncompress(body, &size, packed, (uLong)n)) == Z_OK)
            wrong = read_body(h, body, size);
        if (code != Z_BUF_ERROR)
            break;
    }
    free(body);
    return wrong;
}

const char *hdr_decode(struct hdr *h, const char *base64)
{
    const char *wrong = NULL;
    unsigned char *bytes;
    uint32_t packed;
    size_t n;

    memset(h, 0, sizeof *h);
    if ((bytes = base64_decode(base64, &n)) == NULL)
        return "it is not base64";
    if (n < ENVELOPE_BYTES || get_u32(bytes) != COMPRESSED_COOKIE)
        wrong = "it is no compressed histogram of encoding V2";
    else if ((packed = get_u32(bytes + 4)) > n - ENVELOPE_BYTES)
        wrong = "it ends early";
    else
        wrong = unpack(h, bytes + ENVELOPE_BYTES, packed);
    free(bytes);
    if (wrong != NULL)
        hdr_free(h);
    return wrong;
}

void hdr_free(struct hdr *h)
{
    if (h == NULL)
        return;
    free(h->counts);
    memset(h, 0, sizeof *h);
}

int64_t hdr_value_at(const struct hdr *h, int index)
{
    int bucket = (index >> h->half_bits) - 1;
    int64_t half = INT64_C(1) << h->half_bits, part = (index & (half - 1)) + half;

    if (bucket < 0)
        return (part - half) << h->unit;
    return part << (bucket + h->unit);
}

int64_t hdr_highest_at(const struct hdr *h, int index)
{
    return hdr_value_at(h, index + 1) - 1;
}

int64_t hdr_quantile(const struct hdr *h, double q)
{
    int64_t rank, seen = 0;
    int i = 0;

    if (h->total == 0)
        return 0;
    rank = (int64_t)ceil(nextafter(q, 0) * (double)h->total);
    rank = rank < 1 ? 1 : rank > h->total ? h->total : rank;
    while ((seen += h->counts[i]) < rank)
        i++;
    return hdr_highest_at(h, i);
}
