#ifndef DB_DATABASE_H
#define DB_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/db/db.h"
#include "harness/scenario/option.h"

/* A database opened for a run: a directory for SQLite files, a PostgreSQL server (our own throw-away one, or the user's
 * by LASTSEAT_PG), or null. All functions below are called by the main thread between trials, but for
 * database_connect() and what is said otherwise. */

enum durability { DURABILITY_FULL, DURABILITY_ASYNC, DURABILITY_OFF };
extern const char *const database_durabilities[]; /* their names, by enum durability */
enum journal { JOURNAL_WAL, JOURNAL_DELETE };

/* [db] of a scenario, as connections need it. */
struct db_settings {
    int durability;  /* enum durability */
    int journal;     /* enum journal; SQLite */
    struct law busy; /* SQLite: LAW_NONE = SQLite's own schedule of delays (1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50,
                        then 100 ms), LAW_POLL = every lo_ns */
    int64_t rtt_ns, lock_timeout_ns, statement_timeout_ns;
    int64_t deadlock_timeout_ns; /* PostgreSQL: 0 = the server's own; set only where the role may */
    bool never_waits;            /* SQLite: who does not get its lock is told DB_BUSY at once; no key sets it */
};

struct database;

/* Names of every database this build knows, NULL-terminated: "sqlite", "postgres" (when built with libpq), "null". */
extern const char *const database_names[];

/* What the environment wants to know of one database, as "key", "value" pairs in a fixed order. */
typedef void database_fact_fn(void *arg, const char *key, const char *value);
typedef void db_row_fn(void *arg, int columns, const char *const *values);

struct database_request {
    const char *dir;     /* where files live: [db] dir resolved; exists, writable                              */
    int max_connections; /* most connections open at once over all trials (apps * pool + audit)                */
    bool keep;           /* --keep: the last trial of each cell stays, and so does the throw-away server's data */
};

/* Opens the database: for postgres without LASTSEAT_PG starts the throw-away server. 0; or -1 with one line in reason
 * when it is known but cannot be reached (the caller decides between SKIP and exit 5). Nothing is left behind then. */
int database_open(struct database **out, const char *name, const struct database_request *, char *reason,
                  size_t reason_size);
enum dialect database_dialect(const struct database *);
unsigned database_caps(const struct database *);
/* The same by name, without opening anything; 0 for a name this build does not know. Pure. */
unsigned database_caps_of(const char *name);
/* One line on a database of database_names: what it is. */
const char *database_about(const char *name);
/* NULL, or why this database cannot run under these settings ("durability off needs a server of its own"). */
const char *database_refuses(const struct database *, const struct db_settings *);

/* What is for sale in a place. */
struct house {
    int64_t events, seats; /* events 1..events, each with the seats 1..seats       */
    bool numbered;         /* a row of `seats` for each of them; else that table is empty */
    const char *ddl;       /* run on the neutral schema before it is filled; NULL: none   */
};
/* One trial's place, fresh: neutral schema, ddl, the house, settled. tag names it ([a-z0-9_], <= 40 bytes): the file or
 * schema name. 0, or -1 after saying why. */
int database_reset(struct database *, const struct db_settings *, const char *tag, const struct house *);
/* After rows were written outside of a trial, with no connection open: VACUUM ANALYZE and CHECKPOINT, so that no trial
 * pays for them. 0, or -1 after saying why. */
int database_settle(struct database *);
/* Removes that place, unless --keep. */
void database_drop(struct database *);
/* Keeps a copy of what the current place holds now, for database_rewind(): of every table in it, whoever created it,
 * and of its sequences. Once more: the newer copy counts. It goes with the place. 0 / -1 after saying why. */
int database_remember(struct database *);
/* Puts all rows of the current place back to what database_remember() kept, and what numbers the next rows with them;
 * no trigger fires. Takes as long as the kept rows need. Connections stay open; no transaction may be open on any. Uses
 * the given connection, not counted, past a wrapper; its thread. 0 / -1 after saying why: nothing has changed then. */
int database_rewind(struct database *, struct db *);
/* Before database_remember(): from now on the clock of the current place (lastseat_now(), schema.h) can be moved. 0 /
 * -1 after saying why. */
int database_loosen_clock(struct database *);
/* Moves that clock forward, for every statement that reads it from now on, whatever its snapshot; database_rewind()
 * puts it back. Uses the given connection, outside of a transaction, not counted, past a wrapper. 0 / -1 after saying
 * why. */
int database_pass_time(struct database *, struct db *, int64_t ns);
/* Any thread: a connection to the current place, statements prepared and each executed once without effect. NULL after
 * filling error. statements may be NULL (audit). */
struct db *database_connect(struct database *, const struct db_settings *, const struct statement *, char *error,
                            size_t error_size);
void db_close(struct db *); /* NULL is a no-op */
/* While set, db_close() of a connection to the current place that is neither lost (unless it was renewed: driver.h),
 * nor cancelled, nor in a transaction keeps it as a spare, whole (prepared, warmed up; what was SET on it stays), and
 * database_connect() with equal settings and the same statements (the array itself) answers a spare, its counts zeroed.
 * A wrapper sees neither: a spare has the kind's own driver, and what is handed out gets the current wrapper. Spares
 * hold a connection of the server each, out of max_connections. Cleared: all spares are closed. database_reset(),
 * database_drop() and database_close() close them first. Any thread. */
void database_keep_connections(struct database *, bool keep);
/* Waits (<= 10 s) until no connection of ours but the given one is alive on the server: nothing can commit any more.
 * Spares do not count: their last answer has come, and there is nothing they could commit. 0 / -1. */
int database_quiesce(struct database *, struct db *);
/* Any row source of the cold path; text values. */
enum db_status db_query(struct db *, const char *sql, db_row_fn *, void *arg);
enum db_status db_exec(struct db *, const char *sql);
/* Any thread: ends the statement another thread runs on this connection. */
void db_cancel(struct db *);
/* Counters and lock time of this connection since it was opened. Owner thread only. */
const struct db_ops *db_ops(const struct db *);
int64_t db_lock_ns(const struct db *);

/* What the server has spent so far; -1 where it cannot be known. Differences are taken around a trial. */
struct database_usage {
    int64_t
        server_cpu_ns; /* our own throw-away server: CPU of the postmaster's children; SQLite: -1 (it is the harness) */
    int64_t wal_bytes; /* PostgreSQL: WAL position; SQLite: -1 here, see db_written_bytes()                           */
};
void database_usage(struct database *, struct db *, struct database_usage *);
/* SQLite: bytes this connection has written to the WAL or the database file; PostgreSQL: -1. */
int64_t db_written_bytes(struct db *);
/* PostgreSQL, after quiescence: row versions of `events` in this place: updates, HOT updates, dead tuples; else -1
 * each. */
struct database_bloat {
    int64_t updates, hot_updates, dead_tuples;
};
void database_bloat(struct database *, struct db *, struct database_bloat *);

/* How many complaints the database has of the current place's storage: of a file (SQLite: integrity_check,
 * foreign_key_check), of tables and their indexes (PostgreSQL: amcheck); -1 where it cannot be asked, or found none in
 * the time that the connection's settings leave it. Reads everything; on a connection at hand, outside of a
 * transaction. */
int64_t database_damage(struct database *, struct db *);

/* Facts: version, every setting that matters, read back from a fresh connection under these settings. 0 / -1. */
int database_facts(struct database *, const struct db_settings *, database_fact_fn *, void *arg);
/* How durability is printed beside numbers: "full", "async", "off", or "none (tmpfs)". */
const char *database_durability(const struct database *, const struct db_settings *);
/* --keep: the sqlite3 or psql line that looks inside the place tagged `tag`. */
void database_keep_line(const struct database *, const char *tag, char *out, size_t size);
/* Stops the throw-away server, drops our schema, removes files (but for --keep). NULL is a no-op. */
void database_close(struct database *);

/* At program start: removes servers, directories and files that a killed run of ours left behind, in dir and in the
 * temporary directory; says so. Only what carries our marker and whose owner is dead is touched. */
void database_sweep_leftovers(const char *dir);
/* Async-signal-safe, for the second Ctrl-C: tells our own server to stop at once. */
void database_abandon(void);

#endif
