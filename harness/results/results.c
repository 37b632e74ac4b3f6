#include "harness/results/results.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/base/say.h"
#include "harness/results/csv.h"
#include "harness/results/curve.h"
#include "harness/results/document.h"
#include "harness/results/environment.h"
#include "harness/results/folder.h"
#include "harness/results/hdr_files.h"
#include "harness/results/headline.h"
#include "harness/results/history.h"
#include "harness/results/redact.h"
#include "harness/results/table.h"
#include "harness/results/tables.h"
#include "harness/results/tally.h"
#include "harness/results/value.h"

struct results {
    struct folder folder;
    const struct cells *cells;
    struct tally *tallies; /* one per cell */
    struct hdr_log *logs;  /* one per cell */
    struct statistics statistics;
    struct output timeline, audit;
    json_t *run;
    json_t *environment, *databases; /* borrowed from run */
    time_t started;
};

/* "20261121T110000Z-<first scenario>[+n]" */
static void folder_name_of(const struct results *r, char *out, size_t size)
{
    const struct cells *cells = r->cells;
    struct tm tm;
    char when[32];
    int more = 0;

    for (size_t i = 1; i < cells->n; i++) {
        size_t j = 0;

        while (strcmp(cells->cell[j].group, cells->cell[i].group) != 0)
            j++;
        more += j == i;
    }
    gmtime_r(&r->started, &tm);
    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &tm);
    if (more > 0)
        snprintf(out, size, "%s-%s+%d", when, cells->cell[0].group, more);
    else
        snprintf(out, size, "%s-%s", when, cells->cell[0].group);
}

static int open_tallies(struct results *r)
{
    r->tallies = calloc(r->cells->n, sizeof *r->tallies);
    r->logs = calloc(r->cells->n, sizeof *r->logs);
    for (size_t i = 0; r->tallies != NULL && i < r->cells->n; i++)
        if (tally_init(&r->tallies[i]) != 0)
            return -1;
    return r->tallies != NULL && r->logs != NULL ? 0 : -1;
}

static int open_files(struct results *r)
{
    if (output_open(&r->timeline, &r->folder, "timeline.csv") != EXIT_OK ||
        output_open(&r->audit, &r->folder, "audit.csv") != EXIT_OK)
        return EXIT_ERROR;
    csv_header(&r->timeline, curve_timeline_header);
    table_audit_header(&r->audit);
    return EXIT_OK;
}

int results_open(struct results **out, const struct results_request *request)
{
    struct results *r = calloc(1, sizeof *r);
    char name[160];
    int code;

    *out = NULL;
    if (r == NULL)
        return say_out_of_memory("results");
    assert(request->cells->n > 0);
    r->cells = request->cells;
    r->started = time(NULL);
    statistics_init(&r->statistics, (uint64_t)request->seed);
    folder_name_of(r, name, sizeof name);
    if ((code = folder_begin(&r->folder, request->out, name)) != EXIT_OK || (code = open_files(r)) != EXIT_OK)
        goto fail;
    r->run = json_pack("{s:s, s:o, s:o, s:n, s:b, s:I, s:o, s:{}, s:n, s:n, s:[], s:[]}", "schema", "lastseat.run/1",
                       "tool", environment_tool(), "started_utc", value_utc(r->started), "ended_utc", "partial", 0,
                       "seed", (json_int_t)request->seed, "command", redact_command(request->argc, request->argv),
                       "environment", "calibrated_utc", "floors", "scenarios", "cells");
    if (r->run == NULL || open_tallies(r) != 0 ||
        (request->interleaved != NULL &&
         json_object_set_new(r->run, "interleaved", json_string(request->interleaved)) != 0)) {
        code = say_out_of_memory("results");
        goto fail;
    }
    *out = r;
    return EXIT_OK;

fail:
    results_close(r);
    return code;
}

int results_environment(struct results *r, const char *db_dir)
{
    json_t *environment = environment_read(db_dir);

    if (environment == NULL || json_object_set_new(r->run, "environment", environment) != 0)
        return say_out_of_memory("results");
    r->environment = environment;
    r->databases = json_object_get(environment, "databases");
    return EXIT_OK;
}

int results_floors(struct results *r, const json_t *calibration)
{
    json_t *floors = json_deep_copy(json_object_get(calibration, "floors"));

    if (floors == NULL || json_object_set_new(r->run, "floors", floors) != 0 ||
        json_object_set(r->run, "calibrated_utc", json_object_get(calibration, "calibrated_utc")) != 0)
        return say_out_of_memory("results");
    return EXIT_OK;
}

void *results_facts_of(struct results *r, const char *database, const char *durability)
{
    json_t *facts = json_object();

    json_array_append_new(r->databases,
                          json_pack("{s:s, s:s, s:O}", "name", database, "durability", durability, "facts", facts));
    json_decref(facts); /* the array holds it */
    return facts;
}

void results_fact(void *arg, const char *key, const char *value)
{
    json_object_set_new(arg, key, redact_string(value));
}

void results_solo(struct results *r, size_t cell, double statements_per_request)
{
    r->tallies[cell].solo = statements_per_request;
}

/* Of the tally's last trial; what the files hold stands beside what they came to. */
static int keep_history(const struct results *r, const struct cell *cell, const struct tally *tally,
                        const struct trial *trial, const struct witnesses *witnesses)
{
    struct history_file files[HISTORY_PARTS];
    int code = history_write(&r->folder, cell, (int64_t)tally->n, trial, witnesses, files);

    if (code == EXIT_OK &&
        json_object_set_new(json_array_get(tally->trials, tally->n - 1), "history", history_document(files)) != 0)
        return say_out_of_memory("results");
    return code;
}

int results_trial(struct results *r, size_t index, const struct trial *trial, const struct audit *audit,
                  const struct witnesses *witnesses)
{
    const struct cell *cell = &r->cells->cell[index];
    struct tally *tally = &r->tallies[index];
    int64_t number;

    if (tally_add(tally, trial, audit) != 0)
        return say_out_of_memory("results");
    number = (int64_t)tally->n;
    if (!trial->untimed && hdr_log_trial(&r->logs[index], cell, number, trial) != 0)
        return say_out_of_memory("results");
    if (audit != NULL)
        table_audit(&r->audit, cell, number, audit);
    /* A void trial's curve would be drawn as if it counted. */
    if (trial->void_reason[0] == '\0' && curve_timeline(&r->timeline, cell, number, trial) != 0)
        return say_out_of_memory("results");
    /* A full disk is said now, not after the last trial. */
    if (output_check(&r->timeline) != EXIT_OK || output_check(&r->audit) != EXIT_OK)
        return EXIT_ERROR;
    if (cell->scenario.history == HISTORY_ALL && trial->records != NULL)
        return keep_history(r, cell, tally, trial, witnesses);
    return EXIT_OK;
}

int results_precise(struct results *r, size_t index, bool *precise)
{
    struct headline headline;

    if (headline_read(&headline, &r->tallies[index], &r->statistics) != 0)
        return say_out_of_memory("results");
    *precise = !(headline.half_width > r->cells->cell[index].scenario.precision);
    return EXIT_OK;
}

/* The floor of a cell's scenario and sweep point. Keys of single strategies do not multiply the floor, so its sweep
 * point may be a part of the cell's: all keys it has must agree. */
static const struct tally *floor_of(const struct results *r, const struct cell *cell)
{
    for (size_t i = 0; i < r->cells->n; i++) {
        const struct cell *other = &r->cells->cell[i];
        bool agrees = cell_is_floor(other) && strcmp(other->group, cell->group) == 0;

        for (size_t k = 0; agrees && k < other->sweep_keys.n; k++) {
            size_t m = 0;

            while (m < cell->sweep_keys.n && strcmp(cell->sweep_keys.items[m], other->sweep_keys.items[k]) != 0)
                m++;
            agrees = m < cell->sweep_keys.n && strcmp(cell->sweep_values.items[m], other->sweep_values.items[k]) == 0;
        }
        if (agrees)
            return &r->tallies[i];
    }
    return NULL;
}

/* What stands beside every number is what was read back, when it was: "none (tmpfs)" for a scenario's "full". */
static const char *durability_of(const struct results *r, const struct cell *cell)
{
    const char *asked = database_durabilities[cell->scenario.db.durability], *read_back = NULL;
    const json_t *database;
    size_t i;

    json_array_foreach(r->databases, i, database)
    {
        const char *class = json_string_value(json_object_get(database, "durability"));

        if (strcmp(json_string_value(json_object_get(database, "name")), cell->db) != 0)
            continue;
        if (strcmp(class, asked) == 0)
            return asked;
        read_back = read_back != NULL ? read_back : class;
    }
    return read_back != NULL ? read_back : asked;
}

static bool is_first_of_scenario(const struct results *r, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(r->cells->cell[i].group, r->cells->cell[index].group) == 0)
            return false;
    return true;
}

static int add_scenarios(struct results *r)
{
    json_t *list = json_object_get(r->run, "scenarios");
    int code = EXIT_OK;

    for (size_t i = 0; i < r->cells->n && code == EXIT_OK; i++) {
        if (!is_first_of_scenario(r, i))
            continue;
        if (json_array_append_new(list, document_scenario(&r->cells->cell[i])) != 0)
            return say_out_of_memory("results");
        code = output_scenario(&r->folder, &r->cells->cell[i]);
    }
    return code;
}

static int add_cells(struct results *r)
{
    json_t *list = json_object_get(r->run, "cells");

    for (size_t i = 0; i < r->cells->n; i++)
        if (tally_summarise(&r->tallies[i], &r->statistics) != 0)
            return say_out_of_memory("results");
    for (size_t i = 0; i < r->cells->n; i++) {
        const struct cell *cell = &r->cells->cell[i];
        struct headline headline;

        if (headline_read(&headline, &r->tallies[i], &r->statistics) != 0 ||
            json_array_append_new(
                list, document_cell(cell, &r->tallies[i], floor_of(r, cell), &headline, durability_of(r, cell))) != 0)
            return say_out_of_memory("results");
    }
    return EXIT_OK;
}

int results_finish(struct results *r, bool partial)
{
    int code;

    if (json_object_set_new(r->run, "partial", json_boolean(partial)) != 0 ||
        json_object_set_new(r->run, "ended_utc", value_utc(time(NULL))) != 0)
        return say_out_of_memory("results");
    if ((code = output_close(&r->timeline, false)) != EXIT_OK || (code = output_close(&r->audit, false)) != EXIT_OK ||
        (code = add_scenarios(r)) != EXIT_OK || (code = add_cells(r)) != EXIT_OK ||
        (code = tables_write(&r->folder, r->cells, r->tallies)) != EXIT_OK ||
        (code = hdr_files_write(&r->folder, r->cells, r->tallies, r->logs)) != EXIT_OK ||
        (code = output_json(&r->folder, "run.json", r->run)) != EXIT_OK)
        return code;
    return folder_finish(&r->folder);
}

const char *results_path(const struct results *r)
{
    return r->folder.path;
}

const json_t *results_json(const struct results *r)
{
    return r->run;
}

bool results_broken(const struct results *r)
{
    for (size_t i = 0; i < r->cells->n; i++)
        if (finding_broken(&r->tallies[i].finding, &r->cells->cell[i]))
            return true;
    return false;
}

void results_close(struct results *r)
{
    if (r == NULL)
        return;
    output_drop(&r->timeline);
    output_drop(&r->audit);
    for (size_t i = 0; r->tallies != NULL && i < r->cells->n; i++)
        tally_destroy(&r->tallies[i]);
    for (size_t i = 0; r->logs != NULL && i < r->cells->n; i++)
        hdr_log_free(&r->logs[i]);
    free(r->tallies);
    free(r->logs);
    statistics_destroy(&r->statistics);
    json_decref(r->run);
    folder_discard(&r->folder);
    free(r);
}
