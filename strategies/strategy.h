#ifndef STRATEGIES_STRATEGY_H
#define STRATEGIES_STRATEGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/db/db.h"
#include "harness/scenario/option.h"

/* The contract between a strategy and the harness: the only header a strategy includes.
 *
 * A strategy is one file, strategies/NAME.c, that defines `const struct strategy strategy_NAME`. The file opens with a
 * comment of four headings (Idea, Guarantee, Cost, Fails when); `lastseat show NAME` prints it. Nothing else has to be
 * edited: the Makefile finds the file.
 *
 * attempt() is ONE try. It never retries, logs, sleeps, reads clocks or allocates, and it may return at any point: the
 * harness rolls back what is open and gives the connection back. */

/* What one attempt came to. */
enum verdict {
    VERDICT_BOOKED,    /* committed; a bookings row carries the request id            */
    VERDICT_SOLD_OUT,  /* answered "no seats"; nothing changed                        */
    VERDICT_CONFLICT,  /* lost a race; nothing changed; the harness may try again     */
    VERDICT_TIMED_OUT, /* a wait for pool, lock or statement was over its limit; nothing changed */
    VERDICT_SHED,      /* refused to protect the system; nothing changed              */
    VERDICT_ABANDONED, /* the user left at checkout; nothing confirmed                */
    VERDICT_UNKNOWN,   /* connection lost while writing: the audit finds out          */
    VERDICT_FAILED,    /* an error; certainly no effect                               */
    VERDICT_PARKED,    /* handed to a service thread, which calls attempt_finish()    */
    VERDICT_COUNT
};

/* Why an attempt was not answered yes or no: one closed list, counted apart. */
enum reason {
    REASON_NONE,
    REASON_STALE,         /* a version or value had moved since it was read */
    REASON_HELD,          /* what is left is held by others, for now         */
    REASON_EXPIRED,       /* the request's hold had run out                  */
    REASON_BUSY,          /* the database was locked and did not wait       */
    REASON_SERIALIZATION, /* the database refused to serialize it           */
    REASON_DEADLOCK,
    REASON_POOL_TIMEOUT,
    REASON_LOCK_TIMEOUT,
    REASON_STATEMENT_TIMEOUT,
    REASON_PATIENCE, /* the user had waited for as long as he would */
    REASON_CONSTRAINT,
    REASON_ROLLED_BACK,
    REASON_QUEUE_FULL,
    REASON_LOST,
    REASON_FULL,
    REASON_ERROR,
    REASON_COUNT
};
const char *reason_name(enum reason);

/* Where the stock is kept, for the audit. Of all of them the bookings rows say what was sold: those whose state is
 * CONFIRMED, as it is by default. A row that is PENDING is a hold: its seats are neither sold nor left, and it is
 * over when lastseat_now() has reached expires_at. That is the clock of the database in SQL, in microseconds; any other
 * clock is another server's opinion. */
enum ledger {
    LEDGER_COUNTER,  /* events.available                                                            */
    LEDGER_BOOKINGS, /* the bookings rows alone                                                     */
    LEDGER_SEATS,    /* one row per seat in seats(event, seat, request); request is NULL while free */
    LEDGER_OWN       /* tables of its own (ddl); `remaining` says what is left                      */
};

/* What a strategy claims; the audit holds it to this. */
enum {
    PROMISE_NO_OVERSELL = 1u << 0,    /* never sells more seats than there are                            */
    PROMISE_SELLS_OUT = 1u << 1,      /* leaves no seat unsold that somebody asked for and was refused, and says "sold
                                         out" only while too few seats are in nobody's hands              */
    PROMISE_ALL_OR_NOTHING = 1u << 2, /* a group gets all the seats it asked for, or none                 */
    PROMISE_IN_ORDER = 1u << 3        /* who was answered before another asked comes before him (audit/passed.h) */
};

enum {
    TRAIT_CORE = 1u << 0,     /* run by `strategies = core`                                        */
    TRAIT_FLOOR = 1u << 1,    /* does no work: measured beside every run, not ranked, not audited  */
    TRAIT_CONTROL = 1u << 2,  /* honest but known to break: proves that a scenario can show a race */
    TRAIT_ROGUE = 1u << 3,    /* deliberately broken (strategies/rogues/)                          */
    TRAIT_HOLDS = 1u << 4,    /* holds seats for [hold] ttl before they are paid: PENDING bookings rows */
    TRAIT_SEAT_ROWS = 1u << 5 /* its own tables get a row per seat before each trial                  */
};

/* What of a verdict the harness tries again ([retry] on of the scenario). */
enum {
    RETRY_ON_CONFLICT = 1u << 0, /* VERDICT_CONFLICT: nothing changed                                   */
    RETRY_ON_UNKNOWN = 1u << 1   /* VERDICT_UNKNOWN: it may be booked already, under the same request id */
};

/* What the audit can hold against a strategy, worst first (audit/audit.h counts them). */
enum anomaly {
    ANOMALY_OVERSOLD,
    ANOMALY_PROBED,
    ANOMALY_LOST,
    ANOMALY_GHOST,
    ANOMALY_TORN,
    ANOMALY_DUPLICATE,
    ANOMALY_UNSOLD,
    ANOMALY_FALSE_SOLD_OUT,
    ANOMALY_DRIFT,
    ANOMALY_GATE_DRIFT,
    ANOMALY_UNFAIR,
    ANOMALY_COUNT
};
const char *anomaly_name(enum anomaly); /* "oversold", "gate_drift": as in results */

/* One user's wish. */
struct request {
    int64_t id;    /* unique in a trial, from 1; goes into bookings.request */
    int64_t user;  /* from 1                                                */
    int64_t event; /* from 1                                                */
    int64_t seats; /* wanted, all or nothing; from 1                        */
};

struct applock; /* what attempt_lock() takes */

/* One application server: its own pool, options and memory. Read-only for strategies, but for memory. */
struct app {
    int index, instances;  /* 0 .. instances-1                                          */
    int64_t events, seats; /* events 1..events, each with this many seats               */
    int64_t attempts;      /* most tries of a request that loses races (INT64_MAX: unlimited) */
    int64_t group_most;    /* seats that the largest group wants                        */
    bool users_may_leave;  /* some leave at checkout, or out of patience                */
    int64_t hold_ttl_ns;   /* how long a hold lasts                                     */
    bool holds_may_expire; /* checkout and waits until it is confirmed can take as long */
    const void *options;   /* the struct that strategy.options describes                */
    struct applock *lock;  /* made by app_lock(); NULL: there is none                   */
    void *memory;          /* app_size zeroed bytes                                     */
};

/* One try. `row` holds what the last attempt_run() answered. */
struct attempt {
    const struct request *request;
    struct app *app;
    void *memory;   /* request_size zeroed bytes, kept across the tries of this request */
    int64_t number; /* from 1                                                           */
    struct row row;
    enum reason reason; /* set by verdict_of() and attempt_conflict()                       */
};

/* How a variant's connections wait for a lock that another holds: as [db] busy and lock_timeout of the scenario say,
 * unless the strategy's tune() changes it. */
struct lock_wait {
    struct law busy;    /* SQLite */
    int64_t timeout_ns; /* 0: no limit */
    bool never;         /* DB_BUSY at once: SQLite, and attempt_lock(); PostgreSQL wants FOR UPDATE NOWAIT */
};

struct service; /* a service thread of an app, with a connection of its own */
struct lane;    /* where attempts are parked for service threads, in arrival order */

struct strategy {
    const char *name;    /* = file stem                              */
    const char *summary; /* one line                                 */
    unsigned needs;      /* DB_CAN_* it cannot do without: else the cell is skipped, and the reason printed */
    unsigned traits;
    unsigned shows;    /* rogues: 1u << ANOMALY_*, the one the audit must find in it */
    unsigned retry_on; /* rogues: RETRY_ON_* instead of the scenario's; 0: as it says. [strategy.NAME] retry.on outranks
                          it */
    uint32_t colour;   /* 0xRRGGBB in every plot; 0: the harness picks one */

    enum ledger (*ledger)(const void *options); /* optional: LEDGER_COUNTER when absent                  */
    struct text remaining;                      /* LEDGER_OWN: SQL, one row "event, seats left" for each event */
    unsigned (*promises)(const struct app *);   /* optional: none; for these options and this retry policy */
    const struct text *(*ddl)(
        const void *options);           /* optional: run on the neutral schema before it is filled; may return NULL */
    const struct statement *statements; /* STATEMENT_END-terminated; slot = index; may be NULL   */
    const struct option *options;       /* OPTION_END-terminated rows into options_size bytes; may be NULL */
    size_t options_size;
    unsigned (*needs_for)(const void *options);            /* optional: needs of these options beyond `needs`       */
    const char *(*refuses)(const void *options);           /* optional: NULL, or why these do not go together       */
    void (*tune)(const void *options, struct lock_wait *); /* optional; filled with the scenario's                  */
    int (*services)(
        const void *options); /* optional: service threads per app, each with a connection out of its pool */
    size_t app_size;          /* zeroed memory per app, owned by the harness; what services write there is their own */
    size_t request_size;      /* zeroed memory per request, owned by the harness                             */

    /* Optional; main thread, once for each place, in a transaction of its own before any app opens: fills its own
     * tables with db_run(), as seen by app 0. Its last status. */
    enum db_status (*setup)(struct db *, const struct app *);
    int (*open)(struct app *); /* optional; main thread, before the start; 0, or -1: out of memory, no service */
    enum verdict (*attempt)(struct attempt *); /* required; many threads                                    */
    /* optional; many threads: gives the request's seats back, one try, like attempt(); attempt_release() when absent.
     * Called only after attempt() was answered VERDICT_BOOKED, with the memory as that left it. VERDICT_BOOKED means:
     * given back and committed. */
    enum verdict (*release)(struct attempt *);
    void (*close)(struct app *); /* optional; main thread, after every worker and service ended */
};

/* ---- attempt: called by attempt(), on the thread that runs it ------------------------------------------------- */

#define ARGS(...) (const int64_t[]){ __VA_ARGS__ }, (int)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t))

/* A connection is borrowed by the first call that needs one, in arrival order, and given back by the harness.
 * Every status but DB_OK is best answered with `return verdict_of(a, st)`. */
enum db_status attempt_begin(struct attempt *, enum tx_mode);
enum db_status attempt_run(struct attempt *, int slot, const int64_t *args, int nargs);
enum db_status attempt_commit(struct attempt *);

/* The user's decision or payment: call it where the design puts it (between check and act, inside the lock, behind the
 * gate). Waits the scenario's checkout time; gives the connection back meanwhile unless a transaction is open. False:
 * the user left (return VERDICT_ABANDONED). With checkout = 0 it costs nothing and keeps the connection. */
bool attempt_checkout(struct attempt *);

/* Waits for the lock of its app, as long as for one of the database. The harness gives it back, after the connection,
 * when attempt() returns or parks. DB_LOCK_TIMEOUT, DB_BUSY (struct lock_wait.never), or DB_LOST when the run was
 * stopped. */
enum db_status attempt_lock(struct attempt *);
void attempt_unlock(struct attempt *);

/* What gives a booking back where the strategy has no release(), or keeps something of its own beside the ledger: the
 * row goes, and its seats return to the counter, or their rows are freed, in the same transaction. */
enum verdict attempt_release(struct attempt *);

/* A conflict the strategy found by itself. */
enum verdict attempt_conflict(struct attempt *, enum reason);

/* The one table from status to verdict; DB_OK is VERDICT_BOOKED. Sets a->reason. */
enum verdict verdict_of(struct attempt *, enum db_status);

/* ---- gate: a counter per event in front of the database, one set per app ---------------------------------------- */

/* open(): gives the gate of an event its initial count. */
void gate_fill(struct app *, int64_t event, int64_t seats);
/* Any thread: takes n if there are n; false changes nothing. */
bool gate_take(struct app *, int64_t event, int64_t n);
void gate_give(struct app *, int64_t event, int64_t n);
int64_t gate_left(struct app *, int64_t event);

/* ---- a lock in the memory of each app, in front of the database's ----------------------------------------------- */

enum lock_order {
    LOCK_ANY_ORDER, /* a mutex: whoever comes by when it is free has it */
    LOCK_FIRST_COME /* handed to whoever has waited longest             */
};
/* open(), once: makes app->lock. 0, or -1: out of memory. */
int app_lock(struct app *, enum lock_order);

/* ---- service threads -------------------------------------------------------------------------------------------- */

/* open(): a lane that holds at most cap parked attempts (0: no limit); owned by the harness. NULL: out of memory. */
struct lane *app_lane(struct app *, int64_t cap);
/* open(): starts a service thread; at most strategy.services() times. run() ends when lane_take() returns 0, or
 * service_pause() false. 0 / -1. */
int app_spawn(struct app *, void (*run)(struct service *, struct app *));

/* attempt(): `return attempt_park(a, lane)` as its last act. VERDICT_SHED when the lane is full. The attempt belongs to
 * the service until it calls attempt_finish(). */
enum verdict attempt_park(struct attempt *, struct lane *);

/* Service thread: which one of its app's it is, from 0, in the order of app_spawn(). */
int service_index(const struct service *);
/* Service thread, before lane_take(): waits until somebody is parked, and from then on at most linger_ns until n are.
 */
void lane_linger(struct service *, struct lane *, int n, int64_t linger_ns);
/* Service thread: waits until somebody is parked, takes up to max in arrival order. 0: the app closes, return from
 * run(). */
int lane_take(struct service *, struct lane *, struct attempt **out, int max);
/* Service thread that works at times of its own: waits for so long. False: the app closes, return from run(). */
bool service_pause(struct service *, int64_t ns);
/* The service's connection, reopened when it was lost; NULL when that failed (answer VERDICT_FAILED). Use with
 * db_begin(), db_run(), db_run_many(), db_commit(), db_rollback(). */
struct db *service_db(struct service *);
/* Answers a parked attempt, once; it must not be touched afterwards. */
void attempt_finish(struct attempt *, enum verdict);

#endif
