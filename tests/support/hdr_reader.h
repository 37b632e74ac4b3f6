#ifndef TESTS_SUPPORT_HDR_READER_H
#define TESTS_SUPPORT_HDR_READER_H

#include <stddef.h>
#include <stdint.h>

/* What hdr.h writes, read back: the program itself never does. */

/* A histogram read back, of any layout HdrHistogram knows. */
struct hdr_reader {
    int digits;              /* significant decimal digits, 1..5                      */
    int64_t lowest, highest; /* what can be told apart from 0, and what can be counted */
    int unit, half_bits;     /* log2 of the smallest step, and of half the parts of a bucket */
    int64_t *counts;         /* length of them; owned                                 */
    int length;
    int64_t total;
};
/* NULL and a histogram to be freed; or what is wrong with the text (static), and nothing to free. */
const char *hdr_reader_decode(struct hdr_reader *, const char *base64);
void hdr_reader_free(struct hdr_reader *);                           /* NULL and zeroed are no-ops */
int64_t hdr_reader_value_at(const struct hdr_reader *, int index);   /* lowest value of a bucket */
int64_t hdr_reader_highest_at(const struct hdr_reader *, int index); /* highest value of a bucket */
/* By Java HdrHistogram's rank rule, like hist_quantile(), but bounded by no exact maximum: 1 gives the bucket of the
 * greatest value. 0 when empty. */
int64_t hdr_reader_quantile(const struct hdr_reader *, double q);
/* RFC 4648, padded; the caller frees. NULL: not base64, or out of memory. */
unsigned char *hdr_reader_base64(const char *text, size_t *n);

#endif
