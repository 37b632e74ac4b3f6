#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/report/closing.h"
#include "harness/report/gnuplot.h"
#include "harness/report/grid.h"
#include "harness/report/number.h"
#include "harness/report/picture.h"
#include "harness/report/report.h"
#include "harness/report/sheet.h"
#include "harness/report/view.h"
#include "harness/report/wrap.h"
#include "tests/support/text.h"

#define FIXTURES "tests/fixtures/report/"
#define RUSH     "rush-1000x10"

static json_t *load(const char *name)
{
    char path[200];
    json_error_t error;
    json_t *run;

    snprintf(path, sizeof path, FIXTURES "%s/run.json", name);
    run = json_load_file(path, 0, &error);
    if (run == NULL)
        fail_msg("%s: %s", path, error.text);
    return run;
}

static json_t *cell_of(json_t *run, const char *id)
{
    json_t *cell;
    size_t i;

    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        if (strcmp(view_text(cell, "id"), id) == 0)
            return cell;
    }
    fail_msg("no cell %s", id);
    return NULL;
}

/* The table of a run; caller frees. */
static char *table(const json_t *run, bool colour)
{
    static char *text;
    static size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    report_table(run, out, colour);
    fclose(out);
    return text;
}

static void set_metric(json_t *run, const char *variant, const char *metric, double median, double lo, double hi)
{
    char id[100];

    snprintf(id, sizeof id, RUSH "/sqlite/%s", variant);
    json_object_set_new(
        json_object_get(cell_of(run, id), "summary"), metric,
        json_pack("{s:f, s:[f, f], s:f, s:f, s:i}", "median", median, "ci95", lo, hi, "min", lo, "max", hi, "n", 10));
}

static ptrdiff_t place_of(const char *text, const char *part)
{
    assert_has(text, part);
    return strstr(text, part) - text;
}

static void assert_narrow(const char *text)
{
    char line[512];

    while (*text != '\0') {
        size_t n = strcspn(text, "\n");

        assert_true(n < sizeof line);
        memcpy(line, text, n);
        line[n] = '\0';
        if (wrap_width(line) > WRAP_COLUMNS)
            fail_msg("%zu columns: %s", wrap_width(line), line);
        if (n > 0 && line[n - 1] == ' ')
            fail_msg("ends in a blank: '%s'", line);
        text += n + (text[n] == '\n');
    }
}

/* Every sentence of closing_say(), one per line behind its kind. */
static void note_sentence(void *arg, enum closing_kind kind, const char *text)
{
    fprintf(arg, "%d %s\n", (int)kind, text);
}

static char *closing(const json_t *run, const char *scenario, const char *db)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    assert_int_equal(closing_say(run, scenario, db, note_sentence, out), 0);
    fclose(out);
    return text;
}

/* What is said on stderr meanwhile. */
static int saved_stderr;
static void listen_start(void)
{
    int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);

    assert_true(fd >= 0);
    saved_stderr = dup(STDERR_FILENO);
    dup2(fd, STDERR_FILENO);
    close(fd);
}

static void listen_stop(char *said, size_t size)
{
    ssize_t n = pread(STDERR_FILENO, said, size - 1, 0);

    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    assert_true(n >= 0);
    said[n] = '\0';
}

/* A folder of the test's own, with the csv files of a fixture. */
static char folder[64];
static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/lastseat-test-report-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void copy_csv(const char *fixture)
{
    char command[300];

    snprintf(command, sizeof command, "cp " FIXTURES "%s/*.csv %s/", fixture, folder);
    assert_int_equal(system(command), 0);
}

static long size_of(const char *name)
{
    char path[300];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return stat(path, &st) == 0 ? (long)st.st_size : -1;
}

static char *read_file(const char *name)
{
    char path[300], *text;
    FILE *in;
    size_t n;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    in = fopen(path, "r");
    assert_non_null(in);
    text = calloc(1, (size_t)size_of(name) + 1);
    assert_non_null(text);
    n = fread(text, 1, (size_t)size_of(name), in);
    text[n] = '\0';
    fclose(in);
    return text;
}

static void test_numbers(void **state)
{
    static const struct {
        double value;
        const char *text;
    } reals[] = { { 0, "0" },        { 0.00001, "<.0001" }, { 0.0213, "0.0213" }, { 0.5, "0.500" },
                  { 9.999, "10.0" }, { 45.61, "45.6" },     { 1234, "1230" },     { 99949, "99900" },
                  { 99950, "100k" }, { 999499, "999k" },    { 999500, "1.00M" },  { 4.56e6, "4.56M" },
                  { 2.5e9, "2.50G" } };
    char out[NUMBER_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) {
        assert_string_equal(number_real(out, reals[i].value), reals[i].text);
        assert_true(strlen(out) <= 6);
    }
    assert_string_equal(number_real(out, NAN), "-");
    assert_string_equal(number_real(out, INFINITY), "inf");
    assert_string_equal(number_real(out, -INFINITY), "-inf");
    assert_string_equal(number_ms(out, 1234567), "1.23");
    assert_string_equal(number_ms(out, NAN), "-");
    assert_string_equal(number_count(out, 12345), "12345");
    assert_string_equal(number_count(out, 21.5), "21.5");
    assert_string_equal(number_count(out, 123456), "123k");
    assert_string_equal(number_count(out, NAN), "-");
    assert_string_equal(number_count(out, INFINITY), "inf");
    assert_string_equal(number_bytes(out, 812), "812 B");
    assert_string_equal(number_bytes(out, 34.5e6), "34.5 MB");
    assert_string_equal(number_bytes(out, NAN), "-");
    assert_string_equal(number_bytes(out, INFINITY), "inf");
    assert_string_equal(number_duration(out, 850), "850 ns");
    assert_string_equal(number_duration(out, 1.2e9), "1.20 s");
    assert_string_equal(number_duration(out, INFINITY), "inf");
    assert_string_equal(number_grouped(out, 1000000), "1,000,000");
    assert_string_equal(number_grouped(out, -123), "-123");
    assert_string_equal(number_grouped(out, 7), "7");
}

static void test_wrap(void **state)
{
    char *text, word[251];
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_non_null(out);
    memset(word, 'x', 250);
    word[250] = '\0';
    wrap_print(out, 2, 4, "<", ">", "short\nline");
    wrap_print(out, 0, 4, "", "", word);
    wrap_print(out, 0, 0, "", "", "");
    fclose(out);
    assert_has(text, "  <short line>\n");
    assert_narrow(text);
    assert_int_equal(size, strlen("  <short line>\n") + 101 + 4 + 97 + 4 + 55 + 1);
    free(text);
    assert_int_equal(wrap_width("Übü"), 3);
}

/* Text of `n` characters of these bytes each, cut to `columns`. */
static void assert_cut(const char *character, size_t n, size_t columns, size_t kept)
{
    char text[400] = "", expected[400] = "";

    for (size_t i = 0; i < n; i++)
        strcat(text, character);
    for (size_t i = 0; i < kept; i++)
        strcat(expected, character);
    strcat(expected, kept < n ? "..." : "");
    wrap_shorten(text, columns);
    assert_string_equal(text, expected);
}

/* What is cut is cut between characters, and what fits is left alone. */
static void test_shorten(void **state)
{
    static const char *const characters[] = { "x", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x8e\xab" };

    (void)state;
    for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++) {
        assert_cut(characters[i], 0, 10, 0);
        assert_cut(characters[i], 9, 10, 9);
        assert_cut(characters[i], 10, 10, 10);
        assert_cut(characters[i], 11, 10, 7);
        assert_cut(characters[i], 50, 10, 7);
        for (size_t bytes = 0; bytes < 9; bytes++)
            assert_int_equal(wrap_whole(characters[i], bytes),
                             bytes < strlen(characters[i]) ? 0 : strlen(characters[i]));
    }
    assert_int_equal(wrap_whole("a\xc3\xbc"
                                "b",
                                2),
                     1);
    assert_int_equal(wrap_whole("a\xc3\xbc"
                                "b",
                                3),
                     3);
}

static void test_grid_long_name(void **state)
{
    struct grid grid = { .columns = 2, .name_head = "variant", .plain = "" };
    struct grid_row *row;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_non_null(out);
    snprintf(grid.head[1][0], GRID_TEXT, "sold");
    for (int i = 0; i < 40; i++) { /* grows */
        row = grid_add(&grid);
        assert_non_null(row);
        snprintf(row->name, sizeof row->name, "v%d", i);
        snprintf(row->text[0], GRID_TEXT, "%d", i);
    }
    memset(grid.row[1].name, 'n', 120);
    assert_true(grid_width(&grid, out) > WRAP_COLUMNS);
    grid_print(&grid, out);
    fclose(out);
    grid_clear(&grid);
    assert_int_equal(grid.n, 0);
    assert_has(text, "nnn\n  "); /* alone on its line, its numbers below */
    free(text);
}

static void test_table(void **state)
{
    json_t *run = load("rush");
    char *text = table(run, false);

    (void)state;
    assert_narrow(text);
    assert_has(text, "fixture: 1000 users rush 10 seats (rush-1000x10): 6 trials, seed 42\n");
    assert_has(text, "\nsqlite 3.40.1, WAL, durability full\n");
    assert_has(text, "\npostgres 15.14, durability full\n");
    assert_has(text, "\n variant     sold sold sold p50 ms");
    assert_true(place_of(text, "\n pessimistic ") < place_of(text, "\n queue "));
    assert_true(place_of(text, "\n queue ") < place_of(text, "\n null ")); /* the floor comes last */
    assert_has(text, " oversells\n");
    assert_has(text, " floor\n");
    assert_has(text, " ~1.28 "); /* merged */
    assert_has(text, "~ from all trials merged");
    assert_lacks(text, "\033");
    free(text);
    json_decref(run);
}

/* "0.0170" would push the longest name onto a line of its own. */
static void test_table_makes_room(void **state)
{
    json_t *run = load("rush");
    char *text;

    (void)state;
    set_metric(run, "optimistic", "retries_per_request", 0.01701, 0.01, 0.02);
    text = table(run, false);
    assert_narrow(text);
    assert_has(text, " 0.017 ");
    assert_has(text, "\n pessimistic   10 ");
    free(text);

    /* With room to spare the range of oversold is shown. */
    json_decref(run);
    run = load("demo");
    json_object_set_new(
        json_object_get(cell_of(run, "small-15x5/sqlite/naive"), "summary"), "oversold",
        json_pack("{s:i, s:[i, i], s:i, s:i, s:i}", "median", 9, "ci95", 8, 10, "min", 8, "max", 10, "n", 3));
    json_object_set_new(cell_of(run, "small-15x5/sqlite/pessimistic"), "variant", json_string("p"));
    text = table(run, false);
    assert_has(text, " 9 [8..10] ");
    assert_narrow(text);
    free(text);
    json_decref(run);
}

static void test_colour_never_alone(void **state)
{
    json_t *run = load("rush");
    char *plain = table(run, false), *coloured = table(run, true), *to = coloured;

    (void)state;
    assert_has(coloured, "\033[1;31moversells\033[0m");
    assert_has(coloured, "\033[32mholds\033[0m");
    assert_has(coloured, "\033[2mnull");
    for (const char *from = coloured; *from != '\0'; from++) {
        if (*from == '\033')
            from += strcspn(from, "m");
        else
            *to++ = *from;
    }
    *to = '\0';
    assert_string_equal(coloured, plain);
    free(plain);
    free(coloured);
    json_decref(run);
}

static void test_demo_says_why(void **state)
{
    json_t *run = load("demo");
    char *text = table(run, false);

    (void)state;
    assert_narrow(text);
    assert_has(text, "naive oversold in its only trial (10 seats over): the scenario shows the race.");
    assert_has(text, "Why naive oversold: two users look before either has written");
    assert_has(text, "Why pessimistic held: never oversells, and sells out: whoever waits");
    assert_lacks(text, "Holds with any number"); /* one sentence */
    assert_has(text, "Held in the only trial, which bounds nothing yet");
    assert_lacks(text, "fastest"); /* one that holds: nobody to rank */
    free(text);
    json_decref(run);
}

static void test_sweep_table(void **state)
{
    json_t *run = load("sweep"), *naive = cell_of(run, "sweep-users/sqlite/naive,users=200");
    char *text;

    (void)state;
    json_object_set_new(naive, "flags", json_pack("[s]", "proved_nothing"));
    json_object_set_new(naive, "verdict", json_string("holds"));
    json_object_set_new(naive, "trials", json_pack("[{s:b}]", "void", 0));
    text = table(run, false);
    assert_narrow(text);
    assert_has(text, "users");
    assert_has(text, " all p99 ms      50  200   2000  verdict\n");
    assert_has(text, "68.8!  oversells\n");
    assert_has(text, "!  not held at this point");
    assert_has(text, " null ");
    assert_has(text, "naive oversold at 2 of 3 points (in 6 of 7 trials): the scenario shows the race there.");
    assert_has(text, "naive did not oversell on sqlite at users=200 in any trial (0 of 1)");
    assert_has(text, "Refused fastest at users=2000: atomic");
    assert_has(text, "3\n     trials cannot tell them apart"); /* no interval from three */
    assert_lacks(text, "Why ");
    free(text);
    json_decref(run);
}

/* What a sweep's table cannot show stands below it, as below any other. */
static void test_sweep_notes(void **state)
{
    json_t *run = load("sweep"), *cell = cell_of(run, "sweep-users/sqlite/atomic,users=200");
    char *text;
    size_t i;

    (void)state;
    json_object_set_new(cell, "flags", json_pack("[s]", "void_trials"));
    json_object_set_new(json_array_get(json_object_get(cell, "trials"), 0), "void", json_true());
    cell = cell_of(run, "sweep-users/sqlite/naive,users=50");
    json_object_set_new(cell, "verdict", json_string("skipped"));
    json_object_set_new(cell, "reason", json_string("no room"));
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        if (strcmp(view_text(cell, "variant"), "pessimistic") != 0)
            continue;
        json_object_set_new(cell, "verdict", json_string("skipped"));
        json_object_set_new(cell, "reason", json_string("needs row locks"));
        json_object_set_new(cell, "trials", json_array());
        json_object_set_new(cell, "summary", json_object());
    }
    text = table(run, false);
    assert_has(text, "\n pessimistic  SKIP: needs row locks\n");
    assert_has(text, "\n naive, users=50  SKIP: no room\n");
    assert_has(text, "\n atomic, users=200: 1 of 3 trials are void\n");
    assert_lacks(text, "skipped");
    *strstr(text, "SKIP: needs") = '\0';
    assert_lacks(text, "\n pessimistic   ");
    free(text);
    json_decref(run);
}

static void test_skipped(void **state)
{
    json_t *run = load("rush"), *cell;
    char *text;
    size_t i;

    (void)state;
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        if (strcmp(view_text(cell, "db"), "postgres") != 0 && strcmp(view_text(cell, "id"), RUSH "/sqlite/queue") != 0)
            continue;
        json_object_set_new(cell, "verdict", json_string("skipped"));
        json_object_set_new(cell, "reason", json_string("no server found"));
        json_object_set_new(cell, "trials", json_array());
        json_object_set_new(cell, "summary", json_object());
    }
    text = table(run, false);
    assert_has(text, "\npostgres  SKIP: no server found\n");
    assert_has(text, "\n queue  SKIP: no server found\n");
    assert_lacks(text, "durability full\n\n naive on postgres");
    free(text);
    text = closing(run, RUSH, "sqlite");
    assert_has(text, "next atomic");
    free(text);
    json_decref(run);
}

static void test_notes_and_partial(void **state)
{
    json_t *run = load("rush"), *atomic = cell_of(run, RUSH "/sqlite/atomic");
    json_t *first = json_array_get(json_object_get(atomic, "trials"), 0);
    char *text;

    (void)state;
    json_object_set_new(run, "partial", json_true());
    json_object_set_new(atomic, "flags", json_pack("[s, s]", "errors", "void_trials"));
    json_object_set_new(json_object_get(json_array_get(json_object_get(atomic, "trials"), 1), "outcomes"), "gave_up",
                        json_integer(160)); /* in one trial of five: a median would not show it */
    json_object_set_new(first, "void", json_true());
    assert_int_equal(view_trials(atomic), 5);
    text = table(run, false);
    assert_has(text, "\n atomic: 3.20 % of all its requests ended in an error; 1 of 6 trials are void\n");
    assert_has(text, "Interrupted: this is what was measured until then.");
    assert_has(text, "0 of 5 trials each, rate below 3/5 = 60 %"); /* the fewest of any that holds */
    free(text);
    json_decref(run);
}

#define TRIALS 6

/* A number of every trial of a cell on SQLite, by its path: "system_ns.booked.max". */
static void set_values(json_t *run, const char *variant, const char *path, const double values[TRIALS])
{
    char id[100], key[32];
    json_t *trials;

    snprintf(id, sizeof id, RUSH "/sqlite/%s", variant);
    trials = json_object_get(cell_of(run, id), "trials");
    assert_int_equal(json_array_size(trials), TRIALS);
    for (size_t i = 0; i < TRIALS; i++) {
        json_t *at = json_array_get(trials, i);
        const char *rest = path, *dot;

        while ((dot = strchr(rest, '.')) != NULL) {
            snprintf(key, sizeof key, "%.*s", (int)(dot - rest), rest);
            at = json_object_get(at, key);
            rest = dot + 1;
        }
        assert_int_equal(json_object_set_new(at, rest, json_real(values[i])), 0);
    }
}

static void test_ranking(void **state)
{
    json_t *run = load("rush");
    char *text;

    (void)state;
    set_values(run, "admission", "system_ns.booked.max", (const double[TRIALS]){ 2e6, 2e6, 2e6, 2e6, 2e6, 2e6 });
    set_values(run, "queue", "system_ns.booked.max",
               (const double[TRIALS]){ 1.8e6, 2.3e6, 1.9e6, 2.4e6, 2.1e6, 2.1e6 });
    set_values(run, "atomic", "system_ns.booked.max",
               (const double[TRIALS]){ 2.04e6, 2.04e6, 2.04e6, 2.04e6, 2.04e6, 2.04e6 });
    set_metric(run, "admission", "buyers_max_ns", 2e6, 2e6, 2e6);
    set_metric(run, "queue", "buyers_max_ns", 2.1e6, 1.8e6, 2.4e6);
    set_metric(run, "atomic", "buyers_max_ns", 2.04e6, 2.04e6, 2.04e6);
    set_values(run, "queue", "ops.statements", (const double[TRIALS]){ 20, 20, 20, 20, 20, 20 }); /* a tie */
    set_metric(run, "queue", "statements_per_request", 0.02, 0.02, 0.02);
    text = closing(run, RUSH, "sqlite");
    assert_has(text,
               "Served buyers fastest: admission (last one after 2.00 ms, n = 6); no difference shown: queue (2.10, "
               "1.05x [0.92..1.17]); practically equal: atomic (2.04, 1.02x [1.02..1.02]); next optimistic (24.0, "
               "11.98x [11.88..12.06]).");
    assert_has(text, "Asked least of the database: queue (0.0200 statements per request, n = 6); practically equal: "
                     "admission (0.0200, 1.00x [1.00..1.00]); next ");
    assert_lacks(text, "fastest: naive"); /* it is quick, and wrong */
    free(text);

    /* A percentile every trial has is preferred. */
    for (size_t i = 0; i < 5; i++)
        set_metric(run, (const char *const[]){ "pessimistic", "optimistic", "atomic", "admission", "queue" }[i],
                   "buyers_p50_ns", 1e6 * (double)(i + 1), 1e6 * (double)(i + 1), 1e6 * (double)(i + 1));
    text = closing(run, RUSH, "sqlite");
    assert_has(text, "Served buyers fastest: pessimistic (p50 1.00 ms, n = 10); next optimistic (2.00).");
    free(text);
    json_decref(run);
}

static void test_ranking_of_merged(void **state)
{
    static const char *const variants[] = { "pessimistic", "optimistic", "atomic", "admission", "queue" };
    json_t *run = load("rush");
    char *text, id[100];

    (void)state;
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        snprintf(id, sizeof id, RUSH "/sqlite/%s", variants[i]);
        json_object_del(json_object_get(cell_of(run, id), "summary"), "refused_p50_ns");
    }
    text = closing(run, RUSH, "sqlite");
    assert_has(text,
               "Refused fastest: admission (p99 ~4.99 ms), then queue (~11.8); merged over trials, so the order is "
               "not tested.");
    free(text);
    json_decref(run);
}

static void test_near_floor(void **state)
{
    json_t *run = load("rush");
    json_t *queue = cell_of(run, RUSH "/sqlite/queue");
    char *text = closing(run, RUSH, "sqlite");

    (void)state;
    assert_has(text,
               "Refused fastest: admission (p50 1.71 ms, n = 6); next queue"); /* one near the floor is not enough */
    free(text);
    json_object_set_new(queue, "flags", json_pack("[s]", "near_floor"));
    text = closing(run, RUSH, "sqlite");
    assert_has(text,
               "Refused fastest: too fast to tell apart here: admission (1.71 ms), queue (4.38 ms); doing nothing "
               "takes 1.17 ms (p50).");
    free(text);
    json_decref(run);
}

static void test_control_that_proved_nothing(void **state)
{
    json_t *run = load("rush"), *naive = cell_of(run, RUSH "/sqlite/naive"), *trial;
    char *text;
    size_t i;

    (void)state;
    set_metric(run, "naive", "oversold", 0, 0, 0);
    json_array_foreach(json_object_get(naive, "trials"), i, trial)
    {
        json_object_set_new(json_object_get(trial, "audit"), "oversold", json_integer(0));
    }
    text = closing(run, RUSH, "sqlite");
    assert_has(text, "1 naive oversold in 0 of 6 trials, as no more was asked for than there is.");
    free(text);
    json_object_set_new(naive, "flags", json_pack("[s]", "proved_nothing"));
    text = closing(run, RUSH, "sqlite");
    assert_has(text, "2 naive did not oversell on sqlite in any trial (0 of 6): this scenario proved nothing there;");
    assert_has(text, "load.users");
    assert_has(text, "checkout.time");
    free(text);
    json_decref(run);
}

static void test_broken_promise(void **state)
{
    json_t *run = load("rush"), *atomic = cell_of(run, RUSH "/sqlite/atomic");
    char *text;

    (void)state;
    assert_false(view_broken(atomic));
    assert_false(view_broken(cell_of(run, RUSH "/sqlite/naive"))); /* it promises nothing */
    json_object_set_new(atomic, "verdict", json_string("oversells"));
    json_object_set_new(atomic, "reason", json_string("oversold up to 1 seat in 1 of 6 trials"));
    set_metric(run, "atomic", "oversold", 0, 0, 1); /* once is enough, whatever the median */
    assert_true(view_broken(atomic));
    text = closing(run, RUSH, "sqlite");
    assert_int_equal(
        strncmp(text, "0 BROKEN PROMISE: atomic on sqlite oversells: oversold up to 1 seat in 1 of 6 trials", 84), 0);
    free(text);
    text = table(run, true);
    assert_has(text, "\033[1;31mBROKEN PROMISE");
    free(text);

    /* Not promised here: said, and not ranked. */
    json_object_set_new(atomic, "promises", json_array());
    assert_false(view_broken(atomic));
    text = closing(run, RUSH, "sqlite");
    assert_lacks(text, "BROKEN");
    assert_has(text, "Not ranked: atomic (oversells): oversold up to 1 seat");
    free(text);

    /* To lose a booking needs no promise. */
    set_metric(run, "atomic", "lost", 0, 0, 1);
    assert_true(view_broken(atomic));
    json_decref(run);
}

/* What proves it may be in no summary: the run says itself what was broken, and a void trial's rows are shown. */
static void test_broken_by_a_void_trial(void **state)
{
    json_t *run = load("rush"), *atomic = cell_of(run, RUSH "/sqlite/atomic");
    json_t *trial = json_array_get(json_object_get(atomic, "trials"), 2), *audit = json_object_get(trial, "audit");
    char *text;

    (void)state;
    json_object_set_new(atomic, "broken", json_true());
    json_object_set_new(atomic, "verdict", json_string("loses"));
    json_object_set_new(atomic, "reason", json_string("invalid in 1 of 6 trials: the database is damaged"));
    text = closing(run, RUSH, "sqlite");
    assert_has(text, "0 BROKEN PROMISE: atomic on sqlite loses: invalid in 1 of 6 trials: the database is damaged");
    assert_lacks(text, "Not ranked: atomic");
    free(text);
    json_object_set_new(atomic, "broken", json_false());
    assert_false(view_broken(atomic));

    /* A run older than the key; unsold of a void trial proves nothing. */
    json_object_del(atomic, "broken");
    json_object_set_new(trial, "void", json_true());
    json_object_set_new(audit, "unsold", json_integer(2));
    assert_false(view_broken(atomic));
    json_object_set_new(audit, "oversold", json_integer(3));
    json_object_set_new(atomic, "verdict", json_string("oversells"));
    text = closing(run, RUSH, "sqlite");
    assert_has(text, "0 BROKEN PROMISE: atomic on sqlite oversells");
    free(text);
    assert_int_equal(report_pages(run, folder), EXIT_OK);
    text = read_file("report.md");
    assert_has(text, "; atomic oversold 3 (1 void) |");
    assert_has(text, "| atomic | 5 | 50 | 50 | 50 | 0 + 3 (1 void) | 0 |");
    free(text);
    json_decref(run);
}

static void test_rogue(void **state)
{
    json_t *run = load("rush"), *queue = cell_of(run, RUSH "/sqlite/queue");
    char *text;

    (void)state;
    json_object_set_new(queue, "traits", json_pack("[s]", "rogue"));
    json_object_set_new(queue, "verdict", json_string("loses"));
    json_object_set_new(queue, "reason", json_string("lost up to 2 confirmed bookings in 6 of 6 trials"));
    set_metric(run, "queue", "lost", 2, 2, 2);
    assert_false(view_broken(queue));
    text = closing(run, RUSH, "sqlite");
    assert_has(text, "queue, broken on purpose: lost up to 2 confirmed bookings");
    assert_lacks(text, "next queue");
    free(text);
    json_decref(run);
}

/* A report is made of any run: nothing here may be there. */
static void test_empty_runs(void **state)
{
    static const char *const texts[] = {
        "{}", "{\"scenarios\":[],\"cells\":[]}", "{\"scenarios\":[{\"name\":\"x\"}],\"cells\":[]}",
        "{\"scenarios\":[{\"name\":\"x\"}],\"cells\":[{\"id\":\"x/sqlite/a\",\"scenario\":\"x\",\"db\":\"sqlite\","
        "\"variant\":\"a\"}]}",
        "{\"scenarios\":[{\"name\":\"x\",\"sweep\":{\"load.users\":[\"1\"]}}],\"cells\":[{\"id\":\"x/sqlite/a\","
        "\"scenario\":\"x\",\"db\":\"sqlite\",\"variant\":\"a\",\"trials\":[{}]}]}"
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_t *run = json_loads(texts[i], 0, NULL);
        char *text;

        assert_non_null(run);
        text = table(run, true);
        assert_true(strlen(text) > 0);
        free(text);
        assert_int_equal(report_pages(run, folder), EXIT_OK);
        json_decref(run);
    }
}

static void test_markdown(void **state)
{
    json_t *run = load("rush");
    char *text;

    (void)state;
    json_array_append_new(json_object_get(run, "command"), json_string("--set"));
    json_array_append_new(json_object_get(run, "command"), json_string("scenario.title=it's | late"));
    json_object_set_new(json_array_get(json_object_get(run, "scenarios"), 0), "question",
                        json_string("who | what *now*?\nand why_not"));
    assert_int_equal(report_pages(run, folder), EXIT_OK);
    text = read_file("report.md");
    assert_has(text, "# lastseat: fixture: 1000 users rush 10 seats\n");
    assert_has(text, "## The answer\n");
    assert_has(text, "lastseat run rush-1000x10 --set 'scenario.title=it'\\''s | late'\n");
    assert_has(text, "who \\| what \\*now\\*? and why\\_not");
    assert_has(text, "git 1a2b3c4, seed 42");
    assert_has(text, "| fsync probe | median 612 us, p99 - (n = 312;");
    assert_has(text, "| naive | 6 | 24 [18..31] | 14 [8..21] | 0 |");
    assert_has(text, "| \\~1.28 |");
    assert_has(text, "| naive | 6 | 60 | 146 | 146 | 86 (6 of 6) |");
    /* p = 2 / C(12, 6), and ten times that for ten pairs, one of them not different. */
    assert_has(text, "| admission | queue | 6 | 2.391 [2.289..2.416] | different | 0.0022 | 0.022 | 1.00 |");
    assert_has(text, "| no difference shown | 0.7 | 0.7 | 0.58 |");
    assert_has(text, "| 7860 | stale 1860 |");
    assert_has(text, "| 20.0 us | 80.0 us | 48.0 MB | 16 | 1000 | 9.00 kB |");
    assert_has(text, "## What is not shown");
    assert_lacks(text, "![");
    free(text);
    json_decref(run);
}

/* ---- what users did besides -------------------------------------------------------------------------------------- */

static void set_trials(json_t *run, const char *variant, const char *key, json_t *value)
{
    char id[100];
    json_t *trial;
    size_t i;

    snprintf(id, sizeof id, RUSH "/sqlite/%s", variant);
    json_array_foreach(json_object_get(cell_of(run, id), "trials"), i, trial)
    {
        json_object_set(trial, key, value);
    }
    json_decref(value);
}

static void test_what_users_did_besides(void **state)
{
    json_t *run = load("rush"), *scenario = json_array_get(json_object_get(run, "scenarios"), 0);
    char *text;

    (void)state;
    text = table(run, false);
    assert_lacks(text, "besides");
    free(text);
    assert_int_equal(report_pages(run, folder), EXIT_OK);
    text = read_file("report.md");
    assert_lacks(text, "Besides");
    assert_lacks(text, "click twice");
    free(text);

    set_metric(run, "atomic", "cancels", 12, 10, 14);
    set_metric(run, "atomic", "released", 15, 12, 16);
    set_metric(run, "atomic", "cancel_p50_ns", 4.5e6, 4e6, 5e6);
    set_metric(run, "atomic", "browses", 900, 900, 900);
    set_metric(run, "atomic", "browse_p99_ns", 3e6, 2.9e6, 3.1e6);
    set_metric(run, "queue", "browse_p99_ns", 9e6, 8.9e6, 9.1e6);
    set_trials(run, "atomic", "repeats", json_integer(7));
    set_trials(run, "atomic", "cancels", json_pack("{s:i, s:i}", "failed", 2, "unknown", 1));
    json_object_set_new(scenario, "pick", json_string("zipf:1.1"));
    json_object_set_new(scenario, "patience", json_string("none"));
    json_object_set_new(scenario, "request_seats", json_string("1:60%, 2:40%"));
    json_object_set_new(scenario, "cancel", json_string("20%"));
    json_object_set_new(scenario, "cancel_after", json_string("exp:300ms"));
    json_object_set_new(scenario, "browsers", json_integer(4));
    json_object_set_new(scenario, "browse_every", json_string("5ms"));
    text = table(run, false);
    assert_narrow(text);
    assert_has(text, "besides");
    assert_has(text, "cancels");
    assert_lacks(text, "twice"); /* nobody was booked twice: no column */
    assert_has(text, "4.50");
    free(text);
    text = closing(run, RUSH, "sqlite");
    assert_has(text, "Let others look fastest: atomic (p99 3.00 ms, n = 10); next queue (9.00).");
    free(text);

    assert_int_equal(report_pages(run, folder), EXIT_OK);
    text = read_file("report.md");
    assert_has(text, "#### Besides\n");
    assert_has(text, "| atomic | 6 | 42 | - | 12 [10..14] | - | 12 | 6 | 4.50 [4.00..5.00] | - | 900 | - | - | 3.00 ");
    assert_has(text,
               ", events picked zipf:1.1, seats wanted 1:60%, 2:40%, 20% cancel after exp:300ms, 4 browsers that look "
               "every 5ms.\n");
    assert_lacks(text, "patience");
    free(text);
    json_decref(run);
}

/* ---- who was served before whom -----------------------------------------------------------------------------------
 */

static void set_audits(json_t *run, const char *variant, const char *key, int64_t value)
{
    char id[100];
    json_t *trial;
    size_t i;

    snprintf(id, sizeof id, RUSH "/sqlite/%s", variant);
    json_array_foreach(json_object_get(cell_of(run, id), "trials"), i, trial)
    {
        json_object_set_new(json_object_get(trial, "audit"), key, json_integer(value));
    }
}

static void test_fairness(void **state)
{
    json_t *run = load("rush");
    char *text;

    (void)state;
    assert_int_equal(report_pages(run, folder), EXIT_OK);
    text = read_file("report.md");
    assert_lacks(text, "Fairness"); /* an older run */
    free(text);

    set_metric(run, "queue", "order_index", 0.0005, 0, 0.001);
    set_metric(run, "optimistic", "order_index", 0.137, 0.125, 0.2);
    set_metric(run, "optimistic", "overtaken_most", 9, 8, 10);
    set_metric(run, "optimistic", "longest_wait_ns", 158e6, 117e6, 198e6);
    set_metric(run, "naive", "order_index", 0.9, 0.9, 0.9); /* a control is no example */
    set_trials(run, "queue", "fairness", json_pack("{s:i, s:i}", "inversions", 0, "starved", 0));
    assert_int_equal(report_pages(run, folder), EXIT_OK);
    text = read_file("report.md");
    assert_has(text, "#### Fairness\n\nqueue served in the order of arrival (order index 0.0005); optimistic let later "
                     "ones pass: a buyer had come after one who was refused in 13.7 % of the pairs.\n\n");
    assert_has(text, "| optimistic | 6 | 0.137 [0.125..0.200] | - | - | - | 9 [8..10] | - | 158 [117..198] |");
    free(text);

    set_metric(run, "optimistic", "order_index", 0.5, 0.4, 0.6);
    set_trials(run, "queue", "fairness", json_pack("{s:i, s:i}", "inversions", 2, "starved", 3));
    assert_int_equal(report_pages(run, folder), EXIT_OK);
    text = read_file("report.md");
    assert_has(text,
               "optimistic dealt seats out regardless of who had come first (order index 0.500). Some were refused "
               "and saw a seat go to one who asked only after they had their answer. Some used up their tries "
               "while seats were left for them.\n");
    assert_has(text, "| queue | 6 | 0.0005 [0..0.0010] | - | - | - | - | 12 | - | - | 18 | - |");
    free(text);
    json_decref(run);
}

/* ---- what probes saw -----------------------------------------------------------------------------------------------
 */

static void test_probes(void **state)
{
    json_t *run = load("rush");
    char *text;

    (void)state;
    assert_int_equal(report_pages(run, folder), EXIT_OK);
    text = read_file("report.md");
    assert_lacks(text, "Probes"); /* nobody asked for any */
    free(text);

    set_metric(run, "atomic", "probes", 40, 40, 40);
    set_metric(run, "atomic", "probe_share", 0.02, 0.02, 0.02);
    set_audits(run, "atomic", "probes", 40);
    set_audits(run, "atomic", "probe_violations", 0);
    set_audits(run, "atomic", "probe_busy_ns", 400000);
    assert_int_equal(report_pages(run, folder), EXIT_OK);
    text = read_file("report.md");
    assert_has(text,
               "#### Probes\n\n240 looks at what had been committed, while the rush went on: none saw anything that "
               "must not be. They took up to 2.00 % of a trial's time.\n\n");
    assert_has(text, "| atomic | 6 | 240 | 0 | - | - | - | - | - | - | 10.0 us | 0.0200 |");
    free(text);

    set_metric(run, "naive", "probes", 10, 10, 10);
    set_metric(run, "naive", "probe_share", 0.3, 0.3, 0.3);
    set_audits(run, "naive", "probes", 10);
    set_audits(run, "naive", "probe_violations", 4);
    set_audits(run, "naive", "probe_oversold", 4);
    set_audits(run, "naive", "probe_oversold_most", 9);
    set_audits(run, "naive", "probe_negative", 1);
    set_audits(run, "naive", "probe_duplicate_seat", 2);
    set_audits(run, "naive", "probe_first_ns", 5000000);
    set_audits(run, "naive", "probe_statements", 20);
    set_audits(run, "naive", "probe_busy_ns", 10000000);
    assert_int_equal(report_pages(run, folder), EXIT_OK);
    text = read_file("report.md");
    assert_has(text,
               "300 looks at what had been committed, while the rush went on: 24 of them saw what must never be. "
               "They took up to 30.0 % of a trial's time, which slows down what is measured: do not compare these "
               "times with a run without probes.\n");
    assert_has(text, "| naive | 6 | 60 | 24 | 24 | 9 | 6 | 12 | 5.00 | 120 | 1.00 ms | 0.300 |");
    free(text);
    json_decref(run);
}

static void test_markdown_unwritable(void **state)
{
    json_t *run = load("demo");
    char said[400];

    (void)state;
    listen_start();
    assert_int_equal(report_pages(run, "/tmp/no/such/folder"), EXIT_ERROR);
    listen_stop(said, sizeof said);
    assert_string_equal(said, "lastseat: report: /tmp/no/such/folder/report.md: No such file or directory\n");
    json_decref(run);
}

static void test_sheet(void **state)
{
    char path[100];
    struct sheet sheet;
    FILE *out;

    (void)state;
    snprintf(path, sizeof path, "%s/sheet.csv", folder);
    assert_int_equal(sheet_open(&sheet, path), -1);
    assert_int_equal(errno, ENOENT);
    out = fopen(path, "w");
    assert_non_null(out);
    fputs("cell,x,y\r\n\"a,\"\"b\"\"\",1.5,\n,,\"\"\nshort,1\nlost,1,1\n", out);
    fclose(out);
    assert_int_equal(sheet_open(&sheet, path), 0);
    assert_int_equal(sheet_column(&sheet, "y"), 2);
    assert_int_equal(sheet_column(&sheet, "z"), -1);
    assert_true(sheet_next(&sheet));
    assert_string_equal(sheet_text(&sheet, 0), "a,\"b\"");
    assert_true(sheet_number(&sheet, 1) == 1.5);
    assert_true(isnan(sheet_number(&sheet, 2)));
    assert_string_equal(sheet_text(&sheet, -1), "");
    assert_true(sheet_next(&sheet));
    assert_string_equal(sheet_text(&sheet, 2), "");
    assert_false(sheet_next(&sheet)); /* cut short: the end */
    sheet_close(&sheet);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(sheet_open(&sheet, path), -1);
    assert_int_equal(errno, EINVAL);
}

/* A gnuplot of the test's own, alone in PATH but for a shell's builtins; NULL: none at all. */
static char *true_path;
static void fake_gnuplot(const char *script)
{
    char path[100];
    FILE *out;

    snprintf(path, sizeof path, "%s/gnuplot", folder);
    unlink(path);
    if (script != NULL) {
        out = fopen(path, "w");
        assert_non_null(out);
        fprintf(out, "#!/bin/sh\n%s\n", script);
        fclose(out);
        assert_int_equal(chmod(path, 0755), 0);
    }
    true_path = strdup(getenv("PATH"));
    assert_int_equal(setenv("PATH", folder, 1), 0);
}

static int restore_path(void **state)
{
    if (true_path != NULL)
        setenv("PATH", true_path, 1);
    free(true_path);
    true_path = NULL;
    unsetenv("LASTSEAT_HOME");
    return remove_folder(state);
}

static void test_plots_without_gnuplot(void **state)
{
    json_t *run = load("rush");
    char said[600];

    (void)state;
    fake_gnuplot(NULL);
    listen_start();
    assert_int_equal(report_plots(run, folder), EXIT_OK);
    listen_stop(said, sizeof said);
    assert_has(said, "lastseat: warning: no pictures: gnuplot is not installed (apt-get install gnuplot-nox)");
    assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1); /* once */
    json_decref(run);
}

static void test_plots_with_failing_gnuplot(void **state)
{
    json_t *run = load("demo");
    char said[600];

    (void)state;
    fake_gnuplot("printf '\\n   plot nonsense\\n   ^\\nline 3: undefined variable: nonsense\\n\\n' >&2; exit 1");
    listen_start();
    assert_int_equal(report_plots(run, folder), EXIT_ERROR);
    listen_stop(said, sizeof said);
    assert_string_equal(said,
                        "lastseat: plots: gnuplot failed on small-15x5-sqlite-spectrum: line 3: undefined variable: "
                        "nonsense\n");
    assert_int_equal(size_of("plots/small-15x5-sqlite-spectrum.svg"), -1);
    json_decref(run);
}

static void test_gnuplot_that_hangs(void **state)
{
    char said[400];

    (void)state;
    fake_gnuplot("exec /bin/sleep 60");
    listen_start();
    assert_int_equal(gnuplot_run("x.gp", "", "x", 1), GNUPLOT_FAILED);
    listen_stop(said, sizeof said);
    assert_has(said, "gnuplot took more than 1 s over x and was stopped");
}

static void test_plots_without_scripts(void **state)
{
    json_t *run = load("demo");
    char said[400];

    (void)state;
    setenv("LASTSEAT_HOME", folder, 1);
    listen_start();
    assert_int_equal(report_plots(run, folder), EXIT_ERROR);
    listen_stop(said, sizeof said);
    assert_has(said, "no plots/style.gp");
    assert_has(said, "--no-plots");
    json_decref(run);
}

static void test_gnuplot_text(void **state)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_non_null(out);
    gnuplot_text(out, "title", "it's\nlate; exit");
    fclose(out);
    assert_string_equal(text, "title='it''s late; exit';");
    free(text);
}

static void need_gnuplot(void)
{
    if (gnuplot_run("/dev/null", "", "nothing", 10) == GNUPLOT_MISSING) {
        print_message("no gnuplot here\n");
        skip();
    }
}

static void assert_drawn(const char *name)
{
    char file[200];

    snprintf(file, sizeof file, "plots/%s.svg", name);
    if (size_of(file) < 1000)
        fail_msg("%s: %ld bytes", file, size_of(file));
    snprintf(file, sizeof file, "plots/%s.png", name);
    if (size_of(file) < 1000)
        fail_msg("%s: %ld bytes", file, size_of(file));
}

static void write_arrivals(void)
{
    char path[300];
    FILE *out;

    snprintf(path, sizeof path, "%s/arrivals.csv", folder);
    assert_non_null(out = fopen(path, "w"));
    fputs("cell,scenario,db,variant,place,winners,winners_share\n", out);
    for (int place = 1; place <= 100; place++)
        fprintf(out, RUSH "/sqlite/atomic," RUSH ",sqlite,atomic,%g,1,%g\n", place / 100.0, place / 100.0);
    assert_int_equal(fclose(out), 0);
}

static void test_plots(void **state)
{
    static const char *const kinds[] = { "spectrum", "oversold", "statements", "seats", "arrivals", "waiting" };
    json_t *run = load("rush");
    char name[100], *text;

    (void)state;
    need_gnuplot();
    copy_csv("rush");
    write_arrivals();
    set_metric(run, "atomic", "order_index", 0.012, 0.01, 0.02);
    set_metric(run, "atomic", "response_all_p99_ns", 9e6, 8e6, 10e6);
    set_metric(run, "atomic", "service_all_p99_ns", 3e6, 2e6, 4e6);
    assert_int_equal(report_plots(run, folder), EXIT_OK);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        snprintf(name, sizeof name, RUSH "-sqlite-%s", kinds[i]);
        assert_drawn(name);
        snprintf(name, sizeof name, RUSH "-postgres-%s", kinds[i]);
        assert_drawn(name);
    }
    text = read_file("plots/" RUSH "-sqlite-spectrum.svg");
    assert_has(text, "naive (oversells)");
    assert_has(text, "null (floor)");
    assert_has(text, "n = 6 trials, sqlite 3.40.1, WAL, durability full, git 1a2b3c4");
    assert_has(text, ">99.9<");
    assert_has(text, "rgb(213,  94,   0)"); /* naive's colour */
    free(text);
    text = read_file("plots/" RUSH "-sqlite-oversold.svg");
    assert_has(text, "capacity 10");
    assert_has(text, "24 [18..31]");
    free(text);
    text = read_file("plots/" RUSH "-sqlite-arrivals.svg");
    assert_has(text, ">atomic<");
    assert_has(text, ">order 0.0120<");
    assert_has(text, ">bookings that are theirs (%)<"); /* one booking may hold several seats */
    assert_lacks(text, ">queue<");                      /* it has no rows there */
    free(text);
    text = read_file("plots/data/" RUSH "-sqlite-arrivals.csv");
    assert_has(text, "bookings");
    assert_lacks(text, "seats");
    free(text);
    assert_lacks(picture_kinds[PICTURE_ARRIVALS].caption, "seats");
    text = read_file("plots/" RUSH "-postgres-arrivals.svg");
    assert_has(text, "nobody was booked");
    free(text);
    assert_int_equal(report_pages(run, folder), EXIT_OK);
    text = read_file("report.md");
    assert_has(
        text,
        "![fixture: 1000 users rush 10 seats, sqlite: seats left (first trial)](plots/rush-1000x10-sqlite-seats.svg)");
    free(text);
    json_decref(run);
}

static void test_plots_of_a_sweep(void **state)
{
    json_t *run = load("sweep"), *cells = json_object_get(run, "cells");
    char *text;

    (void)state;
    need_gnuplot();
    json_object_set_new(json_array_get(cells, 1), "durability", json_string("async"));
    assert_int_equal(report_plots(run, folder), EXIT_OK);
    assert_drawn("sweep-users-sqlite-sweep-p99");
    assert_drawn("sweep-users-sqlite-sweep-amplification");
    assert_int_equal(size_of("plots/sweep-users-sqlite-spectrum.svg"), -1);
    text = read_file("plots/sweep-users-sqlite-sweep-amplification.svg");
    assert_has(text, ">2000<");
    assert_has(text, "durability async/full, git ");
    free(text);
    json_decref(run);
}

/* The csv is not there: a picture that says so, and no complaint of gnuplot's. */
static void test_plots_without_data(void **state)
{
    json_t *run = load("demo");
    char *text;

    (void)state;
    need_gnuplot();
    assert_int_equal(report_plots(run, folder), EXIT_OK);
    text = read_file("plots/small-15x5-sqlite-spectrum.svg");
    assert_has(text, "no data");
    assert_has(text, "spectrum.csv: No such file or directory");
    free(text);
    assert_drawn("small-15x5-sqlite-seats");
    assert_drawn("small-15x5-sqlite-oversold");
    json_decref(run);
}

/* Names and titles that mean something to gnuplot or to a file system. */
static void test_plots_of_odd_names(void **state)
{
    json_t *run = load("demo"), *scenario = json_array_get(json_object_get(run, "scenarios"), 0), *cell;
    char *text;
    size_t i;

    (void)state;
    need_gnuplot();
    copy_csv("demo");
    json_object_set_new(scenario, "title", json_string("it's \"50 %\" of {x}_y ^ `ls` \xc3\xbc; exit 1"));
    json_object_set_new(scenario, "name", json_string("a/b c"));
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        json_object_set_new(cell, "scenario", json_string("a/b c"));
    }
    json_object_set_new(cell_of(run, "small-15x5/sqlite/naive"), "variant",
                        json_string("naive:a_b='x\":c=\"y:a_long_option=with_a_long_value"));
    assert_int_equal(report_plots(run, folder), EXIT_OK);
    assert_drawn("a_b_c-sqlite-spectrum");
    assert_drawn("a_b_c-sqlite-oversold");
    assert_drawn("a_b_c-sqlite-statements");
    assert_drawn("a_b_c-sqlite-seats");
    text = read_file("plots/a_b_c-sqlite-seats.svg");
    assert_has(text, "of {x}_y ^ `ls`");
    free(text);
    json_decref(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_shorten),
        cmocka_unit_test(test_grid_long_name),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_table_makes_room),
        cmocka_unit_test(test_colour_never_alone),
        cmocka_unit_test(test_demo_says_why),
        cmocka_unit_test(test_sweep_table),
        cmocka_unit_test(test_sweep_notes),
        cmocka_unit_test(test_skipped),
        cmocka_unit_test(test_notes_and_partial),
        cmocka_unit_test(test_ranking),
        cmocka_unit_test(test_ranking_of_merged),
        cmocka_unit_test(test_near_floor),
        cmocka_unit_test(test_control_that_proved_nothing),
        cmocka_unit_test(test_broken_promise),
        cmocka_unit_test_setup_teardown(test_broken_by_a_void_trial, make_folder, remove_folder),
        cmocka_unit_test(test_rogue),
        cmocka_unit_test_setup_teardown(test_empty_runs, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_markdown, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_what_users_did_besides, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_fairness, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_probes, make_folder, remove_folder),
        cmocka_unit_test(test_markdown_unwritable),
        cmocka_unit_test_setup_teardown(test_sheet, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_plots_without_gnuplot, make_folder, restore_path),
        cmocka_unit_test_setup_teardown(test_plots_with_failing_gnuplot, make_folder, restore_path),
        cmocka_unit_test_setup_teardown(test_gnuplot_that_hangs, make_folder, restore_path),
        cmocka_unit_test_setup_teardown(test_plots_without_scripts, make_folder, restore_path),
        cmocka_unit_test(test_gnuplot_text),
        cmocka_unit_test_setup_teardown(test_plots, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_plots_of_a_sweep, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_plots_without_data, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_plots_of_odd_names, make_folder, remove_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
