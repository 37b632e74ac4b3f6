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
    int64_t capacity, sold;
    int64_t held, pending;    /* in holds: that are not over, in all */
    int64_t left;             /* as the ledger has it: LEDGER_COUNTER, LEDGER_OWN */
    int64_t smallest_refused; /* fewest seats that somebody wanted and was answered no to; 0: nobody was */
};

static void set_reason(struct audit *audit, enum audit_verdict verdict, const char *text)
{
    if (verdict > audit->verdict) {
        audit->verdict = verdict;
        snprintf(audit->reason, sizeof audit->reason, "%s", text);
    }
}

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

/* One request held against the rows that carry its id; seats: of the last of them. */
static void match(struct audit *audit, struct stock *stock, const struct record *record, size_t rows, int64_t seats)
{
    struct stock *event = &stock[record->event];

    if (rows > 1)
        audit->duplicate++;
    audit->torn += rows == 1 && seats != record->seats;
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
        match(audit, stock, records[r], rows, rows > 0 ? bookings[b - 1]->seats : 0);
    }
    audit->ghost += (int64_t)(booking_count - b);
}

static void add_drift(struct audit *audit, int64_t drift)
{
    if (drift > 0)
        audit->leaked += drift;
    else
        audit->uncounted -= drift;
    audit->drift = audit->leaked + audit->uncounted;
}

static void judge_stock(struct audit *audit, const struct stock *stock, int64_t events, enum ledger ledger)
{
    int64_t e, free_seats;

    for (e = 1; e <= events; e++) {
        free_seats = stock[e].capacity - stock[e].sold;
        audit->held += stock[e].held;
        audit->capacity += stock[e].capacity;
        audit->sold += stock[e].sold;
        if (free_seats < 0)
            audit->oversold -= free_seats;
        else if (stock[e].smallest_refused > 0 && stock[e].smallest_refused <= free_seats - stock[e].held)
            audit->unsold += free_seats - stock[e].held;
        if (ledger == LEDGER_COUNTER || ledger == LEDGER_OWN)
            add_drift(audit, stock[e].capacity - stock[e].left - stock[e].sold - stock[e].pending);
    }
}

/* By request, then event. */
static int by_owner(const void *a, const void *b)
{
    const struct seat *left = a, *right = b;

    if (left->request != right->request)
        return (left->request > right->request) - (left->request < right->request);
    return (left->event > right->event) - (left->event < right->event);
}

/* Rows of `seats` against seats in the bookings rows, request by request: what one has too many does not make good what
 * another has too few. */
static void judge_owners(struct audit *audit, const struct witnesses *witnesses)
{
    /* .seat: how many more seats the request has than its bookings say */
    struct seat *held =
        malloc((witnesses->seat_count + witnesses->booking_count + witnesses->hold_count + 1) * sizeof *held);
    size_t i, end, n = 0;
    int64_t more;

    if (held == NULL) {
        set_reason(audit, AUDIT_UNKNOWN, "out of memory for the owners of seats");
        return;
    }
    for (i = 0; i < witnesses->seat_count; i++)
        if (witnesses->seats[i].request != 0)
            held[n++] = (struct seat){ witnesses->seats[i].event, 1, witnesses->seats[i].request };
    for (i = 0; i < witnesses->booking_count; i++)
        held[n++] = (struct seat){ witnesses->bookings[i].event, -witnesses->bookings[i].seats,
                                   witnesses->bookings[i].request };
    for (i = 0; i < witnesses->hold_count; i++)
        held[n++] = (struct seat){ witnesses->holds[i].event, -witnesses->holds[i].seats, witnesses->holds[i].request };
    qsort(held, n, sizeof *held, by_owner);
    for (i = 0; i < n; i = end) {
        for (more = 0, end = i; end < n && by_owner(&held[i], &held[end]) == 0; end++)
            more += held[end].seat;
        add_drift(audit, more);
    }
    free(held);
}

/* The rows of `seats`, in their order, are the seats 1..capacity of every event, each once. */
static bool house_is_whole(const struct witnesses *witnesses, const struct stock *stock, int64_t events)
{
    size_t i = 0;
    int64_t e, k;

    for (e = 1; e <= events; e++)
        for (k = 1; k <= stock[e].capacity; k++, i++)
            if (i == witnesses->seat_count || witnesses->seats[i].event != e || witnesses->seats[i].seat != k)
                return false;
    return i == witnesses->seat_count;
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

/* Invalid outranks unknown outranks valid. */
static void conclude(struct audit *audit, const struct trial *trial)
{
    char text[sizeof audit->reason];

    if (audit->oversold + audit->lost + audit->ghost + audit->duplicate + audit->torn + audit->drift +
            audit->gate_drift >
        0) {
        snprintf(text, sizeof text,
                 "oversold %lld, lost %lld, ghost %lld, duplicate %lld, torn %lld, drift %lld, gate drift %lld",
                 (long long)audit->oversold, (long long)audit->lost, (long long)audit->ghost,
                 (long long)audit->duplicate, (long long)audit->torn, (long long)audit->drift,
                 (long long)audit->gate_drift);
        set_reason(audit, AUDIT_INVALID, text);
    } else if (trial->void_reason[0] != '\0') {
        set_reason(audit, AUDIT_UNKNOWN, trial->void_reason);
    } else if (audit->sold == 0) {
        set_reason(audit, AUDIT_UNKNOWN, "nothing was booked: nothing was proved");
    }
}

static void take_holds(struct audit *audit, struct stock *stock, int64_t events, const struct witnesses *witnesses)
{
    size_t i;

    for (i = 0; i < witnesses->hold_count; i++) {
        const struct hold *hold = &witnesses->holds[i];

        if (hold->event < 1 || hold->event > events) {
            set_reason(audit, AUDIT_INVALID, "a hold on an event that was never on sale");
            continue;
        }
        stock[hold->event].pending += hold->seats;
        stock[hold->event].held += hold->expired != 0 ? 0 : hold->seats;
    }
}

/* What the database says of each event; what it says of others, or leaves out, is an anomaly of its own. */
static void take_stock(struct audit *audit, struct stock *stock, int64_t events, const struct witnesses *witnesses,
                       enum ledger ledger)
{
    size_t i;

    for (i = 0; i < witnesses->counter_count; i++) {
        const struct counter *counter = &witnesses->counters[i];

        if (counter->event < 1 || counter->event > events) {
            set_reason(audit, AUDIT_INVALID, "the database holds an event that was never on sale");
            continue;
        }
        stock[counter->event].capacity = counter->capacity;
        stock[counter->event].left = counter->available;
    }
    if (witnesses->counter_count != (size_t)events)
        set_reason(audit, AUDIT_INVALID, "the database lost an event");
    for (i = 0; i < witnesses->booking_count; i++) {
        const struct booking *booking = &witnesses->bookings[i];

        if (booking->event >= 1 && booking->event <= events)
            stock[booking->event].sold += booking->seats;
        else
            set_reason(audit, AUDIT_INVALID, "a booking of an event that was never on sale");
    }
    if (ledger == LEDGER_SEATS && !house_is_whole(witnesses, stock, events))
        set_reason(audit, AUDIT_INVALID, "the seats are not those that were on sale");
    if (ledger != LEDGER_OWN)
        return;
    if (witnesses->remainder_count != (size_t)events)
        set_reason(audit, AUDIT_INVALID, "the strategy's own tables do not answer for every event");
    for (i = 0; i < witnesses->remainder_count; i++) {
        int64_t event = witnesses->remainders[i].event;

        if (event >= 1 && event <= events)
            stock[event].left = witnesses->remainders[i].left;
        else
            set_reason(audit, AUDIT_INVALID, "the strategy's own tables hold an event that was never on sale");
    }
}

void audit_judge(struct audit *audit, const struct cell *cell, const struct trial *trial,
                 const struct witnesses *witnesses)
{
    int64_t events = cell->scenario.events;
    struct stock *stock = calloc((size_t)events + 1, sizeof *stock);
    const struct record **records = malloc((trial->record_count + 1) * sizeof *records);
    const struct booking **bookings = malloc((witnesses->booking_count + 1) * sizeof *bookings);
    const enum ledger ledger = cell_ledger(cell);
    size_t i;

    memset(audit, 0, sizeof *audit);
    if (stock == NULL || records == NULL || bookings == NULL) {
        set_reason(audit, AUDIT_UNKNOWN, "out of memory for the audit");
        goto done;
    }
    for (i = 0; i < trial->record_count; i++)
        records[i] = &trial->records[i];
    qsort(records, trial->record_count, sizeof *records, by_request_record);
    for (i = 0; i < witnesses->booking_count; i++)
        bookings[i] = &witnesses->bookings[i];
    qsort(bookings, witnesses->booking_count, sizeof *bookings, by_request_booking);
    take_stock(audit, stock, events, witnesses, ledger);
    take_holds(audit, stock, events, witnesses);
    match_all(audit, stock, records, trial->record_count, bookings, witnesses->booking_count);
    judge_stock(audit, stock, events, ledger);
    if (ledger == LEDGER_SEATS)
        judge_owners(audit, witnesses);
    judge_gates(audit, trial, records, trial->record_count, bookings, witnesses->booking_count, events);
    conclude(audit, trial);
done:
    free(stock);
    free(records);
    free(bookings);
}
