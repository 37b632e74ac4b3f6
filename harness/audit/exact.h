#ifndef AUDIT_EXACT_H
#define AUDIT_EXACT_H

#include "harness/audit/checker.h"

/* Where bounds alone do not decide, an order is searched for (order.h), one window after the other, cut at moments when
 * nothing was open: how many seats are taken is known then.
 *
 * Fills windows, windows_refuted and windows_unknown. Refusals labelled other than CHECKER_FINE are left out. 0, or -1:
 * out of memory. */
int exact_check(struct checked *, const struct operation *, size_t n, int64_t capacity, const unsigned char *labels);

#endif
