#include "tests/support/hdr_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define COOKIE            UINT32_C(0x1c849313)
#define COMPRESSED_COOKIE UINT32_C(0x1c849314)
#define HEADER_BYTES      40
#define ENVELOPE_BYTES    8
#define COUNT_BYTES       9 /* most that one count takes */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value_of(char c)
{
    const char *found = c != '\0' ? strchr(digits, c) : NULL;

    return found != NULL ? (int)(found - digits) : -1;
}

unsigned char *hdr_reader_base64(const char *text, size_t *n)
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

static uint32_t get_u32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint64_t get_u64(const unsigned char *at)
{
    return (uint64_t)get_u32(at) << 32 | get_u32(at + 4);
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

/* Sub-buckets for d digits: 2 * 10^d, rounded up to a power of two; as many buckets as reach the highest value. */
static const char *lay_out(struct hdr_reader *h)
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

static const char *get_counts(struct hdr_reader *h, const unsigned char *at, const unsigned char *end)
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

static const char *read_body(struct hdr_reader *h, const unsigned char *body, size_t size)
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
static const char *unpack(struct hdr_reader *h, const unsigned char *packed, size_t n)
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

const char *hdr_reader_decode(struct hdr_reader *h, const char *base64)
{
    const char *wrong = NULL;
    unsigned char *bytes;
    uint32_t packed;
    size_t n;

    memset(h, 0, sizeof *h);
    if ((bytes = hdr_reader_base64(base64, &n)) == NULL)
        return "it is not base64";
    if (n < ENVELOPE_BYTES || get_u32(bytes) != COMPRESSED_COOKIE)
        wrong = "it is no compressed histogram of encoding V2";
    else if ((packed = get_u32(bytes + 4)) > n - ENVELOPE_BYTES)
        wrong = "it ends early";
    else
        wrong = unpack(h, bytes + ENVELOPE_BYTES, packed);
    free(bytes);
    if (wrong != NULL)
        hdr_reader_free(h);
    return wrong;
}

void hdr_reader_free(struct hdr_reader *h)
{
    if (h == NULL)
        return;
    free(h->counts);
    memset(h, 0, sizeof *h);
}

int64_t hdr_reader_value_at(const struct hdr_reader *h, int index)
{
    int bucket = (index >> h->half_bits) - 1;
    int64_t half = INT64_C(1) << h->half_bits, part = (index & (half - 1)) + half;

    if (bucket < 0)
        return (part - half) << h->unit;
    return part << (bucket + h->unit);
}

int64_t hdr_reader_highest_at(const struct hdr_reader *h, int index)
{
    return hdr_reader_value_at(h, index + 1) - 1;
}

int64_t hdr_reader_quantile(const struct hdr_reader *h, double q)
{
    int64_t rank, seen = 0;
    int i = 0;

    if (h->total == 0)
        return 0;
    rank = (int64_t)ceil(nextafter(q, 0) * (double)h->total);
    rank = rank < 1 ? 1 : rank > h->total ? h->total : rank;
    while ((seen += h->counts[i]) < rank)
        i++;
    return hdr_reader_highest_at(h, i);
}
