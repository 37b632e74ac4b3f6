#include "harness/audit/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/passed.h"
#include "harness/audit/peak.h"
#include "harness/audit/seats.h"
#include "harness/base/say.h"

const char *audit_verdict_name(enum audit_verdict verdict)
{
    static const char *const names[] = { "valid", "unknown", "invalid" };

    return names[verdict];
}

/* Seats of one event, as the witnesses tell them. */
struct stock {
    int64_t capacity, sold;
    int64_t held, pending;    /* in holds: that are not over, in all                                         */
    int64_t left;             /* as the ledger has it: LEDGER_COUNTER, LEDGER_OWN                           */
    int64_t smallest_refused; /* fewest seats that somebody wanted and was answered no to; 0: nobody was    */
    bool given_back;          /* a booking was, while others asked                                          */
};

/* The witnesses side by side, each in order of request ids. */
struct matter {
    const struct record **records, **cancels;
    const struct booking **bookings;
    bool *booked; /* of each record: it was, whatever became of it */
    size_t record_count, cancel_count, booking_count;
    struct stock *stock; /* by event, from 1 */
    int64_t *peaks;
    int64_t events;
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
    case OUTCOME_TIMED_OUT:
        return record->reason != REASON_PATIENCE;
    default:
        return true;
    }
}

/* Of a request that was told booked. A cancel that is unknown counts as what the rows say of it. */
static bool was_given_back(const struct record *cancel, size_t rows)
{
    return cancel != NULL && (cancel->outcome == ASIDE_DONE || (cancel->outcome == ASIDE_UNKNOWN && rows == 0));
}

static void match_booked(struct audit *audit, struct stock *event, const struct record *record,
                         const struct record *cancel, size_t rows)
{
    if (was_given_back(cancel, rows)) {
        audit->released += record->seats;
        audit->ghost += rows > 0;
        event->given_back = true;
    } else {
        audit->told += record->seats;
        audit->lost += rows == 0;
    }
}

/* One request held against what its user did later and the rows that carry its id; seats: of the last of them. */
static void match(struct audit *audit, struct stock *event, const struct record *record, const struct record *cancel,
                  size_t rows, int64_t seats)
{
    if (rows > 1)
        audit->duplicate++;
    audit->torn += rows == 1 && seats != record->seats;
    if (record->outcome == OUTCOME_BOOKED) {
        match_booked(audit, event, record, cancel, rows);
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

/* Walks records, cancels and rows. Rows of requests nobody made are ghosts, one each. */
static void match_all(struct audit *audit, const struct matter *m)
{
    size_t r, b = 0, c = 0, rows;

    for (r = 0; r < m->record_count; r++) {
        const struct record *record = m->records[r], *cancel = NULL;

        for (; b < m->booking_count && m->bookings[b]->request < record->request; b++)
            audit->ghost++;
        for (rows = 0; b < m->booking_count && m->bookings[b]->request == record->request; b++)
            rows++;
        while (c < m->cancel_count && m->cancels[c]->request < record->request)
            c++;
        if (c < m->cancel_count && m->cancels[c]->request == record->request)
            cancel = m->cancels[c];
        m->booked[r] = record->outcome == OUTCOME_BOOKED || (record->outcome == OUTCOME_UNKNOWN && rows > 0);
        match(audit, &m->stock[record->event], record, cancel, rows, rows > 0 ? m->bookings[b - 1]->seats : 0);
    }
    audit->ghost += (int64_t)(m->booking_count - b);
}

/* Second clicks that were booked like the first. */
static void match_clicks(struct audit *audit, const struct matter *m)
{
    size_t r, lo, hi, middle;

    for (r = 0; r < m->record_count; r++) {
        int64_t first = m->records[r]->ref;

        if (first == 0 || !m->booked[r])
            continue;
        for (lo = 0, hi = m->record_count; lo < hi;) {
            middle = lo + (hi - lo) / 2;
            if (m->records[middle]->request < first)
                lo = middle + 1;
            else
                hi = middle;
        }
        audit->repeated += lo < m->record_count && m->records[lo]->request == first && m->booked[lo];
    }
}

static void judge_stock(struct audit *audit, const struct matter *m, enum ledger ledger)
{
    int64_t e, free_seats, over, drift;

    for (e = 1; e <= m->events; e++) {
        const struct stock *event = &m->stock[e];

        free_seats = event->capacity - event->sold;
        over = (m->peaks[e] > event->sold ? m->peaks[e] : event->sold) - event->capacity;
        audit->capacity += event->capacity;
        audit->sold += event->sold;
        if (over > 0)
            audit->oversold += over;
        audit->held += event->held;
        free_seats -= event->held;
        if (free_seats > 0 && event->smallest_refused > 0 && event->smallest_refused <= free_seats)
            *(event->given_back ? &audit->unjudged : &audit->unsold) += free_seats;
        if (ledger != LEDGER_COUNTER && ledger != LEDGER_OWN)
            continue;
        drift = event->capacity - event->left - event->sold - event->pending;
        if (drift > 0)
            audit->leaked += drift;
        else
            audit->uncounted -= drift;
    }
}

/* initial - left - booked through that gate's app, for every gate; rows decide what was booked. Whoever is not told
 * whether a booking stands has to give its seats back to the gate, or might strand them: a surplus of that many is no
 * drift. */
static void judge_gates(struct audit *audit, const struct trial *trial, const struct matter *m)
{
    size_t g, r, b;
    int64_t *through, *unknown, drift, at, apps = 0;

    for (g = 0; g < trial->gate_count; g++)
        if (trial->gates[g].app >= apps)
            apps = trial->gates[g].app + 1;
    if (apps == 0)
        return;
    if ((through = calloc(2 * (size_t)(apps * (m->events + 1)), sizeof *through)) == NULL) {
        audit->verdict = AUDIT_UNKNOWN;
        snprintf(audit->reason, sizeof audit->reason, "out of memory for gates");
        return;
    }
    unknown = through + apps * (m->events + 1);
    for (r = b = 0; r < m->record_count; r++) {
        const struct record *record = m->records[r];

        while (b < m->booking_count && m->bookings[b]->request < record->request)
            b++;
        if (b == m->booking_count || m->bookings[b]->request != record->request || record->app >= apps)
            continue;
        at = record->app * (m->events + 1) + record->event;
        through[at] += record->seats;
        if (record->outcome == OUTCOME_UNKNOWN)
            unknown[at] += record->seats;
    }
    for (g = 0; g < trial->gate_count; g++) {
        const struct gate_witness *gate = &trial->gates[g];

        at = gate->app * (m->events + 1) + gate->event;
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
    } else if (audit->sold + audit->released == 0) {
        set_reason(audit, AUDIT_UNKNOWN, "nothing was booked: nothing was proved");
    }
}

static int by_request_order(struct matter *m, const struct trial *trial, const struct witnesses *witnesses)
{
    size_t i;

    m->stock = calloc((size_t)m->events + 1, sizeof *m->stock);
    m->peaks = calloc((size_t)m->events + 1, sizeof *m->peaks);
    m->records = malloc((trial->record_count + 1) * sizeof *m->records);
    m->booked = calloc(trial->record_count + 1, sizeof *m->booked);
    m->cancels = malloc((trial->cancel_count + 1) * sizeof *m->cancels);
    m->bookings = malloc((witnesses->booking_count + 1) * sizeof *m->bookings);
    if (m->stock == NULL || m->peaks == NULL || m->records == NULL || m->booked == NULL || m->cancels == NULL ||
        m->bookings == NULL)
        return -1;
    for (i = 0; i < trial->record_count; i++)
        m->records[m->record_count++] = &trial->records[i];
    for (i = 0; i < trial->cancel_count; i++)
        m->cancels[m->cancel_count++] = &trial->cancels[i];
    for (i = 0; i < witnesses->booking_count; i++)
        m->bookings[m->booking_count++] = &witnesses->bookings[i];
    qsort(m->records, m->record_count, sizeof *m->records, by_request_record);
    qsort(m->cancels, m->cancel_count, sizeof *m->cancels, by_request_record);
    qsort(m->bookings, m->booking_count, sizeof *m->bookings, by_request_booking);
    return 0;
}

static void take_holds(struct audit *audit, const struct matter *m, const struct witnesses *witnesses)
{
    size_t i;

    for (i = 0; i < witnesses->hold_count; i++) {
        const struct hold *hold = &witnesses->holds[i];

        if (hold->event < 1 || hold->event > m->events) {
            set_reason(audit, AUDIT_INVALID, "a hold on an event that was never on sale");
            continue;
        }
        m->stock[hold->event].pending += hold->seats;
        m->stock[hold->event].held += hold->expired != 0 ? 0 : hold->seats;
    }
}

/* What the database says of each event; what it says of others, or leaves out, is an anomaly of its own. */
static void fill_stock(struct audit *audit, const struct matter *m, const struct witnesses *witnesses,
                       enum ledger ledger)
{
    size_t i;

    for (i = 0; i < witnesses->counter_count; i++) {
        const struct counter *counter = &witnesses->counters[i];

        if (counter->event < 1 || counter->event > m->events) {
            set_reason(audit, AUDIT_INVALID, "the database holds an event that was never on sale");
            continue;
        }
        m->stock[counter->event].capacity = counter->capacity;
        m->stock[counter->event].left = counter->available;
    }
    for (i = 0; i < witnesses->booking_count; i++) {
        const struct booking *booking = &witnesses->bookings[i];

        if (booking->event >= 1 && booking->event <= m->events)
            m->stock[booking->event].sold += booking->seats;
        else
            set_reason(audit, AUDIT_INVALID, "a booking of an event that was never on sale");
    }
    if (witnesses->counter_count != (size_t)m->events)
        set_reason(audit, AUDIT_INVALID, "the database lost an event");
    if (ledger == LEDGER_SEATS && !seats_are_whole(witnesses))
        set_reason(audit, AUDIT_INVALID, "the seats are not those that were on sale");
    if (ledger == LEDGER_OWN && witnesses->remainder_count != (size_t)m->events)
        set_reason(audit, AUDIT_INVALID, "the strategy's own tables do not answer for every event");
    for (i = 0; i < witnesses->remainder_count; i++) {
        int64_t event = witnesses->remainders[i].event;

        if (event >= 1 && event <= m->events)
            m->stock[event].left = witnesses->remainders[i].left;
        else
            set_reason(audit, AUDIT_INVALID, "the strategy's own tables hold an event that was never on sale");
    }
}

/* What promises nothing is there to break everything: it is held to it too. */
static bool owes_order(const struct cell *cell)
{
    return (cell_promises(cell) & PROMISE_IN_ORDER) != 0 ||
           (cell->variant.registered->strategy->traits & (TRAIT_CONTROL | TRAIT_ROGUE)) != 0;
}

void audit_judge(struct audit *audit, const struct cell *cell, const struct trial *trial,
                 const struct witnesses *witnesses)
{
    const enum ledger ledger = cell_ledger(cell);
    struct matter m = { .events = cell->scenario.events };

    memset(audit, 0, sizeof *audit);
    audit->probes = trial->probes;
    if (by_request_order(&m, trial, witnesses) != 0 || peak_seats(trial, m.events, m.peaks) != 0) {
        set_reason(audit, AUDIT_UNKNOWN, "out of memory for the audit");
    } else {
        fill_stock(audit, &m, witnesses, ledger);
        take_holds(audit, &m, witnesses);
        match_all(audit, &m);
        match_clicks(audit, &m);
        judge_stock(audit, &m, ledger);
        if (ledger == LEDGER_SEATS && seats_drift(witnesses, &audit->leaked, &audit->uncounted) != 0)
            set_reason(audit, AUDIT_UNKNOWN, "out of memory for the owners of seats");
        audit->drift = audit->leaked + audit->uncounted;
        judge_gates(audit, trial, &m);
        if (owes_order(cell) && (audit->unfair = passed_over(trial, witnesses)) < 0)
            set_reason(audit, AUDIT_UNKNOWN, "out of memory for the order of answers");
        fairness_measure(&audit->fairness, trial, cell->scenario.seats);
        conclude(audit, trial);
    }
    free(m.stock);
    free(m.peaks);
    free(m.records);
    free(m.booked);
    free(m.cancels);
    free(m.bookings);
}
