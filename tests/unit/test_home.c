/* Where the parts of the project are looked for. A test program stands in build/, where there is no scenarios/. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/home.h"
#include "tests/support/bench.h"

static void test_home_is_told(void **state)
{
    char out[64], tight[8];

    (void)state;
    setenv("LASTSEAT_HOME", "/some/where", 1);
    assert_int_equal(home_part(out, sizeof out, "plots", "plots/style.gp"), 0);
    assert_string_equal(out, "/some/where/plots"); /* even when it is not there: whoever reads it says so */
    assert_int_equal(home_part(tight, sizeof tight, "plots", "plots/style.gp"), -1);
    unsetenv("LASTSEAT_HOME");
}

static void test_empty_home_is_none(void **state)
{
    char out[64];

    (void)state;
    setenv("LASTSEAT_HOME", "", 1);
    assert_int_equal(home_part(out, sizeof out, "results", "scenarios"), 0);
    assert_string_equal(out, "results");
    unsetenv("LASTSEAT_HOME");
}

/* "test_home" itself stands beside the executable. */
static void test_beside_the_executable(void **state)
{
    char out[4096], here[2048], expected[4096];
    char self[2048];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    (void)state;
    assert_true(n > 0);
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    assert_int_equal(home_part(out, sizeof out, "scenarios", "test_home"), 0);
    snprintf(expected, sizeof expected, "%s/scenarios", self);
    assert_string_equal(out, expected);
    assert_int_equal(home_part(out, sizeof out, "scenarios", "no such file"), 0);
    assert_string_equal(out, "scenarios");

    assert_non_null(getcwd(here, sizeof here)); /* standing there: shorter to read */
    assert_int_equal(chdir(self), 0);
    assert_int_equal(home_part(out, sizeof out, "scenarios", "test_home"), 0);
    assert_string_equal(out, "scenarios");
    assert_int_equal(chdir(here), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_home_is_told), cmocka_unit_test(test_empty_home_is_none),
                                        cmocka_unit_test(test_beside_the_executable) };

    unsetenv("LASTSEAT_HOME");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
