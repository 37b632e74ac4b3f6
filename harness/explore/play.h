#ifndef EXPLORE_PLAY_H
#define EXPLORE_PLAY_H

#include "harness/explore/players.h"
#include "harness/explore/schedule.h"
#include "harness/explore/wrapper.h"

/* Plays schedules of one cell on one database, one after the other: each with fresh rows and fresh apps, on connections
 * that stay open in between. Main thread. */

struct play {
    struct cell cell; /* a copy with settings of its own; what it points to is borrowed */
    struct database *database;
    struct wrapper wrapper;
    struct db *observer;
    struct app_server *servers;
    struct plan plan;
    char *memory;      /* what apps' memory held after the move before, one after the other */
    bool share_memory; /* set by whoever has seen trace.wrote_memory: see footprint.h          */
    bool remembered;
};

/* Before each move: who makes it? ready: who could, as bits, never 0. last: who made the one before, -1 at first. An
 * answer that is not ready, or -1, ends the schedule as TRACE_ASTRAY. */
struct chooser {
    int (*choose)(struct chooser *, const struct players *, unsigned ready, int last);
    int fault_at; /* -1: none */
    enum fault_kind fault;
};

/* 0, or -1 after saying why; play_close() in both cases. */
int play_open(struct play *, const struct cell *, struct database *);
/* Plays one schedule and judges it. watched: reads the rows after every move. 0, or -1 after saying why: the database
 * or memory failed, or a thread is lost. trace_free() in both cases. */
int play_schedule(struct play *, struct chooser *, bool watched, struct trace *);
void play_close(struct play *);

/* Whether a move of `who` is a preemption: the one before could have gone on. */
static inline bool play_preempts(unsigned ready, int last, int who)
{
    return last >= 0 && who != last && (ready & 1u << last) != 0;
}
/* Who moves when nothing else is asked for: the last one if it can, then the services, so that a user is answered
 * before the next one asks, then the users in order; time passes only when nobody can move. */
int play_go_on(const struct players *, unsigned ready, int last);

#endif
