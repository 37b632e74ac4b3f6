#ifndef RUN_CREW_H
#define RUN_CREW_H

#include "harness/run/inflight.h"
#include "harness/run/recorder.h"
#include "harness/run/start.h"
#include "harness/run/turns.h"

/* The workers of one trial: a thread per user (and one more for each second click), or fewer threads that take turns,
 * and a thread per browser. Everything they need is allocated, touched and connected before the start. */

struct crew {
    const struct cell *cell;
    struct app_server *servers; /* users are dealt out in turn */
    struct trial_progress *progress;
    struct plan plan;
    struct start start;
    struct recorder recorder;
    struct turns turns;     /* fewer workers than users, and open load */
    struct flights flights; /* burst: one per request; closed: one per user, then one per second hand */
    int64_t flight_count;
    int64_t *senders;   /* burst, open: id of each request, negative for a second click; NULL: request i has id i + 1 */
    int64_t *due_ns;    /* open: of each request, after the start, in order */
    struct hand *hands; /* closed: a second one for each user (closed.h); NULL: nobody clicks twice */
    struct lockstep *lockstep; /* NULL: users move when they can */
    struct worker *workers;
    int worker_count;
    bool taking_turns, totals_only;
    int64_t deadline_ns;        /* closed: no request begins after it; open: nor begins a request that is due */
    _Atomic uint32_t asking;    /* workers that send requests and have not ended */
    _Atomic uint32_t over;      /* 1: there is none left, since over_ns */
    int64_t over_ns;            /* written before over is set */
    _Atomic uint32_t ended;     /* workers that have nothing left to do */
    _Atomic uint32_t overfull;  /* a recorder book was full */
    _Atomic uint32_t dismissed; /* 1: workers that have ended may go */
};

/* Allocates for and starts the workers; returns when all wait at the start. 0, or -1 after saying why (nothing runs
 * then). */
int crew_open(struct crew *, const struct cell *, struct app_server *, int64_t block, struct trial_progress *);
/* Opens the gate: returns the common start. */
int64_t crew_start(struct crew *);
/* Waits until all workers have ended, at most until the deadline. True when they have. */
bool crew_wait(struct crew *, int64_t deadline_ns);
/* The program stops, or the trial's time is up (wait_stop is set): wakes whoever waits for a turn that is due later. */
void crew_stop(struct crew *);
/* Joins them. */
void crew_join(struct crew *);
/* After the join: the records (none when only totals were kept) and totals go to the trial. 0 / -1 after saying why. */
int crew_collect(struct crew *, struct trial *);
void crew_close(struct crew *); /* zeroed is a no-op */

#endif
