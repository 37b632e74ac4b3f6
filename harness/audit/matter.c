#include "harness/audit/matter.h"

#include <stdlib.h>

#include "harness/base/ascending.h"
#include "harness/measure/aside.h"

static int by_request_record(const void *a, const void *b)
{
    const struct record *const *left = a, *const *right = b;

    return ascending((*left)->request, (*right)->request);
}

static int by_request_booking(const void *a, const void *b)
{
    const struct booking *const *left = a, *const *right = b;

    return ascending((*left)->request, (*right)->request);
}

bool matter_refused(const struct record *record, size_t rows)
{
    if (record->asked_again != 0)
        return false; /* the last answer counts */
    switch ((enum outcome)record->outcome) {
    case OUTCOME_BOOKED:
    case OUTCOME_ABANDONED:
        return false;
    case OUTCOME_UNKNOWN:
        return rows == 0;
    case OUTCOME_TIMED_OUT:
        return record->reason != REASON_PATIENCE;
    default:
        return true;
    }
}

bool matter_gave_back(const struct record *cancel, size_t rows)
{
    return cancel != NULL && (cancel->outcome == ASIDE_DONE || (cancel->outcome == ASIDE_UNKNOWN && rows == 0));
}

/* Times and places that a record of this trial can have. */
static bool is_whole(const struct record *r, int64_t events)
{
    return r->request > 0 && r->event >= 1 && r->event <= events && r->seats >= 1 && r->app >= 0 &&
           r->outcome < OUTCOME_COUNT && r->reason < REASON_COUNT && r->invoke_ns >= r->due_ns &&
           r->return_ns >= r->invoke_ns && r->return_ns < INT64_MAX / 2;
}

/* Index into records; record_count: there is none. */
static size_t find(const struct matter *m, int64_t request)
{
    size_t lo = 0, hi = m->record_count;

    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;

        if (m->records[middle]->request < request)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo < m->record_count && m->records[lo]->request == request ? lo : m->record_count;
}

/* Of one request one record. */
static void drop_doubles(struct audit *audit, const struct record **records, size_t *n)
{
    size_t i, kept = 0;

    for (i = 0; i < *n; i++) {
        if (kept > 0 && records[i]->request == records[kept - 1]->request)
            audit->malformed++;
        else
            records[kept++] = records[i];
    }
    *n = kept;
}

/* Nobody gives back what he was not told that he has. */
static bool is_owed(const struct matter *m, const struct record *cancel)
{
    size_t r = find(m, cancel->request);

    return r < m->record_count && m->records[r]->outcome == OUTCOME_BOOKED && m->records[r]->event == cancel->event &&
           m->records[r]->seats == cancel->seats && cancel->invoke_ns >= m->records[r]->return_ns;
}

static void take_records(struct audit *audit, struct matter *m, const struct trial *trial)
{
    size_t i;

    for (i = 0; i < trial->record_count; i++) {
        if (is_whole(&trial->records[i], m->events))
            m->records[m->record_count++] = &trial->records[i];
        else
            audit->malformed++;
    }
    qsort(m->records, m->record_count, sizeof *m->records, by_request_record);
    drop_doubles(audit, m->records, &m->record_count);
    for (i = 0; i < trial->cancel_count; i++) {
        const struct record *cancel = &trial->cancels[i];

        if (is_whole(cancel, m->events) && cancel->outcome < ASIDE_OUTCOMES && is_owed(m, cancel))
            m->cancels[m->cancel_count++] = cancel;
        else
            audit->malformed++;
    }
    qsort(m->cancels, m->cancel_count, sizeof *m->cancels, by_request_record);
    drop_doubles(audit, m->cancels, &m->cancel_count);
}

int matter_open(struct matter *m, struct audit *audit, const struct trial *trial, const struct witnesses *witnesses,
                int64_t events)
{
    size_t i;

    m->events = events;
    m->stock = calloc((size_t)m->events + 1, sizeof *m->stock);
    m->records = malloc((trial->record_count + 1) * sizeof *m->records);
    m->given_back = calloc(trial->record_count + 1, sizeof *m->given_back);
    m->rows = calloc(trial->record_count + 1, sizeof *m->rows);
    m->cancels = malloc((trial->cancel_count + 1) * sizeof *m->cancels);
    m->bookings = malloc((witnesses->booking_count + 1) * sizeof *m->bookings);
    if (m->stock == NULL || m->records == NULL || m->given_back == NULL || m->rows == NULL || m->cancels == NULL ||
        m->bookings == NULL)
        return -1;
    take_records(audit, m, trial);
    for (i = 0; i < witnesses->booking_count; i++)
        m->bookings[m->booking_count++] = &witnesses->bookings[i];
    qsort(m->bookings, m->booking_count, sizeof *m->bookings, by_request_booking);
    return 0;
}

void matter_close(struct matter *m)
{
    free(m->stock);
    free(m->records);
    free(m->given_back);
    free(m->rows);
    free(m->cancels);
    free(m->bookings);
}

static void match_booked(struct audit *audit, struct stock *event, const struct record *record,
                         const struct record *cancel, size_t rows)
{
    if (matter_gave_back(cancel, rows)) {
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
    if (matter_refused(record, rows) && (event->smallest_refused == 0 || record->seats < event->smallest_refused))
        event->smallest_refused = record->seats;
}

/* It carries its id, and is what was asked for. */
static bool is_row_of(const struct booking *row, const struct record *record)
{
    return row->event == record->event && row->user == record->user;
}

/* The rows that carry the id of request r; returns the seats of the last one that is its own, 0 without one. The others
 * are somebody else's, who never asked for them. b: the first of them, then behind the last. */
static int64_t match_rows(struct audit *audit, struct matter *m, size_t r, size_t *b)
{
    int64_t seats = 0;

    for (; *b < m->booking_count && m->bookings[*b]->request == m->records[r]->request; ++*b) {
        if (is_row_of(m->bookings[*b], m->records[r])) {
            m->rows[r]++;
            seats = m->bookings[*b]->seats;
        } else {
            audit->unasked++;
        }
    }
    return seats;
}

/* Walks records, cancels and rows. Rows nobody asked for are ghosts, one each. */
static void match_all(struct audit *audit, struct matter *m)
{
    size_t r, b = 0, c = 0;
    int64_t seats;

    for (r = 0; r < m->record_count; r++) {
        const struct record *record = m->records[r];

        for (; b < m->booking_count && m->bookings[b]->request < record->request; b++)
            audit->unasked++;
        seats = match_rows(audit, m, r, &b);
        while (c < m->cancel_count && m->cancels[c]->request < record->request)
            c++;
        if (c < m->cancel_count && m->cancels[c]->request == record->request)
            m->given_back[r] = m->cancels[c];
        match(audit, &m->stock[record->event], record, m->given_back[r], m->rows[r], seats);
    }
    audit->unasked += (int64_t)(m->booking_count - b);
    audit->ghost += audit->unasked;
}

/* It was, whatever became of it. */
static bool was_booked(const struct matter *m, size_t r)
{
    return m->records[r]->outcome == OUTCOME_BOOKED || (m->records[r]->outcome == OUTCOME_UNKNOWN && m->rows[r] > 0);
}

/* Second clicks that were booked like the first. */
static void match_clicks(struct audit *audit, const struct matter *m)
{
    size_t r, first;

    for (r = 0; r < m->record_count; r++) {
        if (m->records[r]->ref == 0 || !was_booked(m, r))
            continue;
        first = find(m, m->records[r]->ref);
        audit->repeated += first < m->record_count && was_booked(m, first);
    }
}

void matter_match(struct audit *audit, struct matter *m)
{
    match_all(audit, m);
    match_clicks(audit, m);
}
