#ifndef DB_DB_H
#define DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One connection, as strategies and the harness see it. db.c is the only caller of drivers: it tracks the transaction,
 * counts, delays by [db] rtt, and times locks. A struct db belongs to one thread at a time. */

enum db_status {
    DB_OK,
    DB_BUSY,              /* could not get a lock and did not wait for it: nothing changed, try again      */
    DB_CONFLICT,          /* serialization failure, stale snapshot, a commit that lost: rolled back        */
    DB_DEADLOCK,          /* chosen as the victim: rolled back                                             */
    DB_CONSTRAINT,        /* a CHECK, UNIQUE, … refused the statement                                      */
    DB_LOCK_TIMEOUT,      /* waited [db] lock_timeout for a lock                                           */
    DB_STATEMENT_TIMEOUT, /* ran for [db] statement_timeout                                                */
    DB_POOL_TIMEOUT,      /* waited [db] pool_timeout for a connection                                     */
    DB_ROLLED_BACK,       /* COMMIT was answered "ROLLBACK": the transaction had been aborted before       */
    DB_LOST,              /* connection gone (or the run was stopped); certainly no effect                 */
    DB_IN_DOUBT,          /* the answer to a commit or to an autocommit write never came, or was an I/O error */
    DB_FULL,              /* no space; certainly no effect                                                 */
    DB_ERROR,             /* anything else; certainly no effect; the text is kept in db_last_error()       */
    DB_STATUS_COUNT
};
const char *db_status_name(enum db_status);

enum dialect { DIALECT_SQLITE, DIALECT_POSTGRES, DIALECT_COUNT };

/* SQL per dialect; an entry may be NULL where the dialect cannot say it. */
struct text {
    const char *in[DIALECT_COUNT];
};
#define TEXT(sql)                                                                                                      \
    {                                                                                                                  \
        {                                                                                                              \
            (sql), (sql)                                                                                               \
        }                                                                                                              \
    }
#define TEXT_PER(sqlite_sql, postgres_sql)                                                                             \
    {                                                                                                                  \
        {                                                                                                              \
            (sqlite_sql), (postgres_sql)                                                                               \
        }                                                                                                              \
    }

enum statement_kind { STATEMENT_READ, STATEMENT_WRITE };

/* A statement of a strategy: parameters $1..$8, all int64; at most DB_COLUMNS result columns, all int64. Tables are
 * written NULL-terminated by name; the index is the slot. */
struct statement {
    const char *name;
    enum statement_kind kind;
    bool locks; /* it takes the row or database lock: lock time runs from its return to the end of the transaction */
    struct text sql;
};
#define STATEMENT_END                                                                                                  \
    {                                                                                                                  \
        .name = NULL                                                                                                   \
    }

#define DB_PARAMS  8
#define DB_COLUMNS 8

/* What a statement answered: the first row's columns, the number of rows, and the rows it changed. */
struct row {
    int64_t column[DB_COLUMNS];
    int64_t rows;
    int64_t changed;
};

/* What a database can do: what a strategy may need of it. */
enum {
    DB_CAN_HOLD_ROWS = 1u << 0,     /* keeps what is written: can be audited (null cannot)           */
    DB_CAN_LOCK_ROWS = 1u << 1,     /* row locks (PostgreSQL); else a writer locks the whole database */
    DB_CAN_NETWORK = 1u << 2,       /* a round trip crosses a process: [db] rtt applies              */
    DB_CAN_LOCK_NAMES = 1u << 3,    /* locks on numbers of the application's choice: advisory locks  */
    DB_CAN_WRITE_IN_WITH = 1u << 4, /* a WITH clause may hold INSERT, UPDATE, DELETE              */
    DB_CAN_RUN_FUNCTIONS = 1u << 5  /* keeps functions and runs them beside the rows (PL/pgSQL)      */
};

/* TX_WRITE takes SQLite's write lock at once (BEGIN IMMEDIATE); the others do not. PostgreSQL begins TX_READ and
 * TX_WRITE alike, at READ COMMITTED, and the other two at the level they name; SQLite is serializable in all of them.
 */
enum tx_mode { TX_READ, TX_WRITE, TX_REPEATABLE_READ, TX_SERIALIZABLE, TX_MODES };

struct db;

/* Room for one line about a failure. */
#define DB_ERROR_SIZE 256

/* Formulae (results/README.md): statements = reads + writes (BEGIN/COMMIT/ROLLBACK apart); transactions = commits +
 * rollbacks
 * + autocommit writes; a round trip is one wait for the server (SQLite: one call into the library that runs a
 * statement). begins = commits + rollbacks + transactions that ended without either (lost, in doubt): db.c keeps
 * `abandoned_tx` for these, so the identity can be checked. */
struct db_ops {
    int64_t statements, reads, writes, round_trips, transactions, begins, commits, rollbacks, abandoned_tx;
};
void db_ops_add(struct db_ops *sum, const struct db_ops *more);

/* db_begin: DB_ERROR when a transaction is already open (programmer's error, asserted in debug builds). */
enum db_status db_begin(struct db *, enum tx_mode);
/* One statement, inside the open transaction or as an autocommit of its own. row may be NULL. In PostgreSQL an error
 * aborts the transaction: only db_rollback() is of use afterwards. */
enum db_status db_run(struct db *, int slot, const int64_t *args, int nargs, struct row *row);
/* The statement once per row of args (n rows of nargs values, row-major), inside an open transaction; stops at the
 * first error. SQLite loops; PostgreSQL pipelines: one round trip. *changed sums the rows changed; may be NULL. */
enum db_status db_run_many(struct db *, int slot, const int64_t *args, int nargs, int n, int64_t *changed);
/* Anything but DB_OK and DB_IN_DOUBT means: certainly not committed, and the transaction is over. */
enum db_status db_commit(struct db *);
enum db_status db_rollback(struct db *);
bool db_in_transaction(const struct db *);
/* The connection is of no further use; close it. */
bool db_is_lost(const struct db *);
/* Text of the last error, "" when there was none. Never holds a password. Valid until the next call. */
const char *db_last_error(const struct db *);

#endif
