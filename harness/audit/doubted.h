#ifndef AUDIT_DOUBTED_H
#define AUDIT_DOUBTED_H

#include "harness/audit/audit.h"

/* What a trial's storage and its faults add to its audit. Operations that ended unknown were found booked or not by
 * their rows; here the rows are held against what the server says of the transactions in doubt:
 *
 * checked = requests in doubt whose transaction's fate was known for sure
 * mismatched = of these: committed and no row, or aborted and a row
 * unresolved = operations in doubt whose transaction was still open, or which nobody could ask about
 * damaged = complaints of the database about its own storage; -1: it was not asked
 *
 * A trial whose faults hit nothing, or after which not everybody could be answered, is unknown. Pure; behind
 * audit_judge(). */
void audit_faults(struct audit *, const struct cell *, const struct trial *, const struct witnesses *);
/* Its first step: a damaged database makes the trial invalid. */
void audit_storage(struct audit *, int64_t damage);
/* Its last step: the verdict, from counts that are there already. */
void audit_faults_conclude(struct audit *, const struct cell *, const struct fault_report *);
/* Before audit_judge(), for records that were read again: marks those whose answer is not their last, as reoffer() does
 * (record.asked_again): who asked again, by the ids of their requests, and whom the time was up for, by what
 * trial->faults says and who has a row. 0, or -1: out of memory. */
int audit_mark_again(struct trial *, const struct witnesses *);

#endif
