#ifndef AUDIT_ANOMALY_H
#define AUDIT_ANOMALY_H

#include "harness/audit/audit.h"

/* The anomalies of strategy.h, in words and numbers: for the verdict of a cell, and for what a schedule broke. */

/* How an anomaly is said: "oversold" up to N "seat" … */
struct anomaly_words {
    const char *verdict;               /* of a cell: "oversells"                                            */
    const char *before, *noun, *after; /* "oversold" 5 "seat"s ""; "booked" 2 "request"s " more than once" */
};
extern const struct anomaly_words anomaly_words[ANOMALY_COUNT];

/* How much of it an audit saw: seats or requests. */
int64_t anomaly_amount(const struct audit *, enum anomaly);
/* Whether it breaks what is promised. Oversold, unsold, torn and unfair are promises a strategy may leave out; that
 * bookings are kept, told, made once and counted is asked of every one. */
bool anomaly_breaks(enum anomaly, unsigned promises);

#endif
