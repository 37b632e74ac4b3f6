#include "harness/results/document.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/results/colour.h"
#include "harness/results/fair.h"
#include "harness/results/faults.h"
#include "harness/results/headline.h"
#include "harness/results/pace_value.h"
#include "harness/results/redact.h"
#include "harness/results/settings.h"
#include "harness/results/spent.h"
#include "harness/results/tally.h"
#include "harness/results/validity.h"
#include "harness/results/value.h"

/* {reason: n} of those that occurred. */
static json_t *reasons(const int64_t counts[REASON_COUNT])
{
    json_t *object = json_object();
    int failed = 0;

    for (int r = 0; r < REASON_COUNT; r++)
        if (counts[r] > 0)
            failed |= json_object_set_new(object, reason_name((enum reason)r), json_integer(counts[r]));
    if (failed == 0)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *outcomes(const int64_t counts[OUTCOME_COUNT])
{
    json_t *object = json_object();
    int failed = 0;

    for (int o = 0; o < OUTCOME_COUNT; o++)
        failed |= json_object_set_new(object, outcome_name((enum outcome)o), json_integer(counts[o]));
    if (failed == 0)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *aside(const struct aside *a, enum op op)
{
    json_t *object = json_pack("{s:I, s:o, s:o, s:I, s:I, s:I, s:o}", "attempts", (json_int_t)a->attempts, "retries",
                               reasons(a->retries), "reasons", reasons(a->reasons), "statements",
                               (json_int_t)a->statements, "round_trips", (json_int_t)a->round_trips, "transactions",
                               (json_int_t)a->transactions, "response_ns", value_distribution(&a->response));
    int failed = object == NULL;

    for (int o = 0; o < ASIDE_OUTCOMES && !failed; o++) {
        const char *name = aside_name(op, (enum aside_outcome)o);

        if (name != NULL)
            failed = json_object_set_new(object, name, json_integer(a->outcomes[o]));
    }
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

/* What only some scenarios have stands only where it occurred. 0 / -1. */
static int add_rest(json_t *object, const struct trial *trial)
{
    const struct totals *t = &trial->totals;
    int failed = 0;

    if (t->repeats > 0)
        failed |= json_object_set_new(object, "repeats", json_integer(t->repeats));
    if (t->untried > 0)
        failed |= json_object_set_new(object, "untried", json_integer(t->untried));
    if (t->cancels.n > 0)
        failed |= json_object_set_new(object, "cancels", aside(&t->cancels, OP_CANCEL));
    if (t->browses.n > 0)
        failed |= json_object_set_new(object, "browses", aside(&t->browses, OP_BROWSE));
    if (trial->pace.duration_ns > 0)
        failed |= json_object_set_new(object, "open", pace_value(trial));
    return failed;
}

static json_t *per_second(int64_t n, int64_t ns)
{
    return ns > 0 ? json_real((double)n * 1e9 / (double)ns) : json_null();
}

json_t *document_trial(int64_t number_in_cell, const struct trial *t, const struct audit *a)
{
    const struct totals *s = &t->totals;
    json_t *counts, *times;

    counts =
        json_pack("{s:I, s:I, s:I, s:b, s:o, s:I, s:o, s:I, s:o, s:o, s:I, s:o, s:o, s:o, s:o}", "trial",
                  (json_int_t)number_in_cell, "block", (json_int_t)t->block, "seed", (json_int_t)t->seed, "void",
                  t->void_reason[0] != '\0', "void_reason", redact_string(t->void_reason), "requests",
                  (json_int_t)s->requests, "outcomes", outcomes(s->outcomes), "attempts", (json_int_t)s->attempts,
                  "retries", reasons(s->retries), "reasons", reasons(s->reasons), "borrowers", (json_int_t)s->borrowers,
                  "ops", spent_ops(t), "wall_ns", value_known(t->wall_ns), "sold_out_ns", value_known(t->sold_out_ns),
                  "bookings_per_s", per_second(s->outcomes[OUTCOME_BOOKED], t->untimed ? 0 : t->wall_ns));
    times = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "response_ns",
                      value_series(s->response), "system_ns", value_series(s->system), "service_ns",
                      value_series(s->service), "pool_wait_ns", value_distribution(&s->pool_wait), "lock_wait_ns",
                      value_distribution(&s->lock_wait), "conn_ns", value_distribution(&s->conn), "lock_ns",
                      value_distribution(&s->lock), "backoff_ns", value_distribution(&s->backoff), "checkout_ns",
                      value_distribution(&s->checkout), "wake_ns", value_distribution(&s->wake), "resources",
                      spent_resources(t), "bloat", spent_bloat(&t->bloat), "audit", document_audit(a));
    if (counts != NULL && times != NULL && json_object_update(counts, times) == 0 && add_rest(counts, t) == 0 &&
        faults_add_storage(counts, t, a) == 0 &&
        (!t->faults.on || json_object_set_new(counts, "faults", faults_met(&t->faults, a)) == 0) &&
        (a == NULL || json_object_set_new(counts, "fairness", fair_document(&a->fairness)) == 0)) {
        json_decref(times);
        return counts;
    }
    json_decref(counts);
    json_decref(times);
    return NULL;
}

/* A key of a scenario as it would be written in a file. */
static json_t *key_text(const struct scenario *s, const char *section, const char *name)
{
    const struct option *row = option_find(scenario_options, section, name);
    char text[OPTION_TEXT_SIZE + 64];

    assert(row != NULL);
    option_print(row, s, text, sizeof text);
    return redact_string(text);
}

/* {key: [values]} */
static json_t *sweeps(const struct scenario *s)
{
    json_t *object = json_object();
    int failed = 0;

    for (size_t i = 0; i < s->sweep_count; i++) {
        json_t *values = json_array();

        for (size_t v = 0; v < s->sweeps[i].values.n; v++)
            failed |= json_array_append_new(values, redact_string(s->sweeps[i].values.items[v]));
        failed |= json_object_set_new(object, s->sweeps[i].key, values);
    }
    if (failed == 0)
        return object;
    json_decref(object);
    return NULL;
}

/* Who the users are and when they come, as written in a file. 0 / -1. */
static int add_users(json_t *scenario, const struct scenario *s)
{
    static const struct {
        const char *name, *section, *key;
    } keys[] = {
        { "abandon", "checkout", "abandon" },
        { "pick", "load", "pick" },
        { "patience", "load", "patience" },
        { "request_seats", "request", "seats" },
        { "repeat", "request", "repeat" },
        { "cancel", "mix", "cancel" },
        { "cancel_after", "mix", "cancel_after" },
        { "browse_every", "mix", "browse_every" },
        { "probe", "audit", "probe" },
        { "warmup", "run", "warmup" },
        { "precision", "run", "precision" },
        { "duration", "load", "duration" },
        { "rate", "load", "rate" },
        { "arrivals", "load", "arrivals" },
        { "drain", "load", "drain" },
        { "late", "load", "late" },
    };
    int failed = scenario == NULL || json_object_set_new(scenario, "browsers", json_integer(s->browsers)) != 0;

    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !failed; i++)
        failed = json_object_set_new(scenario, keys[i].name, key_text(s, keys[i].section, keys[i].key));
    return failed;
}

json_t *document_scenario(const struct cell *cell)
{
    const struct scenario *s = &cell->scenario;
    json_t *object;

    object =
        json_pack("{s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o}", "name",
                  redact_string(cell->group), "title", redact_string(s->title), "question",
                  redact_string(s->question != NULL ? s->question : ""), "model", key_text(s, "load", "model"), "users",
                  (json_int_t)s->users, "seats", (json_int_t)s->seats, "events", (json_int_t)s->events, "instances",
                  (json_int_t)s->instances, "pool", (json_int_t)s->pool, "workers", key_text(s, "load", "workers"),
                  "durability", key_text(s, "db", "durability"), "journal", key_text(s, "db", "journal"), "attempts",
                  key_text(s, "retry", "attempts"), "backoff", key_text(s, "retry", "backoff"), "checkout",
                  key_text(s, "checkout", "time"), "trials", (json_int_t)s->trials, "sweep", sweeps(s));
    if (add_users(object, s) == 0 && json_object_set_new(object, "settings", settings_json(s)) == 0 &&
        (!scenario_has_faults(s) || json_object_set_new(object, "faults", faults_asked(s)) == 0))
        return object;
    json_decref(object);
    return NULL;
}

static json_t *traits_of(unsigned traits)
{
    static const struct {
        unsigned trait;
        const char *name;
    } names[] = {
        { TRAIT_CORE, "core" }, { TRAIT_FLOOR, "floor" }, { TRAIT_CONTROL, "control" }, { TRAIT_ROGUE, "rogue" }
    };
    json_t *list = json_array();

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if ((traits & names[i].trait) != 0)
            json_array_append_new(list, json_string(names[i].name));
    return list;
}

static json_t *promises_of(unsigned promises)
{
    json_t *list = json_array();

    if ((promises & PROMISE_NO_OVERSELL) != 0)
        json_array_append_new(list, json_string("no_oversell"));
    if ((promises & PROMISE_SELLS_OUT) != 0)
        json_array_append_new(list, json_string("sells_out"));
    if ((promises & PROMISE_ALL_OR_NOTHING) != 0)
        json_array_append_new(list, json_string("all_or_nothing"));
    if ((promises & PROMISE_IN_ORDER) != 0)
        json_array_append_new(list, json_string("in_order"));
    return list;
}

/* The variant's own options, then the retry policy it runs under, which may not be the scenario's. */
static json_t *params_of(const struct cell *cell)
{
    const struct strategy *strategy = cell->variant.registered->strategy;
    struct scenario policy = cell->scenario; /* shallow: only read */
    json_t *object = json_object();
    char text[OPTION_TEXT_SIZE + 64];
    int failed = 0;

    for (const struct option *o = strategy->options; o != NULL && o->name != NULL; o++) {
        option_print(o, cell->variant.options, text, sizeof text);
        failed |= json_object_set_new(object, o->name, redact_string(text));
    }
    policy.retry = cell->variant.retry;
    failed |= json_object_set_new(object, "retry.attempts", key_text(&policy, "retry", "attempts"));
    failed |= json_object_set_new(object, "retry.backoff", key_text(&policy, "retry", "backoff"));
    failed |= json_object_set_new(object, "retry.on", key_text(&policy, "retry", "on"));
    if (failed == 0)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *point_of(const struct cell *cell)
{
    json_t *object = json_object();

    for (size_t i = 0; i < cell->sweep_keys.n; i++)
        json_object_set_new(object, cell->sweep_keys.items[i], redact_string(cell->sweep_values.items[i]));
    return object;
}

static json_t *note_of(const struct registered *r)
{
    char guarantee[512], fails_when[512];

    registry_heading(r, "Guarantee", guarantee, sizeof guarantee);
    registry_heading(r, "Fails when", fails_when, sizeof fails_when);
    return json_pack("{s:o, s:o}", "fails_when", redact_string(fails_when), "guarantee", redact_string(guarantee));
}

static json_t *summary_of(const struct tally *t)
{
    json_t *object = json_object();
    int failed = 0;

    for (int m = 0; m < METRIC_COUNT; m++) {
        const struct summary *s = &t->summary[m].of;
        bool whole = metrics[m].whole;
        json_t *entry;

        if (!t->summary[m].present)
            continue;
        if (t->summary[m].merged)
            entry = json_pack("{s:o, s:b, s:I}", "median", value_number(s->median, whole), "merged", 1, "n",
                              (json_int_t)s->n);
        else
            entry = json_pack("{s:o, s:[o, o], s:o, s:o, s:I}", "median", value_number(s->median, whole), "ci95",
                              value_number(s->lo, whole), value_number(s->hi, whole), "min",
                              value_number(s->min, whole), "max", value_number(s->max, whole), "n", (json_int_t)s->n);
        failed |= json_object_set_new(object, metrics[m].name, entry);
    }
    if (failed == 0)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *flags_of(const struct cell *cell, const struct tally *t, const struct tally *at_best,
                        const struct headline *headline)
{
    const char *flags[TALLY_FLAGS];
    json_t *list = json_array();

    tally_flags(t, cell, at_best, headline, flags);
    for (int i = 0; flags[i] != NULL; i++)
        json_array_append_new(list, json_string(flags[i]));
    return list;
}

static json_t *merged_of(const struct tally *t)
{
    return json_pack("{s:o, s:o, s:o}", "response_ns", value_series(t->merged[METRIC_RESPONSE]), "system_ns",
                     value_series(t->merged[METRIC_SYSTEM]), "service_ns", value_series(t->merged[METRIC_SERVICE]));
}

/* What identifies the cell: the half that was known before the first trial. */
json_t *document_identity(const struct cell *cell, const char *durability)
{
    const struct strategy *strategy = cell->variant.registered->strategy;
    const struct scenario *s = &cell->scenario;
    char colour[8];

    snprintf(colour, sizeof colour, "#%06x", colour_of(strategy) & 0xffffffu);
    return json_pack("{s:o, s:o, s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o}", "id",
                     redact_string(cell->id), "scenario", redact_string(cell->group), "db", cell->db, "variant",
                     redact_string(cell->variant.name), "strategy", strategy->name, "colour", colour, "traits",
                     traits_of(strategy->traits), "promises", promises_of(cell_promises(cell)), "params",
                     params_of(cell), "sweep", point_of(cell), "durability", redact_string(durability), "journal",
                     key_text(s, "db", "journal"), "users", (json_int_t)s->users, "seats", (json_int_t)s->seats,
                     "events", (json_int_t)s->events, "capacity", (json_int_t)(s->events * s->seats), "note",
                     note_of(cell->variant.registered));
}

json_t *document_cell(const struct cell *cell, const struct tally *t, const struct tally *at_best,
                      const struct headline *headline, const char *durability)
{
    const char *verdict = finding_verdict(&t->finding, cell);
    json_t *object = document_identity(cell, durability), *rest;
    struct validity validity;
    char reason[320];

    validity_read(&validity, t);
    finding_reason(&t->finding, cell, tally_sold(t), reason, sizeof reason);
    rest = json_pack("{s:{s:o}, s:O, s:o, s:o, s:o, s:o, s:s, s:o, s:b, s:o}", "solo", "statements_per_request",
                     value_number(t->solo, false), "trials", t->trials, "summary", summary_of(t), "merged",
                     merged_of(t), "headline", headline_json(headline), "validity", validity_document(&validity),
                     "verdict", verdict, "reason", redact_string(reason), "broken", finding_broken(&t->finding, cell),
                     "flags", flags_of(cell, t, at_best, headline));
    if (rest != NULL && strcmp(verdict, "skipped") == 0 && json_object_set_new(rest, "skipped", json_true()) != 0) {
        json_decref(rest);
        rest = NULL;
    }
    if (object != NULL && rest != NULL && json_object_update(object, rest) == 0) {
        json_decref(rest);
        return object;
    }
    json_decref(object);
    json_decref(rest);
    return NULL;
}
