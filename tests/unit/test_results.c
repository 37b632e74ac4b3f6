#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/results/probed.h"
#include "harness/results/results.h"
#include "tests/support/capture.h"
#include "tests/support/child.h"
#include "tests/support/hdr_reader.h"

/* A synthetic run of two scenarios through the whole of results/, read back with jansson, the JSON Schema and plain
 * text. The program works in a scratch folder that is also LASTSEAT_HOME. */

static char scratch[] = "/var/tmp/lastseat-test-results-XXXXXX";
static char top[4096]; /* of the tree: where the schema is */

static const char rush_ini[] =
    "# Does \"naive\" oversell?\n[scenario]\ntitle = 100 users, 5 seats\n[inventory]\nseats = 5\n"
    "[load]\nusers = 100\n[db]\nuse = sqlite\n[run]\nstrategies = naive, atomic\n";
static const char grow_ini[] = "# More users\n[inventory]\nseats = 1\n[db]\nuse = sqlite\n[run]\nstrategies = atomic\n"
                               "history = none\n[sweep]\nload.users = 20, 40\ncheckout.time = 0ms, 2ms\n";

struct made {
    struct scenario scenario[2];
    size_t scenarios;
    struct cells cells;
    struct results *results;
};

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

static void make_cells(struct made *m, const char *const *inis, size_t n)
{
    const struct scenario *pointers[2];

    memset(m, 0, sizeof *m);
    for (size_t i = 0; i < n; i++) {
        const char *path = inis[i] == grow_ini ? "grow.ini" : "rush.ini";

        write_file(path, inis[i]);
        assert_int_equal(scenario_load(&m->scenario[i], path, NULL, 0), EXIT_OK);
        pointers[i] = &m->scenario[i];
    }
    m->scenarios = n;
    assert_int_equal(cells_expand(&m->cells, pointers, n, NULL, NULL), EXIT_OK);
}

static int open_results(struct made *m, const char *out)
{
    static char *argv[] = { (char *)"/some/where/lastseat", (char *)"run", (char *)"rush",
                            (char *)"password=hunter2 host=db", (char *)"\xff!" };
    struct results_request request = { .out = out, .cells = &m->cells, .argc = 5, .argv = argv, .seed = 42 };

    return results_open(&m->results, &request);
}

static void unmake(struct made *m)
{
    results_close(m->results);
    cells_free(&m->cells);
    for (size_t i = 0; i < m->scenarios; i++)
        scenario_free(&m->scenario[i]);
}

static const struct cell *cell_of(const struct made *m, const char *id, size_t *index)
{
    for (*index = 0; *index < m->cells.n; ++*index)
        if (strcmp(m->cells.cell[*index].id, id) == 0)
            return &m->cells.cell[*index];
    fail_msg("no cell %s", id);
    return NULL;
}

/* A trial in which request i is answered after (i + 1) * step_ns, the first `sold` booked, the others sold out. */
static void make_trial(struct trial *t, const struct cell *cell, int64_t block, int64_t sold, int64_t step_ns)
{
    int64_t users = cell->scenario.users;

    memset(t, 0, sizeof *t);
    t->block = block;
    t->seed = 42;
    t->start_ns = 5000000;
    assert_int_equal(totals_init(&t->totals), 0);
    t->records = calloc((size_t)users, sizeof *t->records);
    assert_non_null(t->records);
    t->record_count = (size_t)users;
    for (int64_t i = 0; i < users; i++) {
        t->records[i] = (struct record){ .request = i + 1,
                                         .user = i + 1,
                                         .event = 1,
                                         .due_ns = t->start_ns,
                                         .invoke_ns = t->start_ns + 10,
                                         .first_ns = i < sold ? t->start_ns + 20 : 0,
                                         .return_ns = t->start_ns + (i + 1) * step_ns,
                                         .seats = 1,
                                         .attempts = 1,
                                         .borrows = i < sold,
                                         .statements = 3,
                                         .outcome = i < sold ? OUTCOME_BOOKED : OUTCOME_SOLD_OUT };
        totals_record(&t->totals, &t->records[i]);
    }
    t->wall_ns = users * step_ns;
    t->sold_out_ns = sold >= cell->scenario.seats ? cell->scenario.seats * step_ns : -1;
    t->ops = (struct db_ops){ .statements = 3 * users, .reads = 2 * users, .writes = users, .round_trips = 4 * users };
    t->harness_cpu_ns = 1000;
    t->server_cpu_ns = t->wal_bytes = -1;
    t->peak_rss_bytes = 4096;
    t->peak_connections = 16;
    t->bloat = (struct database_bloat){ -1, -1, -1 };
}

static void make_audit(struct audit *a, const struct cell *cell, int64_t sold)
{
    int64_t capacity = cell->scenario.events * cell->scenario.seats;

    memset(a, 0, sizeof *a);
    a->capacity = capacity;
    a->sold = a->told = sold;
    a->oversold = sold > capacity ? sold - capacity : 0;
    a->unsold = sold < capacity ? capacity - sold : 0;
    a->verdict = sold == capacity ? AUDIT_VALID : AUDIT_INVALID;
    if (sold != capacity)
        snprintf(a->reason, sizeof a->reason, "sold %d, not %d", (int)sold, (int)capacity);
}

static void free_trial(struct trial *t)
{
    free(t->records);
    free(t->gates);
    totals_destroy(&t->totals);
}

static int give(struct made *m, const char *id, int64_t block, int64_t sold, const char *void_reason)
{
    struct witnesses w = { 0 };
    struct booking rows[] = { { 7, 1, 1, 1, 1 }, { 8, 2, 1, 2, 1 } };
    struct counter counters[] = { { 1, 5, 3, 2 } };
    struct seat seats[] = { { 1, 1, 2 }, { 1, 2, 0 } };
    struct remainder remainders[] = { { 1, 3 } };
    struct trial t;
    struct audit a;
    size_t index;
    const struct cell *cell = cell_of(m, id, &index);
    bool is_floor = (cell->variant.registered->strategy->traits & TRAIT_FLOOR) != 0;
    int code;

    make_trial(&t, cell, block, is_floor ? 0 : sold, is_floor ? 100 : 1000 + block);
    t.gates = calloc(1, sizeof *t.gates);
    assert_non_null(t.gates);
    t.gates[0] = (struct gate_witness){ .app = 0, .event = 1, .initial = 5, .left = 4 };
    t.gate_count = 1;
    snprintf(t.void_reason, sizeof t.void_reason, "%s", void_reason);
    make_audit(&a, cell, sold);
    fairness_measure(&a.fairness, &t, cell->scenario.seats);
    if (strcmp(cell->variant.name, "naive") == 0)
        t.probes = a.probes = (struct probes){ .asked = true,
                                               .n = 20,
                                               .violations = 3,
                                               .oversold = 3,
                                               .oversold_most = 2,
                                               .first_ns = 4500,
                                               .statements = 20,
                                               .busy_ns = t.wall_ns / 4,
                                               .cpu_ns = 70 };
    w.bookings = rows;
    w.booking_count = 2;
    w.counters = counters;
    w.counter_count = 1;
    if (strcmp(cell->variant.name, "naive") == 0) {
        w.seats = seats;
        w.seat_count = 2;
        w.remainders = remainders;
        w.remainder_count = 1;
    }
    code = results_trial(m->results, index, &t, is_floor ? NULL : &a, is_floor ? NULL : &w);
    free_trial(&t);
    return code;
}

/* naive sells 6, 8, 7, …; atomic 5; a void trial among them. */
static void make_whole_run(struct made *m, const char *out)
{
    const char *const inis[] = { rush_ini, grow_ini };
    json_t *floors;
    size_t index;
    void *facts;

    make_cells(m, inis, 2);
    assert_int_equal(open_results(m, out), EXIT_OK);
    assert_int_equal(results_environment(m->results, "."), EXIT_OK);
    floors = json_pack("{s:s, s:[{s:s, s:s, s:f, s:[f, f], s:i}]}", "calibrated_utc", "2026-11-21T00:00:00Z", "floors",
                       "name", "sqlite_full_1", "unit", "per_s", "median", 9100.5, "ci95", 9000.0, 9200.0, "n", 20);
    assert_int_equal(results_floors(m->results, floors), EXIT_OK);
    json_decref(floors);
    facts = results_facts_of(m->results, "sqlite", "full");
    results_fact(facts, "version", "3.40.1");
    for (size_t i = 0; i < m->cells.n; i++)
        results_solo(m->results, i, 2);
    cell_of(m, "rush/null/null", &index);
    for (int64_t block = 0; block < 7; block++) {
        assert_int_equal(give(m, "rush/null/null", block, 0, ""), EXIT_OK);
        assert_int_equal(give(m, "rush/sqlite/naive", block, 6 + 2 * block % 3, ""), EXIT_OK);
        assert_int_equal(give(m, "rush/sqlite/atomic", block, 5, block == 3 ? "took longer than 2m" : ""), EXIT_OK);
    }
    assert_int_equal(give(m, "grow/sqlite/atomic/users=20,time=0ms", 0, 1, ""), EXIT_OK);
    cell_of(m, "grow/sqlite/atomic/users=40,time=2ms", &index);
    snprintf(m->cells.cell[index].skip, sizeof m->cells.cell[index].skip, "no such database here");
}

/* ---- reading back ------------------------------------------------------------------------------------------------ */

static json_t *json_of(const char *dir)
{
    json_t *run;

    assert_int_equal(results_load(&run, dir), EXIT_OK);
    return run;
}

static const json_t *cell_in(const json_t *run, const char *id)
{
    const json_t *cell;
    size_t i;

    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        if (strcmp(json_string_value(json_object_get(cell, "id")), id) == 0)
            return cell;
    }
    fail_msg("no cell %s in run.json", id);
    return NULL;
}

static const char *text_in(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static double metric_in(const json_t *cell, const char *metric, const char *key)
{
    const json_t *m = json_object_get(json_object_get(cell, "summary"), metric);

    return m != NULL && json_object_get(m, key) != NULL ? json_number_value(json_object_get(m, key)) : NAN;
}

static bool has_flag(const json_t *cell, const char *flag)
{
    const json_t *f;
    size_t i;

    json_array_foreach(json_object_get(cell, "flags"), i, f)
    {
        if (strcmp(json_string_value(f), flag) == 0)
            return true;
    }
    return false;
}

static char *read_text(const char *dir, const char *name)
{
    static char text[1 << 20];
    char path[4096];
    FILE *file;
    size_t n;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    file = fopen(path, "r");
    assert_non_null(file);
    n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

static size_t lines_in(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

static bool exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

/* Entries of a folder that are ours in the making. */
static int unfinished_in(const char *dir)
{
    DIR *d = opendir(dir);
    const struct dirent *entry;
    int n = 0;

    assert_non_null(d);
    while ((entry = readdir(d)) != NULL)
        n += strncmp(entry->d_name, ".lastseat-", 10) == 0;
    closedir(d);
    return n;
}

/* ---- a whole run --------------------------------------------------------------------------------------------------
 */

#define VALIDATOR "/usr/bin/jsonschema"

static bool refused_by_schema(const char *file)
{
    char command[9000];

    snprintf(command, sizeof command, VALIDATOR " -i '%s' '%s/results/run.schema.json' >schema.txt 2>&1", file, top);
    if (system(command) == 0)
        return false;
    /* A validator that failed itself has refused nothing. */
    assert_null(strstr(read_text(".", "schema.txt"), "Traceback"));
    return true;
}

static void test_folder_appears_whole_with_latest(void **state)
{
    struct made m;
    char path[4096], target[4096];
    ssize_t n;

    (void)state;
    make_whole_run(&m, NULL);
    assert_non_null(strstr(results_path(m.results), "Z-rush+1"));
    assert_false(exists(results_path(m.results)));
    assert_int_equal(unfinished_in("results"), 1);
    assert_int_equal(results_finish(m.results, false), EXIT_OK);
    snprintf(path, sizeof path, "%s", results_path(m.results));
    unmake(&m);
    assert_true(exists(path));
    assert_int_equal(unfinished_in("results"), 0);
    n = readlink("results/latest", target, sizeof target - 1);
    assert_true(n > 0);
    target[n] = '\0';
    assert_string_equal(target, strrchr(path, '/') + 1);
    assert_true(exists("results/latest/run.json"));
}

static void test_run_json_says_what_was(void **state)
{
    const json_t *naive, *atomic, *null, *skipped, *trial;
    struct made m;
    json_t *run;
    char *was, *is;

    (void)state;
    make_whole_run(&m, "said");
    assert_int_equal(results_finish(m.results, true), EXIT_OK);
    assert_false(results_broken(m.results)); /* a control may oversell */
    run = json_of("said");
    was = json_dumps(results_json(m.results), JSON_REAL_PRECISION(9));
    is = json_dumps(run, JSON_REAL_PRECISION(9));
    assert_string_equal(is, was);
    free(was);
    free(is);
    unmake(&m);
    assert_true(json_is_true(json_object_get(run, "partial")));
    assert_string_equal(json_string_value(json_array_get(json_object_get(run, "command"), 0)), "lastseat");
    assert_string_equal(json_string_value(json_array_get(json_object_get(run, "command"), 3)),
                        "password=******* host=db");
    assert_string_equal(json_string_value(json_array_get(json_object_get(run, "command"), 4)), "?!");
    assert_int_equal(json_array_size(json_object_get(run, "scenarios")), 2);

    naive = cell_in(run, "rush/sqlite/naive");
    assert_string_equal(text_in(naive, "verdict"), "oversells");
    assert_string_equal(text_in(naive, "reason"),
                        "oversold up to 3 seats in 7 of 7 trials (sold: median 7 [6..8] of 5)");
    assert_true(metric_in(naive, "sold", "median") == 7 && metric_in(naive, "oversold", "max") == 3);
    assert_true(metric_in(naive, "statements_per_request", "median") == 3);
    assert_true(metric_in(naive, "amplification", "median") == 1.5);
    assert_true(metric_in(naive, "all_p50_ns", "min") > 49000 && metric_in(naive, "all_p50_ns", "max") < 51000);
    /* 100 requests are too few for a p99, 700 as well; 7 buyers are too few for a median, 49 are not. */
    assert_true(isnan(metric_in(naive, "all_p99_ns", "median")));
    assert_true(
        json_is_true(json_object_get(json_object_get(json_object_get(naive, "summary"), "buyers_p50_ns"), "merged")));
    assert_true(isnan(metric_in(naive, "server_cpu_ns", "median")));
    assert_true(has_flag(naive, "few_samples") && !has_flag(naive, "proved_nothing") &&
                !has_flag(naive, "void_trials"));

    atomic = cell_in(run, "rush/sqlite/atomic");
    assert_string_equal(text_in(atomic, "verdict"), "holds");
    assert_string_equal(text_in(atomic, "reason"), "no anomaly in 6 trials (sold: 5 of 5 each time)");
    assert_string_equal(text_in(atomic, "durability"), "full");
    assert_true(has_flag(atomic, "void_trials"));
    assert_true(metric_in(atomic, "sold", "n") == 6);
    assert_int_equal(json_array_size(json_object_get(atomic, "trials")), 7);
    trial = json_array_get(json_object_get(atomic, "trials"), 3);
    assert_true(json_is_true(json_object_get(trial, "void")));
    assert_string_equal(text_in(trial, "void_reason"), "took longer than 2m");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(trial, "outcomes"), "booked")), 5);

    null = cell_in(run, "rush/null/null");
    assert_string_equal(text_in(null, "verdict"), "floor");
    assert_true(json_is_null(json_object_get(json_array_get(json_object_get(null, "trials"), 0), "audit")));
    assert_true(isnan(metric_in(null, "sold", "median")));

    skipped = cell_in(run, "grow/sqlite/atomic/users=40,time=2ms");
    assert_string_equal(text_in(skipped, "verdict"), "skipped");
    assert_string_equal(text_in(skipped, "reason"), "no such database here");
    assert_true(json_is_true(json_object_get(skipped, "skipped")));
    assert_string_equal(text_in(json_object_get(skipped, "sweep"), "load.users"), "40");
    assert_string_equal(text_in(cell_in(run, "grow/sqlite/atomic/users=20,time=2ms"), "reason"), "no trial was run");
    json_decref(run);
}

static void test_schema_accepts_it(void **state)
{
    struct made m;

    (void)state;
    if (!exists(VALIDATOR))
        skip();
    make_whole_run(&m, "valid");
    assert_int_equal(results_finish(m.results, false), EXIT_OK);
    unmake(&m);
    if (refused_by_schema("valid/run.json"))
        fail_msg("%s", read_text(".", "schema.txt"));
}

static void test_schema_refuses_what_is_broken(void **state)
{
    json_t *run, *cell, *trial;
    struct made m;
    int failed[6];

    (void)state;
    if (!exists(VALIDATOR))
        skip();
    make_whole_run(&m, "broken");
    assert_int_equal(results_finish(m.results, false), EXIT_OK);
    unmake(&m);
    for (int i = 0; i < 6; i++) {
        run = json_of("broken");
        cell = json_array_get(json_object_get(run, "cells"), 1);
        trial = json_array_get(json_object_get(cell, "trials"), 0);
        if (i == 0)
            json_object_set_new(trial, "surprise", json_integer(1));
        else if (i == 1)
            json_object_del(trial, "outcomes");
        else if (i == 2)
            json_object_set_new(trial, "wall_ns", json_real(0.5));
        else if (i == 3)
            json_object_set_new(cell, "verdict", json_string("wins"));
        else if (i == 4)
            json_object_set_new(cell, "verdict", json_string("skipped"));
        else
            json_object_set_new(json_object_get(cell, "summary"), "p42_ns", json_object());
        assert_int_equal(json_dump_file(run, "mutated.json", 0), 0);
        json_decref(run);
        failed[i] = refused_by_schema("mutated.json");
    }
    for (int i = 0; i < 6; i++)
        assert_true(failed[i]);
}

static void test_csv_files(void **state)
{
    struct made m;
    const char *text;

    (void)state;
    make_whole_run(&m, "tables");
    assert_int_equal(results_finish(m.results, false), EXIT_OK);
    unmake(&m);
    text = read_text("tables", "trials.csv");
    assert_int_equal(lines_in(text), 1 + 3 * 7 + 1);
    assert_non_null(strstr(text, "cell,scenario,db,variant,sweep,block,trial,void,requests,booked,sold_out,gave_up,"));
    assert_non_null(strstr(text, "\nrush/sqlite/atomic,rush,sqlite,atomic,,3,4,1,100,5,95,0,"));
    assert_non_null(
        strstr(text, "\n\"grow/sqlite/atomic/users=20,time=0ms\",grow,sqlite,atomic,\"users=20,time=0ms\",0,1,"));
    text = read_text("tables", "cells.csv");
    assert_int_equal(lines_in(text), 1 + 3 + 8);
    assert_non_null(strstr(text, "verdict,sold,sold_lo,sold_hi,sold_min,sold_max,oversold,"));
    assert_non_null(strstr(text, ",20,20,1,1,holds,1,1,1,1,1,0,"));
    text = read_text("tables", "audit.csv");
    assert_int_equal(lines_in(text), 1 + 2 * 7 + 1);
    assert_non_null(
        strstr(text, "\nrush/sqlite/naive,1,5,6,6,1,0,0,0,0,0,0,0,0,0,0,0,invalid,\"sold 6, not 5\",0,0,0,0,0,0,0,"));
    text = read_text("tables", "timeline.csv");
    assert_non_null(strstr(text, "cell,trial,t_ns,sold,seats_left\n"));
    assert_non_null(strstr(text, "\nrush/sqlite/naive,1,0,0,5\nrush/sqlite/naive,1,1000,1,4\n"));
    assert_non_null(strstr(text, "\nrush/sqlite/naive,1,6000,6,-1\n"));
    assert_null(strstr(text, "\nrush/sqlite/atomic,4,")); /* void */
    text = read_text("tables", "spectrum.csv");
    assert_non_null(strstr(text, "\nrush/sqlite/naive,rush,sqlite,naive,0,1,1000\n"));
    assert_non_null(strstr(text, "\nrush/sqlite/naive,rush,sqlite,naive,0.5,2,"));
}

/* All ask at one moment, and the first of them are booked. */
static void test_fairness(void **state)
{
    struct made m;
    const json_t *cell, *fair;
    const char *text;
    json_t *run;

    (void)state;
    make_whole_run(&m, "fair");
    assert_int_equal(results_finish(m.results, false), EXIT_OK);
    unmake(&m);
    run = json_of("fair");
    cell = cell_in(run, "rush/sqlite/atomic");
    fair = json_object_get(json_array_get(json_object_get(cell, "trials"), 0), "fairness");
    assert_int_equal(json_integer_value(json_object_get(fair, "winners")), 5);
    assert_int_equal(json_integer_value(json_object_get(fair, "losers")), 95);
    assert_true(json_number_value(json_object_get(fair, "order_index")) == 0.5);
    assert_true(metric_in(cell, "order_index", "median") == 0.5);
    assert_true(metric_in(cell, "jain_index", "median") == 0.05);
    assert_true(metric_in(cell, "order_index", "n") == 6); /* one of the 7 is void */
    cell = cell_in(run, "rush/null/null");
    assert_null(json_object_get(json_array_get(json_object_get(cell, "trials"), 0), "fairness"));
    json_decref(run);
    text = read_text("fair", "arrivals.csv");
    assert_non_null(strstr(text, "cell,scenario,db,variant,place,winners,winners_share\n"));
    assert_non_null(strstr(text, "\nrush/sqlite/atomic,rush,sqlite,atomic,0.01,6,0.2\n"));
    assert_non_null(strstr(text, ",atomic,0.05,6,1\nrush/sqlite/atomic,rush,sqlite,atomic,0.06,0,1\n"));
    assert_null(strstr(text, "\nrush/null"));
}

static void test_probes(void **state)
{
    struct probes read;
    struct made m;
    const json_t *cell, *audit;
    json_t *run;

    (void)state;
    make_whole_run(&m, "probed");
    assert_int_equal(results_finish(m.results, false), EXIT_OK);
    unmake(&m);
    run = json_of("probed");
    cell = cell_in(run, "rush/sqlite/naive");
    audit = json_object_get(json_array_get(json_object_get(cell, "trials"), 0), "audit");
    assert_int_equal(json_integer_value(json_object_get(audit, "probes")), 20);
    assert_int_equal(json_integer_value(json_object_get(audit, "probe_first_ns")), 4500);
    assert_true(metric_in(cell, "probe_violations", "median") == 3);
    assert_true(metric_in(cell, "probe_share", "median") == 0.25);
    probed_read(&read, audit);
    assert_true(read.asked);
    assert_int_equal(read.n, 20);
    assert_int_equal(read.violations, 3);
    assert_int_equal(read.oversold_most, 2);
    assert_int_equal(read.cpu_ns, 70);
    cell = cell_in(run, "rush/sqlite/atomic"); /* nobody looked */
    audit = json_object_get(json_array_get(json_object_get(cell, "trials"), 0), "audit");
    assert_null(json_object_get(audit, "probes"));
    assert_true(isnan(metric_in(cell, "probes", "median")));
    probed_read(&read, audit);
    assert_false(read.asked);
    json_decref(run);
}

static void test_history(void **state)
{
    struct made m;
    const char *text;

    (void)state;
    make_whole_run(&m, "kept");
    assert_int_equal(results_finish(m.results, false), EXIT_OK);
    unmake(&m);
    text = read_text("kept", "history/rush__sqlite__naive/1.csv");
    assert_int_equal(lines_in(text), 101);
    assert_non_null(
        strstr(text, "op,request,ref,user,event,seats,due_ns,invoke_ns,first_ns,return_ns,outcome,reason,"
                     "attempts,statements,order,app,checkout_ns\nreserve,1,,1,1,1,0,10,20,1000,booked,,1,3,,0,0\n"));
    assert_non_null(strstr(text, "\nreserve,100,,100,1,1,0,10,,100000,sold_out,,1,3,,0,0\n"));
    assert_string_equal(read_text("kept", "history/rush__sqlite__naive/1.ledger.csv"),
                        "id,request,event,user,seats\n7,1,1,1,1\n8,2,1,2,1\n");
    assert_string_equal(read_text("kept", "history/rush__sqlite__naive/1.counters.csv"),
                        "kind,app,event,capacity,initial,value\ncounter,,1,5,,3\nown,,1,,,3\ngate,0,1,,5,4\n");
    assert_string_equal(read_text("kept", "history/rush__sqlite__naive/1.seats.csv"),
                        "event,seat,request\n1,1,2\n1,2,\n");
    assert_true(exists("kept/history/rush__sqlite__atomic/1.counters.csv"));
    assert_false(exists("kept/history/rush__sqlite__atomic/1.seats.csv")); /* its ledger has no numbered seats */
    assert_true(exists("kept/history/rush__null__null/7.csv"));
    assert_false(exists("kept/history/rush__null__null/7.ledger.csv"));           /* not audited */
    assert_false(exists("kept/history/grow__sqlite__atomic__users=20,time=0ms")); /* history = none */
}

/* The last field of a line of an interval log, decoded. */
static int64_t interval_total(char *line)
{
    struct hdr_reader h;
    int64_t total;

    assert_null(hdr_reader_decode(&h, strrchr(line, ',') + 1));
    total = h.total;
    hdr_reader_free(&h);
    return total;
}

/* 7 trials of 100 requests, the fourth of which is void. */
static void test_hdr_files(void **state)
{
    struct made m;
    char *text, *line, *save = NULL;
    int intervals = 0;
    int64_t total = 0;

    (void)state;
    make_whole_run(&m, "hists");
    assert_int_equal(results_finish(m.results, false), EXIT_OK);
    unmake(&m);
    text = read_text("hists", "hist/rush__sqlite__atomic.hlog");
    assert_non_null(strstr(text, "\n#[Histogram log format version 1.3]\n\"StartTimestamp\",\"Interval_Length\","));
    assert_non_null(strstr(text, "\n#[trial 4 is void]\nTag=atomic,"));
    for (line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
        if (strncmp(line, "Tag=atomic,", 11) == 0) {
            intervals++;
            total += interval_total(line);
        }
    assert_int_equal(intervals, 6);
    assert_int_equal(total, 600);
    text = read_text("hists", "hist/rush__sqlite__atomic.hgrm");
    assert_non_null(strstr(text, "Total count    =          600]\n"));
    assert_non_null(strstr(text, " n = 6 trials merged]\n"));
    assert_true(exists("hists/hist/rush__null__null.hlog"));
    /* Nothing was run: nothing to open. */
    assert_false(exists("hists/hist/grow__sqlite__atomic__users=40,time=2ms.hgrm"));
}

/* ---- what only some users do ------------------------------------------------------------------------------------- */

static const char mixed_ini[] = "# Who comes back?\n[inventory]\nseats = 5\n[load]\nusers = 100\npick = hot:90%\n"
                                "patience = 2s\n[request]\nseats = 1:50%, 2:50%\nrepeat = 2%\n[mix]\ncancel = 20%\n"
                                "cancel_after = 3ms\nbrowsers = 2\n[db]\nuse = sqlite\n[run]\nstrategies = atomic\n";

/* Of five buyers one gives back and one fails to; request 7 is the second click of 6; 9 ran out of patience; 40 looks.
 */
static void make_mixed_trial(struct trial *t, const struct cell *cell)
{
    struct record look = { .op = OP_BROWSE, .due_ns = 100, .return_ns = 400, .attempts = 1, .statements = 1 };

    make_trial(t, cell, 0, 5, 1000);
    totals_destroy(&t->totals);
    assert_int_equal(totals_init(&t->totals), 0);
    t->records[6].request = 1000000000000006;
    t->records[6].ref = 6;
    t->records[8].outcome = OUTCOME_TIMED_OUT;
    t->records[8].reason = REASON_PATIENCE;
    t->records[8].attempts = 0;
    t->cancel_count = 2;
    t->cancels = calloc(2, sizeof *t->cancels);
    assert_non_null(t->cancels);
    for (int i = 0; i < 2; i++)
        t->cancels[i] = (struct record){ .op = OP_CANCEL,
                                         .request = i + 1,
                                         .ref = i + 1,
                                         .user = i + 1,
                                         .event = 1,
                                         .due_ns = t->start_ns + 4500,
                                         .invoke_ns = t->start_ns + 4510,
                                         .first_ns = t->start_ns + 4520,
                                         .return_ns = t->start_ns + 4600 + i,
                                         .seats = 1,
                                         .attempts = 1,
                                         .borrows = 1,
                                         .statements = 2,
                                         .round_trips = 4,
                                         .transactions = 1,
                                         .outcome = i == 0 ? ASIDE_DONE : ASIDE_FAILED,
                                         .reason = i == 0 ? REASON_NONE : REASON_LOST };
    for (size_t i = 0; i < t->record_count; i++)
        totals_record(&t->totals, &t->records[i]);
    for (size_t i = 0; i < t->cancel_count; i++)
        totals_record(&t->totals, &t->cancels[i]);
    for (int i = 0; i < 40; i++)
        aside_record(&t->totals.browses, &look);
    t->ops.statements += 2 * 2 + 40;
    t->ops.round_trips += 2 * 4;
    t->ops.transactions += 2;
    assert_null(totals_check(&t->totals));
}

static void make_mixed_run(struct made *m, const char *out)
{
    const struct scenario *pointer = &m->scenario[0];
    const struct cell *cell;
    struct witnesses w = { 0 };
    struct trial t;
    struct audit a;
    size_t index;

    memset(m, 0, sizeof *m);
    write_file("mixed.ini", mixed_ini);
    assert_int_equal(scenario_load(&m->scenario[0], "mixed.ini", NULL, 0), EXIT_OK);
    m->scenarios = 1;
    assert_int_equal(cells_expand(&m->cells, &pointer, 1, NULL, NULL), EXIT_OK);
    assert_int_equal(open_results(m, out), EXIT_OK);
    assert_int_equal(results_environment(m->results, "."), EXIT_OK);
    cell = cell_of(m, "mixed/sqlite/atomic", &index);
    make_mixed_trial(&t, cell);
    make_audit(&a, cell, 5);
    a.sold = a.told = 4;
    a.released = a.unjudged = 1;
    a.repeated = 1;
    assert_int_equal(results_trial(m->results, index, &t, &a, &w), EXIT_OK);
    trial_free(&t);
    assert_int_equal(results_finish(m->results, false), EXIT_OK);
}

static void test_what_only_some_users_do(void **state)
{
    const json_t *cell, *trial, *cancels, *scenario;
    struct made m;

    (void)state;
    make_mixed_run(&m, "mixed");
    cell = cell_in(results_json(m.results), "mixed/sqlite/atomic");
    trial = json_array_get(json_object_get(cell, "trials"), 0);
    assert_int_equal(json_integer_value(json_object_get(trial, "requests")), 100);
    assert_int_equal(json_integer_value(json_object_get(trial, "repeats")), 1);
    assert_int_equal(json_integer_value(json_object_get(trial, "untried")), 1);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(trial, "reasons"), "patience")), 1);
    cancels = json_object_get(trial, "cancels");
    assert_int_equal(json_integer_value(json_object_get(cancels, "released")), 1);
    assert_int_equal(json_integer_value(json_object_get(cancels, "failed")), 1);
    assert_int_equal(json_integer_value(json_object_get(cancels, "unknown")), 0);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(cancels, "reasons"), "lost")), 1);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(cancels, "response_ns"), "n")), 2);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(trial, "browses"), "read")), 40);
    assert_null(json_object_get(json_object_get(trial, "browses"), "unknown"));
    assert_int_equal(json_integer_value(json_object_get(json_object_get(trial, "audit"), "unjudged")), 1);

    /* 300 of 344 statements were asked for requests. */
    assert_true(metric_in(cell, "statements_per_request", "median") == 3);
    assert_true(metric_in(cell, "round_trips_per_request", "median") == 4);
    assert_true(metric_in(cell, "repeated", "median") == 1);
    assert_true(metric_in(cell, "cancels", "median") == 2);
    assert_true(metric_in(cell, "released", "median") == 1);
    assert_true(metric_in(cell, "browses", "median") == 40);
    assert_true(metric_in(cell, "browse_p50_ns", "median") == 300);
    assert_true(isnan(metric_in(cell, "cancel_p50_ns", "median"))); /* too few */
    assert_true(has_flag(cell, "unjudged"));
    assert_string_equal(text_in(cell, "verdict"), "holds");
    assert_string_equal(text_in(cell, "reason"),
                        "no anomaly in 1 trial (sold: 4 of 5 each time); up to 1 seat left over, not judged: bookings "
                        "were given back while others asked");
    scenario = json_array_get(json_object_get(results_json(m.results), "scenarios"), 0);
    assert_string_equal(text_in(scenario, "pick"), "hot:90%");
    assert_string_equal(text_in(scenario, "request_seats"), "1:50%, 2:50%");
    assert_string_equal(text_in(scenario, "patience"), "2s");
    assert_int_equal(json_integer_value(json_object_get(scenario, "browsers")), 2);
    unmake(&m);

    if (access(VALIDATOR, X_OK) == 0 && refused_by_schema("mixed/run.json"))
        fail_msg("%s", read_text(".", "schema.txt"));
    assert_non_null(strstr(read_text("mixed", "history/mixed__sqlite__atomic/1.csv"),
                           "\nreserve,1000000000000006,6,7,1,1,0,10,,7000,sold_out,,1,3,,0,0\n"));
    assert_non_null(strstr(read_text("mixed", "history/mixed__sqlite__atomic/1.csv"),
                           "\ncancel,,1,1,1,1,4500,4510,4520,4600,released,,1,2,,0,0\n"
                           "cancel,,2,2,1,1,4500,4510,4520,4601,failed,lost,1,2,,0,0\n"));
    /* Five booked; one of them is free again after 4.6 us, and the fifth takes its place. */
    assert_non_null(strstr(read_text("mixed", "timeline.csv"), ",4000,4,1\nmixed/sqlite/atomic,1,4600,3,2\n"
                                                               "mixed/sqlite/atomic,1,5000,4,1\n"));
    assert_non_null(strstr(read_text("mixed", "audit.csv"), ",1,1,1,0,0,0,"));
}

/* In a scenario without such users nothing of it is said. */
static void test_what_nobody_does_is_absent(void **state)
{
    const json_t *cell, *trial;
    struct made m;

    (void)state;
    make_whole_run(&m, "plain");
    assert_int_equal(results_finish(m.results, false), EXIT_OK);
    cell = cell_in(results_json(m.results), "rush/sqlite/atomic");
    trial = json_array_get(json_object_get(cell, "trials"), 0);
    assert_null(json_object_get(trial, "repeats"));
    assert_null(json_object_get(trial, "untried"));
    assert_null(json_object_get(trial, "cancels"));
    assert_null(json_object_get(trial, "browses"));
    assert_null(json_object_get(json_object_get(cell, "summary"), "released"));
    assert_null(json_object_get(json_object_get(cell, "summary"), "browse_p99_ns"));
    assert_false(has_flag(cell, "unjudged"));
    unmake(&m);
}

static void test_resolved_scenarios_run_again(void **state)
{
    struct scenario again;
    struct made m;

    (void)state;
    make_whole_run(&m, "resolved");
    assert_int_equal(results_finish(m.results, false), EXIT_OK);
    unmake(&m);
    assert_int_equal(scenario_load(&again, "resolved/scenario/rush.ini", NULL, 0), EXIT_OK);
    assert_int_equal(again.users, 100);
    assert_string_equal(again.title, "100 users, 5 seats");
    scenario_free(&again);
    assert_int_equal(scenario_load(&again, "resolved/scenario/grow.ini", NULL, 0), EXIT_OK);
    assert_int_equal(again.sweep_count, 2);
    scenario_free(&again);
}

static void test_same_trials_same_summaries(void **state)
{
    struct made a, b;

    (void)state;
    make_whole_run(&a, "once");
    make_whole_run(&b, "twice");
    assert_int_equal(results_finish(a.results, false), EXIT_OK);
    assert_int_equal(results_finish(b.results, false), EXIT_OK);
    assert_true(json_equal(json_object_get(results_json(a.results), "cells"),
                           json_object_get(results_json(b.results), "cells")));
    unmake(&a);
    unmake(&b);
}

static void test_durability_is_what_was_read_back(void **state)
{
    const char *const inis[] = { rush_ini };
    const json_t *run;
    struct made m;

    (void)state;
    make_cells(&m, inis, 1);
    assert_int_equal(open_results(&m, "volatile"), EXIT_OK);
    assert_int_equal(results_environment(m.results, "."), EXIT_OK);
    results_facts_of(m.results, "sqlite", "none (tmpfs)");
    assert_int_equal(results_finish(m.results, false), EXIT_OK);
    run = results_json(m.results);
    assert_string_equal(text_in(cell_in(run, "rush/sqlite/atomic"), "durability"), "none (tmpfs)");
    assert_string_equal(text_in(cell_in(run, "rush/null/null"), "durability"), "full");
    unmake(&m);
}

static void test_an_honest_strategy_breaks_its_promise(void **state)
{
    const char *const inis[] = { rush_ini };
    struct made m;
    json_t *run;

    (void)state;
    make_cells(&m, inis, 1);
    assert_int_equal(open_results(&m, "promise"), EXIT_OK);
    assert_int_equal(results_environment(m.results, "."), EXIT_OK);
    assert_int_equal(give(&m, "rush/sqlite/atomic", 0, 5, "void"), EXIT_OK);
    assert_int_equal(give(&m, "rush/sqlite/naive", 0, 6, ""), EXIT_OK);
    assert_false(results_broken(m.results)); /* nothing is proved by a void trial, and naive promises nothing */
    assert_int_equal(give(&m, "rush/sqlite/atomic", 1, 6, "void"), EXIT_OK);
    assert_true(results_broken(m.results)); /* but a seat sold twice is */
    assert_int_equal(results_finish(m.results, false), EXIT_OK);
    unmake(&m);
    /* The document says so too: the report is made of nothing else. */
    run = json_of("promise");
    assert_true(json_is_true(json_object_get(cell_in(run, "rush/sqlite/atomic"), "broken")));
    assert_true(json_is_false(json_object_get(cell_in(run, "rush/sqlite/naive"), "broken")));
    json_decref(run);
}

/* ---- places that refuse --------------------------------------------------------------------------------------------
 */

static void test_unfinished_leaves_nothing(void **state)
{
    struct made m;

    (void)state;
    make_whole_run(&m, "never");
    assert_int_equal(unfinished_in("."), 1);
    unmake(&m);
    assert_int_equal(unfinished_in("."), 0);
    assert_false(exists("never"));
}

static void test_out_exists(void **state)
{
    const char *const inis[] = { rush_ini };
    struct made m;

    (void)state;
    make_cells(&m, inis, 1);
    assert_int_equal(mkdir("there", 0700), 0);
    capture_begin();
    assert_int_equal(open_results(&m, "there/"), EXIT_USAGE);
    assert_one_line("there exists already");
    capture_begin();
    assert_int_equal(open_results(&m, ""), EXIT_USAGE);
    assert_one_line("--out");
    assert_null(m.results);
    unmake(&m);
}

static void test_out_has_no_parent(void **state)
{
    const char *const inis[] = { rush_ini };
    struct made m;

    (void)state;
    make_cells(&m, inis, 1);
    capture_begin();
    assert_int_equal(open_results(&m, "nowhere/run"), EXIT_ERROR);
    assert_one_line("nowhere/run: No such file or directory; create the folder it should stand in first");
    capture_begin();
    assert_int_equal(open_results(&m, "rush.ini/run"), EXIT_ERROR);
    assert_one_line("rush.ini/run: Not a directory");
    unmake(&m);
}

static int open_as_nobody(void *made)
{
    struct made *m = made;

    return child_as_nobody() == 0 ? open_results(m, "locked/run") : 99;
}

static void test_out_may_not_be_written(void **state)
{
    const char *const inis[] = { rush_ini };
    struct made m;

    (void)state;
    make_cells(&m, inis, 1);
    assert_int_equal(mkdir("locked", 0555), 0);
    assert_int_equal(chmod(".", 0755), 0);
    capture_begin();
    assert_int_equal(child_run(open_as_nobody, &m), EXIT_ERROR);
    assert_one_line("locked/run: Permission denied; choose a folder you may write to with --out DIR");
    unmake(&m);
}

/* 1 while every trial fits; the code of the first that does not. Then closes, as the program would. */
static int fill(struct made *m, const char *out)
{
    int code = open_results(m, out);

    for (int64_t block = 0; block < 200 && code == EXIT_OK; block++)
        code = give(m, "rush/sqlite/atomic", block, 5, "");
    results_close(m->results);
    m->results = NULL;
    return code;
}

static int fill_small_disk(void *made)
{
    struct made *m = made;
    int code, left;

    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "disk", "tmpfs", 0, "size=128k") != 0)
        return 77;
    code = fill(m, "disk/run");
    left = unfinished_in("disk") + exists("disk/run");
    return left == 0 ? code : 98;
}

static void test_full_disk(void **state)
{
    const char *const inis[] = { rush_ini };
    struct made m;
    int code;

    (void)state;
    make_cells(&m, inis, 1);
    assert_int_equal(mkdir("disk", 0700), 0);
    capture_begin();
    code = child_run(fill_small_disk, &m);
    unmake(&m);
    if (code == 77) {
        capture_end();
        skip(); /* no right to mount; the next test stands in */
    }
    assert_int_equal(code, EXIT_ERROR);
    assert_one_line("No space left on device; free some space");
}

static int fill_limited(void *made)
{
    struct made *m = made;
    struct rlimit limit = { 20000, 20000 };
    int code;

    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 99;
    code = fill(m, "limited");
    return unfinished_in(".") == 0 && !exists("limited") ? code : 98;
}

/* timeline.csv is the file that grows over trials: it is refused while trials still run, not at the end. */
static void test_file_too_large(void **state)
{
    const char *const inis[] = { rush_ini };
    struct made m;

    (void)state;
    make_cells(&m, inis, 1);
    capture_begin();
    assert_int_equal(child_run(fill_limited, &m), EXIT_ERROR);
    assert_one_line("limited/timeline.csv: File too large; free some space");
    unmake(&m);
}

static int finish_limited(void *made)
{
    struct made *m = made;
    struct rlimit limit = { 20000, 20000 };
    int code;

    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 99;
    code = results_finish(m->results, false);
    results_close(m->results);
    m->results = NULL;
    return unfinished_in(".") == 0 && !exists("cut") ? code : 98;
}

static void test_no_room_for_run_json(void **state)
{
    struct made m;

    (void)state;
    make_whole_run(&m, "cut");
    capture_begin();
    assert_int_equal(child_run(finish_limited, &m), EXIT_ERROR);
    assert_one_line("cut/run.json: File too large");
    unmake(&m);
}

static int enter_scratch(void **state)
{
    (void)state;
    if (getcwd(top, sizeof top) == NULL || mkdtemp(scratch) == NULL || chdir(scratch) != 0)
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
        cmocka_unit_test(test_folder_appears_whole_with_latest),
        cmocka_unit_test(test_run_json_says_what_was),
        cmocka_unit_test(test_schema_accepts_it),
        cmocka_unit_test(test_schema_refuses_what_is_broken),
        cmocka_unit_test(test_csv_files),
        cmocka_unit_test(test_fairness),
        cmocka_unit_test(test_probes),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_what_only_some_users_do),
        cmocka_unit_test(test_what_nobody_does_is_absent),
        cmocka_unit_test(test_resolved_scenarios_run_again),
        cmocka_unit_test(test_same_trials_same_summaries),
        cmocka_unit_test(test_durability_is_what_was_read_back),
        cmocka_unit_test(test_an_honest_strategy_breaks_its_promise),
        cmocka_unit_test(test_unfinished_leaves_nothing),
        cmocka_unit_test(test_out_exists),
        cmocka_unit_test(test_hdr_files),
        cmocka_unit_test(test_out_has_no_parent),
        cmocka_unit_test(test_out_may_not_be_written),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_file_too_large),
        cmocka_unit_test(test_no_room_for_run_json),
    };

    return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
