#ifndef EXPLORE_TRACE_H
#define EXPLORE_TRACE_H

#include "harness/audit/anomaly.h"
#include "harness/audit/audit.h"
#include "harness/run/inflight.h"
#include "harness/run/scheduler.h"

/* What happened in one schedule, call by call: written by the players (play.h) one at a time, read when all have ended.
 */

/* Users and services of one schedule. */
#define TRACE_ACTORS 16
#define TRACE_USERS  3

/* Who makes calls: a user ("A", "B", "C") or a service thread of an app ("S", or "S" and "T", …); or nobody: time
 * passes ("Z"). */
struct actor_name {
    char letter;
    bool is_service;
    bool is_clock; /* not a thread: time passes */
    int app;       /* the application server that user or service belongs to */
    int64_t user;  /* struct request.user; 0 for a service                   */
};

/* A call made to fail, once in a schedule: the n-th call of the database, counted over all actors. */
enum fault_kind {
    FAULT_NONE,
    FAULT_BEFORE, /* the connection is lost before the call took effect    */
    FAULT_AFTER,  /* the call took effect, the answer is lost              */
    FAULT_ERROR,  /* the database answers an error; the connection lives   */
    FAULT_KINDS
};
extern const char *const fault_names[FAULT_KINDS]; /* "none", "before", "after", "error" */

/* One call whose turn had come. */
struct move {
    int actor;                         /* index into trace.actors                                                  */
    struct call call;                  /* args, taken and flight are not to be followed                            */
    const struct statement *statement; /* RUN, RUN_MANY; borrowed from the strategy                                */
    int64_t args[DB_PARAMS];           /* RUN, and the first row of RUN_MANY                                       */
    int64_t user;                      /* whose answer FINISH, ANSWER, PARK, CHECKOUT is about                     */
    int64_t taken[TRACE_USERS];        /* LANE_TAKE: users, in order; 0 ends it                                    */
    int64_t answer;                    /* scheduler_tell()                                                         */
    enum db_status status;             /* of a database call                                                       */
    struct row row;                    /* RUN; RUN_MANY: `changed` alone                                           */
    bool in_tx;                        /* a transaction was open before the call                                   */
    bool waited;                       /* a lock was held by another: it took effect only during move `woken_at`   */
    int woken_at;                      /* index of that move (its own when it did not wait); -1: it never did      */
    bool attempt_ended;                /* the try ended with this call: verdict and reason are set                 */
    enum verdict verdict;
    enum reason reason;
    bool tries_again;       /* … and the harness tries again                                            */
    enum fault_kind fault;  /* this call was made to fail                                               */
    struct witnesses after; /* committed rows once the move was over; trace.watched                     */
    int64_t gate_left;      /* seats left in the gate of event 1 of the actor's app; -1: there is none  */
};

enum trace_ending {
    TRACE_ENDED,   /* every user was answered                                              */
    TRACE_STUCK,   /* somebody waits and nobody is left who could wake him                 */
    TRACE_ENDLESS, /* more moves than the budget: a livelock                               */
    TRACE_ASTRAY   /* a forced move could not be made: the strategy is not deterministic, or the replay does not fit */
};

struct trace {
    struct actor_name actors[TRACE_ACTORS];
    int actor_count;
    struct move *moves;
    size_t n, room;
    int preemptions; /* moves away from an actor that could have gone on */
    bool watched;    /* rows were read after every move */
    enum trace_ending ending;
    bool wrote_memory;             /* a user left something else in its app's memory than it found there */
    char astray[128];              /* TRACE_ASTRAY: one line why                     */
    uint8_t outcomes[TRACE_USERS]; /* enum outcome by user, from user 1              */
    int users;
    struct audit audit;
    unsigned anomalies; /* bit i: enum anomaly i was seen and counts against the strategy */
};

void trace_free(struct trace *); /* zeroed is a no-op */

#endif
