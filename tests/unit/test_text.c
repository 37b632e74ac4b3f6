#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/base/text.h"

static const char *const names[] = { "seats", "events", "users", "rush-1000x10", "rush-1000x10-look", "pessimistic" };

static const char *nearest(const char *word)
{
    return text_nearest(word, names, sizeof(names) / sizeof(names[0]));
}

static void nearest_names_what_was_meant(void **state)
{
    (void)state;
    assert_string_equal(nearest("seets"), "seats");
    assert_string_equal(nearest("seat"), "seats");
    assert_string_equal(nearest("SEATS"), "seats");
    assert_string_equal(nearest("saets"), "seats");
    assert_string_equal(nearest("eventss"), "events");
    assert_string_equal(nearest("rush-1000x01"), "rush-1000x10");
    assert_string_equal(nearest("pessimist"), "pessimistic");
    assert_string_equal(nearest("pess"), "pessimistic");
}

static void nearest_does_not_guess(void **state)
{
    char endless[200];

    (void)state;
    memset(endless, 'x', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    assert_null(nearest("colour"));
    assert_null(nearest("x"));
    assert_null(nearest(""));
    assert_null(nearest(endless));
    assert_null(text_nearest("seats", names, 0));
}

static const char *duration(int64_t ns)
{
    static char out[32];

    text_duration(out, sizeof(out), ns);
    return out;
}

static void duration_takes_the_largest_exact_unit(void **state)
{
    (void)state;
    assert_string_equal(duration(0), "0ms");
    assert_string_equal(duration(1), "0.001us");
    assert_string_equal(duration(250 * NS_PER_US), "250us");
    assert_string_equal(duration(1500 * NS_PER_US), "1.5ms");
    assert_string_equal(duration(1234567), "1234.567us");
    assert_string_equal(duration(20 * NS_PER_MS), "20ms");
    assert_string_equal(duration(1001 * NS_PER_MS), "1.001s");
    assert_string_equal(duration(5 * NS_PER_S), "5s");
    assert_string_equal(duration(90 * NS_PER_S), "90s");
    assert_string_equal(duration(120 * NS_PER_S), "2m");
    assert_string_equal(duration(3600 * NS_PER_S), "1h");
    assert_string_equal(duration(-20 * NS_PER_MS), "-20ms");
    assert_string_equal(duration(INT64_MAX), "9223372036854775.807us");
    assert_string_equal(duration(INT64_MIN), "-9223372036854775.808us");
}

static void list_splits_and_trims(void **state)
{
    struct text_list list = { 0 };

    (void)state;
    assert_int_equal(text_list_split(&list, " sqlite ,postgres,\tnull a "), 0);
    assert_int_equal(list.n, 3);
    assert_string_equal(list.items[0], "sqlite");
    assert_string_equal(list.items[1], "postgres");
    assert_string_equal(list.items[2], "null a");
    assert_true(text_list_has(&list, "postgres"));
    assert_false(text_list_has(&list, "postgre"));
    text_list_free(&list);
    assert_int_equal(list.n, 0);
    text_list_free(&list);
    text_list_free(NULL);
}

static void list_refuses_empty_pieces(void **state)
{
    static const char *const bad[] = { "", " ", ",", "a,", ",a", "a,,b", "a, ,b" };
    struct text_list list = { 0 };

    (void)state;
    assert_int_equal(text_list_add(&list, "kept", 4), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(text_list_split(&list, bad[i]), -1);
        assert_int_equal(list.n, 1);
    }
    text_list_free(&list);
}

static void list_copies_are_its_own(void **state)
{
    struct text_list from = { 0 }, to = { 0 };

    (void)state;
    assert_int_equal(text_list_add(&from, "seats=10", 5), 0);
    assert_int_equal(text_list_add(&to, "first", 5), 0);
    assert_int_equal(text_list_copy(&to, &from), 0);
    text_list_free(&from);
    assert_int_equal(to.n, 2);
    assert_string_equal(to.items[1], "seats");
    text_list_free(&to);
}

static void format_refuses_to_cut(void **state)
{
    char out[5];

    (void)state;
    assert_int_equal(text_format(out, sizeof out, "%s", "four"), 0);
    assert_string_equal(out, "four");
    assert_int_equal(text_format(out, sizeof out, "%s", "fives"), -1);
}

static void a_name_that_was_said_is_not_said_again(void **state)
{
    (void)state;
    assert_string_equal(text_behind("postgres", "postgres: no server"), "no server");
    assert_string_equal(text_behind("postgres", "postgres"), "postgres");
    assert_string_equal(text_behind("postgres", "postgresql: no server"), "postgresql: no server");
    assert_string_equal(text_behind("postgres", "no server"), "no server");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(format_refuses_to_cut),   cmocka_unit_test(nearest_names_what_was_meant),
        cmocka_unit_test(nearest_does_not_guess),  cmocka_unit_test(duration_takes_the_largest_exact_unit),
        cmocka_unit_test(list_splits_and_trims),   cmocka_unit_test(list_refuses_empty_pieces),
        cmocka_unit_test(list_copies_are_its_own), cmocka_unit_test(a_name_that_was_said_is_not_said_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
