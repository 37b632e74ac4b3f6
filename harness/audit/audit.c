#include "harness/audit/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"

const char *audit_verdict_name(enum audit_verdict verdict)
{
    static const char *const names[] = { "valid", "unknown", "invalid" };

    return names[verdict];
}

/* Seats of one event, as the witnesses tell them. */
struct stock {
    int64_t capacity, available, sold;
    int64_t smallest_refused; /* fewest seats that somebody wanted and was answered no to; 0: nobody was */
};

static int by_request_record(const void *a, const void *b)
{
    const struct record *const *left = a, *const *right = b;

    return ((*left)->request > (*right)->request) - ((*left)->request < (*right)->request);
}

static int by_request_booking(const void *a, const void *b)
{
    const struct booking *const *left = a, *const *right = b;

    return ((*left)->request > (*right)->request) - ((*left)->request < (*right)->request);
}

/* Answered no, and not by the user's own choice. An unknown counts as what the rows say of it. */
static bool refused(const struct record *record, bool has_row)
{
    switch ((enum outcome)record->outcome) {
    case OUTCOME_BOOKED:
    case OUTCOME_ABANDONED:
        return false;
    case OUTCOME_UNKNOWN:
        return !has_row;
    default:
        return true;
    }
}

/* One request held against the rows that carry its id. */
static void match(struct audit *audit, struct stock *stock, const struct record *record, size_t rows)
{
    struct stock *event = &stock[record->event];

    if (rows > 1)
        audit->duplicate++;
    if (record->outcome == OUTCOME_BOOKED) {
        audit->told += record->seats;
        audit->lost += rows == 0;
    } else if (record->outcome == OUTCOME_UNKNOWN) {
        audit->unknown++;
        audit->resolved_yes += rows > 0;
        audit->resolved_no += rows == 0;
    } else {
        audit->ghost += rows > 0;
    }
    if (refused(record, rows > 0) && (event->smallest_refused == 0 || record->seats < event->smallest_refused))
        event->smallest_refused = record->seats;
}

/* Walks records and rows, both in order of request ids. Rows of requests nobody made are ghosts, one each. */
static void match_all(struct audit *audit, struct stock *stock, const struct record **records, size_t record_count,
                      const struct booking **bookings, size_t booking_count)
{
    size_t r, b = 0, rows;

    for (r = 0; r < record_count; r++) {
        for (; b < booking_count && bookings[b]->request < records[r]->request; b++)
            audit->ghost++;
        for (rows = 0; b < booking_count && bookings[b]->request == records[r]->request; b++)
            rows++;
        match(audit, stock, records[r], rows);
    }
    audit->ghost += (int64_t)(booking_count - b);
}

static void judge_stock(struct audit *audit, const struct stock *stock, int64_t events, enum ledger ledger)
{
    int64_t e, free_seats, drift;

    for (e = 1; e <= events; e++) {
        free_seats = stock[e].capacity - stock[e].sold;
        audit->capacity += stock[e].capacity;
        audit->sold += stock[e].sold;
        if (free_seats < 0)
            audit->oversold -= free_seats;
        else if (stock[e].smallest_refused > 0 && stock[e].smallest_refused <= free_seats)
            audit->unsold += free_seats;
        if (ledger != LEDGER_COUNTER)
            continue;
        drift = stock[e].capacity - stock[e].available - stock[e].sold;
        if (drift > 0)
            audit->leaked += drift;
        else
            audit->uncounted -= drift;
    }
    audit->drift = audit->leaked + audit->uncounted;
}

/* initial - left - booked through that gate's app, for every gate; rows decide what was booked. Whoever is not told
 * whether a booking stands has to give its seats back to the gate, or might strand them: a surplus of that many is no
 * drift. */
static void judge_gates(struct audit *audit, const struct trial *trial, const struct record **records,
                        size_t record_count, const struct booking **bookings, size_t booking_count, int64_t events)
{
    size_t g, r, b;
    int64_t *through, *unknown, drift, at, apps = 0;

    for (g = 0; g < trial->gate_count; g++)
        if (trial->gates[g].app >= apps)
            apps = trial->gates[g].app + 1;
    if (apps == 0)
        return;
    if ((through = calloc(2 * (size_t)(apps * (events + 1)), sizeof *through)) == NULL) {
        audit->verdict = AUDIT_UNKNOWN;
        snprintf(audit->reason, sizeof audit->reason, "out of memory for gates");
        return;
    }
    unknown = through + apps * (events + 1);
    for (r = b = 0; r < record_count; r++) {
        while (b < booking_count && bookings[b]->request < records[r]->request)
            b++;
        if (b == booking_count || bookings[b]->request != records[r]->request || records[r]->app >= apps)
            continue;
        at = records[r]->app * (events + 1) + records[r]->event;
        through[at] += records[r]->seats;
        if (records[r]->outcome == OUTCOME_UNKNOWN)
            unknown[at] += records[r]->seats;
    }
    for (g = 0; g < trial->gate_count; g++) {
        const struct gate_witness *gate = &trial->gates[g];

        at = gate->app * (events + 1) + gate->event;
        drift = gate->initial - gate->left - through[at];
        if (drift < 0)
            drift = drift + unknown[at] < 0 ? -(drift + unknown[at]) : 0;
        audit->gate_drift += drift;
    }
    free(through);
}

static void set_reason(struct audit *audit, enum audit_verdict verdict, const char *text)
{
    if (verdict > audit->verdict) {
        audit->verdict = verdict;
        snprintf(audit->reason, sizeof audit->reason, "%s", text);
    }
}

/* Invalid outranks unknown outranks valid. */
static void conclude(struct audit *audit, const struct trial *trial)
{
    char text[sizeof audit->reason];

    if (audit->oversold + audit->lost + audit->ghost + audit->duplicate + audit->drift + audit->gate_drift > 0) {
        snprintf(text, sizeof text, "oversold %lld, lost %lld, ghost %lld, duplicate %lld, drift %lld, gate drift %lld",
                 (long long)audit->oversold, (long long)audit->lost, (long long)audit->ghost,
                 (long long)audit->duplicate, (long long)audit->drift, (long long)audit->gate_drift);
        set_reason(audit, AUDIT_INVALID, text);
    } else if (trial->void_reason[0] != '\0') {
        set_reason(audit, AUDIT_UNKNOWN, trial->void_reason);
    } else if (audit->sold == 0) {
        set_reason(audit, AUDIT_UNKNOWN, "nothing was booked: nothing was proved");
    }
}

void audit_judge(struct audit *audit, const struct cell *cell, const struct trial *trial,
                 const struct witnesses *witnesses)
{
    int64_t events = cell->scenario.events;
    struct stock *stock = calloc((size_t)events + 1, sizeof *stock);
    const struct record **records = malloc((trial->record_count + 1) * sizeof *records);
    const struct booking **bookings = malloc((witnesses->booking_count + 1) * sizeof *bookings);
    size_t i, booking_count = 0;

    memset(audit, 0, sizeof *audit);
    if (stock == NULL || records == NULL || bookings == NULL) {
        set_reason(audit, AUDIT_UNKNOWN, "out of memory for the audit");
        goto done;
    }
    for (i = 0; i < trial->record_count; i++)
        records[i] = &trial->records[i];
    qsort(records, trial->record_count, sizeof *records, by_request_record);
    for (i = 0; i < witnesses->counter_count; i++) {
        const struct counter *counter = &witnesses->counters[i];

        if (counter->event < 1 || counter->event > events) {
            set_reason(audit, AUDIT_INVALID, "the database holds an event that was never on sale");
            continue;
        }
        stock[counter->event].capacity = counter->capacity;
        stock[counter->event].available = counter->available;
    }
    for (i = 0; i < witnesses->booking_count; i++) {
        const struct booking *booking = &witnesses->bookings[i];

        bookings[booking_count++] = booking;
        if (booking->event >= 1 && booking->event <= events)
            stock[booking->event].sold += booking->seats;
        else
            set_reason(audit, AUDIT_INVALID, "a booking of an event that was never on sale");
    }
    qsort(bookings, booking_count, sizeof *bookings, by_request_booking);
    if (witnesses->counter_count != (size_t)events)
        set_reason(audit, AUDIT_INVALID, "the database lost an event");
    match_all(audit, stock, records, trial->record_count, bookings, booking_count);
    judge_stock(audit, stock, events, cell_ledger(cell));
    judge_gates(audit, trial, records, trial->record_count, bookings, booking_count, events);
    conclude(audit, trial);
done:
    free(stock);
    free(records);
    free(bookings);
}
