#ifndef AUDIT_SHORTFALL_H
#define AUDIT_SHORTFALL_H

#include "harness/audit/matter.h"

/* Why seats were left unsold. Of each event's unsold seats, in this order, as many as each accounts for: */
enum shortfall {
    SHORTFALL_GATE,     /* a gate never had them back                                                        */
    SHORTFALL_LEDGER,   /* the ledger lost them: it says there are fewer than the bookings leave             */
    SHORTFALL_HOLD,     /* their hold was over and never taken away                                          */
    SHORTFALL_STRANDED, /* the ledger has them; most who could have had them were told "sold out" all the same: they
                           lie in a shard, or at a server, that was not asked                                 */
    SHORTFALL_GAVE_UP,  /* … most had their tries used up                                                    */
    SHORTFALL_TIMED_OUT,
    SHORTFALL_SHED,
    SHORTFALL_FAILED,
    SHORTFALL_UNKNOWN,
    SHORTFALL_COUNT
};
const char *shortfall_name(enum shortfall); /* "gate", "gave_up": as in results */

/* After gates_judge() and answers_judge(), with what is leaked: of every event what is unsold, or unjudged, and why.
 * Pure. 0, or -1: out of memory. */
int shortfall_judge(struct audit *, const struct matter *);

#endif
