#ifndef FLOOR_FLOORS_H
#define FLOOR_FLOORS_H

#include "harness/base/text.h"
#include "harness/results/statistics.h"

/* What this machine allows at best: the floors that measured numbers are read against. Each is measured in windows, one
 * after the other, of which the first warms up; what is kept is the median over the others with its interval. Main
 * thread. */

enum floor_unit { FLOOR_NS /* of one */, FLOOR_PER_S };

struct floor {
    char name[32]; /* as in run.json: "sqlite_full_16" */
    enum floor_unit unit;
    struct summary of;
};

#define FLOORS_MOST    32
#define FLOORS_WINDOWS 20

struct floors {
    const char *dir;                           /* where databases keep their files         */
    struct text_list dbs;                      /* to measure; not owned                    */
    int64_t window_ns;                         /* length of one window                     */
    int users;                                 /* threads that ask, wake up, rush          */
    void (*next)(void *arg, const char *name); /* told before each floor; may be NULL */
    void *arg;
    struct floor floor[FLOORS_MOST];
    size_t n;
    struct statistics statistics;
    char versions[2][64]; /* of the databases measured, by index of dbs: "sqlite 3.40.1" */
};

/* About 30 s, or 1.5 s with each database alone left out. Says itself why it cannot; a database that cannot be reached
 * is left out with a warning, or EXIT_UNREACHABLE when `required` names it. EXIT_OK, EXIT_ERROR, EXIT_INTERRUPTED.
 * floors_free() in any case. */
int floors_measure(struct floors *, const struct text_list *required);
void floors_free(struct floors *);

/* For those who measure one. work() does some of it and answers how many that were, or -1 after saying why. EXIT_OK /
 * EXIT_ERROR / EXIT_INTERRUPTED. */
int floors_loop(struct floors *, const char *name, enum floor_unit, int64_t (*work)(void *arg), void *arg);
/* The same of what takes its own time: once() answers it in ns (FLOOR_NS), or -1 after saying why. */
int floors_repeat(struct floors *, const char *name, double (*once)(void *arg), void *arg);

/* One file each (machine.c, threads.c, loop_sqlite.c, loop_postgres.c, idle.c). */
int machine_clock(struct floors *);
int machine_sync(struct floors *);      /* append and fdatasync, 4 and 8 kB, in dir */
int threads_ping_pong(struct floors *); /* two threads, there and back              */
int threads_hand_off(struct floors *);  /* users who ask one thread and sleep until it has answered */
int threads_wake(struct floors *);      /* a common start: first to last awake      */
struct database;
int loop_sqlite(struct floors *, struct database *);
int loop_postgres(struct floors *, struct database *);
int idle_burst(struct floors *); /* a burst of the strategy that does nothing: its p99 */

#endif
