#include "harness/results/faults.h"

#include "harness/audit/doubted.h"
#include "harness/results/redact.h"
#include "harness/results/value.h"

json_t *faults_asked(const struct scenario *s)
{
    const struct {
        const char *key;
        bool set;
    } keys[] = { { "ack_loss", s->ack_loss > 0 },
                 { "kill_backend", s->kill_backend_ns > 0 },
                 { "crash", s->crash_ns > 0 } };
    json_t *object = json_object();
    char text[OPTION_TEXT_SIZE];

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!keys[i].set)
            continue;
        option_print(option_find(scenario_options, "fault", keys[i].key), s, text, sizeof text);
        if (json_object_set_new(object, keys[i].key, redact_string(text)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

json_t *faults_met(const struct fault_report *f, const struct audit *a)
{
    const struct audit none = { 0 };

    if (a == NULL)
        a = &none;
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "commits",
                     (json_int_t)f->commits, "cut_before", (json_int_t)f->cut_before, "cut_after",
                     (json_int_t)f->cut_after, "killed", (json_int_t)f->killed, "crashed", (json_int_t)f->crashed,
                     "down_ns", (json_int_t)f->down_ns, "asked", (json_int_t)f->asked, "fenced", (json_int_t)f->fenced,
                     "checked", (json_int_t)a->checked, "mismatched", (json_int_t)a->mismatched, "unresolved",
                     (json_int_t)a->unresolved, "resolve_ns", (json_int_t)f->resolve_ns, "reoffered",
                     (json_int_t)f->reoffered, "reoffered_booked", (json_int_t)f->reoffered_booked, "recover_ns",
                     (json_int_t)f->recover_ns, "recovered", (int)f->recovered);
}

int faults_add_storage(json_t *object, const struct trial *trial, const struct audit *audit)
{
    return json_object_set_new(object, "damaged", value_known(audit != NULL ? audit->damaged : -1)) != 0 ||
                   json_object_set_new(object, "uncommitted", json_integer(trial->totals.uncommitted)) != 0
               ? -1
               : 0;
}

static int64_t number(const json_t *faults, const char *key)
{
    return (int64_t)json_integer_value(json_object_get(faults, key));
}

void faults_read(struct fault_report *report, const json_t *trial)
{
    const json_t *faults = json_object_get(trial, "faults");

    *report = (struct fault_report){ .on = faults != NULL };
    report->cut_before = number(faults, "cut_before");
    report->cut_after = number(faults, "cut_after");
    report->killed = number(faults, "killed");
    report->crashed = number(faults, "crashed");
    report->recover_ns = number(faults, "recover_ns");
    report->recovered = json_is_true(json_object_get(faults, "recovered"));
}

void faults_recall(const json_t *trial, const struct cell *cell, const struct fault_report *report, struct audit *audit)
{
    const json_t *faults = json_object_get(trial, "faults"), *damaged = json_object_get(trial, "damaged");

    audit_storage(audit, json_is_integer(damaged) ? (int64_t)json_integer_value(damaged) : -1);
    if (!report->on)
        return;
    audit->checked = number(faults, "checked");
    audit->mismatched = number(faults, "mismatched");
    audit->unresolved = number(faults, "unresolved");
    audit_faults_conclude(audit, cell, report);
}
