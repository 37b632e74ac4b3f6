#ifndef AUDIT_ANSWERS_H
#define AUDIT_ANSWERS_H

#include "harness/audit/matter.h"

/* Every answer of a trial held against all others by the checker (checker.h), event by event.
 *
 * A request is one operation from invoke to return, however many tries it took. Booked, or unknown with a row: taken
 * (the latter from its invoke on). Told sold out: a claim, "at the gate" where there are gates and it never had a
 * connection. Answered no otherwise, and not by the user's own choice: turned away. A row contradicts a no: such a
 * request took its seats as well (it is a ghost, and counted there). A booking given back counts until its cancel has
 * returned; a cancel that is unknown, as the rows say.
 *
 * Who came to nothing may have kept seats from others meanwhile, by a hold, a permit or a lock: whoever was tried and
 * abandoned, gave up, timed out, failed, is unknown without a row; or was tried more than once and then shed or
 * refused. So much longer as a hold lasts, where the strategy makes holds and this one can have been left behind; and,
 * where the connection was lost, as a server takes to notice. With gates, who was let in to the database and refused
 * there had a permit. All of that excuses who was told sold out meanwhile: those refusals are counted as held. */

/* Fills false_sold_out, deficit, held_refusals, turned_away, negative, oversold_peak, windows, windows_unknown and the
 * example of *audit, and of every event peak, left_out and doubtful. hold_ns: how long a hold lasts; 0: there
 * are none. After matter_match(). Pure. 0, or -1: out of memory. */
int answers_judge(struct audit *, const struct matter *, const struct trial *, int64_t hold_ns);

#endif
