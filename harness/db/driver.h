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
};

struct db {
    const struct db_driver *driver;
    struct database *database;
    struct db_settings settings;
    void *conn;                         /* the driver's                                             */
    const struct statement *statements; /* borrowed from the strategy                               */
    int statement_count;
    bool in_tx, lost;
    _Atomic bool cancelled; /* by db_cancel(): what it ends is DB_LOST, not a timeout    */
    int64_t locked_at_ns;   /* 0: no lock held                                                        */
    int64_t lock_ns;        /* summed time locks were held                                            */
    struct db_ops ops;
    char error[DB_ERROR_SIZE];
};

extern const struct db_driver db_driver_sqlite, db_driver_postgres, db_driver_null;

#endif
