#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/rng.h"
#include "harness/measure/base64.h"
#include "harness/measure/hdr.h"
#include "tests/support/hdr_reader.h"

/* The first interval of HdrHistogram's own test resource jHiccup-2.0.7S.logV2.hlog, whose line says that its maximum
 * is 2.769 ms. */
static const char golden[] =
    "HISTFAAAAEV42pNpmSzMwMCgyAABTBDKT4GBgdnNYMcCBvsPEBEJISEuATEZMQ4uASkhIR4nrxg9v2lMaxhvMekILGZk"
    "KmcCAEf2CsI=";

static void test_golden_vector(void **state)
{
    struct hdr_reader h;

    (void)state;
    assert_null(hdr_reader_decode(&h, golden));
    assert_int_equal(h.digits, 2);
    assert_int_equal(h.lowest, 20000);
    assert_int_equal(h.highest, INT64_C(3600000000000));
    assert_int_equal(h.total, 741);
    assert_int_equal(h.unit, 14); /* 2^14 = 16384 is the last power of two up to 20000 */
    assert_int_equal(1 << (h.half_bits + 1), 256);
    assert_int_equal(hdr_reader_quantile(&h, 1), 2768895);
    /* As the Java HdrHistogram reads it. */
    assert_int_equal(hdr_reader_quantile(&h, 0.5), 344063);
    assert_int_equal(hdr_reader_quantile(&h, 0.99), 409599);
    hdr_reader_free(&h);
}

static void fill(struct hist *h, struct rng *rng, int64_t n, int bits)
{
    hist_destroy(h);
    assert_int_equal(hist_init(h), 0);
    for (int64_t i = 0; i < n; i++) {
        int64_t v = (int64_t)(rng_next(rng) >> (64 - bits + (int)rng_below(rng, (uint64_t)bits)));

        hist_record(h, v <= HIST_HIGHEST_NS ? v : HIST_HIGHEST_NS);
    }
}

static void assert_same(const struct hist *h)
{
    char *text = hdr_encode(h);
    struct hdr_reader back;

    assert_non_null(text);
    assert_true(strncmp(text, "HISTFAAAA", 9) == 0);
    assert_null(hdr_reader_decode(&back, text));
    assert_int_equal(back.digits, 3);
    assert_int_equal(back.lowest, 1);
    assert_int_equal(back.highest, HIST_HIGHEST_NS);
    assert_int_equal(back.length, hist_length());
    assert_int_equal(back.total, h->total);
    assert_memory_equal(back.counts, h->counts, (size_t)back.length * sizeof *back.counts);
    for (int i = 0; i < back.length; i += 97) {
        assert_int_equal(hdr_reader_value_at(&back, i), hist_value_at(i));
        assert_int_equal(hdr_reader_highest_at(&back, i), hist_highest_at(i));
    }
    for (int k = 0; k <= 100; k++)
        assert_int_equal(hist_index(hdr_reader_quantile(&back, k / 100.0)), hist_index(hist_quantile(h, k / 100.0)));
    hdr_reader_free(&back);
    free(text);
}

static void test_round_trip(void **state)
{
    struct hist h;
    struct rng rng;

    (void)state;
    rng_init(&rng, 7);
    assert_int_equal(hist_init(&h), 0);
    assert_same(&h);
    hist_record(&h, 0);
    assert_same(&h);
    hist_record(&h, HIST_HIGHEST_NS);
    hist_record(&h, HIST_HIGHEST_NS + 1); /* in no bucket: not encoded */
    assert_same(&h);
    for (int round = 0; round < 200; round++) {
        fill(&h, &rng, (int64_t)rng_below(&rng, 400), 1 + (int)rng_below(&rng, 42));
        assert_same(&h);
    }
    /* Counts that need one byte to all nine. */
    hist_destroy(&h);
    assert_int_equal(hist_init(&h), 0);
    for (int bit = 0; bit < 62; bit++) {
        hist_record(&h, INT64_C(1) << (bit % 40));
        h.counts[hist_index(INT64_C(1) << (bit % 40))] = INT64_C(1) << bit;
    }
    h.total = 0;
    for (int i = 0; i < hist_length(); i++)
        h.total += h.counts[i];
    assert_same(&h);
    hist_destroy(&h);
}

/* Whatever bytes come in: an answer, and no more than that (the sanitizers watch). */
static void test_damaged_is_refused(void **state)
{
    char text[sizeof golden];
    struct hist h;
    struct rng rng;
    struct hdr_reader back;
    char *whole;
    size_t length;

    (void)state;
    assert_non_null(hdr_reader_decode(&back, ""));
    assert_non_null(hdr_reader_decode(&back, "not base64"));
    assert_non_null(hdr_reader_decode(&back, "AAAAAAAA"));
    /* The same histogram in the first encoding, "HISTEAAA…": another cookie. */
    memcpy(text, golden, sizeof text);
    text[4] = 'E';
    assert_non_null(hdr_reader_decode(&back, text));
    for (size_t n = 4; n + 4 < sizeof golden; n += 4) {
        memcpy(text, golden, sizeof text);
        text[n] = '\0';
        assert_non_null(hdr_reader_decode(&back, text));
    }
    rng_init(&rng, 8);
    assert_int_equal(hist_init(&h), 0);
    fill(&h, &rng, 50, 30);
    assert_non_null(whole = hdr_encode(&h));
    length = strlen(whole);
    for (int round = 0; round < 2000; round++) {
        char was, *at = &whole[rng_below(&rng, length)];

        was = *at;
        *at = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=?"[rng_below(&rng, 40)];
        if (hdr_reader_decode(&back, whole) == NULL)
            hdr_reader_free(&back);
        *at = was;
    }
    free(whole);
    hist_destroy(&h);
}

static void test_base64(void **state)
{
    /* RFC 4648, section 10. */
    static const char *const pairs[][2] = { { "f", "Zg==" },        { "fo", "Zm8=" },        { "foo", "Zm9v" },
                                            { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" } };
    static const char *const wrong[] = { "Zg=", "Z===", "Zm9v\n", "Zm9-", "Zg==Zg==", "====" };
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char *text = base64_encode((const unsigned char *)pairs[i][0], strlen(pairs[i][0]));
        unsigned char *bytes;

        assert_string_equal(text, pairs[i][1]);
        assert_non_null(bytes = hdr_reader_base64(text, &n));
        assert_int_equal(n, strlen(pairs[i][0]));
        assert_memory_equal(bytes, pairs[i][0], n);
        free(bytes);
        free(text);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_null(hdr_reader_base64(wrong[i], &n));
}

static char *printed(const struct hist *h)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(out);
    hdr_print(h, 1e6, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* What the Java HdrHistogram prints of the same samples with outputPercentileDistribution(out, 5, 1e6). */
static void test_percentile_file(void **state)
{
    static const char expected[] = "       Value     Percentile TotalCount 1/(1-Percentile)\n"
                                   "\n"
                                   "       1.000 0.000000000000          1           1.00\n"
                                   "       1.000 0.100000000000          1           1.11\n"
                                   "       1.000 0.200000000000          1           1.25\n"
                                   "       2.001 0.300000000000          2           1.43\n"
                                   "       2.001 0.400000000000          2           1.67\n"
                                   "       3.000 0.500000000000          3           2.00\n"
                                   "       3.000 0.550000000000          3           2.22\n"
                                   "       3.000 0.600000000000          3           2.50\n"
                                   "       4.002 0.650000000000          4           2.86\n"
                                   "       4.002 0.700000000000          4           3.33\n"
                                   "       4.002 0.750000000000          4           4.00\n"
                                   "       4.002 0.775000000000          4           4.44\n"
                                   "       4.002 0.800000000000          4           5.00\n"
                                   "     100.008 0.825000000000          5           5.71\n"
                                   "     100.008 1.000000000000          5\n"
                                   "#[Mean    =       21.995, StdDeviation   =       39.003]\n"
                                   "#[Max     =      100.008, Total count    =            5]\n"
                                   "#[Buckets =           32, SubBuckets     =         2048]\n";
    static const char empty[] = "       Value     Percentile TotalCount 1/(1-Percentile)\n"
                                "\n"
                                "#[Mean    =        0.000, StdDeviation   =        0.000]\n"
                                "#[Max     =        0.000, Total count    =            0]\n"
                                "#[Buckets =           32, SubBuckets     =         2048]\n";
    struct hist h;
    char *text;

    (void)state;
    assert_int_equal(hist_init(&h), 0);
    text = printed(&h);
    assert_string_equal(text, empty);
    free(text);
    for (int i = 1; i <= 5; i++)
        hist_record(&h, i < 5 ? i * 1000000 : 100000000);
    text = printed(&h);
    assert_string_equal(text, expected);
    free(text);
    hist_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_vector),      cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_damaged_is_refused), cmocka_unit_test(test_base64),
        cmocka_unit_test(test_percentile_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
