#ifndef AUDIT_PASSED_H
#define AUDIT_PASSED_H

#include "harness/audit/audit.h"

/* Whether answers came in the order in which users asked (PROMISE_IN_ORDER), as far as that can be told from outside:
 * one request comes before another when it was answered before the other was invoked. Moments that are equal overlap.
 * Counted are, on each event and each request once,
 *   those that were told sold_out, although one that wanted no fewer seats and came after them was booked;
 *   those that were booked by a row that stands behind the row of one that came after them.
 * Booked is who was told so, or told unknown and has a row. Events of which a booking was given back are left out: who
 * was refused while it stood was refused rightly. Pure; O(n log n). -1: out of memory. */
int64_t passed_over(const struct trial *, const struct witnesses *);

#endif
