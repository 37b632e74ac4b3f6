#ifndef DB_POSTGRES_H
#define DB_POSTGRES_H

#include <libpq-fe.h>
#include <stddef.h>

#include "harness/db/database.h"

/* Between the driver (postgres.c) and the places it connects to (pg_place.c). */

struct conninfo;

/* The server of the current place, and the name connections of this run carry in pg_stat_activity. Any thread. */
const struct conninfo *pg_place_conninfo(const struct database *);
const char *pg_place_application(const struct database *);

/* Gives a new connection its session: search_path to this schema alone first, then what the settings ask. 0, or -1
 * with a line in error. */
int postgres_session(PGconn *, const char *schema, const struct db_settings *, char *error, size_t error_size);

#endif
