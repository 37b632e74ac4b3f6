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
#include "harness/report/figure.h"
#include "harness/report/report.h"
#include "harness/report/styles.h"
#include "harness/report/view.h"
#include "tests/support/text.h"

static json_t *load(const char *fixture)
{
    char path[200];
    json_t *run;

    snprintf(path, sizeof path, "tests/fixtures/report/%s/run.json", fixture);
    run = json_load_file(path, 0, NULL);
    assert_non_null(run);
    return run;
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

/* Who sold out in two of six trials has the time of two. */
static void test_a_number_of_fewer_trials_says_so(void **state)
{
    json_t *run = load("rush"), *summary = json_object_get(json_array_get(json_object_get(run, "cells"), 2), "summary");
    char *text = page(run);

    (void)state;
    assert_lacks(text, "(n = 2)");
    free(text);
    json_object_set_new(summary, "sold_out_ns",
                        json_pack("{s:i, s:[i, i], s:i, s:i, s:i}", "median", 4420000, "ci95", 3860000, 4980000, "min",
                                  3860000, "max", 4980000, "n", 2));
    text = page(run);
    assert_has(text, "| 4.42 [3.86..4.98] (n = 2) |");
    assert_has(text, "Medians over n trials, or over fewer where it says (n = ...): those that have the number.");
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

/* ---- sweeps of several keys -------------------------------------------------------------------------------------- */

/* A cell like `as`, of this variant, at this point (stolen). */
static void add_cell(json_t *cells, const json_t *as, const char *variant, json_t *sweep)
{
    json_t *cell = json_deep_copy(as);
    char id[40];

    snprintf(id, sizeof id, "cell-%zu", json_array_size(cells));
    json_object_set_new(cell, "id", json_string(id));
    json_object_set_new(cell, "variant", json_string(variant));
    json_object_set_new(cell, "sweep", sweep);
    json_array_append_new(cells, cell);
}

#define USERS    "load.users"
#define ATTEMPTS "strategy.optimistic.retry.attempts"

/* As many trials again, in blocks of their own: enough to test. */
static void double_trials(json_t *cell)
{
    json_t *trials = json_object_get(cell, "trials");
    size_t n = json_array_size(trials);

    for (size_t i = 0; i < n; i++) {
        json_t *trial = json_deep_copy(json_array_get(trials, i));

        json_object_set_new(trial, "block", json_integer((json_int_t)(n + i)));
        json_array_append_new(trials, trial);
    }
}

/* Of the fixture's atomic at 2000 users: with `users`, two numbers of them; one variant has a key of its own. */
static json_t *sweep_run(bool users)
{
    static const char *const crowds[] = { "10", "50" }, *const tries[] = { "1", "3" };
    json_t *run = load("sweep"), *cells = json_array();
    json_t *as = json_deep_copy(json_array_get(json_object_get(run, "cells"), 11));

    double_trials(as);
    for (size_t u = 0; u < (users ? 2 : 1); u++) {
        json_t *point = users ? json_pack("{s:s}", USERS, crowds[u]) : json_object();

        add_cell(cells, as, "atomic", json_copy(point));
        for (size_t t = 0; t < 2; t++) {
            json_t *own = json_copy(point);

            json_object_set_new(own, ATTEMPTS, json_string(tries[t]));
            add_cell(cells, as, "optimistic", own);
        }
        json_decref(point);
    }
    json_decref(as);
    json_object_set_new(run, "cells", cells);
    return run;
}

static void note_rank(void *arg, enum closing_kind kind, const char *text)
{
    if (kind == CLOSING_RANK)
        fprintf(arg, "%s\n", text);
}

/* The ranking sentences; caller frees. */
static char *ranks(const json_t *run)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    assert_int_equal(closing_say(run, "sweep-users", "sqlite", note_rank, out), 0);
    fclose(out);
    return text;
}

/* Every column can be told from the others. */
static void test_points_of_several_keys(void **state)
{
    json_t *run = sweep_run(true);
    char *text = table(run);

    (void)state;
    assert_has(text, "(1)  (2)  (3)  (4)  (5)  (6)  verdict\n");
    assert_has(text, "\n (1) users=10\n (2) users=10, attempts=1\n (3) users=10, attempts=3\n (4) users=50\n");
    assert_lacks(text, "users=10, at ");
    free(text);
    json_decref(run);
    run = sweep_run(false);
    text = table(run);
    assert_has(text, " attempts ");
    assert_has(text, " as is    1    3  verdict\n");
    free(text);
    json_decref(run);
}

/* A variant with a key of its own is ranked at that key's last value, beside those that do not have the key. */
static void test_a_key_of_ones_own_is_ranked(void **state)
{
    for (int users = 0; users < 2; users++) {
        json_t *run = sweep_run(users);
        char *text = ranks(run);

        assert_has(text, users ? " at users=50, attempts=3: " : " at attempts=3: ");
        assert_has(text, "atomic");
        assert_has(text, "optimistic");
        free(text);
        text = page(run);
        assert_has(text, users ? "` at users=50, attempts=3:\n" : "` at attempts=3:\n");
        assert_has(text, "| atomic | optimistic | 6 |");
        free(text);
        json_decref(run);
    }
    (void)state;
}

/* What is swept is no heading's one value: every durability that ran is said, and that the scenario's line has the
 * first of each key. */
static void test_swept_settings_are_all_said(void **state)
{
    json_t *run = load("sweep"), *cell;
    char *text;
    size_t i;

    (void)state;
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        json_object_set_new(cell, "durability", json_string(i < 4 ? "full" : i < 8 ? "async" : "off"));
    }
    text = table(run);
    assert_has(text, "\nsqlite 3.40.1, WAL, durability full/async/off\n");
    free(text);
    text = page(run);
    assert_has(text, "### sqlite 3.40.1, WAL, durability full/async/off\n");
    assert_has(text, ". Swept (before this with the first value): load.users = 50, 200, 2000.\n");
    free(text);
    json_decref(run);
    run = load("rush");
    text = page(run);
    assert_lacks(text, "Swept");
    free(text);
    json_decref(run);
}

/* Where the floor alone ran there is no cell to count. */
static void test_floor_alone(void **state)
{
    json_t *run = load("rush"), *cells = json_object_get(run, "cells");
    char *text;

    (void)state;
    while (json_array_size(cells) > 1)
        json_array_remove(cells, 1);
    text = table(run);
    assert_has(text, "): 6 trials, seed 42");
    free(text);
    json_decref(run);
}

/* Lines of one colour, of a strategy's variants or of rogues, which are more than there are colours: dashes differ. */
static void test_equal_colours_are_dashed_apart(void **state)
{
    json_t *run = load("rush"), *cells = json_object_get(run, "cells");
    const json_t *cell[] = { json_array_get(cells, 1), json_array_get(cells, 2), json_array_get(cells, 3) };
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct figure f = { .run = run, .cell = cell, .n = 3, .variants = 3, .variables = out };

    (void)state;
    assert_non_null(out);
    json_object_set(json_array_get(cells, 3), "colour", json_object_get(cell[0], "colour"));
    styles_say(&f);
    fclose(out);
    assert_has(text, "dashes='1 1 2 '");
    free(text);
    json_decref(run);
}

/* Those who look on read, and bookings are given back by writes: neither is in the statements of a request. */
static void test_reads_are_those_of_requests(void **state)
{
    json_t *run = load("rush"), *trial, *of = json_array_get(json_object_get(run, "cells"), 1);
    const json_t *cell = of;
    char *text, *unused;
    size_t size, i;
    FILE *data = open_memstream(&text, &size), *variables = open_memstream(&unused, &size);
    struct figure f = { .run = run, .cell = &cell, .n = 1, .variants = 1, .data = data, .variables = variables };

    (void)state;
    assert_non_null(data);
    assert_non_null(variables);
    f.kind = PICTURE_STATEMENTS;
    json_object_set_new(json_object_get(of, "summary"), "statements_per_request",
                        json_pack("{s:f, s:f, s:f}", "median", 3.0, "min", 3.0, "max", 3.0));
    json_array_foreach(json_object_get(of, "trials"), i, trial)
    {
        json_object_set_new(trial, "ops",
                            json_pack("{s:i, s:i, s:i}", "statements", 1030, "reads", 800, "writes", 230));
        json_object_set_new(trial, "browses", json_pack("{s:i}", "statements", 700));
        json_object_set_new(trial, "cancels", json_pack("{s:i}", "statements", 30));
    }
    assert_int_equal(figure_write(&f), 0);
    fclose(data);
    fclose(variables);
    assert_has(text, "\"3.00 = 1.00 read + 2.00 written\"");
    free(text);
    free(unused);
    json_decref(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_what_was_measured),
        cmocka_unit_test(test_a_number_of_fewer_trials_says_so),
        cmocka_unit_test(test_more_than_asked),
        cmocka_unit_test(test_skipped_is_not_counted),
        cmocka_unit_test(test_floor_alone),
        cmocka_unit_test(test_points_of_several_keys),
        cmocka_unit_test(test_a_key_of_ones_own_is_ranked),
        cmocka_unit_test(test_swept_settings_are_all_said),
        cmocka_unit_test(test_equal_colours_are_dashed_apart),
        cmocka_unit_test(test_reads_are_those_of_requests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
