/* What a parameter means, told from the statement it stands in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/report/sql_parameter.h"

static void expect(const char *sql, int n, const char *name)
{
    char out[40];

    sql_parameter_name(sql, n, out, sizeof out);
    assert_string_equal(out, name);
}

static void test_columns(void **state)
{
    static const char insert[] = "INSERT INTO bookings (request, event, seats) VALUES ($1, $2, $3)";
    static const char select[] =
        "INSERT INTO claims (event, seat, request) SELECT m.event, f(m.seat, 1), $2 FROM m AS m"
        " WHERE m.event = $1 ORDER BY m.seat LIMIT $3";

    (void)state;
    expect(insert, 1, "request");
    expect(insert, 2, "event");
    expect(insert, 3, "seats");
    expect(select, 1, "event");
    expect(select, 2, "request");
    expect(select, 3, "how many");
}

static void test_neighbours(void **state)
{
    static const char take[] =
        "UPDATE events SET available = available - $3, n = n + $4 WHERE id = $1 AND version=($2)";

    (void)state;
    expect(take, 1, "id");
    expect(take, 2, "version");
    expect(take, 3, "off available");
    expect(take, 4, "onto n");
    expect("SELECT 1 FROM s WHERE seat >= $1", 1, "seat");
    expect("UPDATE s SET n = n - $1 WHERE n >= $1", 1, "off n");
}

static void test_what_the_text_does_not_tell(void **state)
{
    (void)state;
    expect("SELECT book($1, $2)", 1, "");
    expect("SELECT book($1, $2)", 2, "");
    expect("SELECT '$1 = id' WHERE 3 = $1", 1, "");
    expect("SELECT id FROM t WHERE id = $12", 1, "");
    expect("SELECT 'no end $1", 1, "");
    expect("", 1, "");
    expect("$1", 1, "");
    expect("INSERT INTO t ($1", 1, "");
    expect("INSERT INTO t (a) VALUES (1) ON CONFLICT DO UPDATE SET a = $1", 1, "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_what_the_text_does_not_tell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
