#ifdef HAVE_LIBPQ
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/db/pg_place.h"

/* What database_remember() keeps of a place: a schema beside it that is in nobody's search_path, with a copy of each
 * table and the function that puts all rows back, in one round trip, from plans that a session makes once. */

/* Deleted rows stay until they are vacuumed, and autovacuum is off on our own server: a table that began as one page
 * must not become many, or the plans of the strategies would change under the explorer. */
#define REWINDS_PER_VACUUM 50

/* Declared before it: the names `place` and `shadow`. A table that refers to another was created after it, or triggers
 * must be off (as foreign keys are made of them), which not every role may do. OVERRIDING SYSTEM VALUE puts identity
 * columns back; generated ones follow by themselves. Rewinding need not be durable. */
static const char copying[] =
    " tables CURSOR FOR SELECT c.relname AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns"
    "  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped"
    "   AND attgenerated = ''"
    "  WHERE relnamespace = place::regnamespace AND relkind = 'r' GROUP BY c.oid, c.relname ORDER BY c.oid;"
    " sequences CURSOR FOR SELECT c.oid, c.relname AS name FROM pg_class c"
    "  WHERE relnamespace = place::regnamespace AND relkind = 'S';"
    " triggers bigint; own bigint; reached bigint; is_called bool;"
    " start text := 'PERFORM pg_catalog.set_config(''synchronous_commit'', ''off'', true);';"
    " empty text := ''; fill text := ''; "
    "BEGIN"
    " FOR t IN tables LOOP"
    "  EXECUTE format('CREATE TABLE %I.%I AS SELECT %s FROM ONLY %I.%I', shadow, t.name, t.columns, place, t.name);"
    "  empty := format('DELETE FROM ONLY %I.%I;', place, t.name) || empty;"
    "  fill := fill || format('INSERT INTO %I.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %I.%I;',"
    "   place, t.name, t.columns, t.columns, shadow, t.name);"
    " END LOOP;"
    " FOR s IN sequences LOOP"
    "  EXECUTE format('SELECT last_value, is_called FROM %I.%I', place, s.name) INTO reached, is_called;"
    "  fill := fill || format('PERFORM pg_catalog.setval(%s, %s, %L);', s.oid, reached, is_called);"
    " END LOOP;"
    " SELECT count(*), count(*) FILTER (WHERE NOT tgisinternal) INTO triggers, own"
    "  FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE relnamespace = place::regnamespace;"
    " IF triggers > 0 THEN"
    "  BEGIN"
    "   PERFORM set_config('session_replication_role', 'replica', true);"
    "   PERFORM set_config('session_replication_role', 'origin', true);"
    "   start := start || 'PERFORM pg_catalog.set_config(''session_replication_role'', ''replica'', true);';"
    "  EXCEPTION WHEN insufficient_privilege THEN"
    "   IF own > 0 THEN"
    "    RAISE 'it has triggers, and this role may not set session_replication_role to keep them still';"
    "   END IF;"
    "  END;"
    " END IF;"
    " EXECUTE format('CREATE FUNCTION %I.rewind() RETURNS void LANGUAGE plpgsql AS %L', shadow,"
    "  'BEGIN ' || start || empty || fill || ' END');"
    "END";

void pg_shadow_name(const struct pg_places *places, const char *tag, char *out, size_t size)
{
    snprintf(out, size, "lastseat_%s$%s", places->run, tag);
}

/* One transaction: an error leaves what was there. */
static bool copy(const struct pg_places *places, PGconn *pq, const struct pg_place *place)
{
    char name[DATABASE_PLACE_SIZE], shadow[DATABASE_PLACE_SIZE], drop[DATABASE_PLACE_SIZE + 32] = "";
    char sql[sizeof copying + 5 * DATABASE_PLACE_SIZE];

    pg_schema_name(places, place->tag, name, sizeof name);
    pg_shadow_name(places, place->tag, shadow, sizeof shadow);
    if (place->remembered)
        snprintf(drop, sizeof drop, "DROP SCHEMA %s CASCADE; ", shadow);
    snprintf(sql, sizeof sql,
             "%s" PG_CREATE_SCHEMA "; DO $copying$ DECLARE place name := '%s'; shadow name := '%s';%s $copying$", drop,
             shadow, shadow, name, shadow, copying);
    return pg_admin_ran(PQexec(pq, sql));
}

/* NULL when out of memory. */
static char *vacuum_of(const char *name, PGconn *pq)
{
    char sql[DATABASE_PLACE_SIZE + 256];
    PGresult *res;
    char *vacuum;

    snprintf(sql, sizeof sql,
             "SELECT 'VACUUM (TRUNCATE false) ' || string_agg(format('%%I.%%I', schemaname, tablename), ', ')"
             " FROM pg_catalog.pg_tables WHERE schemaname = '%s'",
             name);
    res = PQexec(pq, sql);
    vacuum = PQntuples(res) == 1 ? strdup(PQgetvalue(res, 0, 0)) : NULL;
    PQclear(res);
    return vacuum;
}

int pg_shadow_make(struct database *database)
{
    struct pg_places *places = database->own;
    struct pg_place *place = &places->place[pg_schema_find(places, database->tag)];
    char error[DB_ERROR_SIZE];
    PGconn *pq = pg_admin_connect(places, place->at, error, sizeof error);

    if (pq == NULL) {
        say_error("postgres: cannot remember the schema %s: %s", database->place, error);
        return -1;
    }
    free(places->vacuum);
    places->vacuum = NULL;
    if (!copy(places, pq, place)) {
        pg_admin_say(places, place->at, pq, "cannot remember the schema", database->place);
    } else {
        place->remembered = true;
        if ((places->vacuum = vacuum_of(database->place, pq)) == NULL)
            say_error("postgres: cannot remember the schema %s: out of memory", database->place);
    }
    PQfinish(pq);
    return places->vacuum != NULL ? 0 : -1;
}

enum db_status pg_shadow_rewind(struct database *database, struct db *db)
{
    const struct db_driver *driver = database->kind->driver;
    struct pg_places *places = database->own;
    char shadow[DATABASE_PLACE_SIZE], sql[DATABASE_PLACE_SIZE + 32];
    enum db_status st;

    pg_shadow_name(places, database->tag, shadow, sizeof shadow);
    snprintf(sql, sizeof sql, "SELECT %s.rewind()", shadow);
    if ((st = driver->exec(db, sql)) == DB_OK && ++places->rewinds % REWINDS_PER_VACUUM == 0)
        st = driver->exec(db, places->vacuum);
    return st;
}
#endif
