#ifndef RUN_PROBE_H
#define RUN_PROBE_H

#include "harness/run/trial.h"

/* [audit] probe: a thread that looks at what has been committed while the rush goes on, once every period and once more
 * when all have been answered, each time on one snapshot, and asks what must hold at every moment:
 * - oversold: no event has more seats in bookings and holds that are not over than it has in all;
 * - negative: no counter, and nothing the strategy's own tables say is left, is below 0;
 * - duplicate seat: no booking has fewer rows of seats than seats (somebody else has them), and no seat has two rows.
 *
 * Its connection is none of the apps', and what it asks is in none of their counts. It only reads: in PostgreSQL, and
 * in SQLite's WAL, it keeps nobody waiting. A period that a probe takes longer than is left out. */
struct probe;

/* Main thread, once the place is prepared and before the start. *out stays NULL where the scenario asks for none, or
 * the cell has nothing to look at. 0, or -1 after saying why. */
int probe_open(struct probe **out, const struct cell *, struct database *);
/* Main thread, at the start. NULL is a no-op, here and below. */
void probe_start(struct probe *, int64_t start_ns);
/* Main thread, when all have been answered: waits for the last probe, closes the connection and fills trial->probes. A
 * probe that failed makes the trial void: what was not looked at was not seen. */
void probe_stop(struct probe *, struct trial *);
void probe_close(struct probe *);

#endif
