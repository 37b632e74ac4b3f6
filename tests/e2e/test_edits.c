/* Between a run and its audit somebody edits the rows with sqlite3 or psql: each edit must come out as the anomaly it
 * is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/shortfall.h"
#include "harness/base/say.h"
#include "tests/support/bench.h"

#define PLACE "edited"
static const char ini[] = "# q\n[inventory]\nseats = 3\n[load]\nusers = 9\n[db]\npool = 4\n";

struct edited {
    struct bench_cells made;
    struct trial trial;
    struct audit audit;
};

/* Runs a trial of an honest variant, applies the edit from outside, audits. %refused in sql is the id of a request that
 * was told no, %winner that of one that was told yes. */
static void edit(struct edited *edited, const char *variant, const char *name, struct database *database,
                 const char *sql)
{
    struct witnesses witnesses;
    char line[512], command[1200], text[400] = "";
    long long refused = 0, winner = 0;
    FILE *shell;
    size_t i;

    bench_cells_make(&edited->made, ini, variant, name);
    assert_int_equal(trial_run(&edited->trial, edited->made.cell, database, 1, PLACE, NULL), EXIT_OK);
    for (i = 0; i < edited->trial.record_count; i++) {
        const struct record *record = &edited->trial.records[i];

        if (record->outcome == OUTCOME_BOOKED)
            winner = record->request;
        else
            refused = record->request;
    }
    for (i = 0; *sql != '\0' && i < sizeof text - 24; sql++) {
        if (strncmp(sql, "%refused", 8) == 0) {
            i += (size_t)sprintf(text + i, "%lld", refused);
            sql += 7;
        } else if (strncmp(sql, "%winner", 7) == 0) {
            i += (size_t)sprintf(text + i, "%lld", winner);
            sql += 6;
        } else {
            text[i++] = *sql;
        }
    }
    database_keep_line(database, PLACE, line, sizeof line);
    snprintf(command, sizeof command, "%s >%s/edit.log 2>&1", line, bench_scratch());
    assert_non_null(shell = popen(command, "w"));
    fprintf(shell, "%s\n", text);
    assert_int_equal(pclose(shell), 0);

    assert_int_equal(audit_read(&witnesses, edited->made.cell, database), EXIT_OK);
    audit_judge(&edited->audit, edited->made.cell, &edited->trial, &witnesses);
    witnesses_free(&witnesses);
    database_drop(database);
    trial_free(&edited->trial);
    bench_cells_free(&edited->made);
}

static void edit_variant(const char *variant, const char *sql, void (*expect)(const struct audit *))
{
    struct edited edited;
    size_t n;

    for (n = 0; n < BENCH_DATABASES; n++) {
        if (bench_databases[n] == NULL)
            continue;
        edit(&edited, variant, bench_names[n], bench_databases[n], sql);
        expect(&edited.audit);
    }
}

static void edit_everywhere(const char *sql, void (*expect)(const struct audit *))
{
    edit_variant("atomic", sql, expect);
}

static void expect_clean(const struct audit *audit)
{
    assert_int_equal(audit->verdict, AUDIT_VALID);
    assert_int_equal(audit->sold, 3);
}

static void test_untouched(void **state)
{
    (void)state;
    edit_everywhere("SELECT 1;", expect_clean);
    edit_variant("seat_rows:pick=ordered", "SELECT 1;", expect_clean);
    edit_variant("unique_claim", "SELECT 1;", expect_clean);
    edit_variant("sharded", "SELECT 1;", expect_clean);
}

static void expect_lost(const struct audit *audit)
{
    assert_int_equal(audit->lost, 1);
    assert_int_equal(audit->leaked, 1);
    assert_int_equal(audit->verdict, AUDIT_INVALID);
}

static void test_deleted_row_is_lost(void **state)
{
    (void)state;
    edit_everywhere("DELETE FROM bookings WHERE request = %winner;", expect_lost);
}

static void expect_ghost(const struct audit *audit)
{
    assert_int_equal(audit->ghost, 1);
    assert_int_equal(audit->unasked, 0);
    assert_int_equal(audit->oversold, 1);
    assert_int_equal(audit->verdict, AUDIT_INVALID);
}

static void test_row_of_a_refused_request_is_a_ghost(void **state)
{
    (void)state;
    edit_everywhere("INSERT INTO bookings (request, event, user_id, seats) VALUES (%refused, 1, %refused, 1);",
                    expect_ghost);
}

static void expect_ghost_and_lost(const struct audit *audit)
{
    assert_int_equal(audit->ghost, 1);
    assert_int_equal(audit->unasked, 1);
    assert_int_equal(audit->lost, 1);
    assert_int_equal(audit->oversold, 0);
    assert_int_equal(audit->drift, 0);
}

static void test_changed_request_is_ghost_and_lost(void **state)
{
    (void)state;
    edit_everywhere("UPDATE bookings SET request = 777 WHERE request = %winner;", expect_ghost_and_lost);
}

static void expect_duplicate(const struct audit *audit)
{
    assert_int_equal(audit->duplicate, 1);
    assert_int_equal(audit->oversold, 1);
    assert_int_equal(audit->uncounted, 1);
}

static void test_second_row_is_a_duplicate(void **state)
{
    (void)state;
    edit_everywhere("INSERT INTO bookings (request, event, user_id, seats) VALUES (%winner, 1, %winner, 1);",
                    expect_duplicate);
}

static void expect_oversold(const struct audit *audit)
{
    assert_int_equal(audit->oversold, 4);
    assert_int_equal(audit->torn, 1);
    assert_int_equal(audit->lost + audit->ghost + audit->duplicate, 0);
}

static void test_more_seats_are_oversold(void **state)
{
    (void)state;
    edit_everywhere("UPDATE bookings SET seats = 5 WHERE request = %winner;", expect_oversold);
}

static void expect_uncounted(const struct audit *audit)
{
    assert_int_equal(audit->uncounted, 2);
    assert_int_equal(audit->leaked, 0);
    assert_int_equal(audit->drift, 2);
    assert_int_equal(audit->verdict, AUDIT_INVALID);
}

static void test_raised_counter_drifts(void **state)
{
    (void)state;
    edit_everywhere("UPDATE events SET available = available + 2;", expect_uncounted);
}

static void expect_leaked(const struct audit *audit)
{
    assert_int_equal(audit->leaked, 1);
    assert_int_equal(audit->uncounted, 0);
}

static void test_lowered_counter_drifts(void **state)
{
    (void)state;
    edit_everywhere("UPDATE events SET available = available - 1;", expect_leaked);
}

static void expect_one_uncounted(const struct audit *audit)
{
    assert_int_equal(audit->uncounted, 1);
    assert_int_equal(audit->leaked, 0);
    assert_int_equal(audit->lost + audit->ghost + audit->oversold, 0);
    assert_int_equal(audit->verdict, AUDIT_INVALID);
}

static void expect_one_leaked(const struct audit *audit)
{
    assert_int_equal(audit->leaked, 1);
    assert_int_equal(audit->uncounted, 0);
    assert_int_equal(audit->verdict, AUDIT_INVALID);
}

static void expect_swapped(const struct audit *audit)
{
    assert_int_equal(audit->leaked, 1);
    assert_int_equal(audit->uncounted, 1);
    assert_int_equal(audit->lost + audit->ghost + audit->oversold, 0);
}

static void test_rows_of_seats(void **state)
{
    (void)state;
    edit_variant("seat_rows:pick=ordered", "UPDATE seats SET request = NULL WHERE request = %winner;",
                 expect_one_uncounted);
    edit_variant("seat_rows:pick=ordered", "UPDATE seats SET request = %refused WHERE request = %winner;",
                 expect_swapped);
    edit_variant("seat_rows:pick=random", "DELETE FROM bookings WHERE request = %winner;", expect_one_leaked);
}

static void expect_negative(const struct audit *audit)
{
    assert_int_equal(audit->negative, 2);
    assert_int_equal(audit->leaked, 2);
    assert_int_equal(audit->verdict, AUDIT_INVALID);
}

static void test_a_counter_below_zero(void **state)
{
    (void)state;
    edit_everywhere("UPDATE events SET available = -2;", expect_negative);
    edit_variant("sharded", "UPDATE shards SET available = -2 WHERE shard = 0;", expect_negative);
}

static void expect_doubled(const struct audit *audit)
{
    assert_int_equal(audit->doubled_seats, 1);
    assert_int_equal(audit->verdict, AUDIT_INVALID);
}

static void test_a_seat_with_two_owners(void **state)
{
    (void)state;
    edit_variant("seat_rows:pick=ordered",
                 "INSERT INTO seats (event, seat, request) SELECT event, seat, %refused FROM seats WHERE request = "
                 "%winner;",
                 expect_doubled);
}

static void expect_overdue(const struct audit *audit)
{
    assert_int_equal(audit->overdue, 1);
    assert_int_equal(audit->held, 0);
    assert_int_equal(audit->unsold, 1);
    assert_int_equal(audit->unsold_by[SHORTFALL_HOLD], 1);
    assert_int_equal(audit->lost, 1); /* it had been a booking */
}

static void test_a_hold_that_nobody_took_away(void **state)
{
    (void)state;
    edit_variant("soft_hold", "UPDATE bookings SET state = 'PENDING', expires_at = 1 WHERE request = %winner;",
                 expect_overdue);
}

static void expect_another_house(const struct audit *audit)
{
    assert_int_equal(audit->verdict, AUDIT_INVALID);
    assert_string_equal(audit->reason, "the seats are not those that were on sale");
}

static void test_seats_come_and_go(void **state)
{
    (void)state;
    edit_variant("seat_rows:pick=ordered", "INSERT INTO seats (event, seat) VALUES (1, 4);", expect_another_house);
    edit_variant("seat_rows:pick=ordered", "INSERT INTO seats (event, seat) VALUES (1, 3);", expect_another_house);
}

static void test_own_tables(void **state)
{
    (void)state;
    edit_variant("unique_claim", "DELETE FROM claims WHERE request = %winner;", expect_one_uncounted);
    edit_variant("unique_claim", "DELETE FROM bookings WHERE request = %winner;", expect_one_leaked);
    edit_variant("sharded", "UPDATE shards SET available = available + 1 WHERE shard = 0;", expect_one_uncounted);
    edit_variant("sharded", "UPDATE shards SET available = available - 1 WHERE shard = 0;", expect_one_leaked);
}

static void expect_torn(const struct audit *audit)
{
    assert_int_equal(audit->torn, 1);
    assert_int_equal(audit->oversold, 0);
    assert_int_equal(audit->verdict, AUDIT_INVALID);
}

static void test_a_group_is_torn(void **state)
{
    (void)state;
    edit_everywhere("DELETE FROM bookings WHERE request <> %winner; UPDATE bookings SET seats = 3;", expect_torn);
}

static void expect_unsold(const struct audit *audit)
{
    assert_int_equal(audit->unsold, 2);
    assert_int_equal(audit->unsold_by[SHORTFALL_STRANDED], 2);
    assert_int_equal(audit->oversold, 0);
    assert_int_equal(audit->false_sold_out, 6); /* everybody who was refused */
    assert_int_equal(audit->deficit, 2);
    assert_string_equal(audit->example.kind, "false_sold_out");
    assert_int_equal(audit->example.taken_most, 3);
    assert_int_equal(audit->example.capacity, 5);
}

static void test_larger_house_is_unsold(void **state)
{
    (void)state;
    edit_everywhere("UPDATE events SET capacity = 5, available = 2;", expect_unsold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_untouched),
        cmocka_unit_test(test_deleted_row_is_lost),
        cmocka_unit_test(test_row_of_a_refused_request_is_a_ghost),
        cmocka_unit_test(test_changed_request_is_ghost_and_lost),
        cmocka_unit_test(test_second_row_is_a_duplicate),
        cmocka_unit_test(test_more_seats_are_oversold),
        cmocka_unit_test(test_raised_counter_drifts),
        cmocka_unit_test(test_lowered_counter_drifts),
        cmocka_unit_test(test_rows_of_seats),
        cmocka_unit_test(test_seats_come_and_go),
        cmocka_unit_test(test_own_tables),
        cmocka_unit_test(test_a_group_is_torn),
        cmocka_unit_test(test_larger_house_is_unsold),
        cmocka_unit_test(test_a_counter_below_zero),
        cmocka_unit_test(test_a_seat_with_two_owners),
        cmocka_unit_test(test_a_hold_that_nobody_took_away),
    };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
