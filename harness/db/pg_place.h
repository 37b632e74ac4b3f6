#ifndef DB_PG_PLACE_H
#define DB_PG_PLACE_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/db/conninfo.h"
#include "harness/db/kind.h"
#include "harness/db/server.h"

/* What pg_place.c (servers, and what is asked of them), pg_schema.c (places), pg_shadow.c (what is remembered of them)
 * and pg_admin.c (the cold path's connection) share. */

/* Two names: a schema says on itself that it is ours. */
#define PG_CREATE_SCHEMA                                                                                               \
    "CREATE SCHEMA %s; COMMENT ON SCHEMA %s IS 'a trial of lastseat: safe to drop when no lastseat runs'"

/* Servers: the user's or our durable one, and ours with fsync off. */
enum { DURABLE, NOT_DURABLE, SERVERS };

/* The variable that names a server of the user's. */
#define PG_PLACE_URI "LASTSEAT_PG"

struct pg_place {
    char tag[DATABASE_TAG_SIZE];
    int at;
    bool remembered; /* it has a shadow */
};

struct pg_places {
    struct server server[SERVERS];
    struct conninfo info[SERVERS]; /* options NULL: not started */
    struct conninfo detour;        /* of the connections of a fault run that are not to go there directly */
    struct pg_known *known;        /* pg_outage.c: a fault run goes on */
    bool users_server, users_fsync;
    char run[32];         /* names this run: start time and process */
    char application[48]; /* what its connections are called        */
    struct pg_place *place;
    size_t count;
    int at; /* server of the current place */
    int64_t resets, rewinds;
    char *vacuum; /* the tables of the remembered place, as a VACUUM; NULL: none was remembered yet */
};

/* pg_admin.c: a connection for the cold path, not named like those of the run, so nobody waits for it. NULL after
 * filling error. */
PGconn *pg_admin_connect(const struct pg_places *, int at, char *error, size_t error_size);
/* Was the command carried out? Clears the result. */
bool pg_admin_ran(PGresult *);
/* First column of the first row; "" when there is none. */
void pg_admin_ask(PGconn *, const char *sql, char *out, size_t size);
/* "postgres: WHAT NAME: " and the first line of the connection's last error. */
void pg_admin_say(const struct pg_places *, int at, const PGconn *, const char *what, const char *name);

/* pg_schema.c: places by tag. */
void pg_schema_name(const struct pg_places *, const char *tag, char *out, size_t size);
/* Its index, or places->count. */
size_t pg_schema_find(const struct pg_places *, const char *tag);
/* Drops the schema of place i; 0, or -1 after saying why. */
int pg_schema_remove(struct pg_places *, size_t i);
/* Creates the schema `name` for tag on server `at` and fills it; 0, or -1 after saying why: what was created is then
 * still in the list. */
int pg_schema_create(struct pg_places *, PGconn *, int at, const char *name, const char *tag, const struct house *);
/* The current place; see database_settle(). */
int pg_schema_settle(struct database *);

/* pg_shadow.c: struct database_kind.remember and .rewind; the schema beside a place that holds the copies. */
int pg_shadow_make(struct database *);
enum db_status pg_shadow_rewind(struct database *, struct db *);
void pg_shadow_name(const struct pg_places *, const char *tag, char *out, size_t size);

/* pg_outage.c: struct outage; what places_close() has to see to. */
extern const struct outage pg_outage;
void pg_outage_end(struct database *);

/* pg_clock.c: struct database_kind.loosen_clock and .pass_time. */
int pg_clock_loosen(struct database *);
enum db_status pg_clock_pass(struct database *, struct db *, int64_t us);

#endif
