#ifndef AUDIT_MATTER_H
#define AUDIT_MATTER_H

#include <stdbool.h>

#include "harness/audit/audit.h"

/* What audit_judge() works on: the witnesses side by side. Used within harness/audit alone. */

/* One event, as the witnesses tell it. In seats. */
struct stock {
    int64_t capacity, sold;
    int64_t held, pending;    /* in holds: that are not over, in all                                         */
    int64_t left;             /* as the ledger has it: LEDGER_COUNTER, LEDGER_OWN                           */
    int64_t leaked;           /* of these, what neither bookings nor holds account for                      */
    int64_t gate_short;       /* not given back to gates                                                    */
    int64_t unsold;           /* free in the end, though somebody who wanted no more was answered no        */
    int64_t smallest_refused; /* fewest seats that somebody wanted and was answered no to; 0: nobody was    */
    int64_t left_out;         /* the same of those who could have had them from then to the end (checker.h)  */
    bool given_back;          /* a booking was, while others asked                                          */
    bool doubtful;            /* the answers could not all be judged                                        */
    int64_t peak;             /* the most that must have been taken at one moment                           */
};

struct matter {
    const struct record **records, **cancels; /* in order of request ids                 */
    const struct booking **bookings;          /* the same                                */
    const struct record **given_back;         /* of each record: its cancel; NULL: none  */
    size_t *rows;                             /* of each record: bookings rows of its id, event and user */
    size_t record_count, cancel_count, booking_count;
    struct stock *stock; /* by event, from 1 */
    int64_t events;
};

/* Answered no, and not by the user's own choice. An unknown counts as what the rows say of it. */
bool matter_refused(const struct record *, size_t rows);
/* Of a request that was told booked. A cancel that is unknown counts as what the rows say of it; NULL: there is none.
 */
bool matter_gave_back(const struct record *cancel, size_t rows);

/* 0, or -1: out of memory. What cannot be a record of this trial is counted and left out (audit.malformed). */
int matter_open(struct matter *, struct audit *, const struct trial *, const struct witnesses *, int64_t events);
void matter_close(struct matter *); /* zeroed is a no-op */
/* Holds records, cancels and rows against each other: who is lost, a ghost, doubled, torn, unknown; fills given_back
 * and rows. */
void matter_match(struct audit *, struct matter *);

#endif
