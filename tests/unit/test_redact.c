#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "harness/results/redact.h"

static void assert_redacted(const char *given, const char *want)
{
    char text[256];

    snprintf(text, sizeof text, "%s", given);
    redact_text(text);
    assert_string_equal(text, want);
}

static void test_passwords_are_blanked(void **state)
{
    (void)state;
    assert_redacted("password=hunter2", "password=*******");
    assert_redacted("host=db password=hunter2 user=me", "host=db password=******* user=me");
    assert_redacted("password = 'two words' user=me", "password = '*********' user=me");
    assert_redacted("password='it\\'s' user=me", "password='*****' user=me");
    assert_redacted("password=two\\ words user=me", "password=********** user=me");
    assert_redacted("PGPASSWORD=x", "PGPASSWORD=*");
    assert_redacted("sslpassword=abc passwd=def", "sslpassword=*** passwd=***");
    assert_redacted("a password=x password=yz", "a password=* password=**");
    assert_redacted("postgres://me:secret@db:5432/x", "postgres://me:******@db:5432/x");
    assert_redacted("postgresql://me:p@ss:w@db/x", "postgresql://me:******@db/x");
    assert_redacted("postgres://db/x?user=me&password=abc&sslmode=require",
                    "postgres://db/x?user=me&password=***&sslmode=require");
    assert_redacted("one://a:b@c two://d:e@f", "one://a:*@c two://d:*@f");
}

static void test_the_rest_stays(void **state)
{
    static const char *const plain[] = { "",
                                         "run",
                                         "rush-1000x10",
                                         "--set",
                                         "load.users=50",
                                         "host=/tmp user=me dbname=x",
                                         "postgres://me@db:5432/x",
                                         "postgres://db:5432/x",
                                         "postgres://[::1]:5432/x",
                                         "password",
                                         "no password here",
                                         "me:you@there",
                                         "atomic:guard=check" };

    (void)state;
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        assert_redacted(plain[i], plain[i]);
}

static void test_command(void **state)
{
    char program[] = "/home/someone/lastseat", verb[] = "run", path[] = "/tmp/x.ini", odd[] = "caf\xe9",
         fine[] = "caf\xc3\xa9";
    char *argv[] = { program, verb, path, odd, fine };
    json_t *command = redact_command(5, argv);

    (void)state;
    assert_int_equal(json_array_size(command), 5);
    assert_string_equal(json_string_value(json_array_get(command, 0)), "lastseat");
    assert_string_equal(json_string_value(json_array_get(command, 1)), "run");
    assert_string_equal(json_string_value(json_array_get(command, 2)), "/tmp/x.ini");
    assert_string_equal(json_string_value(json_array_get(command, 3)), "caf?");
    assert_string_equal(json_string_value(json_array_get(command, 4)), "caf\xc3\xa9");
    json_decref(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passwords_are_blanked),
        cmocka_unit_test(test_the_rest_stays),
        cmocka_unit_test(test_command),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
