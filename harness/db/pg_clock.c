#ifdef HAVE_LIBPQ
#include <inttypes.h>
#include <stdio.h>

#include "harness/base/say.h"
#include "harness/db/pg_place.h"
#include "harness/db/schema.h"

/* A clock that can be moved is the server's plus what a sequence says: unlike a row, a sequence reads the same in every
 * snapshot, as a clock does, and moving it waits for nobody. The plain one (schema.c) is cheaper: the planner puts it
 * into the statement. */
static const char loosen[] =
    "CREATE SEQUENCE %s.lastseat_passed MINVALUE 0 START 0;"
    " CREATE OR REPLACE FUNCTION %s." SCHEMA_CLOCK "() RETURNS bigint LANGUAGE sql AS"
    " 'SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) + last_value FROM %s.lastseat_passed'";

int pg_clock_loosen(struct database *database)
{
    const struct pg_places *places = database->own;
    char sql[sizeof loosen + 3 * DATABASE_PLACE_SIZE], error[DB_ERROR_SIZE];
    PGconn *pq = pg_admin_connect(places, places->at, error, sizeof error);
    int loosened = -1;

    snprintf(sql, sizeof sql, loosen, database->place, database->place, database->place);
    if (pq == NULL)
        say_error("postgres: cannot loosen the clock of %s: %s", database->place, error);
    else if (!pg_admin_ran(PQexec(pq, sql)))
        pg_admin_say(places, places->at, pq, "cannot loosen the clock of", database->place);
    else
        loosened = 0;
    PQfinish(pq);
    return loosened;
}

enum db_status pg_clock_pass(struct database *database, struct db *db, int64_t us)
{
    char sql[2 * DATABASE_PLACE_SIZE + 128];

    snprintf(sql, sizeof sql,
             "SELECT pg_catalog.setval('%s.lastseat_passed', last_value + %" PRId64 ") FROM %s.lastseat_passed",
             database->place, us, database->place);
    return database->kind->driver->exec(db, sql);
}
#endif
