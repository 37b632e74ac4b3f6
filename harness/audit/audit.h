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
    int64_t damage; /* database_damage(), where it was asked for: SQLite, and after a crash; else -1 */
};

/* The request that shows best how somebody was turned away: of the worst kind, the one that lacked most. */
struct audit_example {
    const char *kind; /* "false_sold_out", "turned_away", "held"; NULL: there is none */
    int64_t request, user, event, seats, attempts;
    enum outcome outcome;
    enum reason reason;
    int64_t due_ns, invoke_ns, first_ns, return_ns; /* since the gate opened; first_ns -1: never had a connection */
    int64_t capacity, taken_most; /* of the event; seats that can have been taken at most, meanwhile            */
};

#define AUDIT_SHORTFALLS 9 /* enum shortfall (shortfall.h) */

/* In seats, but for lost, ghost, unasked, duplicate, torn, unknown, resolved_*, false_sold_out, held_refusals,
 * turned_away, early_expiry: in requests; repeated: in wishes; malformed: in records. Per event, summed over events:
 *
 * sold = seats in bookings rows
 * told = seats told booked and not told given back
 * oversold = max(0, sold - capacity); where bookings were given back, max(sold, peak) with peak = the most seats that
 *   must have been taken at one moment (checker.h)
 * oversold_peak = max(0, peak - capacity), of all events: by what clients were told, rows or no rows
 * negative = seats below zero, of counters in the end, and of what was given back beyond what was taken
 * held = seats in holds that were not over: nobody else could have them, and nobody is to blame
 * overdue = seats in holds that were over, and whose rows were still there
 * unsold = capacity - sold - held, if somebody who wanted no more than that was answered no; else 0. Where a booking
 *   was given back meanwhile, only if one of these could have had them from then to the end; where the checker cannot
 *   say that, they are `unjudged`. unsold_by: why (shortfall.h)
 * false_sold_out, deficit, held_refusals, turned_away: checker.h, answers.h
 * drift = leaked (the ledger has fewer seats left than the bookings say) + uncounted (more) = |capacity - left - sold|,
 *   left = available (LEDGER_COUNTER) or what `remaining` answers (LEDGER_OWN); |seats rows of a request - seats in its
 *   bookings rows|, summed over requests (LEDGER_SEATS). A hold counts like a booking: over or not, while its row is
 *   there it accounts for its seats
 * gate_drift = |initial - left - booked through that app|, for every gate; where it was unknown whether a booking
 *   stands, a surplus of its seats is none
 * lost = told booked and not given back, no row
 * ghost = a row, and told no, an error, given back, or never asked; unasked: of these, the last; a row is of a request
 *   when it has its id, event and user
 * duplicate = requests with more than one row; doubled_seats = seats of which more than one row has an owner
 * torn = requests with a row of another number of seats than they asked for
 * early_expiry = told that a hold was over before it can have been
 * malformed = records, cancels and gates that no run writes; they are in nothing else
 * repeated = double clicks of which both were booked: reported, not held against anybody */
struct audit {
    int64_t capacity, sold, told, oversold, unsold, drift, leaked, uncounted, gate_drift;
    int64_t lost, ghost, duplicate, torn, held;
    int64_t unknown, resolved_yes, resolved_no; /* outcomes `unknown`, found booked, found not booked */
    int64_t released, unjudged, repeated;
    int64_t false_sold_out, deficit, held_refusals, turned_away;
    int64_t oversold_peak, negative, unasked, doubled_seats, overdue, early_expiry, malformed;
    int64_t windows, windows_unknown; /* stretches of history that an order was searched for; in vain */
    int64_t unsold_by[AUDIT_SHORTFALLS];
    struct audit_example example;
    int64_t checked, mismatched, unresolved; /* audit_faults()                                            */
    int64_t damaged;                         /* audit_faults(): complaints of the storage; -1: not asked   */
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
