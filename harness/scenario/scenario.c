#include "harness/scenario/scenario.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/scenario/layer.h"
#include "harness/scenario/rate.h"
#include "harness/scenario/timetable.h"

int64_t scenario_workers(const struct scenario *s)
{
    if (s->workers != WORKERS_AUTO)
        return s->workers;
    return s->users < WORKERS_AUTO_MAX ? s->users : WORKERS_AUTO_MAX;
}

static bool takes_time(const struct law *law)
{
    return law->kind != LAW_NONE && !(law->kind == LAW_FIXED && law->lo_ns == 0);
}

/* Nobody waits for a clock in lock-step. Returns the key that would, and what it must be. */
static const char *needs_clock(const struct scenario *s)
{
    if (takes_time(&s->checkout))
        return "checkout.time = 0ms";
    if (s->patience.kind != LAW_NONE)
        return "load.patience = none";
    if (s->retry.backoff.kind != LAW_NONE)
        return "retry.backoff = none";
    if (s->cancel > 0)
        return "mix.cancel = 0%";
    if (s->browsers > 0)
        return "mix.browsers = 0";
    return NULL;
}

/* What a duration and a rate say must go with the model. True: it was said that they do not. */
static bool check_model(const struct scenario *s, const char *place)
{
    static const char *const models[] = { "a burst", "closed load", "lock-step", "open load" };
    const bool lasts = s->model == LOAD_CLOSED || s->model == LOAD_OPEN;
    char duration[OPTION_DURATION_SIZE], rate[OPTION_DURATION_SIZE];

    text_duration(duration, sizeof(duration), s->duration_ns);
    rate_print(s->rate, rate, sizeof(rate));
    if (lasts && s->duration_ns == 0)
        say_error("%s: %s has no end; set load.duration, such as 2s", place, models[s->model]);
    else if (!lasts && s->duration_ns > 0)
        say_error("%s: load.duration = %s means nothing to %s; set load.model = closed, or leave it out", place,
                  duration, models[s->model]);
    else if (s->model != LOAD_OPEN && s->rate > 0)
        say_error("%s: load.rate = %s means nothing to %s; set load.model = open, or leave it out", place, rate,
                  models[s->model]);
    else if (s->model == LOAD_OPEN && s->rate == 0)
        say_error("%s: open load has no rate; set load.rate, such as 500/s", place);
    else if (s->model == LOAD_OPEN && timetable_expected(s) > TIMETABLE_MOST)
        say_error("%s: load.rate = %s for %s is %.0f requests, and a trial holds at most %d; lower load.rate or "
                  "load.duration",
                  place, rate, duration, timetable_expected(s), TIMETABLE_MOST);
    else if (s->model == LOAD_OPEN && timetable_expected(s) < 1)
        say_error("%s: load.rate = %s for %s is not one request; raise load.rate or load.duration", place, rate,
                  duration);
    else
        return false;
    return true;
}

/* True: it was said that no trial could end in time. */
static bool check_end(const struct scenario *s, const char *place)
{
    char duration[OPTION_DURATION_SIZE], drain[OPTION_DURATION_SIZE], timeout[OPTION_DURATION_SIZE];

    text_duration(duration, sizeof(duration), s->duration_ns);
    text_duration(drain, sizeof(drain), s->drain_ns);
    text_duration(timeout, sizeof(timeout), s->timeout_ns);
    if (s->duration_ns >= s->timeout_ns)
        say_error("%s: load.duration = %s is not below run.timeout = %s: no trial would count; raise run.timeout",
                  place, duration, timeout);
    else if (s->model == LOAD_OPEN && s->duration_ns + s->drain_ns >= s->timeout_ns)
        say_error(
            "%s: load.duration = %s and load.drain = %s are not below run.timeout = %s: a trial that falls behind "
            "would not count; raise run.timeout",
            place, duration, drain, timeout);
    else
        return false;
    return true;
}

int scenario_check(const struct scenario *s, const char *place)
{
    int64_t workers = scenario_workers(s);

    if (check_model(s, place) || check_end(s, place))
        return EXIT_USAGE;
    if (s->workers > s->users)
        say_error("%s: load.workers = %" PRId64 " is more than load.users = %" PRId64 "; set at most one per user",
                  place, s->workers, s->users);
    else if (s->model == LOAD_CLOSED && workers < s->users)
        say_error("%s: %" PRId64 " workers for %" PRId64
                  " users: in closed load each user is a worker; set load.workers "
                  "= auto and at most %d users",
                  place, workers, s->users, WORKERS_AUTO_MAX);
    else if (s->model == LOAD_LOCKSTEP && workers < s->users)
        say_error("%s: in lock-step each user is a worker; set load.workers = auto and at most %d users", place,
                  WORKERS_AUTO_MAX);
    else if (s->model == LOAD_LOCKSTEP && needs_clock(s) != NULL)
        say_error("%s: there is no clock in lock-step; set %s", place, needs_clock(s));
    else if (sizes_largest(&s->sizes) > s->seats)
        say_error("%s: request.seats has groups of %" PRId64 ", but inventory.seats = %" PRId64
                  ": no event could ever take one; lower the one or raise the other",
                  place, sizes_largest(&s->sizes), s->seats);
    else if (workers < s->users && takes_time(&s->checkout))
        say_error("%s: %" PRId64 " workers for %" PRId64 " users cannot wait at checkout for all of them; set "
                  "load.workers = %s, or checkout.time = 0ms",
                  place, workers, s->users, s->users <= WORKERS_AUTO_MAX ? "auto" : "auto and at most 10000 users");
    else
        return EXIT_OK;
    return EXIT_USAGE;
}

int scenario_set(struct scenario *s, const char *key, const char *value, const char *place)
{
    char section[OPTION_TEXT_SIZE];
    const char *name = layer_split(key, section, sizeof(section));

    return layer_set(s, &(struct layer_line){ name != NULL ? section : "", name != NULL ? name : key, value, place });
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

void scenario_free(struct scenario *s)
{
    if (s == NULL)
        return;
    option_free(scenario_options, s);
    for (size_t i = 0; i < s->override_count; i++) {
        free(s->overrides[i].strategy);
        free(s->overrides[i].key);
        free(s->overrides[i].value);
    }
    for (size_t i = 0; i < s->sweep_count; i++) {
        free(s->sweeps[i].key);
        text_list_free(&s->sweeps[i].values);
    }
    free(s->overrides);
    free(s->sweeps);
    free(s->question);
    *s = (struct scenario){ 0 };
}

static int copy_overrides(struct scenario *to, const struct scenario *from)
{
    if (from->override_count == 0)
        return 0;
    to->overrides = calloc(from->override_count, sizeof(*to->overrides));
    if (to->overrides == NULL)
        return -1;
    for (size_t i = 0; i < from->override_count; i++) {
        struct override *o = &to->overrides[to->override_count++];

        *o = from->overrides[i];
        o->strategy = strdup(o->strategy);
        o->key = strdup(o->key);
        o->value = strdup(o->value);
        if (o->strategy == NULL || o->key == NULL || o->value == NULL)
            return -1;
    }
    return 0;
}

static int copy_sweeps(struct scenario *to, const struct scenario *from)
{
    if (from->sweep_count == 0)
        return 0;
    to->sweeps = calloc(from->sweep_count, sizeof(*to->sweeps));
    if (to->sweeps == NULL)
        return -1;
    for (size_t i = 0; i < from->sweep_count; i++) {
        const struct sweep *sweep = &from->sweeps[i];
        struct sweep *copy = &to->sweeps[to->sweep_count++];

        memcpy(copy->place, sweep->place, sizeof(copy->place));
        copy->key = strdup(sweep->key);
        if (copy->key == NULL || text_list_copy(&copy->values, &sweep->values) != 0)
            return -1;
    }
    return 0;
}

int scenario_copy(struct scenario *to, const struct scenario *from)
{
    if (option_copy(scenario_options, to, from, sizeof(*to)) != 0) {
        *to = (struct scenario){ 0 };
        return -1;
    }
    to->overrides = NULL;
    to->sweeps = NULL;
    to->override_count = to->sweep_count = 0;
    to->question = strdup(from->question != NULL ? from->question : "");
    if (to->question == NULL || copy_overrides(to, from) != 0 || copy_sweeps(to, from) != 0) {
        scenario_free(to);
        return -1;
    }
    return 0;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void write_comment(const char *text, FILE *out)
{
    size_t column = 0;

    while (*text != '\0') {
        size_t word = strcspn(text, " ");

        if (column > 0 && column + 1 + word > 100) {
            fputc('\n', out);
            column = 0;
        }
        column += (size_t)fprintf(out, "%s%.*s", column == 0 ? "# " : " ", (int)word, text);
        text += word + strspn(text + word, " ");
    }
    if (column > 0)
        fputs("\n", out);
}

static void write_overrides(const struct scenario *s, FILE *out)
{
    for (size_t i = 0; i < s->override_count; i++) {
        const char *strategy = s->overrides[i].strategy;
        bool begun = false;

        for (size_t k = 0; k < i && !begun; k++)
            begun = strcmp(s->overrides[k].strategy, strategy) == 0;
        if (begun)
            continue;
        fprintf(out, "\n[strategy.%s]\n", strategy);
        for (size_t k = i; k < s->override_count; k++)
            if (strcmp(s->overrides[k].strategy, strategy) == 0)
                fprintf(out, "%s = %s\n", s->overrides[k].key, s->overrides[k].value);
    }
}

void scenario_write(const struct scenario *s, FILE *out)
{
    const char *section = NULL;
    char value[OPTION_TEXT_SIZE];

    write_comment(s->question != NULL ? s->question : "", out);
    for (const struct option *row = scenario_options; row->name != NULL; row++) {
        if (section == NULL || strcmp(row->section, section) != 0)
            fprintf(out, "%s[%s]\n", section == NULL ? "" : "\n", row->section);
        section = row->section;
        option_print(row, s, value, sizeof(value));
        /* What was extended is resolved here; a text without words is the default. */
        if (row->offset != offsetof(struct scenario, extends) && value[0] != '\0')
            fprintf(out, "%s = %s\n", row->name, value);
    }
    write_overrides(s, out);
    if (s->sweep_count > 0)
        fputs("\n[sweep]\n", out);
    for (size_t i = 0; i < s->sweep_count; i++) {
        fprintf(out, "%s = ", s->sweeps[i].key);
        for (size_t v = 0; v < s->sweeps[i].values.n; v++)
            fprintf(out, "%s%s", v > 0 ? ", " : "", s->sweeps[i].values.items[v]);
        fputc('\n', out);
    }
}
