#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/doubted.h"
#include "harness/base/say.h"
#include "harness/results/document.h"
#include "harness/results/fair.h"
#include "harness/results/faults.h"
#include "harness/results/finding.h"
#include "harness/results/probed.h"
#include "harness/results/redact.h"
#include "harness/results/replay.h"

/* What all trials came to. */
struct sum {
    const struct replay_sink *sink;
    int refused, differing, judged;
    bool broken;
    int code; /* of the sink */
};

/* A number of run.json has nine digits. */
static bool same(const json_t *a, const json_t *b)
{
    double x = json_number_value(a), y = json_number_value(b);

    return json_equal(a, b) || (json_is_real(a) && json_is_number(b) && fabs(x - y) <= 1e-8 * fmax(fabs(x), fabs(y)));
}

/* Adds {key, run, replay} for what the run said otherwise. A key that only one of the two has was not known to the
 * other. */
static void add_differences(json_t *list, const json_t *was, const json_t *is)
{
    const char *key;
    const json_t *value;

    json_object_foreach((json_t *)(uintptr_t)was, key, value)
    {
        const json_t *again = json_object_get(is, key);

        if (again != NULL && !same(value, again))
            json_array_append_new(list, json_pack("{s:s, s:O, s:O}", "key", key, "run", value, "replay", again));
    }
}

static void say_differences(const char *id, long long trial, const json_t *list)
{
    const json_t *difference;
    size_t i;

    json_array_foreach(list, i, difference)
    {
        char *was = json_dumps(json_object_get(difference, "run"), JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
        char *is = json_dumps(json_object_get(difference, "replay"), JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));

        say_error("%s trial %lld: %s is %s, run.json says %s", id, trial,
                  json_string_value(json_object_get(difference, "key")), is != NULL ? is : "?",
                  was != NULL ? was : "?");
        free(was);
        free(is);
    }
}

static json_t *refuse(struct sum *sum, long long number, const char *why)
{
    sum->refused++;
    say_error("%s", why);
    return json_pack("{s:I, s:o}", "trial", (json_int_t)number, "refused", redact_string(why));
}

static json_t *judge_trial(const struct replay *r, const struct cell *cell, const json_t *trial, struct finding *f,
                           struct sum *sum)
{
    const long long number = (long long)json_integer_value(json_object_get(trial, "trial"));
    struct history_reader h;
    struct audit audit;
    char why[REPLAY_WHY_SIZE];
    json_t *object, *again, *fairness, *list;

    if (replay_read(r, cell, trial, &h, why) != 0) {
        object = refuse(sum, number, why);
    } else if (audit_mark_again(&h.trial, &h.witnesses) != 0) {
        object = refuse(sum, number, "out of memory for the audit");
    } else {
        if (sum->sink != NULL && sum->code == EXIT_OK)
            sum->code = sum->sink->take(sum->sink->arg, cell, number, &h.trial);
        probed_read(&h.trial.probes, json_object_get(trial, "audit"));
        audit_judge(&audit, cell, &h.trial, &h.witnesses);
        faults_recall(trial, cell, &h.trial.faults, &audit);
        finding_add(f, &h.trial, &audit);
        sum->judged++;
        again = document_audit(&audit);
        fairness = fair_document(&audit.fairness);
        list = json_array();
        add_differences(list, json_object_get(trial, "audit"), again);
        add_differences(list, json_object_get(trial, "fairness"), fairness);
        say_differences(cell->id, number, list);
        sum->differing += json_array_size(list) > 0;
        object = json_pack("{s:I, s:o, s:o, s:o}", "trial", (json_int_t)number, "audit", again, "fairness", fairness,
                           "differences", list);
    }
    history_reader_free(&h);
    return object;
}

/* Every trial that was audited then. NULL: out of memory. */
static json_t *judge_trials(const struct replay *r, const struct cell *cell, const json_t *run_cell, struct finding *f,
                            struct sum *sum)
{
    json_t *list = json_array();
    const json_t *trial;
    size_t i;

    json_array_foreach(json_object_get(run_cell, "trials"), i, trial)
    {
        if (json_is_object(json_object_get(trial, "audit")) &&
            json_array_append_new(list, judge_trial(r, cell, trial, f, sum)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *judge_cell(const struct replay *r, const struct cell *cell, const json_t *run_cell, struct sum *sum)
{
    bool kept = cell->scenario.history == HISTORY_ALL, broken;
    int refused = sum->refused;
    struct finding finding;
    char reason[320];
    json_t *trials;

    memset(&finding, 0, sizeof finding);
    trials = kept ? judge_trials(r, cell, run_cell, &finding, sum) : json_array();
    if (trials == NULL)
        return NULL;
    broken = finding_broken(&finding, cell);
    sum->broken |= broken;
    if (!kept)
        snprintf(reason, sizeof reason, "no single requests were kept ([run] history = none)");
    else if (refused < sum->refused)
        snprintf(reason, sizeof reason, "%d of %zu histories refused", sum->refused - refused, json_array_size(trials));
    else
        finding_reason(&finding, cell, NULL, reason, sizeof reason);
    return json_pack("{s:o, s:s, s:o, s:b, s:b, s:o}", "id", redact_string(cell->id), "verdict",
                     refused < sum->refused ? "unknown" : finding_verdict(&finding, cell), "reason",
                     redact_string(reason), "kept", kept, "broken", broken, "trials", trials);
}

/* Cells that do no work, or did not run, were not audited. */
static bool was_audited(const json_t *run_cell)
{
    const json_t *trial;
    size_t i;

    json_array_foreach(json_object_get(run_cell, "trials"), i, trial)
    {
        if (json_is_object(json_object_get(trial, "audit")))
            return true;
    }
    return false;
}

static int unknown_cell(const struct replay *r, const char *id)
{
    size_t n = json_array_size(json_object_get(r->run, "cells"));
    const char **names = calloc(n + 1, sizeof *names), *near = NULL;

    for (size_t i = 0; names != NULL && i < n; i++) {
        names[i] = json_string_value(json_object_get(json_array_get(json_object_get(r->run, "cells"), i), "id"));
        names[i] = names[i] != NULL ? names[i] : "";
    }
    if (names != NULL)
        near = text_nearest(id, names, n);
    if (near != NULL)
        say_error("%s: no audited cell '%s'; did you mean '%s'?", r->dir, id, near);
    else
        say_error("%s: no audited cell '%s' (a cell is scenario/database/variant, as in its cells.csv)", r->dir, id);
    free(names);
    return EXIT_USAGE;
}

/* Appends what a cell came to; one that was not audited, or not asked for, is left out. */
static int add_cell(const struct replay *r, const char *only, const json_t *run_cell, json_t *cells, struct sum *sum)
{
    const char *id = json_string_value(json_object_get(run_cell, "id"));
    const struct cell *cell;

    if (id == NULL || (only != NULL && strcmp(id, only) != 0) || !was_audited(run_cell))
        return EXIT_OK;
    if ((cell = replay_cell(r, id)) == NULL) {
        say_error("%s: cell %s is in run.json, but the scenarios beside it do not expand to it: edited, or written by "
                  "another version",
                  r->dir, id);
        return EXIT_ERROR;
    }
    if (json_array_append_new(cells, judge_cell(r, cell, run_cell, sum)) == 0)
        return EXIT_OK;
    say_error("audit: out of memory");
    return EXIT_ERROR;
}

static int check_kept(const struct replay *r, const char *id, const json_t *cells)
{
    const json_t *cell;
    size_t i;

    json_array_foreach(cells, i, cell)
    {
        if (json_is_true(json_object_get(cell, "kept")))
            return EXIT_OK;
    }
    if (id != NULL && json_array_size(cells) == 0)
        return unknown_cell(r, id);
    if (json_array_size(cells) == 0)
        say_error("%s: no trial of this run was audited: nothing to judge", r->dir);
    else
        say_error("%s: no single requests were kept ([run] history = none): run it again with --set run.history=all",
                  r->dir);
    return EXIT_ERROR;
}

int replay_judge(const struct replay *r, const char *id, const struct replay_sink *sink, json_t **document)
{
    json_t *cells = json_array();
    const json_t *run_cell;
    struct sum sum = { .sink = sink };
    size_t i;
    int code = cells != NULL ? EXIT_OK : EXIT_ERROR;

    *document = NULL;
    json_array_foreach(json_object_get(r->run, "cells"), i, run_cell)
    {
        if (code == EXIT_OK)
            code = add_cell(r, id, run_cell, cells, &sum);
        if (code == EXIT_OK)
            code = sum.code;
    }
    if (code == EXIT_OK)
        code = check_kept(r, id, cells);
    if (code == EXIT_OK) {
        *document = json_pack("{s:s, s:o, s:i, s:i, s:i, s:b, s:O}", "schema", "lastseat.audit/1", "run",
                              redact_string(r->dir), "judged", sum.judged, "refused", sum.refused, "differing",
                              sum.differing, "broken", sum.broken, "cells", cells);
        if (*document == NULL) {
            say_error("audit: out of memory");
            code = EXIT_ERROR;
        }
    }
    json_decref(cells);
    return code;
}
