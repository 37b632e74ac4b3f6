#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "harness/audit/fairness.h"

/* The witnesses of a trial compared once nothing runs any more: what clients were told, the bookings rows, the counters
 * and gates. */

enum audit_verdict { AUDIT_VALID, AUDIT_UNKNOWN, AUDIT_INVALID }; /* each outranks those before it */

/* One bookings row, one event's counter, one row of seats (LEDGER_SEATS), and what a strategy's own tables say of an
 * event (LEDGER_OWN), as a fresh connection saw them. */
struct booking {
    int64_t id, request, event, user, seats;
};
struct counter {
    int64_t event, capacity, available, version;
};
struct seat {
    int64_t event, seat, request; /* request 0: free */
};
struct remainder {
    int64_t event, left;
};
/* A bookings row that is PENDING. */
struct hold {
    int64_t id, request, event, user, seats;
    int64_t expired; /* 1: its time was over when it was read */
};
struct witnesses {
    struct booking *bookings; /* CONFIRMED */
    size_t booking_count;
    struct hold *holds;
    size_t hold_count;
    struct counter *counters;
    size_t counter_count;
    struct seat *seats;
    size_t seat_count;
    struct remainder *remainders;
    size_t remainder_count;
};

/* In seats, but for lost, ghost, duplicate, torn, resolved_*: in requests; repeated: in wishes. Formulae, per event,
 * summed over events:
 *   sold = seats in bookings rows         told = seats told booked and not told given back
 *   oversold = max(0, sold - capacity); where bookings were given back, max(sold, peak) with peak = the most seats that
 *     must have been taken at once (peak.h)
 *   held = seats in holds that were not over: nobody else could have them, and nobody is to blame
 *   unsold = capacity - sold - held, if somebody who wanted no more than that was answered no; else 0. Where a booking
 * was given back meanwhile, whoever was refused may have been refused rightly: these seats are `unjudged` instead drift
 * = leaked (the ledger has fewer seats left than the bookings say) + uncounted (more) = |capacity - left - sold|, left
 * = available (LEDGER_COUNTER) or what `remaining` answers (LEDGER_OWN) = |seats rows of a request - seats in its
 * bookings rows|, summed over requests (LEDGER_SEATS) where a hold counts like a booking: over or not, while its row is
 * there it accounts for its seats gate_drift = |initial - left - booked through that app|, for every gate lost = told
 * booked and not given back, no row ghost = a row, and told no, an error, given back, or never asked duplicate =
 * requests with more than one row torn = requests with a row of another number of seats than they asked for repeated =
 * double clicks of which both were booked: reported, not held against anybody */
struct audit {
    int64_t capacity, sold, told, oversold, unsold, drift, leaked, uncounted, gate_drift;
    int64_t lost, ghost, duplicate, torn, held;
    int64_t unknown, resolved_yes, resolved_no; /* outcomes `unknown`, found booked, found not booked */
    int64_t released, unjudged, repeated;
    int64_t unfair;           /* requests (passed.h); of who promises no order, only in rogues and controls */
    struct probes probes;     /* the trial's */
    struct fairness fairness; /* decides nothing */
    enum audit_verdict verdict;
    char reason[160]; /* why not valid: "" when valid */
};

/* Pure: judges a trial's records against the witnesses. */
void audit_judge(struct audit *, const struct cell *, const struct trial *, const struct witnesses *);
/* Quiesces the database, reads the witnesses on a fresh connection in one snapshot. EXIT_OK, or EXIT_ERROR after one
 * line. */
int audit_read(struct witnesses *, const struct cell *, struct database *);
/* The same on a connection at hand, while nothing runs or only to look: committed rows, in one snapshot. */
int audit_look(struct witnesses *, const struct cell *, struct database *, struct db *);
void witnesses_free(struct witnesses *); /* NULL is a no-op */
const char *audit_verdict_name(enum audit_verdict);

#endif
