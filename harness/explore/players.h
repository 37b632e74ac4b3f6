#ifndef EXPLORE_PLAYERS_H
#define EXPLORE_PLAYERS_H

#include <pthread.h>
#include <stdatomic.h>

#include "harness/explore/trace.h"
#include "harness/run/app.h"

/* The users and services of one schedule: threads of the unchanged strategy that stop at every call of its seam and go
 * on when they are told to, one at a time, by the stage (stage.h). */

enum player_state {
    PLAYER_THINKING, /* runs code of its own, or is inside a call                        */
    PLAYER_ASKING,   /* stands before a call                                              */
    PLAYER_KEPT_OUT, /* its call could not take effect: the database wants it tried again */
    PLAYER_ENDED
};

struct players;

struct player {
    struct players *players;
    struct actor_name name;
    pthread_t thread;
    bool has_thread;        /* users: to be joined; services belong to their app */
    bool runs_in_circles;   /* stage: it has not come back, and has to be cancelled */
    struct inflight flight; /* users from here */
    struct record record;
    void *memory;

    _Atomic uint32_t state; /* enum player_state                             */
    _Atomic uint32_t go;    /* 1: its turn has come                           */
    struct call asked;      /* valid but while THINKING                        */
    int64_t args[DB_PARAMS];
    const struct statement *statement;
    bool in_tx;             /* a transaction of its is open                    */
    bool serializable;      /* at that level                                   */
    bool locks, writes;     /* what that transaction has done                  */
    pthread_mutex_t inside; /* guards db                                       */
    const struct db *db;    /* inside a call of the database: whose; else NULL */
    int move;               /* its last one, index into trace.moves; -1: none  */
    bool waits;             /* stage: inside a call that waits for a lock      */
    bool kept_out;          /* stage: not before somebody else lets go         */
};

struct players {
    struct scheduler scheduler; /* first */
    struct trace *trace;
    struct player player[TRACE_ACTORS];
    int count, users;      /* users, services, the clock */
    bool users_arrive;     /* CALL_ARRIVE is a call: apps have memory                          */
    bool never_give_up;    /* users have more tries than fit into a schedule                       */
    bool share_memory;     /* users write to it: any two of their moves may touch each other    */
    struct db *observer;   /* stage */
    unsigned clock;        /* bit of the actor whose move lets time pass; 0: there is none        */
    int times_left;        /* how often it still may                                              */
    bool clock_in_sql;     /* some statement reads it                                             */
    bool clock_everywhere; /* any statement may read the clock: what the strategy's ddl made does */
    const struct db_driver *driver;
    int fault_at; /* the call of the schedule that is made to fail; -1: none */
    enum fault_kind fault;
    _Atomic uint32_t posted;    /* bumped whenever somebody's state changes   */
    _Atomic bool free, leaving; /* nobody is scheduled any more; nobody may go on */
};

/* The player whose thread this is; NULL: not one of them. */
struct player *players_self(void);

/* ---- main thread ---- */

/* Before the apps open: names everybody, so that services find their place. driver: the database's own. */
void players_init(struct players *, struct trace *, const struct cell *, const struct db_driver *, struct db *observer);
/* Apps are open: starts the users. 0, or -1 after saying why: stage_leave() then. */
int players_start(struct players *, const struct plan *, struct app_server *servers);
/* The actor whose move lets time pass: a preemption where somebody could have gone on, but who that is stays the same.
 */
static inline bool players_is_clock(const struct players *players, int who)
{
    return (players->clock & 1u << who) != 0;
}
/* The statement may read the clock of the place. */
bool players_reads_clock(const struct players *, const struct statement *);

void players_destroy(struct players *);

/* ---- the wrapper driver, on a player's thread ---- */

/* Waits for its turn. True: it is trace.moves[player->move]; false: nobody is scheduled any more. */
bool players_ask(struct player *, const struct call *, const struct statement *);
/* The call could not take effect, and is no move: waits until it is to be tried again. Answers like players_ask(). */
bool players_keep_out(struct player *);
/* Which connection it is inside a call of; NULL: none any more. */
void players_go_inside(struct player *, const struct db *);

#endif
