#ifndef AUDIT_SEATS_H
#define AUDIT_SEATS_H

#include "harness/audit/audit.h"

/* Rows of `seats`, where the ledger keeps the stock there (LEDGER_SEATS), against the house and the bookings. Pure. */

/* They are, in their order, the seats 1..capacity of every event, each once. */
bool seats_are_whole(const struct witnesses *);

/* Seats of which more than one row has an owner. */
int64_t seats_doubled(const struct witnesses *);

/* Request by request, what it holds in rows of `seats` less what its bookings rows say: *leaked adds up where it holds
 * more, *uncounted where it holds less. What one has too many does not make good what another has too few. 0, or -1:
 * out of memory. */
int seats_drift(const struct witnesses *, int64_t *leaked, int64_t *uncounted);

#endif
