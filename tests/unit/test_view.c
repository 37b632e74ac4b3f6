/* What a report says of runs that were cut short, went on longer than asked, or sweep several keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/report/closing.h"
#include "harness/report/report.h"
#include "harness/report/view.h"

static json_t *load(const char *fixture)
{
    char path[200];
    json_t *run;

    snprintf(path, sizeof path, "tests/fixtures/report/%s/run.json", fixture);
    run = json_load_file(path, 0, NULL);
    assert_non_null(run);
    return run;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is missing in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("'%s' should not be in:\n%s", part, text);
}

/* The terminal's table; caller frees. */
static char *table(const json_t *run)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    report_table(run, out, false);
    fclose(out);
    return text;
}

/* report.md; caller frees. */
static char *page(const json_t *run)
{
    char folder[] = "/tmp/lastseat-test-view-XXXXXX", path[100], command[100];
    char *text = calloc(1, 1 << 20);
    FILE *in;

    assert_non_null(text);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(report_pages(run, folder), EXIT_OK);
    snprintf(path, sizeof path, "%s/report.md", folder);
    assert_non_null(in = fopen(path, "r"));
    assert_true(fread(text, 1, (1 << 20) - 1, in) > 0);
    fclose(in);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
    return text;
}

/* ---- how many trials --------------------------------------------------------------------------------------------- */

static void set_asked(json_t *run, int trials)
{
    json_object_set_new(json_array_get(json_object_get(run, "scenarios"), 0), "trials", json_integer(trials));
}

/* Leaves `n` trials in every cell of SQLite but the first, and `first` in that. */
static void keep_trials(json_t *run, size_t first, size_t n)
{
    json_t *cell;
    size_t i, left = first;

    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        json_t *trials = json_object_get(cell, "trials");

        if (strcmp(view_text(cell, "db"), "sqlite") != 0)
            continue;
        while (json_array_size(trials) > left)
            json_array_remove(trials, json_array_size(trials) - 1);
        left = n;
    }
}

/* What was measured is said, not what was asked for. */
static void test_says_what_was_measured(void **state)
{
    json_t *run = load("rush");
    char *text;

    (void)state;
    set_asked(run, 40);
    keep_trials(run, 4, 3);
    text = page(run);
    assert_has(text, ", on sqlite** (n = 3 to 4 of 40)");
    assert_has(text, ", on postgres** (n = 6 of 40)");
    assert_has(text, ", n = 3 to 6 of 40 trials");
    free(text);
    text = table(run);
    assert_has(text, "): 3 to 6 of 40 trials, seed 42");
    free(text);
    keep_trials(run, 0, 0);
    text = page(run);
    assert_has(text, ", on sqlite** (n = 0 of 40)");
    free(text);
    json_decref(run);
}

/* A precision asked for more blocks. */
static void test_more_than_asked(void **state)
{
    json_t *run = load("rush");
    char *text;

    (void)state;
    set_asked(run, 2);
    text = page(run);
    assert_has(text, ", on sqlite** (n = 6)");
    assert_has(text, ", n = 6 trials");
    free(text);
    text = table(run);
    assert_has(text, "): 6 trials, seed 42");
    free(text);
    json_decref(run);
    run = load("demo");
    text = table(run);
    assert_has(text, "): 1 trial, seed");
    free(text);
    json_decref(run);
}

/* A cell that was skipped was never to run. */
static void test_skipped_is_not_counted(void **state)
{
    json_t *run = load("rush"), *cell = json_array_get(json_object_get(run, "cells"), 1);
    char *text;

    (void)state;
    json_object_set_new(cell, "verdict", json_string("skipped"));
    json_array_clear(json_object_get(cell, "trials"));
    text = page(run);
    assert_has(text, ", on sqlite** (n = 6)");
    assert_lacks(text, "(n = 0");
    free(text);
    json_decref(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_what_was_measured),
        cmocka_unit_test(test_more_than_asked),
        cmocka_unit_test(test_skipped_is_not_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
