/* Every promise in every shipped scenario that it applies to, LASTSEAT_TRIALS times (default 3) on each database; the
 * core strategies fifteen times as often in the rush: 200 of the one are 3,000 of the other, which bound the rate of
 * what was not seen below 0.1 % (3 / n, at 95 %). Times of users and of the network are a hundredth of the scenario's:
 * what they are compared with stays in proportion, and the waiting is left out. LASTSEAT_SCENARIOS and LASTSEAT_DB,
 * names between blanks or commas, take a part of it. Prints a table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "harness/audit/audit.h"
#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/results/environment.h"
#include "harness/results/finding.h"
#include "harness/run/place.h"
#include "harness/run/trial.h"
#include "tests/support/bench.h"

/* The default ttl outlasts every limit of waiting and is left as it is: limits are not scaled, and soft_hold promises
 * less where a hold may run out in a wait. */
#define LONG_HOLD_NS    (300 * NS_PER_S)
#define SCALE           100
#define TRIALS          3
#define RUSH            "rush-1000x10"
#define RUSH_TIMES      15
#define ENOUGH_AT_95    3.0 /* none seen in n: the rate is below 3 / n, with 95 % confidence */
#define RETAKEN_MOST    10  /* one in so many trials may prove nothing, and one more */
#define OWN_CONNECTIONS 8   /* of the audit and the harness, beside the pools */
#define ENDLESS         100000 /* seats: more than closed load sells in a hundredth of its time, and still soon filled in */

static struct scenario *scenarios;
static struct text_list names;
static struct cells cells;

/* ---- the cells --------------------------------------------------------------------------------------------------- */

static const struct {
    const char *section, *name;
} scaled[] = { { "load", "duration" }, { "load", "patience" },    { "checkout", "time" },
               { "hold", "ttl" },      { "mix", "cancel_after" }, { "db", "rtt" } };

static bool is_scaled(const struct option *row)
{
    size_t i;

    for (i = 0; i < sizeof scaled / sizeof scaled[0]; i++)
        if (strcmp(row->section, scaled[i].section) == 0 && strcmp(row->name, scaled[i].name) == 0)
            return true;
    return false;
}

static void scale_down(struct scenario *scenario)
{
    const struct option *row;

    if (scenario->model == LOAD_CLOSED && scenario->seats > ENDLESS)
        scenario->seats = ENDLESS;
    for (row = scenario_options; row->name != NULL; row++) {
        void *field = (char *)scenario + row->offset;

        if (!is_scaled(row) || (field == &scenario->hold_ttl_ns && scenario->hold_ttl_ns >= LONG_HOLD_NS))
            continue;
        if (row->type == OPTION_LAW) {
            ((struct law *)field)->lo_ns /= SCALE;
            ((struct law *)field)->hi_ns /= SCALE;
        } else {
            *(int64_t *)field /= SCALE;
        }
    }
}

/* Points of one sweep share a row of the table. */
static bool shares_row(const struct cell *a, const struct cell *b)
{
    return strcmp(a->group, b->group) == 0 && strcmp(a->db, b->db) == 0 &&
           strcmp(a->variant.name, b->variant.name) == 0;
}

/* Every honest strategy, and the variants that a scenario names itself. */
static void expand(const struct scenario *const *each)
{
    struct text_list all = { 0 };
    struct cells own;
    size_t i, k, n;

    assert_int_equal(text_list_add(&all, "all", strlen("all")), 0);
    assert_int_equal(cells_expand(&cells, each, names.n, &all, NULL), EXIT_OK);
    text_list_free(&all);
    assert_int_equal(cells_expand(&own, each, names.n, NULL, NULL), EXIT_OK);
    n = cells.n;
    assert_non_null(cells.cell = realloc(cells.cell, (n + own.n) * sizeof *cells.cell));
    for (i = 0; i < own.n; i++) {
        for (k = 0; k < n && !shares_row(&cells.cell[k], &own.cell[i]); k++)
            continue;
        if (k == n)
            cells.cell[cells.n++] = own.cell[i];
        else
            cell_free(&own.cell[i]);
    }
    free(own.cell);
}

static void expand_all(void)
{
    const struct scenario **each;
    size_t i;

    assert_int_equal(scenario_names(&names), 0);
    assert_non_null(scenarios = calloc(names.n, sizeof *scenarios));
    assert_non_null(each = calloc(names.n, sizeof *each));
    for (i = 0; i < names.n; i++) {
        assert_int_equal(scenario_load(&scenarios[i], names.items[i], NULL, 0), EXIT_OK);
        each[i] = &scenarios[i];
    }
    expand(each);
    free(each);
    for (i = 0; i < cells.n; i++)
        scale_down(&cells.cell[i].scenario);
}

static int open_all(void **state)
{
    int64_t most = 0, connections;
    size_t i;

    (void)state;
    expand_all();
    for (i = 0; i < cells.n; i++) {
        connections = cells.cell[i].scenario.instances * cells.cell[i].scenario.pool;
        most = connections > most ? connections : most;
    }
    for (i = 0; i < BENCH_DATABASES; i++)
        bench_databases[i] = bench_database(bench_names[i], (int)most + OWN_CONNECTIONS);
    return bench_databases[0] == NULL;
}

static int close_all(void **state)
{
    size_t i;

    cells_free(&cells);
    for (i = 0; i < names.n; i++)
        scenario_free(&scenarios[i]);
    free(scenarios);
    text_list_free(&names);
    return bench_close_databases(state);
}

/* ---- the trials -------------------------------------------------------------------------------------------------- */

static struct database *database_of(const struct cell *cell)
{
    size_t i;

    for (i = 0; i < BENCH_DATABASES; i++)
        if (strcmp(bench_names[i], cell->db) == 0)
            return bench_databases[i];
    return NULL;
}

/* Not named by an environment variable that names something. */
static bool is_left_out(const char *variable, const char *name)
{
    const char *asked = getenv(variable), *at = asked;
    size_t length = strlen(name);

    if (asked == NULL || asked[0] == '\0')
        return false;
    while ((at = strstr(at, name)) != NULL) {
        if ((at == asked || strchr(" ,", at[-1]) != NULL) && strchr(" ,", at[length]) != NULL)
            return false;
        at += length;
    }
    return true;
}

static bool is_run(const struct cell *cell)
{
    const struct database *database = database_of(cell);

    if (is_left_out("LASTSEAT_SCENARIOS", cell->group) || is_left_out("LASTSEAT_DB", cell->db))
        return false;
    return cell->skip[0] == '\0' && database != NULL && (cell_needs(cell) & ~database_caps(database)) == 0 &&
           cell_promises(cell) != 0;
}

static int64_t trials_of(const struct cell *cell)
{
    const char *asked = getenv("LASTSEAT_TRIALS");
    int64_t trials = asked != NULL ? strtoll(asked, NULL, 10) : TRIALS;
    bool is_core = (cell->variant.registered->strategy->traits & TRAIT_CORE) != 0;

    assert_true(trials > 0);
    return is_core && strcmp(cell->group, RUSH) == 0 ? RUSH_TIMES * trials : trials;
}

/* A trial needs a house as it was before the first, but no new one: to rewind a place and to keep its connections takes
 * a tenth of the time. Connections whose statements are an app's own (run/own.h) are of no use to the next. */
static void prepare(const struct cell *cell)
{
    struct database *database = database_of(cell);

    assert_int_equal(place_prepare(database, cell, "promises"), 0);
    assert_int_equal(database_remember(database), 0);
    database_keep_connections(database, cell->scenario.cancel <= 0 && cell->scenario.browsers == 0);
}

static void rewind_place(const struct cell *cell)
{
    struct database *database = database_of(cell);
    char error[DB_ERROR_SIZE] = "";
    struct db *db = database_connect(database, &cell->scenario.db, NULL, error, sizeof error);

    assert_non_null(db);
    assert_int_equal(database_rewind(database, db), 0);
    db_close(db);
}

/* True: it counts, and its audit could say. */
static bool run_trial(struct finding *finding, const struct cell *cell, int64_t number)
{
    struct database *database = database_of(cell);
    int64_t unproved = finding->voids + finding->unknown;
    struct witnesses witnesses;
    struct trial trial;
    struct audit audit;

    assert_int_equal(trial_run_in_place(&trial, cell, database, number, NULL), EXIT_OK);
    assert_int_equal(audit_read(&witnesses, cell, database), EXIT_OK);
    audit_judge(&audit, cell, &trial, &witnesses);
    finding_add(finding, &trial, &audit);
    witnesses_free(&witnesses);
    trial_free(&trial);
    return finding->voids + finding->unknown == unproved;
}

struct line {
    int64_t trials, retaken; /* that prove something, that do not */
    bool broken;
    char why[256]; /* the first cell that is broken, or was not proved */
};

static void explain_line(struct line *line, const struct finding *finding, const struct cell *cell, int64_t taken)
{
    if (!finding_broken(finding, cell))
        snprintf(line->why, sizeof line->why, "%lld of %lld trials void, %lld in doubt: %.80s%.80s",
                 (long long)finding->voids, (long long)taken, (long long)finding->unknown, finding->void_reason,
                 finding->unknown_reason);
    else if (finding->invalid > 0)
        snprintf(line->why, sizeof line->why, "%lld of %lld trials invalid: %.160s", (long long)finding->invalid,
                 (long long)taken, finding->invalid_reason);
    else
        finding_reason(finding, cell, NULL, line->why, sizeof line->why);
}

/* A trial that proves nothing, as the machine was busy elsewhere, is taken again with the next seed, and counted. */
static void add_cell(struct line *line, const struct cell *cell, int64_t trials)
{
    struct finding finding = { 0 };
    int64_t proved = 0, taken = 0;

    prepare(cell);
    while (proved < trials && taken < trials + trials / RETAKEN_MOST + 1) {
        if (taken > 0)
            rewind_place(cell);
        proved += run_trial(&finding, cell, ++taken);
    }
    database_drop(database_of(cell));
    if (!line->broken && (proved < trials || finding_broken(&finding, cell))) {
        line->broken = true;
        explain_line(line, &finding, cell, taken);
    }
    line->trials += proved;
    line->retaken += taken - proved;
}

static void promised(const struct cell *cell, char *out, size_t size)
{
    unsigned promises = cell_promises(cell);
    size_t i, used = 0;

    out[0] = '\0';
    for (i = 0; cell_promise_names[i] != NULL && used < size; i++)
        if ((promises & 1u << i) != 0)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", cell_promise_names[i]);
}

/* True: every promise was kept. */
static bool run_row(size_t first)
{
    const struct cell *cell = &cells.cell[first];
    int64_t points = 0, began_ns = clock_now_ns(), trials = trials_of(cell);
    struct line line = { 0 };
    char promises[120];
    size_t i;

    for (i = first; i < cells.n; i++)
        points += shares_row(cell, &cells.cell[i]);
    for (i = first; i < cells.n; i++)
        if (shares_row(cell, &cells.cell[i]))
            add_cell(&line, &cells.cell[i], (trials + points - 1) / points);
    promised(cell, promises, sizeof promises);
    printf("%-26s %-24s %-9s %6lld %8lld  ", cell->group, cell->variant.name, cell->db, (long long)line.trials,
           (long long)line.retaken);
    if (line.broken)
        printf("BROKEN: %s", line.why);
    else if ((double)line.trials > ENOUGH_AT_95)
        printf("%6.2g %%", 100 * ENOUGH_AT_95 / (double)line.trials);
    else
        printf("%8s", "-");
    printf("  %7.1f  %s\n", (double)(clock_now_ns() - began_ns) / (double)NS_PER_S, promises);
    fflush(stdout);
    return !line.broken;
}

static bool is_first_of_row(size_t at)
{
    size_t i;

    for (i = 0; i < at; i++)
        if (shares_row(&cells.cell[i], &cells.cell[at]))
            return false;
    return true;
}

static void print_version(void *arg, const char *key, const char *value)
{
    if (strcmp(key, "version") == 0)
        printf(", %s %s", (const char *)arg, value);
}

/* What was measured, with what: the table may be read elsewhere and later. */
static void print_head(void)
{
    const struct db_settings settings = { .durability = DURABILITY_FULL };
    json_t *tool = environment_tool();
    char name[16];
    size_t i;

    assert_non_null(tool);
    printf("# lastseat %s, git %s%s", json_string_value(json_object_get(tool, "version")),
           json_string_value(json_object_get(tool, "git")),
           json_is_true(json_object_get(tool, "dirty")) ? " (dirty)" : "");
    for (i = 0; i < BENCH_DATABASES; i++) {
        if (bench_databases[i] == NULL || is_left_out("LASTSEAT_DB", bench_names[i]))
            continue;
        snprintf(name, sizeof name, "%s", bench_names[i]);
        assert_int_equal(database_facts(bench_databases[i], &settings, print_version, name), 0);
    }
    printf(", %ld processors, checkout, rtt and a ttl below 5m divided by %d\n", sysconf(_SC_NPROCESSORS_ONLN), SCALE);
    printf("%-26s %-24s %-9s %6s %8s  %8s  %7s  %s\n", "scenario", "variant", "database", "trials", "retaken", "rate <",
           "s", "promises");
    json_decref(tool);
}

static void test_every_promise_in_every_scenario(void **state)
{
    int64_t rows = 0, broken = 0;
    size_t i;

    (void)state;
    print_head();
    for (i = 0; i < cells.n; i++) {
        if (!is_run(&cells.cell[i]) || !is_first_of_row(i))
            continue;
        rows++;
        broken += !run_row(i);
    }
    printf("%lld rows, %lld with a promise broken or unproved; rates at 95 %%\n", (long long)rows, (long long)broken);
    assert_true(rows > 0);
    assert_int_equal(broken, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_promise_in_every_scenario),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
