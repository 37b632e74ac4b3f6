#ifndef DB_POSTGRES_H
#define DB_POSTGRES_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

#include "harness/db/database.h"

/* Between the driver (postgres.c, pg_session.c, pg_backend.c) and the places it connects to (pg_place.c). */

struct conninfo;
struct pg_slot;

/* What struct db.conn is. */
struct pg_conn {
    PGconn *pq;
    PGcancel *cancel;
    int pid; /* the server's process; never changes, so that any thread may read it */
    struct pg_slot *slots;
};

/* The server of the current place, and the name connections of this run carry in pg_stat_activity. Any thread. */
const struct conninfo *pg_place_conninfo(const struct database *);
const char *pg_place_application(const struct database *);

/* In a fault run (outage.h), connections that run a strategy's statements go another way, and are kept in mind while
 * they are open; observers and the audit do not and are not. NULL: no other way. Any thread. */
const struct conninfo *pg_outage_detour(const struct db *);
void pg_outage_opened(const struct db *);
/* It is about to be closed, or was lost. */
void pg_outage_closed(const struct db *);

/* Gives a new connection its session: search_path to this schema alone first, then what the settings ask. 0, or -1
 * with a line in error. */
int pg_session_start(PGconn *, const char *schema, const struct db_settings *, char *error, size_t error_size);
/* struct db_driver.renew */
bool pg_session_renew(struct db *);

/* What the server says of the processes behind connections of ours: struct db_driver.waits, struct database_kind.alive.
 */
bool pg_backend_waits(struct db *observer, const struct db *other);
int pg_backend_alive(struct database *, struct db *);

#endif
