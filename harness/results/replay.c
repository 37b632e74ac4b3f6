#include "harness/results/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/base/sum.h"
#include "harness/results/faults.h"
#include "harness/results/history.h"
#include "harness/results/mapped.h"
#include "harness/results/member.h"
#include "harness/results/results.h"

/* ---- the run ----------------------------------------------------------------------------------------------------- */

static int load_scenario(struct replay *r, const char *name)
{
    char path[4096];
    int code;

    if (text_format(path, sizeof path, "%s/scenario/%s.ini", r->dir, name) != 0) {
        say_error("%s: the path of scenario %s is too long", r->dir, name);
        return EXIT_USAGE;
    }
    if ((code = scenario_load(&r->scenarios[r->scenario_count], path, NULL, 0)) == EXIT_OK)
        r->scenario_count++;
    return code;
}

static int expand(struct replay *r)
{
    const struct scenario **pointers = calloc(r->scenario_count + 1, sizeof *pointers);
    int code;

    if (pointers == NULL)
        return say_out_of_memory("audit");
    for (size_t i = 0; i < r->scenario_count; i++)
        pointers[i] = &r->scenarios[i];
    code = cells_expand(&r->cells, pointers, r->scenario_count, NULL, NULL);
    free(pointers);
    return code;
}

int replay_open(struct replay *r, const char *dir)
{
    const json_t *list, *scenario;
    size_t i;
    int code;

    memset(r, 0, sizeof *r);
    r->dir = dir;
    if ((code = results_load(&r->run, dir)) != EXIT_OK)
        return code;
    list = json_object_get(r->run, "scenarios");
    if ((r->scenarios = calloc(json_array_size(list) + 1, sizeof *r->scenarios)) == NULL)
        return say_out_of_memory("audit");
    json_array_foreach(list, i, scenario)
    {
        if ((code = load_scenario(r, member_text(scenario, "name"))) != EXIT_OK)
            return code;
    }
    return expand(r);
}

void replay_close(struct replay *r)
{
    if (r == NULL)
        return;
    cells_free(&r->cells);
    for (size_t i = 0; i < r->scenario_count; i++)
        scenario_free(&r->scenarios[i]);
    free(r->scenarios);
    json_decref(r->run);
    memset(r, 0, sizeof *r);
}

const struct cell *replay_cell(const struct replay *r, const char *id)
{
    for (size_t i = 0; i < r->cells.n; i++)
        if (strcmp(r->cells.cell[i].id, id) == 0)
            return &r->cells.cell[i];
    return NULL;
}

/* ---- the files of a trial ---------------------------------------------------------------------------------------- */

/* What run.json says of the file against what was read. written NULL: the run is older than the key. */
static int compare_file(const char *path, const json_t *written, const struct mapped *m, int64_t rows, char *why)
{
    char sum[17];

    if (written == NULL)
        return 0;
    if (json_integer_value(json_object_get(written, "rows")) != rows) {
        snprintf(why, REPLAY_WHY_SIZE, "%s: %" PRId64 " rows where the run wrote %lld: cut off or edited since", path,
                 rows, (long long)json_integer_value(json_object_get(written, "rows")));
        return -1;
    }
    snprintf(sum, sizeof sum, "%016" PRIx64, sum_bytes(SUM_EMPTY, m->bytes, m->n));
    if (strcmp(member_text(written, "fnv1a"), sum) != 0) {
        snprintf(why, REPLAY_WHY_SIZE,
                 "%s: not what the run wrote: its sum is %s, run.json says %s; edited or reordered since", path, sum,
                 member_text(written, "fnv1a"));
        return -1;
    }
    return 0;
}

/* Every run leaves requests, and of an audited trial ledger and counters; the others only where there are rows. */
static bool is_expected(const json_t *history, enum history_part part)
{
    if (history != NULL)
        return json_object_get(history, history_part_names[part]) != NULL;
    return part == HISTORY_REQUESTS || part == HISTORY_LEDGER || part == HISTORY_COUNTERS;
}

static int take_file(struct history_reader *h, enum history_part part, const char *path, const json_t *history,
                     char *why)
{
    struct mapped m;
    int error = mapped_open(&m, path), status = -1;

    if (error == ENOENT && !is_expected(history, part))
        return 0;
    if (error != 0)
        snprintf(why, REPLAY_WHY_SIZE, "%s: %s", path,
                 error == ENOENT ? "missing: without it nothing can be judged" : strerror(error));
    else if (history != NULL && !is_expected(history, part))
        snprintf(why, REPLAY_WHY_SIZE, "%s: not of this run: run.json does not name it", path);
    else if (history_reader_take(h, part, m.bytes, m.n) != 0)
        snprintf(why, REPLAY_WHY_SIZE, "%s:%" PRId64 ": %s", path, h->line, h->error);
    else
        status = compare_file(path, json_object_get(history, history_part_names[part]), &m, h->rows[part], why);
    mapped_close(&m);
    return status;
}

/* The trial's own counts: a run that is older than the sums has these to be held against. */
static int compare_counts(const char *path, const json_t *trial, const struct history_reader *h, char *why)
{
    const json_t *outcomes = json_object_get(trial, "outcomes");
    int64_t requests = (int64_t)json_integer_value(json_object_get(trial, "requests"));

    if (requests != h->trial.totals.requests) {
        snprintf(why, REPLAY_WHY_SIZE, "%s: %" PRId64 " requests where run.json says %" PRId64 ": cut off or edited",
                 path, h->trial.totals.requests, requests);
        return -1;
    }
    for (int o = 0; o < OUTCOME_COUNT; o++) {
        const char *name = outcome_name((enum outcome)o);
        int64_t said = (int64_t)json_integer_value(json_object_get(outcomes, name));

        if (said != h->trial.totals.outcomes[o]) {
            snprintf(why, REPLAY_WHY_SIZE, "%s: %" PRId64 " requests are %s where run.json says %" PRId64 ": edited",
                     path, h->trial.totals.outcomes[o], name, said);
            return -1;
        }
    }
    return 0;
}

int replay_read(const struct replay *r, const struct cell *cell, const json_t *trial, struct history_reader *h,
                char why[REPLAY_WHY_SIZE])
{
    const int64_t number = (int64_t)json_integer_value(json_object_get(trial, "trial"));
    const json_t *history = json_object_get(trial, "history");
    char path[512], requests[sizeof path], name[HISTORY_NAME_SIZE];

    memset(h, 0, sizeof *h);
    h->events = cell->scenario.events;
    h->trial.block = (int64_t)json_integer_value(json_object_get(trial, "block"));
    h->trial.seed = (int64_t)json_integer_value(json_object_get(trial, "seed"));
    snprintf(h->trial.void_reason, sizeof h->trial.void_reason, "%s", member_text(trial, "void_reason"));
    faults_read(&h->trial.faults, trial);
    history_name(cell, name);
    for (int part = 0; part < HISTORY_PARTS; part++) {
        if (text_format(path, sizeof path, "%s/history/%s/%" PRId64 "%s", r->dir, name, number,
                        history_suffixes[part]) != 0) {
            snprintf(why, REPLAY_WHY_SIZE, "%.300s: the path is too long", r->dir);
            return -1;
        }
        if (part == HISTORY_REQUESTS)
            memcpy(requests, path, sizeof path);
        if (take_file(h, (enum history_part)part, path, history, why) != 0)
            return -1;
    }
    if (h->trial.gate_count > 0 && cell->scenario.instances > 1 && !h->apps_known) {
        snprintf(why, REPLAY_WHY_SIZE, "%s: has no column 'app': the gates of several apps cannot be judged", requests);
        return -1;
    }
    return compare_counts(requests, trial, h, why);
}
