#include "harness/floor/floors.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/results/calibration.h"
#include "tests/support/bench.h"
#include "tests/support/capture.h"

/* The floors, in windows far too short to be worth anything, and the file they are kept in. */

static const struct floor *find(const struct floors *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->floor[i].name, name) == 0)
            return &f->floor[i];
    return NULL;
}

static const char *path(void)
{
    static char text[128];

    snprintf(text, sizeof text, "%s/calibration.json", bench_scratch());
    return text;
}

static void add_database(struct floors *f, const char *name)
{
    assert_int_equal(text_list_add(&f->dbs, name, strlen(name)), 0);
}

static int entries(const char *dir)
{
    DIR *d = opendir(dir);
    int n = -2; /* "." and ".." */

    assert_non_null(d);
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n;
}

static void count_name(void *arg, const char *name)
{
    assert_true(name[0] != '\0');
    ++*(int *)arg;
}

static void test_every_floor_is_measured(void **state)
{
    static const char *const names[] = { "clock_read",      "fdatasync_4k",    "fdatasync_8k",      "futex_round_trip",
                                         "hand_off_20",     "wake_skew_20",    "idle_burst_20_p99", "sqlite_full_1",
                                         "sqlite_full_16",  "sqlite_full_64",  "sqlite_full_256",   "sqlite_async_1",
                                         "sqlite_async_16", "sqlite_async_64", "sqlite_async_256",  "sqlite_off_1",
                                         "sqlite_off_16",   "sqlite_off_64",   "sqlite_off_256" };
    struct text_list none = { 0 };
    int told = 0;
    struct floors f = { .dir = bench_scratch(), .window_ns = NS_PER_MS, .users = 20, .next = count_name, .arg = &told };

    (void)state;
    add_database(&f, "sqlite");
    assert_int_equal(floors_measure(&f, &none), EXIT_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct floor *floor = find(&f, names[i]);

        if (floor == NULL)
            fail_msg("no floor %s", names[i]);
        assert_true(floor->of.median > 0);
        assert_true(floor->of.lo <= floor->of.median && floor->of.median <= floor->of.hi);
        assert_int_equal(floor->of.n, FLOORS_WINDOWS);
    }
    assert_int_equal(f.n, sizeof names / sizeof names[0]);
    assert_int_equal(told, f.n);
    assert_null(find(&f, "nosuch"));
    assert_int_equal(strncmp(f.versions[0], "sqlite 3.", 9), 0);
    /* The clock is read in less than a flush takes, however short the windows. */
    assert_true(find(&f, "clock_read")->of.median < find(&f, "fdatasync_8k")->of.median);
    assert_int_equal(entries(bench_scratch()), 0);
    text_list_free(&f.dbs);
    floors_free(&f);
}

static void test_postgres_or_not(void **state)
{
    struct text_list none = { 0 }, required = { 0 };
    struct floors f = { .dir = "/nowhere/at/all", .window_ns = NS_PER_MS, .users = 20 };

    (void)state;
    if (getenv("LASTSEAT_LONG") != NULL) {
        f.dir = bench_scratch();
        add_database(&f, "postgres");
        assert_int_equal(floors_measure(&f, &none), EXIT_OK);
        assert_non_null(find(&f, "postgres_select_1"));
        assert_non_null(find(&f, "postgres_full_1"));
        assert_non_null(find(&f, "postgres_async_1"));
        assert_int_equal(entries(bench_scratch()), 0);
        floors_free(&f);
        text_list_free(&f.dbs);
        f.dir = "/nowhere/at/all";
    }
    /* A place that is none is said once, and nothing is kept. */
    capture_begin();
    assert_int_equal(floors_measure(&f, &required), EXIT_ERROR);
    assert_non_null(strstr(capture_end(), "cannot write to /nowhere/at/all"));
    floors_free(&f);
}

/* ---- the file */

static json_t *sample(void)
{
    struct floors f = { .dir = bench_scratch(), .n = 2, .versions = { "sqlite 3.40.1" } };
    json_t *calibration;

    f.floor[0] = (struct floor){ "clock_read", FLOOR_NS, { .median = 21.5, .lo = 21, .hi = 22, .n = 20 } };
    f.floor[1] = (struct floor){ "sqlite_full_1", FLOOR_PER_S, { .median = 9100, .lo = 9000, .hi = 9200, .n = 20 } };
    assert_non_null(calibration = calibration_of(&f));
    return calibration;
}

static void test_kept_and_read_again(void **state)
{
    json_t *calibration = sample(), *read = NULL;
    const json_t *floor;

    (void)state;
    assert_int_equal(calibration_write(path(), calibration), EXIT_OK);
    for (int asked = 0; asked <= 1; asked++) {
        assert_int_equal(calibration_read(&read, path(), asked != 0, bench_scratch()), EXIT_OK);
        assert_non_null(read);
        assert_true(json_equal(json_object_get(read, "floors"), json_object_get(calibration, "floors")));
        json_decref(read);
    }
    floor = json_array_get(json_object_get(calibration, "floors"), 1);
    assert_string_equal(json_string_value(json_object_get(floor, "unit")), "per_s");
    assert_int_equal(json_array_size(json_object_get(floor, "ci95")), 2);
    assert_int_equal(json_integer_value(json_object_get(floor, "n")), 20);
    json_decref(calibration);
    assert_int_equal(unlink(path()), 0);
}

static void refused(const char *part)
{
    json_t *read;

    capture_begin();
    assert_int_equal(calibration_read(&read, path(), true, bench_scratch()), EXIT_USAGE);
    if (strstr(capture_end(), part) == NULL)
        fail_msg("not refused with '%s'", part);
    assert_null(read);
    capture_begin();
    assert_int_equal(calibration_read(&read, path(), false, bench_scratch()), EXIT_OK);
    if (strstr(capture_end(), part) == NULL)
        fail_msg("no warning with '%s'", part);
    assert_null(read);
}

static void test_another_machines_is_refused(void **state)
{
    static const struct {
        const char *key, *said;
        json_int_t number; /* 0: text */
    } facts[] = { { "cpu", "(cpu: other there, ", 0 },
                  { "kernel", "(kernel: other there, ", 0 },
                  { "dir_class", "(databases' file system: other there, ", 0 },
                  { "cores", "(cores: 1001 there, ", 1001 },
                  { "memory_bytes", "(memory: 1.0 GB there, ", 1000000000 } };

    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        json_t *calibration = sample(), *machine = json_object_get(calibration, "machine");

        json_object_set_new(machine, facts[i].key,
                            facts[i].number > 0 ? json_integer(facts[i].number) : json_string("other"));
        assert_int_equal(calibration_write(path(), calibration), EXIT_OK);
        refused(facts[i].said);
        refused("lastseat calibrate measures this one");
        json_decref(calibration);
    }
}

/* A kernel keeps a little for itself, more or less of it. */
static void test_a_little_memory_does_not_matter(void **state)
{
    json_t *calibration = sample(), *machine = json_object_get(calibration, "machine"), *read;
    json_int_t memory = json_integer_value(json_object_get(machine, "memory_bytes"));

    (void)state;
    json_object_set_new(machine, "memory_bytes", json_integer(memory - memory / 100));
    assert_int_equal(calibration_write(path(), calibration), EXIT_OK);
    assert_int_equal(calibration_read(&read, path(), true, bench_scratch()), EXIT_OK);
    assert_non_null(read);
    json_decref(read);
    json_decref(calibration);
}

static void write_text(const char *text)
{
    FILE *file = fopen(path(), "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void test_damaged_or_missing(void **state)
{
    json_t *calibration, *read;

    (void)state;
    write_text("{\"schema\": ");
    refused("damaged: ");
    write_text("{\"schema\": \"lastseat.run/1\"}");
    refused("not a calibration");
    write_text("{\"schema\": \"lastseat.calibration/1\"}");
    refused("floors or calibrated_utc is missing");
    calibration = sample();
    json_object_del(json_array_get(json_object_get(calibration, "floors"), 0), "n");
    assert_int_equal(calibration_write(path(), calibration), EXIT_OK);
    json_decref(calibration);
    refused("a floor is not whole");
    assert_int_equal(unlink(path()), 0);
    /* None was made: nothing to say. */
    capture_begin();
    assert_int_equal(calibration_read(&read, path(), false, bench_scratch()), EXIT_OK);
    assert_string_equal(capture_end(), "");
    assert_null(read);
    capture_begin();
    assert_int_equal(calibration_read(&read, path(), true, bench_scratch()), EXIT_USAGE);
    assert_non_null(strstr(capture_end(), "No such file"));
}

static int clean(void **state)
{
    (void)state;
    bench_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_floor_is_measured),
        cmocka_unit_test(test_postgres_or_not),
        cmocka_unit_test(test_kept_and_read_again),
        cmocka_unit_test(test_another_machines_is_refused),
        cmocka_unit_test(test_a_little_memory_does_not_matter),
        cmocka_unit_test(test_damaged_or_missing),
    };

    return cmocka_run_group_tests(tests, NULL, clean);
}
