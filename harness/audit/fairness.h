#ifndef AUDIT_FAIRNESS_H
#define AUDIT_FAIRNESS_H

#include <stdbool.h>

#include "harness/run/trial.h"

/* Who was served before whom, from the answers users were given. Pure.
 *
 * A request arrives when it comes to the app: its invoke_ns. Its due time does not tell anybody apart in a burst,
 * where all are due at one moment; in other loads who was due earlier is invoked earlier, but for who waits for a
 * worker. A winner was told booked. A loser was told no and did not choose it himself: sold_out, gave_up, shed,
 * failed, or timed_out for another reason than patience. Who was told unknown, or left, or asked again once the faults
 * were over (or never got to, for want of time), is neither. They are compared where nothing but order tells them
 * apart: on the same event, where the winner took no fewer seats than the loser wanted. Of each such pair the loser was
 * overtaken when the winner arrived after him, and the pair is inverted when the winner arrived after the loser had his
 * answer: no delay in between explains that. order_index = (overtakes + pairs that arrived at the same moment / 2) /
 * pairs: Mann-Whitney's U over winners x losers, the chance that a winner arrived after a loser: 0 first come first
 * served, 0.5 a lottery, 1 last come first served. */

/* Into how many equal parts the line of those who asked for an event is cut. */
#define FAIRNESS_PLACES 100

struct fairness {
    bool known;                        /* single requests were kept; the rest is nothing otherwise       */
    int64_t winners, losers, pairs;    /* requests, requests, comparisons                                 */
    int64_t overtakes, overtaken_most; /* pairs; of one loser                                             */
    int64_t inversions;                /* pairs                                                           */
    double order_index;                /* NAN without pairs                                               */
    int64_t longest_wait_ns;           /* of any request: response less its own checkout                  */
    int64_t most_attempts;             /* of any request                                                  */
    int64_t starved;                   /* gave up with so many seats left in the end as they wanted; not counted on
                                          events of which bookings were given back */
    double jain_index;                 /* (sum x)^2 / (users * sum x^2), x = bookings of a user who asked: 1 all got the
                                          same, 1/users one got all; NAN: nothing was booked */
    int64_t winners_at[FAIRNESS_PLACES]; /* by place in the line of all who asked for the event, first ones first */
};

/* seats: of each event. Without records, or memory, `known` is false. */
void fairness_measure(struct fairness *, const struct trial *, int64_t seats);

#endif
