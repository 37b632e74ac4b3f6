#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/report/progress.h"

static void expect(int64_t sold, int64_t capacity, const char *bar)
{
    char out[80];

    progress_bar(out, sizeof out, sold, capacity);
    assert_string_equal(out, bar);
}

static void test_bar(void **state)
{
    (void)state;
    expect(5, 5, "[#####] 5/5 SOLD OUT");
    expect(15, 5, "[##########] 15/5 OVERSOLD");
    expect(6, 5, "[######] 6/5 OVERSOLD");
    expect(0, 5, "[     ] 0/5");
    expect(3, 5, "[###  ] 3/5");
    expect(1, 1, "[#] 1/1 SOLD OUT");
    expect(2, 1, "[##] 2/1 OVERSOLD");
    expect(1000, 10, "[####################] 1000/10 OVERSOLD");
    expect(501, 500, "[###########] 501/500 OVERSOLD");
    expect(250, 500, "[#####     ] 250/500");
    expect(1000000000, 1000000000, "[##########] 1000000000/1000000000 SOLD OUT");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_bar) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
