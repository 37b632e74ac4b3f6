#include "harness/audit/doubted.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/audit/matter.h"
#include "harness/base/ascending.h"
#include "harness/scenario/plan.h"

/* Ids of requests, ascending. */
struct rows {
    int64_t *requests;
    size_t n;
};

static int by_request(const void *a, const void *b)
{
    const struct doubt *x = a, *y = b;

    return ascending(x->request, y->request);
}

static bool has(const struct rows *rows, int64_t request)
{
    return bsearch(&request, rows->requests, rows->n, sizeof *rows->requests, ascending_int64) != NULL;
}

/* Of those that have a row, booked, or held as well. */
static int collect(struct rows *rows, const struct witnesses *witnesses, bool holds_too)
{
    size_t i;

    rows->n = 0;
    if ((rows->requests = calloc(witnesses->booking_count + witnesses->hold_count + 1, sizeof *rows->requests)) == NULL)
        return -1;
    for (i = 0; i < witnesses->booking_count; i++)
        rows->requests[rows->n++] = witnesses->bookings[i].request;
    for (i = 0; holds_too && i < witnesses->hold_count; i++)
        rows->requests[rows->n++] = witnesses->holds[i].request;
    qsort(rows->requests, rows->n, sizeof *rows->requests, ascending_int64);
    return 0;
}

/* All doubts of one request: its only try, or its cancel. */
static void check(struct audit *audit, const struct doubt *doubt, size_t n, bool has_row)
{
    bool made = false, erased = false, known = true;
    size_t i;

    for (i = 0; i < n; i++) {
        bool committed = doubt[i].fate == FATE_COMMITTED;

        known = known && (committed || doubt[i].fate == FATE_ABORTED);
        made = made || (committed && doubt[i].op == OP_RESERVE);
        erased = erased || (committed && doubt[i].op == OP_CANCEL);
    }
    if (!known)
        return;
    audit->checked++;
    if (erased)
        audit->mismatched += has_row;
    else if (made)
        audit->mismatched += !has_row;
    else
        audit->mismatched += has_row != (doubt[0].op == OP_CANCEL);
}

/* Without the memory for it nothing was checked. */
static void check_all(struct audit *audit, const struct fault_report *faults, const struct witnesses *witnesses)
{
    struct rows rows;
    size_t i, n;

    if (collect(&rows, witnesses, true) != 0) {
        if (audit->verdict == AUDIT_VALID) {
            audit->verdict = AUDIT_UNKNOWN;
            snprintf(audit->reason, sizeof audit->reason, "out of memory for the audit");
        }
        return;
    }
    qsort(faults->doubts, faults->doubt_count, sizeof *faults->doubts, by_request);
    for (i = 0; i < faults->doubt_count; i += n) {
        const struct doubt *doubt = &faults->doubts[i];

        for (n = 1; i + n < faults->doubt_count && doubt[n].request == doubt->request; n++)
            continue;
        check(audit, doubt, n, has(&rows, doubt->request));
    }
    free(rows.requests);
}

void audit_faults_conclude(struct audit *audit, const struct cell *cell, const struct fault_report *faults)
{
    const char *never = faults_never_hit(faults, cell);

    if (audit->mismatched > 0) {
        audit->verdict = AUDIT_INVALID;
        snprintf(audit->reason, sizeof audit->reason, "%lld commits in doubt: the rows say otherwise than the server",
                 (long long)audit->mismatched);
    } else if (audit->verdict == AUDIT_VALID && (audit->unresolved > 0 || never != NULL || !faults->recovered)) {
        audit->verdict = AUDIT_UNKNOWN;
        if (never != NULL)
            snprintf(audit->reason, sizeof audit->reason, "the fault never hit: %s", never);
        else if (audit->unresolved > 0)
            snprintf(audit->reason, sizeof audit->reason, "%lld operations in doubt could not be resolved",
                     (long long)audit->unresolved);
        else
            snprintf(audit->reason, sizeof audit->reason, "not everybody was answered in time after the faults");
    }
}

/* Nobody knows what becomes of these. */
static int64_t unresolved(const struct fault_report *faults)
{
    int64_t n = (int64_t)faults->doubts_lost;
    size_t i;

    for (i = 0; i < faults->doubt_count; i++)
        n += faults->unresolved || faults->doubts[i].fate == FATE_RUNNING;
    return n;
}

void audit_faults(struct audit *audit, const struct cell *cell, const struct trial *trial,
                  const struct witnesses *witnesses)
{
    const struct variant *variant = &cell->variant;
    const struct fault_report *faults = &trial->faults;

    audit_storage(audit, witnesses->damage);
    if (!faults->on)
        return;
    audit->unresolved = unresolved(faults);
    /* A hold is made by one transaction and confirmed by another, and what is tried again may be booked by a later try:
     * a row alone says nothing of either. */
    if (!faults->unresolved && (variant->registered->strategy->traits & TRAIT_HOLDS) == 0 &&
        (variant->retry.on & RETRY_ON_UNKNOWN) == 0)
        check_all(audit, faults, witnesses);
    audit_faults_conclude(audit, cell, faults);
}

void audit_storage(struct audit *audit, int64_t damage)
{
    audit->damaged = damage;
    if (damage <= 0)
        return;
    audit->verdict = AUDIT_INVALID;
    snprintf(audit->reason, sizeof audit->reason, "the database is damaged: %lld complaints of its own check",
             (long long)damage);
}

/* Whoever a fault had turned away, and nobody asked again. */
static bool was_left_out(const struct record *r, const struct rows *booked)
{
    return r->request < PLAN_AGAIN && r->outcome != OUTCOME_SOLD_OUT && matter_refused(r, has(booked, r->request));
}

static int collect_again(struct rows *again, const struct trial *trial)
{
    size_t i;

    again->n = 0;
    if ((again->requests = calloc(trial->record_count + 1, sizeof *again->requests)) == NULL)
        return -1;
    for (i = 0; i < trial->record_count; i++)
        if (trial->records[i].request > PLAN_AGAIN)
            again->requests[again->n++] = trial->records[i].request - PLAN_AGAIN;
    qsort(again->requests, again->n, sizeof *again->requests, ascending_int64);
    return 0;
}

int audit_mark_again(struct trial *trial, const struct witnesses *witnesses)
{
    const struct fault_report *faults = &trial->faults;
    const bool cut_short = faults->on && faults->recover_ns > 0 && !faults->recovered;
    struct rows again, booked;
    size_t i;

    if (collect_again(&again, trial) != 0)
        return -1;
    if (collect(&booked, witnesses, false) != 0) {
        free(again.requests);
        return -1;
    }
    for (i = 0; i < trial->record_count; i++) {
        struct record *record = &trial->records[i];

        if (has(&again, record->request) || (cut_short && was_left_out(record, &booked)))
            record->asked_again = 1;
    }
    free(again.requests);
    free(booked.requests);
    return 0;
}
