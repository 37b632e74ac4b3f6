#include "harness/breakpoint/dossier.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/base/say.h"
#include "harness/breakpoint/curve_csv.h"
#include "harness/results/document.h"
#include "harness/results/environment.h"
#include "harness/results/output.h"
#include "harness/results/redact.h"
#include "harness/results/statistics.h"
#include "harness/results/value.h"

static const char *axis_of(const struct cells *cells)
{
    return cells->cell[0].scenario.model == LOAD_OPEN ? "rate" : "users";
}

int dossier_open(struct dossier *d, const struct dossier_request *request)
{
    char name[160], when[32];
    time_t now = time(NULL);
    struct tm tm;
    int status;

    memset(d, 0, sizeof *d);
    d->cells = request->cells;
    d->most = request->most;
    d->limits = *request->limits;
    gmtime_r(&now, &tm);
    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &tm);
    snprintf(name, sizeof name, "%s-breakpoint-%s", when, request->cells->cell[0].group);
    if ((status = folder_begin(&d->folder, request->out, name)) != EXIT_OK)
        return status;
    d->folder.set_latest = false; /* `latest` is a run, which has other files */
    d->json = json_pack("{s:s, s:o, s:o, s:n, s:b, s:I, s:o, s:s, s:{s:I, s:f, s:f, s:I, s:I}, s:{}, s:[], s:[]}",
                        "schema", "lastseat.breakpoint/1", "tool", environment_tool(), "started_utc",
                        value_utc(time(NULL)), "ended_utc", "partial", 0, "seed", (json_int_t)request->seed, "command",
                        redact_command(request->argc, request->argv), "axis", axis_of(request->cells), "limits",
                        "slo_ns", (json_int_t)request->limits->slo_ns, "errors_share", request->limits->errors_share,
                        "amplification", request->limits->amplification, "least", (json_int_t)request->least, "most",
                        (json_int_t)request->most, "environment", "scenarios", "cells");
    return d->json != NULL ? EXIT_OK : say_out_of_memory("breakpoint");
}

int dossier_environment(struct dossier *d, const char *db_dir)
{
    json_t *environment = environment_read(db_dir);

    return environment != NULL && json_object_set_new(d->json, "environment", environment) == 0
               ? EXIT_OK
               : say_out_of_memory("breakpoint");
}

void *dossier_facts_of(struct dossier *d, const char *database, const char *durability)
{
    json_t *facts = json_object();

    json_array_append_new(json_object_get(json_object_get(d->json, "environment"), "databases"),
                          json_pack("{s:s, s:s, s:O}", "name", database, "durability", durability, "facts", facts));
    json_decref(facts); /* the array holds it */
    return facts;
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

void dossier_say(const struct hunt *hunt, int64_t most, char *out, size_t size)
{
    const char *unit = hunt->cell != NULL && hunt->cell->scenario.model == LOAD_OPEN ? "/s" : "";
    enum hunt_end end = hunt_end(hunt);
    struct bisect_ends ends;
    const char *cause;
    int64_t level;

    bisect_ends(&hunt->bisect, &ends);
    if (end == HUNT_HOLDS) {
        level = ends.holds != NULL ? ends.holds->level : 0;
        snprintf(out, size, "not up to %" PRId64 "%s%s", level, unit, level < most ? " (grey above)" : "");
        return;
    }
    if (end == HUNT_UNFINISHED || ends.broken == NULL) {
        snprintf(out, size, "unfinished");
        return;
    }
    cause = predicate_names[hunt_first_cause(hunt, ends.broken->level)];
    if (end == HUNT_UNMEASURABLE)
        snprintf(out, size, "not up to %" PRId64 "%s (the machine's limit)", ends.holds != NULL ? ends.holds->level : 0,
                 unit);
    else if (ends.holds == NULL)
        snprintf(out, size, "%" PRId64 "%s (%s)", ends.broken->level, unit, cause);
    else
        snprintf(out, size, "%" PRId64 "..%" PRId64 "%s (%s)", ends.holds->level, ends.broken->level, unit, cause);
}

static json_t *causes_of(const struct hunt *hunt, int64_t level)
{
    json_t *object = json_object();
    int broke[PREDICATE_COUNT], p;

    hunt_causes(hunt, level, broke);
    for (p = 0; p < PREDICATE_COUNT; p++)
        if (broke[p] > 0)
            json_object_set_new(object, predicate_names[p], json_integer(broke[p]));
    return object;
}

static const char *state_of(const struct bisect_point *point)
{
    if (bisect_point_holds(point))
        return "holds";
    return bisect_point_broken(point) ? "broken" : "grey";
}

/* One number of the trials at a level: {median, min, max}. */
static json_t *spread(double *values, size_t n)
{
    double median = n > 0 ? statistics_median(values, n) : NAN; /* sorts */

    return json_pack("{s:o, s:o, s:o}", "median", value_number(median, false), "min",
                     value_number(n > 0 ? values[0] : NAN, false), "max",
                     value_number(n > 0 ? values[n - 1] : NAN, false));
}

static json_t *level_of(const struct hunt *hunt, const struct bisect_point *point)
{
    double p99[BISECT_TESTS], statements[BISECT_TESTS], errors[BISECT_TESTS];
    int64_t floor_ns = -1, oversold = 0, unsold = 0;
    size_t i, n = 0;

    for (i = 0; i < hunt->n && n < BISECT_TESTS; i++) {
        const struct observation *o = &hunt->seen[i];

        if (o->level != point->level || o->set_aside)
            continue;
        p99[n] = (double)o->p99_ns;
        statements[n] = o->statements;
        errors[n++] = o->requests > 0 ? (double)o->errors / (double)o->requests : 0;
        floor_ns = o->floor_p99_ns;
        oversold = o->oversold > oversold ? o->oversold : oversold;
        unsold = o->unsold > unsold ? o->unsold : unsold;
    }
    return json_pack("{s:I, s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:I, s:I}", "level", (json_int_t)point->level,
                     "state", state_of(point), "trials", point->tests, "failed", point->failed, "broke",
                     causes_of(hunt, point->level), "p99_ns", spread(p99, n), "floor_p99_ns", value_known(floor_ns),
                     "statements_per_request", spread(statements, n), "errors_share", spread(errors, n),
                     "oversold_most", (json_int_t)oversold, "unsold_most", (json_int_t)unsold);
}

static json_t *level_or_null(const struct bisect_point *point)
{
    return point != NULL ? json_integer(point->level) : json_null();
}

static int add_search(const struct dossier *d, json_t *cell, const struct hunt *hunt)
{
    json_t *levels = json_array(), *search;
    enum predicate cause = PREDICATE_COUNT;
    struct bisect_ends ends;
    char text[128];
    size_t i;

    bisect_ends(&hunt->bisect, &ends);
    if (ends.broken != NULL)
        cause = hunt_first_cause(hunt, ends.broken->level);
    for (i = 0; i < hunt->bisect.n; i++)
        json_array_append_new(levels, level_of(hunt, &hunt->bisect.point[i]));
    dossier_say(hunt, d->most, text, sizeof text);
    search = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:I, s:o, s:o}", "axis", axis_of(d->cells), "end",
                       hunt_end_names[hunt_end(hunt)], "text", text, "holds", level_or_null(ends.holds), "breaks",
                       level_or_null(ends.broken), "cause",
                       cause != PREDICATE_COUNT ? json_string(predicate_names[cause]) : json_null(), "holds_again",
                       level_or_null(bisect_holds_again(&hunt->bisect)), "trials", (json_int_t)hunt->n,
                       "solo_statements_per_request", value_number(hunt->solo, false), "levels", levels);
    if (search != NULL && json_object_update(cell, search) == 0) {
        json_decref(search);
        return 0;
    }
    json_decref(search);
    return -1;
}

/* As read back; of a cell that was never begun, as asked for. */
static const char *durability_of(const struct hunt *hunt, const struct cell *cell)
{
    return hunt->database != NULL ? database_durability(hunt->database, &cell->scenario.db)
                                  : database_durabilities[cell->scenario.db.durability];
}

static int add_cells(struct dossier *d, const struct hunt *hunts)
{
    json_t *list = json_object_get(d->json, "cells");
    size_t i;

    if (json_array_append_new(json_object_get(d->json, "scenarios"), document_scenario(&d->cells->cell[0])) != 0)
        return say_out_of_memory("breakpoint");
    for (i = 0; i < d->cells->n; i++) {
        const struct cell *cell = &d->cells->cell[i];
        json_t *object;

        if (cell_is_floor(cell))
            continue;
        object = document_identity(cell, durability_of(&hunts[i], cell));
        if (object == NULL || json_array_append_new(list, object) != 0)
            return say_out_of_memory("breakpoint");
        json_object_del(object, "users");
        if (cell->skip[0] != '\0') {
            if (json_object_update_new(object, json_pack("{s:s, s:s, s:o}", "end", "skipped", "text", "-", "reason",
                                                         redact_string(cell->skip))) != 0)
                return say_out_of_memory("breakpoint");
        } else if (add_search(d, object, &hunts[i]) != 0) {
            return say_out_of_memory("breakpoint");
        }
    }
    return EXIT_OK;
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

int dossier_finish(struct dossier *d, const struct hunt *hunts, bool partial)
{
    int status;

    if (json_object_set_new(d->json, "partial", json_boolean(partial)) != 0 ||
        json_object_set_new(d->json, "ended_utc", value_utc(time(NULL))) != 0)
        return say_out_of_memory("breakpoint");
    if ((status = add_cells(d, hunts)) != EXIT_OK ||
        (status = output_scenario(&d->folder, &d->cells->cell[0])) != EXIT_OK ||
        (status = curve_csv_trials(&d->folder, d->cells, hunts)) != EXIT_OK ||
        (status = curve_csv_cells(&d->folder, d->json)) != EXIT_OK ||
        (status = output_json(&d->folder, "breakpoint.json", d->json)) != EXIT_OK)
        return status;
    return folder_finish(&d->folder);
}

void dossier_close(struct dossier *d)
{
    json_decref(d->json);
    folder_discard(&d->folder);
    memset(d, 0, sizeof *d);
}
