#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/results/results.h"
#include "tests/support/capture.h"
#include "tests/support/child.h"

static char scratch[] = "/var/tmp/lastseat-test-load-XXXXXX";

static void assert_one_line(const char *part)
{
    const char *text = capture_end(), *end = strchr(text, '\n');

    if (strstr(text, part) == NULL || end == NULL || end[1] != '\0')
        fail_msg("not one line with '%s': %s", part, text);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void assert_load(const char *dir, int want, const char *part)
{
    json_t *run = (json_t *)1;
    int code;

    capture_begin();
    code = results_load(&run, dir);
    assert_one_line(part);
    assert_int_equal(code, want);
    assert_null(run);
}

static void test_load_refuses(void **state)
{
    const char *whole = "{\"schema\": \"lastseat.run/1\", \"tool\": {}, \"environment\": {}, \"command\": [],"
                        " \"scenarios\": [], \"cells\": []}";
    json_t *run;

    (void)state;
    assert_int_equal(mkdir("load", 0700), 0);
    assert_load("load/nowhere", EXIT_USAGE, "load/nowhere: no such run folder");
    assert_load("load", EXIT_USAGE, "load: not a run folder: it has no run.json");
    write_file("load/run.json", whole);
    assert_int_equal(results_load(&run, "load"), EXIT_OK);
    json_decref(run);
    assert_load("load/run.json", EXIT_USAGE, "no such run folder");
    assert_int_equal(truncate("load/run.json", 60), 0);
    assert_load("load", EXIT_USAGE, "load/run.json:1: damaged, not whole JSON");
    write_file("load/run.json", "");
    assert_load("load", EXIT_USAGE, "damaged, not whole JSON");
    write_file("load/run.json", "{\"cells\": []}");
    assert_load("load", EXIT_USAGE, "not written by lastseat");
    write_file("load/run.json", "[]");
    assert_load("load", EXIT_USAGE, "not written by lastseat");
    write_file("load/run.json", "{\"schema\": \"lastseat.run/2\"}");
    assert_load("load", EXIT_USAGE, "written as \"lastseat.run/2\", this lastseat reads \"lastseat.run/1\"");
    write_file("load/run.json", "{\"schema\": \"lastseat.run/1\", \"tool\": {}, \"environment\": {}, \"command\": [],"
                                " \"scenarios\": {}, \"cells\": []}");
    assert_load("load", EXIT_USAGE, "damaged: \"scenarios\" is missing or of a wrong type");
    assert_int_equal(unlink("load/run.json"), 0);
    assert_int_equal(mkdir("load/run.json", 0700), 0);
    assert_load("load", EXIT_ERROR, "load/run.json: cannot be read");
}

static int load_as_nobody(void *dir)
{
    json_t *run;

    return child_as_nobody() == 0 ? results_load(&run, dir) : 99;
}

static void test_load_unreadable(void **state)
{
    (void)state;
    assert_int_equal(mkdir("secret", 0755), 0);
    write_file("secret/run.json", "{}");
    assert_int_equal(chmod("secret/run.json", 0), 0);
    assert_int_equal(chmod(".", 0755), 0);
    capture_begin();
    assert_int_equal(child_run(load_as_nobody, (char *)"secret"), EXIT_ERROR);
    assert_one_line("secret/run.json: cannot be read: Permission denied");
}

static int enter_scratch(void **state)
{
    (void)state;
    if (mkdtemp(scratch) == NULL || chdir(scratch) != 0)
        return -1;
    return 0;
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
        cmocka_unit_test(test_load_refuses),
        cmocka_unit_test(test_load_unreadable),
    };

    return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
