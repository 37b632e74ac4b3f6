#ifdef HAVE_LIBPQ
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/db/pg_place.h"
#include "harness/db/schema.h"

/* Creating and dropping tables leaves dead rows in the catalogs, and autovacuum is off on our own server. */
#define RESETS_PER_VACUUM 50

void pg_schema_name(const struct pg_places *places, const char *tag, char *out, size_t size)
{
    snprintf(out, size, "lastseat_%s_%s", places->run, tag);
}

size_t pg_schema_find(const struct pg_places *places, const char *tag)
{
    size_t i = 0;

    while (i < places->count && strcmp(places->place[i].tag, tag) != 0)
        i++;
    return i;
}

static int add_place(struct pg_places *places, const char *tag, int at)
{
    struct pg_place *grown = realloc(places->place, (places->count + 1) * sizeof *grown);

    if (grown == NULL)
        return -1;
    places->place = grown;
    snprintf(grown[places->count].tag, sizeof grown->tag, "%s", tag);
    grown[places->count].remembered = false;
    grown[places->count++].at = at;
    return 0;
}

int pg_schema_remove(struct pg_places *places, size_t i)
{
    struct pg_place *place = &places->place[i];
    char name[DATABASE_PLACE_SIZE], shadow[DATABASE_PLACE_SIZE], sql[2 * DATABASE_PLACE_SIZE + 64];
    char error[DB_ERROR_SIZE];
    PGconn *pq = pg_admin_connect(places, place->at, error, sizeof error);
    int removed = -1;

    pg_schema_name(places, place->tag, name, sizeof name);
    pg_shadow_name(places, place->tag, shadow, sizeof shadow);
    snprintf(sql, sizeof sql, "DROP SCHEMA %s%s%s CASCADE", name, place->remembered ? ", " : "",
             place->remembered ? shadow : "");
    if (pq == NULL)
        say_error("postgres: cannot drop the schema %s: %s", name, error);
    else if (!pg_admin_ran(PQexec(pq, sql)))
        pg_admin_say(places, place->at, pq, "cannot drop the schema", name);
    else
        removed = 0;
    PQfinish(pq);
    if (removed == 0)
        *place = places->place[--places->count];
    return removed;
}

static int create_schema(struct pg_places *places, PGconn *pq, const char *name, const char *tag, int at)
{
    char sql[2 * DATABASE_PLACE_SIZE + 160];

    snprintf(sql, sizeof sql, PG_CREATE_SCHEMA, name, name);
    if (!pg_admin_ran(PQexec(pq, sql))) {
        pg_admin_say(places, at, pq, "cannot create the schema", name);
        return -1;
    }
    if (add_place(places, tag, at) != 0) {
        say_error("postgres: out of memory");
        return -1;
    }
    snprintf(sql, sizeof sql, "SELECT pg_catalog.set_config('search_path', '%s', false)", name);
    return pg_admin_ran(PQexec(pq, sql)) ? 0 : -1;
}

static int fill(const struct pg_places *places, PGconn *pq, int at, const struct house *house)
{
    char rows[SCHEMA_FILL_SIZE];
    const char *ddl = house->ddl;
    const char *const steps[] = { "BEGIN", schema_tables(DIALECT_POSTGRES), ddl, rows, "COMMIT" };
    size_t i;

    schema_fill(rows, sizeof rows, DIALECT_POSTGRES, house);
    for (i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i] != NULL && !pg_admin_ran(PQexec(pq, steps[i]))) {
            pg_admin_say(places, at, pq, "cannot fill a place:", steps[i] == ddl ? "the strategy's ddl" : "the schema");
            return -1;
        }
    return 0;
}

/* Statistics and visibility are up to date, and the checkpoint that writing all this would cause later is behind us. */
static int settle(const struct pg_places *places, PGconn *pq, int at, const char *name)
{
    char tables[2048], sql[2100];

    snprintf(sql, sizeof sql,
             "SELECT string_agg(format('%%I.%%I', schemaname, tablename), ', ') FROM pg_catalog.pg_tables"
             " WHERE schemaname = '%s'",
             name);
    pg_admin_ask(pq, sql, tables, sizeof tables);
    snprintf(sql, sizeof sql, "VACUUM (ANALYZE) %s", tables);
    if (!pg_admin_ran(PQexec(pq, sql))) {
        pg_admin_say(places, at, pq, "cannot vacuum the schema", name);
        return -1;
    }
    if (!pg_admin_ran(PQexec(pq, "CHECKPOINT")) && !places->users_server) { /* a user's role is seldom allowed to */
        pg_admin_say(places, at, pq, "cannot checkpoint after filling", name);
        return -1;
    }
    return 0;
}

static void vacuum_catalogs(struct pg_places *places, PGconn *pq)
{
    if (!places->users_server && ++places->resets % RESETS_PER_VACUUM == 0)
        PQclear(PQexec(pq, "VACUUM pg_catalog.pg_class, pg_catalog.pg_attribute, pg_catalog.pg_attrdef,"
                           " pg_catalog.pg_type, pg_catalog.pg_depend, pg_catalog.pg_shdepend, pg_catalog.pg_index,"
                           " pg_catalog.pg_constraint, pg_catalog.pg_namespace, pg_catalog.pg_description,"
                           " pg_catalog.pg_sequence, pg_catalog.pg_statistic"));
}

int pg_schema_settle(struct database *database)
{
    const struct pg_places *places = database->own;
    char error[DB_ERROR_SIZE];
    PGconn *pq = pg_admin_connect(places, places->at, error, sizeof error);
    int settled = -1;

    if (pq == NULL)
        say_error("postgres: %s", error);
    else
        settled = settle(places, pq, places->at, database->place);
    PQfinish(pq);
    return settled;
}

int pg_schema_create(struct pg_places *places, PGconn *pq, int at, const char *name, const char *tag,
                     const struct house *house)
{
    if (create_schema(places, pq, name, tag, at) != 0 || fill(places, pq, at, house) != 0 ||
        settle(places, pq, at, name) != 0)
        return -1;
    vacuum_catalogs(places, pq);
    return 0;
}
#endif
