#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/floor_page.h"

/* What was measured beside its floor, from a run of one cell. */

static json_t *floor_entry(const char *name, const char *unit, double median)
{
    return json_pack("{s:s, s:s, s:f, s:[f, f], s:i}", "name", name, "unit", unit, "median", median, "ci95",
                     0.9 * median, 1.1 * median, "n", 20);
}

static json_t *make_run(const char *db, int booked, int requests, int transactions, int service)
{
    json_t *floors = json_array();

    json_array_append_new(floors, floor_entry("sqlite_full_1", "per_s", 1000));    /* 1 ms a transaction  */
    json_array_append_new(floors, floor_entry("sqlite_full_16", "per_s", 8000));   /* 2 ms                */
    json_array_append_new(floors, floor_entry("sqlite_full_64", "per_s", 16000));  /* 4 ms                */
    json_array_append_new(floors, floor_entry("sqlite_full_256", "per_s", 25600)); /* 10 ms              */
    json_array_append_new(floors, floor_entry("postgres_full_1", "per_s", 400));
    json_array_append_new(floors, floor_entry("postgres_select_1", "ns", 20000));
    json_array_append_new(floors, floor_entry("hand_off_1000", "per_s", 200000));
    return json_pack("{s:s, s:o, s:[{s:s, s:s, s:s, s:s, s:[], s:{}, s:[{s:b, s:i, s:{s:i}, s:{s:i, s:{s:i}}}], "
                     "s:{s:{s:f}, s:{s:f}, "
                     "s:{s:f}, s:{s:f}}, s:{s:{s:{s:f}}}}, {s:s, s:s, s:[s], s:{}, s:[], s:{s:{s:f}}}]}",
                     "calibrated_utc", "2026-11-21T17:00:00Z", "floors", floors, "cells", "scenario", "rush", "db", db,
                     "variant", "mine", "durability", "full", "traits", "sweep", "trials", "void", 0, "requests",
                     requests, "outcomes", "booked", booked, "ops", "transactions", transactions, "service",
                     "statements", service, "summary", "all_p99_ns", "median", 3e7, "bookings_per_s", "median", 6000.0,
                     "decisions_per_s", "median", 50000.0, "round_trips_per_request", "median", 4.0, "merged",
                     "service_ns", "all", "mean", 160000.0, "scenario", "rush", "variant", "idle", "traits", "floor",
                     "sweep", "trials", "summary", "all_p99_ns", "median", 1e7);
}

static char *page_of(const json_t *run, const char *model)
{
    json_t *scenario = json_pack("{s:s, s:s}", "name", "rush", "model", model);
    char *text = NULL;
    struct pick pick;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(out);
    assert_int_equal(view_pick(&pick, run, "rush", NULL, NULL), 0);
    assert_int_equal(pick.n, 1);
    floor_page_cells(out, run, scenario, &pick);
    assert_int_equal(fclose(out), 0);
    view_drop(&pick);
    json_decref(scenario);
    return text;
}

static void says(json_t *run, const char *model, const char *row, bool wanted)
{
    char *text;

    assert_non_null(run);
    text = page_of(run, model);
    if ((strstr(text, row) != NULL) != wanted)
        fail_msg("%s '%s' in: %s", wanted ? "no" : "there is", row, text);
    free(text);
    json_decref(run);
}

static void test_times_beside_doing_nothing(void **state)
{
    (void)state;
    says(make_run("sqlite", 10, 1000, 10, 0), "burst", "| mine | all p99 | 1 | 30.0 ms | 10.0 ms | 3.00 x |", true);
    /* Nobody was woken by a common start. */
    says(make_run("sqlite", 10, 1000, 10, 0), "closed", "all p99", false);
}

static void test_bookings_beside_the_raw_loop(void **state)
{
    (void)state;
    says(make_run("sqlite", 1000, 1000, 1000, 0), "closed",
         "| mine | bookings /s | 1 | 6000 | 1000 | 600 % | raw loop, 1.00 a transaction |", true);
    says(make_run("sqlite", 1600, 1600, 100, 0), "closed", "| 6000 | 8000 | 75 % | raw loop, 16.0 a transaction |",
         true);
    /* Half way from 16 to 64 a transaction takes 3 ms: 40 / 3 ms. */
    says(make_run("sqlite", 4000, 4000, 100, 0), "closed", "| 6000 | 13300 | 45 % | raw loop, 40.0 a transaction |",
         true);
    says(make_run("sqlite", 100000, 100000, 100, 0), "closed", "| 6000 | 25600 | 23 % |", true);
    /* A rush for ten seats is no measure of how fast one can sell. */
    says(make_run("sqlite", 10, 1000, 10, 0), "burst", "bookings /s", false);
    says(make_run("postgres", 1000, 1000, 1000, 0), "closed", "| 6000 | 400 | 1500 % | one client, one commit each |",
         true);
    says(make_run("postgres", 1000, 1000, 10, 0), "closed", "bookings /s", false);
}

static void test_answers_beside_the_hand_off(void **state)
{
    (void)state;
    says(make_run("sqlite", 10, 1000, 10, 7), "burst", "| mine | answers /s | 1 | 50000 | 200k | 25 % |", true);
    says(make_run("sqlite", 10, 1000, 10, 0), "burst", "answers /s", false);
}

static void test_round_trips(void **state)
{
    json_t *run = make_run("postgres", 10, 1000, 10, 0);

    (void)state;
    json_incref(run);
    says(run, "burst", "| service time, mean | 1 | 160 us | 80.0 us | 2.00 x | 4.00 round trips of SELECT 1 |", true);
    says(make_run("sqlite", 10, 1000, 10, 0), "burst", "round trips", false);
    json_object_set_new(json_object_get(json_object_get(json_array_get(json_object_get(run, "cells"), 0), "summary"),
                                        "round_trips_per_request"),
                        "median", json_real(0.04));
    says(run, "burst", "round trips", false);
}

static void test_without_a_calibration(void **state)
{
    json_t *run = make_run("sqlite", 1000, 1000, 1000, 7);
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    (void)state;
    json_object_set_new(run, "floors", json_null());
    floor_page_machine(out, run);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "lastseat calibrate"));
    free(text);
    json_incref(run);
    says(run, "burst", "answers /s", false);
    says(run, "burst", "all p99", true);
}

static void test_the_machines_table(void **state)
{
    json_t *run = make_run("sqlite", 1000, 1000, 1000, 7);
    char *text = NULL, *line, *save = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    (void)state;
    floor_page_machine(out, run);
    assert_int_equal(fclose(out), 0);
    assert_non_null(
        strstr(text, "| postgres\\_select\\_1 | 20.0 us | 18.0 us .. 22.0 us | 20 | a prepared SELECT 1, "));
    assert_non_null(strstr(text, "2026-11-21T17:00:00Z"));
    free(text);
    out = open_memstream(&text, &n);
    floor_page_table(run, out);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, " sqlite_full_16      8000/s    7200/s..8800/s  20\n"));
    for (line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
        assert_true(strlen(line) <= 80);
    free(text);
    json_decref(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_beside_doing_nothing),  cmocka_unit_test(test_bookings_beside_the_raw_loop),
        cmocka_unit_test(test_answers_beside_the_hand_off), cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_without_a_calibration),       cmocka_unit_test(test_the_machines_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
