/* What variants promise, and what they need, depends on their options and on whom they meet. */
#include <stdint.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/scenario/cell.h"
#include "tests/support/bench.h"

#define KEEPS (PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING)
#define ALL   (KEEPS | PROMISE_SELLS_OUT)

static unsigned promises_of(const char *text, struct app app)
{
    struct variant variant;
    unsigned promises;

    assert_int_equal(variant_parse(&variant, text, "test"), EXIT_OK);
    app.options = variant.options;
    promises = variant.registered->strategy->promises(&app);
    variant_free(&variant);
    return promises;
}

static unsigned needs_of(const char *text)
{
    struct cell cell = { 0 };
    unsigned needs;

    assert_int_equal(variant_parse(&cell.variant, text, "test"), EXIT_OK);
    needs = cell_needs(&cell);
    variant_free(&cell.variant);
    return needs;
}

static const struct app easy = { .instances = 3, .events = 2, .seats = 10, .group_most = 1, .attempts = 4 };

static void test_rows_of_seats(void **state)
{
    struct app leaving = easy, groups = easy, patient = easy, endless = easy;

    (void)state;
    leaving.users_may_leave = true;
    groups.group_most = 4;
    patient.attempts = 11;
    endless.attempts = INT64_MAX;
    /* Who walks past a seat whose holder leaves, or finds one too few, tells the user something that is not so. */
    assert_int_equal(promises_of("seat_rows", easy), ALL);
    assert_int_equal(promises_of("seat_rows:pick=skip_locked", leaving), KEEPS);
    assert_int_equal(promises_of("seat_rows:pick=skip_locked", groups), KEEPS);
    assert_int_equal(promises_of("seat_rows:pick=nowait", patient), KEEPS);
    assert_int_equal(promises_of("seat_rows:pick=nowait", endless), ALL);
    assert_int_equal(promises_of("seat_rows:pick=ordered", easy), ALL);
    assert_int_equal(promises_of("seat_rows:pick=ordered", leaving), ALL);
    assert_int_equal(promises_of("seat_rows:pick=ordered", groups), ALL);
    assert_int_equal(promises_of("seat_rows:pick=random", easy), KEEPS);
    assert_int_equal(promises_of("seat_rows:pick=random", patient), ALL);
}

static void test_others(void **state)
{
    struct app leaving = easy, groups = easy, patient = easy, late = easy;

    (void)state;
    late.holds_may_expire = true;
    leaving.users_may_leave = true;
    groups.attempts = patient.attempts = 11;
    groups.group_most = 4;
    assert_int_equal(promises_of("soft_hold", easy), ALL);
    assert_int_equal(promises_of("soft_hold", leaving), KEEPS);
    assert_int_equal(promises_of("soft_hold", late), KEEPS);
    assert_int_equal(promises_of("soft_hold:held=conflict", leaving), KEEPS);
    late.attempts = leaving.attempts = INT64_MAX;
    assert_int_equal(promises_of("soft_hold", leaving), KEEPS);
    assert_int_equal(promises_of("soft_hold:held=conflict", leaving), ALL);
    assert_int_equal(promises_of("soft_hold:held=conflict:expiry=sweeper", late), ALL);
    leaving.attempts = easy.attempts;
    assert_int_equal(promises_of("unique_claim", easy), ALL);
    assert_int_equal(promises_of("unique_claim", leaving), ALL);
    assert_int_equal(promises_of("unique_claim", groups), ALL);
    assert_int_equal(promises_of("server_fn", easy), ALL);
    assert_int_equal(promises_of("server_fn", groups), ALL);
    assert_int_equal(promises_of("sharded", easy), KEEPS); /* a theft may be lost to another thief */
    assert_int_equal(promises_of("sharded", patient), ALL);
    assert_int_equal(promises_of("sharded", groups), KEEPS); /* enough together, too few in each shard */
}

/* SQLite locks the whole database: there is no row to walk past. */
static void test_needs(void **state)
{
    (void)state;
    assert_int_equal(needs_of("seat_rows"), DB_CAN_LOCK_ROWS);
    assert_int_equal(needs_of("seat_rows:pick=skip_locked"), DB_CAN_LOCK_ROWS);
    assert_int_equal(needs_of("seat_rows:pick=nowait"), 0);
    assert_int_equal(needs_of("seat_rows:pick=ordered"), 0);
    assert_int_equal(needs_of("seat_rows:pick=random"), 0);
    assert_int_equal(needs_of("server_fn"), DB_CAN_RUN_FUNCTIONS);
    assert_int_equal(needs_of("unique_claim"), 0);
    assert_int_equal(needs_of("sharded"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_seats),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_needs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
