#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "harness/run/trial.h"

/* The witnesses of a trial compared once nothing runs any more: what clients were told, the bookings rows, the counters
 * and gates. */

enum audit_verdict { AUDIT_VALID, AUDIT_UNKNOWN, AUDIT_INVALID }; /* each outranks those before it */

/* One bookings row and one event's counter, as a fresh connection saw them. */
struct booking {
    int64_t id, request, event, user, seats;
};
struct counter {
    int64_t event, capacity, available, version;
};
struct witnesses {
    struct booking *bookings;
    size_t booking_count;
    struct counter *counters;
    size_t counter_count;
};

/* In seats, but for lost, ghost, duplicate, resolved_*: in requests; repeated: in wishes. Formulae, per event e, summed
 * over events:
 *   sold = seats in bookings rows         told = seats told booked and not told given back
 *   oversold = max(0, sold - capacity); where bookings were given back, max(sold, peak) with peak = the most seats that
 *     must have been taken at once (peak.h)
 *   unsold = capacity - sold, if somebody who wanted no more than that was answered no; else 0. Where a booking was
 * given back meanwhile, whoever was refused may have been refused rightly: these seats are `unjudged` instead drift =
 * |capacity - available - sold| (LEDGER_COUNTER): leaked (counter lower than the rows say) + uncounted (higher)
 * gate_drift = |initial - left - booked through that app|, for every gate
 * lost = told booked and not given back, no row          duplicate = requests with more than one row
 * ghost = a row, and told no, an error, given back, or never asked
 * repeated = double clicks of which both were booked: reported, not held against anybody */
struct audit {
    int64_t capacity, sold, told, oversold, unsold, drift, leaked, uncounted, gate_drift;
    int64_t lost, ghost, duplicate;
    int64_t unknown, resolved_yes, resolved_no; /* outcomes `unknown`, found booked, found not booked */
    int64_t released, unjudged, repeated;
    enum audit_verdict verdict;
    char reason[160]; /* why not valid: "" when valid */
};

/* Pure: judges a trial's records against the witnesses. */
void audit_judge(struct audit *, const struct cell *, const struct trial *, const struct witnesses *);
/* Quiesces the database, reads the witnesses on a fresh connection in one snapshot. EXIT_OK, or EXIT_ERROR after one
 * line. */
int audit_read(struct witnesses *, struct database *, const struct db_settings *);
void witnesses_free(struct witnesses *); /* NULL is a no-op */
const char *audit_verdict_name(enum audit_verdict);

#endif
