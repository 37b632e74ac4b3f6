#include "harness/audit/audit.h"

#include <stdio.h>
#include <string.h>

#include "harness/audit/answers.h"
#include "harness/audit/gates.h"
#include "harness/audit/matter.h"
#include "harness/audit/passed.h"
#include "harness/audit/seats.h"
#include "harness/audit/shortfall.h"
#include "harness/base/clock.h"

const char *audit_verdict_name(enum audit_verdict verdict)
{
    static const char *const names[] = { "valid", "unknown", "invalid" };

    return names[verdict];
}

static void set_reason(struct audit *audit, enum audit_verdict verdict, const char *text)
{
    if (verdict > audit->verdict) {
        audit->verdict = verdict;
        snprintf(audit->reason, sizeof audit->reason, "%.*s", (int)sizeof audit->reason - 1, text);
    }
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
    audit->doubled_seats = ledger == LEDGER_SEATS ? seats_doubled(witnesses) : 0;
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

static void judge_drift(struct audit *audit, struct stock *event)
{
    int64_t drift = event->capacity - event->left - event->sold - event->pending;

    if (drift > 0)
        event->leaked = drift;
    else
        audit->uncounted -= drift;
    audit->leaked += event->leaked;
    audit->negative += event->left < 0 ? -event->left : 0;
}

static void judge_stock(struct audit *audit, const struct matter *m, enum ledger ledger)
{
    int64_t e;

    for (e = 1; e <= m->events; e++) {
        struct stock *event = &m->stock[e];
        /* Rows left at the end do not tell what was sold at once. */
        bool by_peak = event->given_back && event->peak > event->sold;
        int64_t over = (by_peak ? event->peak : event->sold) - event->capacity;

        audit->capacity += event->capacity;
        audit->sold += event->sold;
        audit->oversold += over > 0 ? over : 0;
        audit->held += event->held;
        audit->overdue += event->pending - event->held;
        if (ledger == LEDGER_COUNTER || ledger == LEDGER_OWN)
            judge_drift(audit, event);
    }
}

/* Told that their hold was over though it cannot have lasted so long: it began after the invoke. A thousandth and 1 ms
 * are left to the difference of two clocks. */
static void count_early(struct audit *audit, const struct matter *m, int64_t hold_ns)
{
    const int64_t surely_ns = hold_ns - hold_ns / 1000 - NS_PER_MS;
    size_t r;

    for (r = 0; r < m->record_count; r++)
        audit->early_expiry += m->records[r]->reason == REASON_EXPIRED && record_service_ns(m->records[r]) < surely_ns;
}

static int64_t hold_of(const struct cell *cell)
{
    bool holds = (cell->variant.registered->strategy->traits & TRAIT_HOLDS) != 0;

    return holds ? cell->scenario.hold_ttl_ns : 0;
}

/* Every count that makes a trial invalid by itself, where it is not 0. Whether there is one. */
static bool name_broken(const struct audit *audit, char *text, size_t size)
{
    const struct {
        const char *name;
        int64_t n;
    } counts[] = {
        { "oversold", audit->oversold },     { "lost", audit->lost },         { "ghost", audit->ghost },
        { "duplicate", audit->duplicate },   { "torn", audit->torn },         { "drift", audit->drift },
        { "gate drift", audit->gate_drift }, { "negative", audit->negative },
    };
    size_t i, length = 0;

    for (i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].n > 0)
            length += (size_t)snprintf(text + length, size - length, "%s%s %lld", length > 0 ? ", " : "",
                                       counts[i].name, (long long)counts[i].n);
    return length > 0;
}

/* Invalid outranks unknown outranks valid. */
static void conclude(struct audit *audit, const struct trial *trial)
{
    char text[256]; /* all of name_broken(), with numbers of 19 digits */

    audit->drift = audit->leaked + audit->uncounted;
    if (name_broken(audit, text, sizeof text)) {
        set_reason(audit, AUDIT_INVALID, text);
    } else if (audit->probes.violations > 0) {
        snprintf(text, sizeof text, "%lld of %lld probes saw what must never be", (long long)audit->probes.violations,
                 (long long)audit->probes.n);
        set_reason(audit, AUDIT_INVALID, text);
    } else if (audit->malformed > 0) {
        snprintf(text, sizeof text, "records that no run writes: %lld", (long long)audit->malformed);
        set_reason(audit, AUDIT_INVALID, text);
    } else if (trial->void_reason[0] != '\0') {
        set_reason(audit, AUDIT_UNKNOWN, trial->void_reason);
    } else if (audit->sold + audit->released == 0) {
        set_reason(audit, AUDIT_UNKNOWN, "nothing was booked: nothing was proved");
    }
}

/* What promises nothing is there to break everything: it is held to it too. */
static bool owes_order(const struct cell *cell)
{
    return (cell_promises(cell) & PROMISE_IN_ORDER) != 0 ||
           (cell->variant.registered->strategy->traits & (TRAIT_CONTROL | TRAIT_ROGUE)) != 0;
}

/* 0, or -1: out of memory. */
static int compare(struct audit *audit, struct matter *m, const struct cell *cell, const struct trial *trial,
                   const struct witnesses *witnesses)
{
    const enum ledger ledger = cell_ledger(cell);
    int64_t unfair;

    if (matter_open(m, audit, trial, witnesses, cell->scenario.events) != 0)
        return -1;
    fill_stock(audit, m, witnesses, ledger);
    take_holds(audit, m, witnesses);
    matter_match(audit, m);
    if (answers_judge(audit, m, trial, hold_of(cell)) != 0)
        return -1;
    judge_stock(audit, m, ledger);
    count_early(audit, m, hold_of(cell));
    if (ledger == LEDGER_SEATS && seats_drift(witnesses, &audit->leaked, &audit->uncounted) != 0)
        return -1;
    if (gates_judge(audit, trial, m, cell->scenario.instances) != 0 || shortfall_judge(audit, m) != 0)
        return -1;
    unfair = owes_order(cell) ? passed_over(trial, witnesses) : 0;
    audit->unfair = unfair > 0 ? unfair : 0;
    return unfair < 0 ? -1 : 0;
}

void audit_judge(struct audit *audit, const struct cell *cell, const struct trial *trial,
                 const struct witnesses *witnesses)
{
    struct matter m = { .events = 0 };

    memset(audit, 0, sizeof *audit);
    audit->probes = trial->probes;
    if (compare(audit, &m, cell, trial, witnesses) != 0)
        set_reason(audit, AUDIT_UNKNOWN, "out of memory for the audit");
    else
        conclude(audit, trial);
    fairness_measure(&audit->fairness, trial, cell->scenario.seats);
    matter_close(&m);
}
