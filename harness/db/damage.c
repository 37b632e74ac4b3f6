#include <stdlib.h>
#include <string.h>

#include "harness/db/driver.h"
#include "harness/db/kind.h"

/* What a database says of its own storage. */

static void count_complaints(void *arg, int columns, const char *const *values)
{
    (void)columns;
    *(int64_t *)arg += values[0] == NULL || strcmp(values[0], "ok") != 0;
}

static void read_number(void *arg, int columns, const char *const *values)
{
    (void)columns;
    *(int64_t *)arg = values[0] != NULL ? strtoll(values[0], NULL, 10) : 0;
}

/* A check that cannot even be made has found something. */
static int64_t sqlite_damage(struct db *db)
{
    int64_t complaints = 0;

    if (db_query(db, "PRAGMA integrity_check", count_complaints, &complaints) != DB_OK ||
        db_query(db, "PRAGMA foreign_key_check", count_complaints, &complaints) != DB_OK)
        complaints++;
    return complaints;
}

/* amcheck is a contribution that a server may lack, and only an administrator may use. It is created in the place, and
 * goes with it. */
static int64_t postgres_damage(struct db *db)
{
    static const char indexes[] =
        "SELECT count(bt_index_check(i.indexrelid, true)) FROM pg_catalog.pg_index i"
        " JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am a ON a.oid = c.relam"
        " WHERE a.amname = 'btree' AND c.relnamespace = current_schema()::regnamespace";
    static const char tables[] = "SELECT count(*) FROM pg_catalog.pg_class c, LATERAL verify_heapam(c.oid)"
                                 " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace";
    int64_t complaints = 0, ignored;

    if (db_exec(db, "CREATE EXTENSION IF NOT EXISTS amcheck") != DB_OK)
        return -1;
    if (db_query(db, tables, read_number, &complaints) != DB_OK)
        complaints = 1;
    if (db_query(db, indexes, read_number, &ignored) != DB_OK)
        complaints++;
    return complaints;
}

int64_t database_damage(struct database *database, struct db *db)
{
    return database_dialect(database) == DIALECT_SQLITE ? sqlite_damage(db) : postgres_damage(db);
}
