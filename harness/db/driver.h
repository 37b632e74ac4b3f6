#ifndef DB_DRIVER_H
#define DB_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/db/database.h"
#include "harness/db/db.h"

/* Most columns db_query() passes on; what is beyond is not read. */
#define DB_QUERY_COLUMNS 16

/* The seam a database plugs into. db.c calls these and nobody else does; a wrapper driver may stand in between (one
 * call at a time under a scheduler, a fault at the n-th call). No driver retries, reconnects or rolls back by itself,
 * but for what is said at commit. Status tables (native code -> db_status) are exported for the tests, row by row. */

struct db_driver {
    const char *name;
    enum dialect dialect;
    unsigned caps;    /* DB_CAN_* */
    bool begin_locks; /* begin(TX_WRITE) takes the database's lock                          */
    bool pipelines;   /* run_many is one round trip; else one per statement                 */

    /* Opens a connection to database (db->database is set) and sets db->conn. 0, or -1 with db->error filled. */
    int (*open)(struct db *);
    void (*close)(struct db *); /* conn may be lost; never fails */
    /* Prepares every statement that this dialect has, once. Refuses what is not int64 where that can be known. */
    enum db_status (*prepare)(struct db *, const struct statement *, int n);
    /* Parameters of a prepared slot; -1 when the dialect has no such statement. */
    int (*params)(const struct db *, int slot);
    enum db_status (*begin)(struct db *, enum tx_mode);
    /* Fills row (never NULL) whole; SQL NULL reads as 0. nargs other than params() is DB_ERROR. */
    enum db_status (*run)(struct db *, int slot, const int64_t *args, int nargs, struct row *);
    /* *done: statements the database ran, the one that failed included; *changed (never NULL): their sum. */
    enum db_status (*run_many)(struct db *, int slot, const int64_t *args, int nargs, int n, int64_t *changed,
                               int *done);
    /* The transaction is over whatever is answered: what the database leaves open, the driver rolls back. */
    enum db_status (*commit)(struct db *);
    enum db_status (*rollback)(struct db *);
    /* Asked after an error inside a transaction: is it still open? */
    bool (*tx_open)(const struct db *);
    /* Cold path: a script without results, and a query whose rows go to a callback as text (NULL = SQL NULL). */
    enum db_status (*exec)(struct db *, const char *sql);
    enum db_status (*query)(struct db *, const char *sql, db_row_fn *, void *arg);
    /* From another thread, after db->cancelled was set: ends the statement that runs, if any. */
    void (*cancel)(struct db *);
    int64_t (*written_bytes)(struct db *); /* see db_written_bytes() */
    /* Optional. From a third thread, the observer's: does the statement that `other` runs now wait for a lock that
     * another connection holds? Not counted. False also when it cannot be asked: observer->error says why, and
     * observer->lost is set when that is the reason. NULL: a call of this database never waits while
     * settings.lock_timeout_ns is 1: it answers DB_LOCK_TIMEOUT where it would have waited, with the transaction open
     * as before (DB_BUSY is its answer however long one waits), but for a COMMIT, which is over whatever is answered:
     * in SQLite's journal mode delete it is DB_CONFLICT where it would have waited for a reader. */
    bool (*waits)(struct db *observer, const struct db *other);
    /* Optional, with no transaction open: makes the session what it was when it was opened, but for what is prepared:
     * settings, locks, temporary tables, cursors. For a wrapper that only says that a connection is lost: what the
     * server drops with it is dropped here, and spare_put() may keep it. False: it cannot be kept. */
    bool (*renew)(struct db *);
};

/* Connections opened from now on get this driver once they are prepared and warmed up: none of that passes through it,
 * closing does. NULL: none. Those that are open keep what they have. A wrapper carries the name and the traits of
 * database_driver() and calls its members; a member that it has nothing to say to it may copy. Main thread, while
 * nobody connects. */
void database_wrap(struct database *, const struct db_driver *wrapper);
/* The kind's own driver, for a wrapper to call. */
const struct db_driver *database_driver(const struct database *);

struct db {
    const struct db_driver *driver;
    struct database *database;
    struct db_settings settings;
    void *conn;                         /* the driver's                                             */
    const struct statement *statements; /* borrowed from the strategy                               */
    int statement_count;
    bool in_tx, lost;
    bool renewed;           /* a wrapper has said that it is lost: it is as good as new      */
    _Atomic bool cancelled; /* by db_cancel(): what it ends is DB_LOST, not a timeout    */
    int64_t locked_at_ns;   /* 0: no lock held                                                        */
    int64_t lock_ns;        /* summed time locks were held                                            */
    int64_t written_before; /* by whoever had this connection before: db_written_bytes()             */
    struct db_ops ops;
    int generation;        /* of the place it was opened to                                          */
    struct db *next_spare; /* spare.h                                                                */
    char error[DB_ERROR_SIZE];
};

/* Closes it for good: what db_close() does with a connection that is not kept. */
void db_discard(struct db *);

extern const struct db_driver db_driver_sqlite, db_driver_postgres, db_driver_null;

#endif
