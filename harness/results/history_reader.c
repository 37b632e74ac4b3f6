#include "harness/results/history_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/results/csv_reader.h"
#include "harness/results/history_check.h"
#include "harness/results/history_zero.h"

/* No sum of as many values as a file can have rows leaves 64 bits. */
#define ANY_MOST INT64_C(999999999999999999)
/* Of a clock that began anywhere, as Unix time does: the difference of two such times fits 64 bits. */
#define CLOCK_MOST INT64_C(4000000000000000000)
#define SEATS_MOST INT64_C(1000000000)
#define LEFT_MOST  INT64_C(1000000000000)
#define APPS_MOST  100

const char *const history_suffixes[HISTORY_PARTS] = { ".csv", ".ledger.csv", ".holds.csv", ".counters.csv",
                                                      ".seats.csv" };
const char *const history_part_names[HISTORY_PARTS] = { "requests", "ledger", "holds", "counters", "seats" };

/* An array that grows. */
struct list {
    void *items;
    size_t n, room, size;
};

/* Room for one more, zeroed. NULL: out of memory. */
static void *add(struct list *list)
{
    if (list->n == list->room) {
        size_t room = list->room == 0 ? 64 : 2 * list->room;
        void *more = realloc(list->items, room * list->size);

        if (more == NULL)
            return NULL;
        list->items = more;
        list->room = room;
    }
    return memset((char *)list->items + list->n++ * list->size, 0, list->size);
}

static int out_of_memory(struct csv_reader *r)
{
    return csv_reader_refuse(r, "out of memory for this many lines");
}

/* ---- requests and cancels ---------------------------------------------------------------------------------------- */

enum {
    OP,
    REQUEST,
    REF,
    USER,
    EVENT,
    SEATS,
    INVOKE,
    RETURN,
    OUTCOME,
    REQUESTS_NEEDED,
    DUE = REQUESTS_NEEDED,
    FIRST,
    REASON,
    ATTEMPTS,
    STATEMENTS,
    ORDER,
    APP,
    CHECKOUT
};
static const char *const request_columns[] = { "op",        "request",    "ref",     "user",   "event",       "seats",
                                               "invoke_ns", "return_ns",  "outcome", "due_ns", "first_ns",    "reason",
                                               "attempts",  "statements", "order",   "app",    "checkout_ns", NULL };
static const struct csv_table request_table = { request_columns, REQUESTS_NEEDED };

/* An empty field is `otherwise`. */
static int take_optional(struct csv_reader *r, int column, int64_t least, int64_t most, int64_t otherwise, int64_t *out)
{
    *out = otherwise;
    return r->length[column] == 0 ? 0 : csv_reader_int(r, column, least, most, out);
}

static int take_small(struct csv_reader *r, int column, int64_t least, int64_t most, int64_t otherwise, int32_t *out)
{
    int64_t value;

    if (take_optional(r, column, least, most, otherwise, &value) != 0)
        return -1;
    *out = (int32_t)value;
    return 0;
}

/* As they stand in the file; first_ns may be HISTORY_NO_TIME. */
static int take_times(struct csv_reader *r, bool any_zero, struct record *record)
{
    const int64_t most = any_zero ? CLOCK_MOST : HISTORY_TIME_MOST;

    if (csv_reader_int(r, INVOKE, -most, most, &record->invoke_ns) != 0 ||
        csv_reader_int(r, RETURN, -most, most, &record->return_ns) != 0 ||
        take_optional(r, DUE, -most, most, record->invoke_ns, &record->due_ns) != 0 ||
        take_optional(r, FIRST, any_zero ? -most : 0, most, HISTORY_NO_TIME, &record->first_ns) != 0)
        return -1;
    if (record->return_ns < record->invoke_ns)
        return csv_reader_refuse(r, "answered at %" PRId64 " ns, before it was asked at %" PRId64 " ns",
                                 record->return_ns, record->invoke_ns);
    if (record->invoke_ns < record->due_ns)
        return csv_reader_refuse(r, "asked at %" PRId64 " ns, before it was due at %" PRId64 " ns", record->invoke_ns,
                                 record->due_ns);
    if (record->first_ns > record->return_ns)
        return csv_reader_refuse(r, "its first connection at %" PRId64 " ns came after its answer at %" PRId64 " ns",
                                 record->first_ns, record->return_ns);
    return 0;
}

/* The words of a file, by number. */
struct words {
    const char *ops[OP_COUNT], *outcomes[OUTCOME_COUNT], *releases[ASIDE_OUTCOMES], *reasons[REASON_COUNT];
};

static void fill_words(struct words *w)
{
    memset(w, 0, sizeof *w);
    w->ops[OP_RESERVE] = op_name(OP_RESERVE);
    w->ops[OP_CANCEL] = op_name(OP_CANCEL);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        w->outcomes[i] = outcome_name((enum outcome)i);
    for (int i = 0; i < ASIDE_OUTCOMES; i++)
        w->releases[i] = aside_name(OP_CANCEL, (enum aside_outcome)i);
    for (int i = REASON_NONE + 1; i < REASON_COUNT; i++)
        w->reasons[i] = reason_name((enum reason)i);
}

static int take_outcome(struct csv_reader *r, const struct words *w, struct record *record)
{
    bool cancel = record->op == OP_CANCEL;
    int outcome, reason = REASON_NONE;

    if (csv_reader_word(r, OUTCOME, cancel ? w->releases : w->outcomes, cancel ? ASIDE_OUTCOMES : OUTCOME_COUNT,
                        &outcome) != 0 ||
        (r->length[REASON] > 0 && csv_reader_word(r, REASON, w->reasons, REASON_COUNT, &reason) != 0))
        return -1;
    record->outcome = (uint8_t)outcome;
    record->reason = (uint8_t)reason;
    return 0;
}

static int take_ids(struct csv_reader *r, struct record *record)
{
    if (record->op == OP_RESERVE)
        return csv_reader_int(r, REQUEST, 1, ANY_MOST, &record->request) == 0
                   ? take_optional(r, REF, 1, ANY_MOST, 0, &record->ref)
                   : -1;
    if (r->length[REQUEST] > 0)
        return csv_reader_refuse(r, "a cancel has no request of its own: what it gives back is its ref");
    if (csv_reader_int(r, REF, 1, ANY_MOST, &record->ref) != 0)
        return -1;
    record->request = record->ref;
    return 0;
}

static int take_record(struct csv_reader *r, const struct words *w, const struct history_reader *h, int op,
                       struct record *record)
{
    int64_t seats, order;

    record->op = (uint8_t)op;
    if (take_ids(r, record) != 0 || csv_reader_int(r, USER, 0, ANY_MOST, &record->user) != 0 ||
        csv_reader_int(r, EVENT, 1, h->events, &record->event) != 0 ||
        csv_reader_int(r, SEATS, 1, SEATS_MOST, &seats) != 0 || take_times(r, h->any_zero, record) != 0 ||
        take_outcome(r, w, record) != 0 || take_small(r, ATTEMPTS, 0, INT32_MAX, 1, &record->attempts) != 0 ||
        take_small(r, STATEMENTS, 0, INT32_MAX, 0, &record->statements) != 0 ||
        take_small(r, APP, 0, APPS_MOST - 1, 0, &record->app) != 0 ||
        take_optional(r, CHECKOUT, 0, HISTORY_TIME_MOST, 0, &record->checkout_ns) != 0 ||
        take_optional(r, ORDER, -ANY_MOST, ANY_MOST, 0, &order) != 0)
        return -1;
    record->seats = (int32_t)seats;
    return 0;
}

/* Where each record stood, for what is only seen once all are read. */
struct requests {
    struct list records, cancels, record_lines, cancel_lines;
};

static int take_line(struct requests *into, struct csv_reader *r, const struct words *w, const struct history_reader *h)
{
    struct record *record;
    int64_t *line;
    int op;

    if (csv_reader_word(r, OP, w->ops, OP_COUNT, &op) != 0)
        return -1;
    record = add(op == OP_CANCEL ? &into->cancels : &into->records);
    line = add(op == OP_CANCEL ? &into->cancel_lines : &into->record_lines);
    if (record == NULL || line == NULL)
        return out_of_memory(r);
    *line = r->line;
    return take_record(r, w, h, op, record);
}

static void keep_requests(struct trial *trial, const struct requests *taken)
{
    trial->start_ns = 1;
    trial->records = taken->records.items;
    trial->record_count = taken->records.n;
    trial->cancels = taken->cancels.items;
    trial->cancel_count = taken->cancels.n;
    trial->totals.requests = (int64_t)trial->record_count;
    for (size_t i = 0; i < trial->record_count; i++)
        trial->totals.outcomes[trial->records[i].outcome]++;
}

static int take_requests(struct history_reader *h, struct csv_reader *r)
{
    struct requests taken = { .records = { .size = sizeof(struct record) },
                              .cancels = { .size = sizeof(struct record) },
                              .record_lines = { .size = sizeof(int64_t) },
                              .cancel_lines = { .size = sizeof(int64_t) } };
    struct words words;
    int there;

    fill_words(&words);
    h->apps_known = csv_reader_has(r, APP);
    while ((there = csv_reader_next(r)) > 0 && (there = take_line(&taken, r, &words, h)) == 0)
        continue;
    keep_requests(&h->trial, &taken);
    if (there == 0 && history_zero(&h->trial, h->any_zero, taken.record_lines.items, taken.cancel_lines.items, &r->line,
                                   r->error, sizeof r->error) != 0)
        there = -1;
    if (there == 0 && history_check(&h->trial, taken.record_lines.items, taken.cancel_lines.items, &r->line, r->error,
                                    sizeof r->error) != 0)
        there = -1;
    h->rows[HISTORY_REQUESTS] = (int64_t)(taken.records.n + taken.cancels.n);
    free(taken.record_lines.items);
    free(taken.cancel_lines.items);
    return there;
}

/* ---- witnesses --------------------------------------------------------------------------------------------------- */

/* Rows that are numbers alone, in the order of a table's columns. */
static const struct csv_table ledger_table = { (const char *const[]){ "id", "request", "event", "user", "seats", NULL },
                                               5 };
static const struct csv_table holds_table = {
    (const char *const[]){ "id", "request", "event", "user", "seats", "expired", NULL }, 6
};
static const struct csv_table seats_table = { (const char *const[]){ "event", "seat", "request", NULL }, 3 };

/* Rows of int64 fields. A file of seats leaves `request` empty where one is free. */
static int take_numbers(struct csv_reader *r, struct list *into)
{
    int64_t *fields;
    int there;

    while ((there = csv_reader_next(r)) > 0) {
        if ((fields = add(into)) == NULL)
            return out_of_memory(r);
        for (int c = 0; c < r->table->needed; c++) {
            const char *name = r->table->columns[c];
            int64_t most = strcmp(name, "seats") == 0 ? SEATS_MOST : ANY_MOST;

            if (r->length[c] == 0 && r->table == &seats_table && c == r->table->needed - 1)
                fields[c] = 0;
            else if (csv_reader_int(r, c, -most, most, &fields[c]) != 0)
                return -1;
        }
    }
    return there;
}

enum { KIND, COUNTER_EVENT, VALUE, COUNTERS_NEEDED, COUNTER_APP = COUNTERS_NEEDED, CAPACITY, INITIAL };
static const struct csv_table counters_table = {
    (const char *const[]){ "kind", "event", "value", "app", "capacity", "initial", NULL }, COUNTERS_NEEDED
};

static int take_gate(struct csv_reader *r, int64_t events, struct gate_witness *gate)
{
    int64_t app;

    if (csv_reader_int(r, COUNTER_APP, 0, APPS_MOST - 1, &app) != 0 ||
        csv_reader_int(r, COUNTER_EVENT, 1, events, &gate->event) != 0 ||
        csv_reader_int(r, INITIAL, -SEATS_MOST, SEATS_MOST, &gate->initial) != 0 ||
        csv_reader_int(r, VALUE, -LEFT_MOST, LEFT_MOST, &gate->left) != 0)
        return -1;
    gate->app = (int32_t)app;
    return 0;
}

/* Events come in the order of their ids: one that comes again, or late, is no row of the database. */
static int take_counter(struct csv_reader *r, int64_t last, struct counter *counter)
{
    if (csv_reader_int(r, COUNTER_EVENT, -ANY_MOST, ANY_MOST, &counter->event) != 0 ||
        csv_reader_int(r, CAPACITY, -SEATS_MOST, SEATS_MOST, &counter->capacity) != 0 ||
        csv_reader_int(r, VALUE, -LEFT_MOST, LEFT_MOST, &counter->available) != 0)
        return -1;
    if (counter->event <= last)
        return csv_reader_refuse(r, "the counter of event %" PRId64 " stands behind that of event %" PRId64,
                                 counter->event, last);
    return 0;
}

static int take_remainder(struct csv_reader *r, struct remainder *own)
{
    if (csv_reader_int(r, COUNTER_EVENT, -ANY_MOST, ANY_MOST, &own->event) != 0)
        return -1;
    return csv_reader_int(r, VALUE, -LEFT_MOST, LEFT_MOST, &own->left);
}

static int take_counter_line(struct csv_reader *r, int64_t events, int kind, struct list *into)
{
    const struct counter *before = into->n > 0 ? (const struct counter *)into->items + into->n - 1 : NULL;
    int64_t last = kind == 0 && before != NULL ? before->event : -ANY_MOST - 1;
    void *item = add(into);

    if (item == NULL)
        return out_of_memory(r);
    if (kind == 0)
        return take_counter(r, last, item);
    return kind == 1 ? take_remainder(r, item) : take_gate(r, events, item);
}

static int take_counters(struct history_reader *h, struct csv_reader *r)
{
    static const char *const kinds[] = { "counter", "own", "gate" };
    struct list lists[] = { { .size = sizeof(struct counter) },
                            { .size = sizeof(struct remainder) },
                            { .size = sizeof(struct gate_witness) } };
    int kind, there;

    while ((there = csv_reader_next(r)) > 0)
        if ((there = csv_reader_word(r, KIND, kinds, 3, &kind)) != 0 ||
            (there = take_counter_line(r, h->events, kind, &lists[kind])) != 0)
            break;
    h->witnesses.counters = lists[0].items;
    h->witnesses.counter_count = lists[0].n;
    h->witnesses.remainders = lists[1].items;
    h->witnesses.remainder_count = lists[1].n;
    h->trial.gates = lists[2].items;
    h->trial.gate_count = lists[2].n;
    h->rows[HISTORY_COUNTERS] = (int64_t)(lists[0].n + lists[1].n + lists[2].n);
    return there;
}

static int take_witness(struct history_reader *h, enum history_part part, struct csv_reader *r)
{
    struct witnesses *w = &h->witnesses;
    struct list list = { .size = part == HISTORY_LEDGER  ? sizeof *w->bookings
                                 : part == HISTORY_HOLDS ? sizeof *w->holds
                                                         : sizeof *w->seats };
    int there = take_numbers(r, &list);

    h->rows[part] = (int64_t)list.n;
    if (part == HISTORY_LEDGER) {
        w->bookings = list.items;
        w->booking_count = list.n;
    } else if (part == HISTORY_HOLDS) {
        w->holds = list.items;
        w->hold_count = list.n;
    } else {
        w->seats = list.items;
        w->seat_count = list.n;
    }
    return there;
}

int history_reader_take(struct history_reader *h, enum history_part part, const char *bytes, size_t n)
{
    static const struct csv_table *const tables[HISTORY_PARTS] = { &request_table, &ledger_table, &holds_table,
                                                                   &counters_table, &seats_table };
    struct csv_reader r;
    int status = csv_reader_open(&r, tables[part], bytes, n);

    if (status == 0) {
        if (part == HISTORY_REQUESTS)
            status = take_requests(h, &r);
        else if (part == HISTORY_COUNTERS)
            status = take_counters(h, &r);
        else
            status = take_witness(h, part, &r);
    }
    h->line = r.line;
    memcpy(h->error, r.error, sizeof h->error);
    return status;
}

void history_reader_free(struct history_reader *h)
{
    if (h == NULL)
        return;
    free(h->trial.records);
    free(h->trial.cancels);
    free(h->trial.gates);
    witnesses_free(&h->witnesses);
    memset(h, 0, sizeof *h);
}
