#ifndef AUDIT_GATES_H
#define AUDIT_GATES_H

#include "harness/audit/matter.h"

/* After matter_match(): gate_drift, and what every event lacks at its gates. Of every gate initial - left - booked
 * through its app, where rows decide what was booked; apps: of the cell. Pure. 0, or -1: out of memory. */
int gates_judge(struct audit *, const struct trial *, const struct matter *, int64_t apps);

#endif
