#include "harness/audit/answers.h"

#include <stdlib.h>
#include <string.h>

#include "harness/audit/checker.h"
#include "harness/base/clock.h"
#include "harness/measure/aside.h"

/* How much longer a hold may last than it should: until somebody takes it away, and for the difference of two clocks;
 * and how long the locks of a lost connection may stay. */
#define GRACE_NS NS_PER_S

/* Of one request: what it did, its cancel or its hold. */
#define OPERATIONS 2

struct answers {
    struct operation *ops; /* of one event after the other */
    size_t *records;       /* of each: whose it is, an index into matter.records */
    unsigned char *labels;
    size_t *first;  /* of each event, from 1: where its operations begin; one more than events */
    size_t *filled; /* the same, while they are put there                                    */
    bool has_gates;
    int64_t hold_ns;
};

static bool is_at_gate(const struct answers *answers, const struct record *record)
{
    return answers->has_gates && record->first_ns == 0;
}

static enum operation_kind kind_of(const struct answers *answers, const struct record *record, size_t rows)
{
    if (record->outcome == OUTCOME_BOOKED || rows > 0)
        return OPERATION_TAKEN;
    if (record->outcome == OUTCOME_SOLD_OUT)
        return is_at_gate(answers, record) ? OPERATION_SOLD_OUT_AT_GATE : OPERATION_SOLD_OUT;
    return OPERATION_TURNED_AWAY;
}

/* Came to nothing: may it have had seats in its hands? */
static bool may_have_held(const struct record *record)
{
    bool refused_at_once = record->outcome == OUTCOME_SOLD_OUT || record->outcome == OUTCOME_SHED;

    return record->attempts > (refused_at_once ? 1 : 0);
}

static int64_t held_until(const struct answers *answers, const struct record *record)
{
    int64_t until = record->return_ns;

    if (answers->hold_ns > 0 && record->outcome != OUTCOME_SOLD_OUT && record->outcome != OUTCOME_SHED)
        until += answers->hold_ns + GRACE_NS;
    if (record->reason == REASON_LOST)
        until += GRACE_NS;
    return until;
}

/* How many operations a request is; out: where they go, or NULL. */
static size_t translate(const struct answers *answers, const struct matter *m, size_t r, struct operation *out)
{
    const struct record *record = m->records[r], *cancel = m->given_back[r];
    const struct operation its = { record->invoke_ns, record->return_ns, record->seats,
                                   kind_of(answers, record, m->rows[r]), false };
    struct operation ops[OPERATIONS];
    size_t n = 0;

    if (its.kind != OPERATION_TURNED_AWAY || matter_refused(record, m->rows[r]))
        ops[n++] = its;
    if (its.kind == OPERATION_TAKEN) {
        if (record->outcome == OUTCOME_UNKNOWN)
            ops[0].return_ns = OPERATION_NEVER;
        if (matter_gave_back(cancel, m->rows[r]))
            ops[n++] = (struct operation){ cancel->invoke_ns,
                                           cancel->outcome == ASIDE_UNKNOWN ? OPERATION_NEVER : cancel->return_ns,
                                           record->seats, OPERATION_GIVEN_BACK, false };
    } else if (may_have_held(record)) {
        ops[0].holds = n > 0;
        ops[n++] =
            (struct operation){ record->invoke_ns, held_until(answers, record), record->seats, OPERATION_HELD, false };
    } else if (its.kind == OPERATION_SOLD_OUT && answers->has_gates) {
        ops[n++] = (struct operation){ record->invoke_ns, record->return_ns, record->seats, OPERATION_ADMITTED, false };
    }
    if (out != NULL)
        memcpy(out, ops, n * sizeof *ops);
    return n;
}

static int collect(struct answers *answers, const struct matter *m)
{
    size_t r, i, n, all = 0;

    answers->first = calloc((size_t)m->events + 2, sizeof *answers->first);
    answers->filled = calloc((size_t)m->events + 2, sizeof *answers->filled);
    if (answers->first == NULL || answers->filled == NULL)
        return -1;
    for (r = 0; r < m->record_count; r++)
        answers->filled[m->records[r]->event] += translate(answers, m, r, NULL);
    for (i = 1; i <= (size_t)m->events; i++) {
        answers->first[i] = all;
        all += answers->filled[i];
        answers->filled[i] = answers->first[i];
    }
    answers->first[m->events + 1] = all;
    answers->ops = malloc((all + 1) * sizeof *answers->ops);
    answers->records = malloc((all + 1) * sizeof *answers->records);
    answers->labels = malloc(all + 1);
    if (answers->ops == NULL || answers->records == NULL || answers->labels == NULL)
        return -1;
    for (r = 0; r < m->record_count; r++) {
        size_t *at = &answers->filled[m->records[r]->event];

        for (n = translate(answers, m, r, answers->ops + *at); n > 0; n--)
            answers->records[(*at)++] = r;
    }
    return 0;
}

static void set_example(struct audit *audit, const struct record *record, const struct stock *event,
                        const struct checked *checked, int64_t start_ns)
{
    static const char *const kinds[] = {
        [CHECKER_HELD] = "held", [CHECKER_TURNED_AWAY] = "turned_away", [CHECKER_FALSE] = "false_sold_out"
    };

    audit->example = (struct audit_example){
        .kind = kinds[checked->worst_label],
        .request = record->request,
        .user = record->user,
        .event = record->event,
        .seats = record->seats,
        .outcome = (enum outcome)record->outcome,
        .reason = (enum reason)record->reason,
        .attempts = record->attempts,
        .due_ns = record->due_ns - start_ns,
        .invoke_ns = record->invoke_ns - start_ns,
        .first_ns = record->first_ns != 0 ? record->first_ns - start_ns : -1,
        .return_ns = record->return_ns - start_ns,
        .capacity = event->capacity,
        .taken_most = checked->worst_taken,
    };
}

static void add_event(struct audit *audit, struct stock *event, const struct checked *checked)
{
    audit->false_sold_out += checked->false_sold_out;
    audit->held_refusals += checked->held_refusals;
    audit->turned_away += checked->turned_away;
    audit->negative += checked->below;
    audit->windows += checked->windows;
    audit->windows_unknown += checked->windows_unknown;
    if (checked->deficit > audit->deficit)
        audit->deficit = checked->deficit;
    if (checked->peak > event->capacity)
        audit->oversold_peak += checked->peak - event->capacity;
    event->peak = checked->peak;
    event->left_out = checked->left_out;
    event->doubtful = checked->windows_unknown + checked->windows_refuted > 0;
}

static int judge(struct audit *audit, const struct matter *m, const struct trial *trial, const struct answers *answers)
{
    enum checker_label worst = CHECKER_FINE;
    int64_t e, deficit = 0;

    for (e = 1; e <= m->events; e++) {
        struct stock *event = &m->stock[e];
        size_t from = answers->first[e], n = answers->first[e + 1] - from;
        struct checked checked;

        if (checker_check(&checked, answers->ops + from, n, event->capacity, answers->labels + from) != 0)
            return -1;
        add_event(audit, event, &checked);
        if (checked.worst_label > worst || (checked.worst_label == worst && checked.worst_deficit > deficit)) {
            worst = checked.worst_label;
            deficit = checked.worst_deficit;
            set_example(audit, m->records[answers->records[from + checked.worst]], event, &checked, trial->start_ns);
        }
    }
    return 0;
}

int answers_judge(struct audit *audit, const struct matter *m, const struct trial *trial, int64_t hold_ns)
{
    struct answers answers = { .has_gates = trial->gate_count > 0, .hold_ns = hold_ns };
    int status = -1;

    if (collect(&answers, m) == 0)
        status = judge(audit, m, trial, &answers);
    free(answers.ops);
    free(answers.records);
    free(answers.labels);
    free(answers.first);
    free(answers.filled);
    return status;
}
