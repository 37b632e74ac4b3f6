#ifndef RUN_TURNS_H
#define RUN_TURNS_H

#include <pthread.h>
#include <stddef.h>

#include "harness/run/flights.h"

/* Many users on few workers: whose turn is next. First those a service has answered, then those whose backoff has
 * ended, then the next request that has not been begun yet, in order, once it is due.
 *
 * Of the workers that have nothing to do one watches the clock until something is due; the others sleep without a
 * deadline, in a stack. Whoever takes a turn while nobody watches and more is to come tells the next sleeper, and no
 * other is told while one is on the way: a crowd of sleepers is never woken at once.
 *
 * While all are due and no answer and no backoff has come in, a worker takes the next request without the lock, in the
 * place its last one left: a million refusals at a gate cost an atomic addition each. */

struct turns_sleeper;

struct turns {
    pthread_mutex_t lock;
    struct flights *flights;
    const int64_t *due_ns;         /* of each request, in order, after the start; NULL: all then */
    int64_t t0_ns, begin_until_ns; /* requests not begun by then are skipped                     */
    size_t n, skipped;
    _Atomic size_t fresh;   /* the next one never begun; n or more: all were        */
    _Atomic size_t open;    /* those not settled or skipped yet                     */
    _Atomic size_t pending; /* answered and delayed ones; written under the lock    */
    struct inflight *answered_head, *answered_tail;
    struct inflight **delayed; /* a heap by due_again_ns, room for n */
    size_t delayed_count;
    struct turns_sleeper *sleepers, *watcher;
    int64_t watched_until_ns;
    bool coming; /* somebody was told and has not come yet */
};

/* A worker's own, zeroed before its first. */
struct turn {
    struct inflight *spare;  /* the place of one that was settled, kept for the next */
    struct inflight *flight; /* of a fresh one: to be set up */
    bool fresh, answered;    /* answered: a service has left its verdict there */
    size_t index;            /* of a fresh one: which request */
};

/* due_ns (borrowed) or NULL. 0, or -1: out of memory. */
int turns_init(struct turns *, struct flights *, size_t n, const int64_t *due_ns);
void turns_destroy(struct turns *);
/* Each worker, before its first turn, all with the same times. */
void turns_begin(struct turns *, int64_t t0_ns, int64_t begin_until_ns);
/* Worker: the next turn; waits for one. False: all are settled. */
bool turns_next(struct turns *, struct turn *);
/* Worker: to be tried again at due_again_ns. */
void turns_delay(struct turns *, struct inflight *);
/* Service: the verdict is there. */
void turns_finished(struct turns *, struct inflight *);
/* Any thread, when the program stops: nobody goes on waiting for a backoff or a cancel that is due later, and what is
 * due by due_ns and not begun is skipped. */
void turns_stop(struct turns *);
/* Worker: this one is settled, and its place free. */
void turns_settled(struct turns *, struct turn *);

#endif
