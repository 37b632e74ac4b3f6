#include "harness/results/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/results/member.h"

const struct sample_metric sample_metrics[] = {
    { "p99", "all_p99_ns", "ms", false, true },
    { "p50", "all_p50_ns", "ms", false, true },
    { "buyers", "buyers_p50_ns", "ms", false, true },
    { "last_buyer", "buyers_max_ns", "ms", false, true },
    { "refused", "refused_p99_ns", "ms", false, true },
    { "refused_p50", "refused_p50_ns", "ms", false, true },
    { "browse", "browse_p99_ns", "ms", false, true },
    { "browse_p50", "browse_p50_ns", "ms", false, true },
    { "bookings", "bookings_per_s", "/s", true, true },
    { "statements", "statements_per_request", "/request", false, false },
    { "round_trips", "round_trips_per_request", "/request", false, false },
    { "transactions", "transactions_per_request", "/request", false, false },
    { NULL, NULL, NULL, false, false },
};

const struct sample_metric *sample_find(const char *name)
{
    for (const struct sample_metric *m = sample_metrics; m->word != NULL; m++)
        if (strcmp(m->word, name) == 0 || strcmp(m->metric, name) == 0)
            return m;
    return NULL;
}

/* Where a trial keeps what is not a count per request. */
static const struct {
    const char *metric, *path[3];
} places[] = {
    { "all_p99_ns", { "system_ns", "all", "p99" } },          { "all_p50_ns", { "system_ns", "all", "p50" } },
    { "buyers_p50_ns", { "system_ns", "booked", "p50" } },    { "buyers_max_ns", { "system_ns", "booked", "max" } },
    { "refused_p99_ns", { "system_ns", "sold_out", "p99" } }, { "refused_p50_ns", { "system_ns", "sold_out", "p50" } },
    { "browse_p99_ns", { "browses", "response_ns", "p99" } }, { "browse_p50_ns", { "browses", "response_ns", "p50" } },
    { "bookings_per_s", { "bookings_per_s", NULL, NULL } },
};

/* "statements_per_request": of requests alone, what cancels and browses asked is taken off. */
static double per_request(const json_t *trial, const char *metric)
{
    char key[32] = "";
    size_t length = strcspn(metric, "_");
    double asides = 0;

    if (strncmp(metric, "round_trips", 11) == 0)
        length = 11;
    if (length < sizeof key)
        memcpy(key, metric, length);
    for (int i = 0; i < 2; i++) {
        double value = member_number(json_object_get(trial, i == 0 ? "cancels" : "browses"), key);

        asides += isnan(value) ? 0 : value;
    }
    return (member_number(json_object_get(trial, "ops"), key) - asides) / member_number(trial, "requests");
}

static double value_of(const json_t *trial, const char *metric)
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const json_t *at = trial;

        if (strcmp(places[i].metric, metric) != 0)
            continue;
        for (int k = 0; k < 3 && places[i].path[k] != NULL; k++)
            at = json_object_get(at, places[i].path[k]);
        return member_value(at);
    }
    return per_request(trial, metric);
}

int sample_read(struct sample *sample, const json_t *cell, const struct sample_metric *metric)
{
    const json_t *trials = json_object_get(cell, "trials"), *trial;
    size_t room = json_array_size(trials) + 1, i;

    *sample = (struct sample){ calloc(room, sizeof *sample->value), calloc(room, sizeof *sample->block), 0 };
    if (sample->value == NULL || sample->block == NULL)
        return -1;
    /* The summary knows which trials were timed: in lock-step trials hold times that say nothing. */
    if (metric->timed && json_object_get(json_object_get(cell, "summary"), metric->metric) == NULL)
        return 0;
    json_array_foreach(trials, i, trial)
    {
        double value = value_of(trial, metric->metric);

        if (json_is_true(json_object_get(trial, "void")))
            continue;
        if (!isfinite(value)) {
            sample->n = 0;
            return 0;
        }
        sample->block[sample->n] = json_integer_value(json_object_get(trial, "block"));
        sample->value[sample->n++] = value;
    }
    return 0;
}

int sample_copy(struct sample *to, const struct sample *from)
{
    *to = (struct sample){ calloc(from->n + 1, sizeof *to->value), calloc(from->n + 1, sizeof *to->block), from->n };
    if (to->value == NULL || to->block == NULL)
        return -1;
    memcpy(to->value, from->value, from->n * sizeof *to->value);
    memcpy(to->block, from->block, from->n * sizeof *to->block);
    return 0;
}

static void keep(struct sample *sample, size_t to, size_t from)
{
    sample->value[to] = sample->value[from];
    sample->block[to] = sample->block[from];
}

void sample_pair(struct sample *a, struct sample *b)
{
    size_t n = 0, i = 0, k = 0;

    while (i < a->n && k < b->n) {
        if (a->block[i] != b->block[k]) {
            if (a->block[i] < b->block[k])
                i++;
            else
                k++;
            continue;
        }
        keep(a, n, i++);
        keep(b, n++, k++);
    }
    a->n = b->n = n;
}

bool sample_above_zero(const struct sample *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->value[i] <= 0)
            return false;
    return s->n > 0;
}

void sample_free(struct sample *sample)
{
    if (sample == NULL)
        return;
    free(sample->value);
    free(sample->block);
    *sample = (struct sample){ 0 };
}
