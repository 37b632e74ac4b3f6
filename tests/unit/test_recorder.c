/* Records: nothing is lost or mixed up between books, full books say so, memory grows ahead of the writer. */
#include <stdlib.h>

#include "harness/run/recorder.h"
#include "tests/support/bench.h"

static void test_fixed_fills_up(void **state)
{
    struct recorder recorder;
    struct record *record, *all;
    size_t n, i;

    (void)state;
    assert_int_equal(recorder_open_fixed(&recorder, 4), 0);
    for (i = 0; i < 3; i++) {
        assert_non_null(record = recorder_next(&recorder, 0));
        record->request = (int64_t)i + 10;
        recorder_keep(&recorder, 0);
    }
    assert_non_null(record = recorder_next(&recorder, 0)); /* begun, not kept: does not count */
    record->request = 2;
    recorder_stop(&recorder);
    all = recorder_collect(&recorder, &n);
    assert_int_equal(n, 3);
    for (i = 0; i < 3; i++)
        assert_int_equal(all[i].request, i + 10);
    recorder_close(&recorder);
    assert_int_equal(all[2].request, 12); /* handed over: not the recorder's any more */
    free(all);

    assert_int_equal(recorder_open_fixed(&recorder, 1), 0);
    assert_non_null(recorder_next(&recorder, 0));
    recorder_keep(&recorder, 0);
    assert_null(recorder_next(&recorder, 0));
    recorder_close(&recorder);
}

static void test_growing(void **state)
{
    enum { KEPT = 200000 };
    struct recorder recorder;
    struct record *record, *all;
    size_t n, i;

    (void)state;
    assert_int_equal(recorder_open_growing(&recorder, 2), 0);
    for (i = 0; i < KEPT; i++) {
        assert_non_null(record = recorder_next(&recorder, (int)(i % 2)));
        record->request = (int64_t)i;
        recorder_keep(&recorder, (int)(i % 2));
    }
    recorder_stop(&recorder);
    all = recorder_collect(&recorder, &n);
    assert_int_equal(n, KEPT);
    for (i = 0; i < KEPT / 2; i++) {
        assert_int_equal(all[i].request, 2 * i);
        assert_int_equal(all[KEPT / 2 + i].request, 2 * i + 1);
    }
    free(all);
    recorder_close(&recorder);
}

/* Many books share what is made ready ahead; few have no less than one alone. */
static void test_ahead_is_bounded(void **state)
{
    static const struct {
        int books;
        size_t least, most; /* bytes ready, all together */
    } rows[] = {
        { 1, 2 << 20, 4 << 20 }, { 2, 4 << 20, 8 << 20 }, { 100, 32 << 20, 80 << 20 }, { 5000, 32 << 20, 160 << 20 }
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct recorder recorder;
        size_t ready = 0;

        assert_int_equal(recorder_open_growing(&recorder, rows[i].books), 0);
        recorder_stop(&recorder);
        for (int b = 0; b < rows[i].books; b++)
            ready += recorder.books[b].ready;
        assert_in_range(ready * sizeof(struct record), rows[i].least, rows[i].most);
        recorder_close(&recorder);
    }
}

static void test_empty(void **state)
{
    struct recorder recorder;
    size_t n;

    (void)state;
    assert_int_equal(recorder_open_fixed(&recorder, 0), 0);
    assert_null(recorder_collect(&recorder, &n));
    assert_int_equal(n, 0);
    recorder_close(&recorder);
    recorder_close(&recorder); /* zeroed: a no-op */
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_fixed_fills_up), cmocka_unit_test(test_growing),
                                        cmocka_unit_test(test_ahead_is_bounded), cmocka_unit_test(test_empty) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
