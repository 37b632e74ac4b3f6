#ifndef AUDIT_ANOMALY_H
#define AUDIT_ANOMALY_H

#include "harness/audit/audit.h"

/* What an audit can hold against a strategy, worst first. One list: for the verdict of a cell, and for what a schedule
 * broke. */
enum anomaly {
    ANOMALY_OVERSOLD,
    ANOMALY_LOST,
    ANOMALY_GHOST,
    ANOMALY_TORN,
    ANOMALY_DUPLICATE,
    ANOMALY_UNSOLD,
    ANOMALY_DRIFT,
    ANOMALY_GATE_DRIFT,
    ANOMALY_COUNT
};

/* How an anomaly is said: "oversold" up to N "seat" … */
struct anomaly_words {
    const char *verdict;               /* of a cell: "oversells"                                            */
    const char *before, *noun, *after; /* "oversold" 5 "seat"s ""; "booked" 2 "request"s " more than once" */
};
extern const struct anomaly_words anomaly_words[ANOMALY_COUNT];

/* How much of it an audit saw: seats or requests. */
int64_t anomaly_amount(const struct audit *, enum anomaly);
/* Whether it breaks what is promised. Oversold, unsold and torn are promises a strategy may leave out; that bookings
 * are kept, told, made once and counted is asked of every one. */
bool anomaly_breaks(enum anomaly, unsigned promises);

#endif
