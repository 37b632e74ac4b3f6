#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/results/csv.h"
#include "harness/results/folder.h"
#include "harness/results/remains.h"
#include "tests/support/capture.h"

static char scratch[] = "/var/tmp/lastseat-test-folder-XXXXXX";

static bool exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void assert_text(const char *path, const char *want)
{
    char text[1024];
    FILE *file = fopen(path, "r");
    size_t n;

    assert_non_null(file);
    n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    fclose(file);
    assert_string_equal(text, want);
}

static void assert_link(const char *path, const char *want)
{
    char target[256];
    ssize_t n = readlink(path, target, sizeof target - 1);

    assert_true(n >= 0);
    target[n] = '\0';
    assert_string_equal(target, want);
}

static void test_default_place_and_latest(void **state)
{
    struct folder f;

    (void)state;
    assert_int_equal(folder_begin(&f, NULL, "one"), EXIT_OK);
    assert_int_equal(folder_mkdir(&f, "sub"), EXIT_OK);
    assert_int_equal(folder_mkdir(&f, "sub"), EXIT_OK); /* there already */
    assert_false(exists("results/one"));
    assert_int_equal(folder_finish(&f), EXIT_OK);
    assert_true(exists("results/one/sub"));
    assert_link("results/latest", "one");
    folder_discard(&f);
    assert_true(exists("results/one/sub"));
    /* The next run takes the link over. */
    assert_int_equal(folder_begin(&f, NULL, "two"), EXIT_OK);
    assert_link("results/latest", "one");
    assert_int_equal(folder_finish(&f), EXIT_OK);
    assert_link("results/latest", "two");
    folder_discard(&f);
    folder_discard(&f);
    folder_discard(NULL);
}

static void test_equal_names_are_numbered(void **state)
{
    struct folder first, second, third;

    (void)state;
    assert_int_equal(folder_begin(&first, NULL, "same"), EXIT_OK);
    assert_int_equal(folder_begin(&second, NULL, "same"), EXIT_OK);
    assert_int_equal(folder_finish(&first), EXIT_OK);
    /* It was free when the second began, and is not now. */
    assert_int_equal(folder_finish(&second), EXIT_OK);
    assert_non_null(strstr(second.path, "/same-2"));
    assert_int_equal(folder_begin(&third, NULL, "same"), EXIT_OK);
    assert_non_null(strstr(third.path, "/same-3"));
    assert_int_equal(folder_finish(&third), EXIT_OK);
    assert_true(exists("results/same") && exists("results/same-2") && exists("results/same-3"));
    folder_discard(&first);
    folder_discard(&second);
    folder_discard(&third);
}

static void test_out_leaves_latest_alone(void **state)
{
    struct folder f;

    (void)state;
    assert_int_equal(folder_begin(&f, NULL, "before"), EXIT_OK);
    assert_int_equal(folder_finish(&f), EXIT_OK);
    folder_discard(&f);
    assert_int_equal(folder_begin(&f, "out//", NULL), EXIT_OK);
    assert_string_equal(f.path, "out");
    assert_int_equal(folder_finish(&f), EXIT_OK);
    folder_discard(&f);
    assert_true(exists("out"));
    assert_false(exists("latest"));
    assert_link("results/latest", "before");
}

static void test_absolute_out(void **state)
{
    struct folder f;
    char out[128];

    (void)state;
    snprintf(out, sizeof out, "%s/absolute", scratch);
    assert_int_equal(folder_begin(&f, out, NULL), EXIT_OK);
    assert_string_equal(f.path, out);
    assert_string_equal(f.parent, scratch);
    assert_int_equal(folder_finish(&f), EXIT_OK);
    folder_discard(&f);
    assert_true(exists("absolute"));
}

static void test_close_removes_what_is_unfinished(void **state)
{
    struct folder f;
    char temp[512], inner[600];

    (void)state;
    assert_int_equal(folder_begin(&f, "undone", NULL), EXIT_OK);
    snprintf(temp, sizeof temp, "%s", f.temp);
    assert_int_equal(folder_mkdir(&f, "history"), EXIT_OK);
    snprintf(inner, sizeof inner, "%s/history/1.csv", temp);
    write_file(inner, "x");
    /* A link inside is removed, not what it points to. */
    write_file("precious", "mine");
    snprintf(inner, sizeof inner, "%s/link", temp);
    assert_int_equal(symlink("../precious", inner), 0);
    folder_discard(&f);
    assert_false(exists(temp));
    assert_false(exists("undone"));
    assert_text("precious", "mine");
}

/* The pid of a process that is no more. */
static int dead_pid(void)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        _exit(0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return (int)pid;
}

static void test_leftovers_of_the_dead_are_swept(void **state)
{
    char dead[96], reused[96], other[96], latest[96], file[160], mark[64], living[128], held[96];
    int fd;

    (void)state;
    assert_int_equal(mkdir("sweep", 0755), 0);
    snprintf(dead, sizeof dead, "sweep/.lastseat-%d-1.run-a-1", dead_pid());
    snprintf(latest, sizeof latest, "sweep/.lastseat-%d-1.latest", dead_pid());
    /* Our own number, but a process that began at another time. */
    snprintf(reused, sizeof reused, "sweep/.lastseat-%d-1.run-b-1", (int)getpid());
    snprintf(other, sizeof other, "sweep/.lastseat-%d-1.backup", dead_pid());
    snprintf(held, sizeof held, "sweep/.lastseat-%d-1.run-c-1", dead_pid());
    remains_mark(mark, sizeof mark);
    snprintf(living, sizeof living, "sweep/%s.run-a-1", mark);
    assert_int_equal(mkdir(dead, 0755), 0);
    snprintf(file, sizeof file, "%s/run.json", dead);
    write_file(file, "{");
    assert_int_equal(mkdir(reused, 0755), 0);
    assert_int_equal(mkdir(other, 0755), 0);
    assert_int_equal(mkdir(living, 0755), 0);
    assert_int_equal(mkdir(held, 0755), 0);
    assert_int_equal(mkdir("sweep/20260101T000000Z-x", 0755), 0);
    assert_int_equal(symlink("gone", latest), 0);
    fd = open(held, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0);

    remains_sweep("sweep");
    assert_false(exists(dead));
    assert_false(exists(reused));
    assert_false(exists(latest));
    assert_true(exists(other));
    assert_true(exists(living));
    assert_true(exists(held)); /* its owner lives elsewhere: a process number of another container */
    assert_true(exists("sweep/20260101T000000Z-x"));
    close(fd);
    remains_sweep("sweep");
    assert_false(exists(held));
    remains_sweep("nowhere"); /* not there: nothing to do, nothing to say */
}

static void test_opening_sweeps(void **state)
{
    struct folder f;
    char dead[96];

    (void)state;
    assert_true(mkdir("results", 0755) == 0 || exists("results"));
    snprintf(dead, sizeof dead, "results/.lastseat-%d-1.run-a-1", dead_pid());
    assert_int_equal(mkdir(dead, 0755), 0);
    assert_int_equal(folder_begin(&f, NULL, "sweeper"), EXIT_OK);
    assert_false(exists(dead));
    folder_discard(&f);
}

static void test_a_run_in_the_making_is_not_swept(void **state)
{
    struct folder f;

    (void)state;
    assert_int_equal(folder_begin(&f, "making", NULL), EXIT_OK);
    remains_sweep(".");
    assert_true(exists(f.temp));
    folder_discard(&f);
}

static void test_latest_is_no_link(void **state)
{
    struct folder f;

    (void)state;
    assert_int_equal(setenv("LASTSEAT_HOME", "other", 1), 0);
    assert_int_equal(mkdir("other", 0755), 0);
    assert_int_equal(mkdir("other/results", 0755), 0);
    assert_int_equal(mkdir("other/results/latest", 0755), 0);
    assert_int_equal(folder_begin(&f, NULL, "x"), EXIT_OK);
    capture_says(folder_finish(&f), EXIT_OK, /* the run is whole all the same */
                 "warning: results: cannot set the link other/results/latest: Is a directory; the run is in "
                 "other/results/x");
    assert_true(exists("other/results/x"));
    folder_discard(&f);
    assert_int_equal(setenv("LASTSEAT_HOME", scratch, 1), 0);
}

/* This program stands in no lastseat folder: results go where the user is. */
static void test_root(void **state)
{
    char *root;

    (void)state;
    assert_int_equal(setenv("LASTSEAT_HOME", "/some/where", 1), 0);
    root = folder_root();
    assert_string_equal(root, "/some/where/results");
    free(root);
    assert_int_equal(unsetenv("LASTSEAT_HOME"), 0);
    root = folder_root();
    assert_string_equal(root, "results");
    free(root);
    assert_int_equal(setenv("LASTSEAT_HOME", scratch, 1), 0);
}

static void test_csv(void **state)
{
    struct folder f;
    struct output o;

    (void)state;
    assert_int_equal(folder_begin(&f, "csv", NULL), EXIT_OK);
    assert_int_equal(output_open(&o, &f, "a.csv"), EXIT_OK);
    csv_header(&o, "a,b");
    csv_text(&o, "plain");
    csv_text(&o, "with, comma");
    csv_text(&o, "a \"word\"");
    csv_text(&o, "two\nlines");
    csv_text(&o, "");
    csv_end(&o);
    csv_int(&o, 0);
    csv_int(&o, INT64_MIN);
    csv_int(&o, INT64_MAX);
    csv_real(&o, 0.021);
    csv_real(&o, 3);
    csv_real(&o, (double)NAN);
    csv_blank(&o);
    csv_end(&o);
    assert_int_equal(output_close(&o, true), EXIT_OK);
    assert_int_equal(output_close(&o, true), EXIT_OK); /* closed: nothing to do */
    assert_int_equal(folder_finish(&f), EXIT_OK);
    folder_discard(&f);
    assert_text("csv/a.csv", "a,b\nplain,\"with, comma\",\"a \"\"word\"\"\",\"two\nlines\",\n"
                             "0,-9223372036854775808,9223372036854775807,0.021,3,,\n");
}

static void test_output_larger_than_its_buffer(void **state)
{
    static char big[100000];
    struct folder f;
    struct output o;
    struct stat st;

    (void)state;
    memset(big, 'x', sizeof big);
    assert_int_equal(folder_begin(&f, "large", NULL), EXIT_OK);
    assert_int_equal(output_open(&o, &f, "big"), EXIT_OK);
    output_bytes(&o, "head", 4);
    output_bytes(&o, big, sizeof big);
    for (int i = 0; i < 10000; i++)
        output_bytes(&o, "0123456789", 10);
    assert_int_equal(output_close(&o, false), EXIT_OK);
    assert_int_equal(folder_finish(&f), EXIT_OK);
    folder_discard(&f);
    assert_int_equal(stat("large/big", &st), 0);
    assert_int_equal(st.st_size, 4 + 100000 + 100000);
}

static int enter_scratch(void **state)
{
    (void)state;
    if (mkdtemp(scratch) == NULL || chdir(scratch) != 0)
        return -1;
    return setenv("LASTSEAT_HOME", scratch, 1);
}

static int leave_scratch(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    return chdir("/") != 0 || system(command) != 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_place_and_latest),
        cmocka_unit_test(test_equal_names_are_numbered),
        cmocka_unit_test(test_out_leaves_latest_alone),
        cmocka_unit_test(test_absolute_out),
        cmocka_unit_test(test_close_removes_what_is_unfinished),
        cmocka_unit_test(test_leftovers_of_the_dead_are_swept),
        cmocka_unit_test(test_opening_sweeps),
        cmocka_unit_test(test_a_run_in_the_making_is_not_swept),
        cmocka_unit_test(test_latest_is_no_link),
        cmocka_unit_test(test_root),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_output_larger_than_its_buffer),
    };

    return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
