#include "harness/results/answered.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "harness/audit/shortfall.h"
#include "harness/results/csv.h"
#include "harness/results/value.h"

static const struct {
    const char *name;
    size_t offset;
} counts[] = {
    { "false_sold_out", offsetof(struct audit, false_sold_out) },
    { "deficit", offsetof(struct audit, deficit) },
    { "held_refusals", offsetof(struct audit, held_refusals) },
    { "turned_away", offsetof(struct audit, turned_away) },
    { "oversold_peak", offsetof(struct audit, oversold_peak) },
    { "negative", offsetof(struct audit, negative) },
    { "unasked", offsetof(struct audit, unasked) },
    { "doubled_seats", offsetof(struct audit, doubled_seats) },
    { "overdue", offsetof(struct audit, overdue) },
    { "early_expiry", offsetof(struct audit, early_expiry) },
    { "malformed", offsetof(struct audit, malformed) },
    { "windows", offsetof(struct audit, windows) },
    { "windows_unknown", offsetof(struct audit, windows_unknown) },
};
#define COUNTS (sizeof counts / sizeof counts[0])

static int64_t count_of(const struct audit *a, size_t i)
{
    int64_t value;

    memcpy(&value, (const char *)a + counts[i].offset, sizeof value);
    return value;
}

static json_t *example(const struct audit_example *e)
{
    if (e->kind == NULL)
        return json_null();
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:s, s:s, s:I, s:I, s:I, s:o, s:I, s:I, s:I}", "kind", e->kind,
                     "request", (json_int_t)e->request, "user", (json_int_t)e->user, "event", (json_int_t)e->event,
                     "seats", (json_int_t)e->seats, "outcome", outcome_name(e->outcome), "reason",
                     e->reason != REASON_NONE ? reason_name(e->reason) : "", "attempts", (json_int_t)e->attempts,
                     "due_ns", (json_int_t)e->due_ns, "invoke_ns", (json_int_t)e->invoke_ns, "first_ns",
                     value_known(e->first_ns), "return_ns", (json_int_t)e->return_ns, "capacity",
                     (json_int_t)e->capacity, "taken_most", (json_int_t)e->taken_most);
}

/* {reason: seats} of those that occurred. */
static json_t *unsold_by(const struct audit *a)
{
    json_t *object = json_object();
    int failed = object == NULL;

    for (int i = 0; i < SHORTFALL_COUNT; i++)
        if (a->unsold_by[i] > 0)
            failed |= json_object_set_new(object, shortfall_name((enum shortfall)i), json_integer(a->unsold_by[i]));
    if (failed == 0)
        return object;
    json_decref(object);
    return NULL;
}

int answered_document(json_t *audit, const struct audit *a)
{
    int failed = 0;

    for (size_t i = 0; i < COUNTS; i++)
        failed |= json_object_set_new(audit, counts[i].name, json_integer(count_of(a, i)));
    failed |= json_object_set_new(audit, "unsold_by", unsold_by(a));
    failed |= json_object_set_new(audit, "example", example(&a->example));
    return failed == 0 ? 0 : -1;
}

void answered_metrics(double values[METRIC_COUNT], const struct audit *a)
{
    values[METRIC_FALSE_SOLD_OUT] = (double)a->false_sold_out;
    values[METRIC_HELD_REFUSALS] = (double)a->held_refusals;
    values[METRIC_TURNED_AWAY] = (double)a->turned_away;
}

void answered_header(struct output *o)
{
    char name[64];

    for (size_t i = 0; i < COUNTS; i++)
        csv_text(o, counts[i].name);
    for (int i = 0; i < SHORTFALL_COUNT; i++) {
        snprintf(name, sizeof name, "unsold_%s", shortfall_name((enum shortfall)i));
        csv_text(o, name);
    }
}

void answered_row(struct output *o, const struct audit *a)
{
    for (size_t i = 0; i < COUNTS; i++)
        csv_int(o, count_of(a, i));
    for (int i = 0; i < SHORTFALL_COUNT; i++)
        csv_int(o, a->unsold_by[i]);
}
