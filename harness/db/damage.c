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

/* What checks have come to so far. */
struct findings {
    int64_t complaints;
    bool incomplete; /* one of them was not made, or not to its end */
};

/* A check that cannot even be made has found something; one that a limit of time ended has not. */
static void ended(struct findings *findings, enum db_status st)
{
    if (st == DB_STATEMENT_TIMEOUT || st == DB_LOCK_TIMEOUT || st == DB_BUSY)
        findings->incomplete = true;
    else if (st != DB_OK)
        findings->complaints++;
}

static void sqlite_check(struct db *db, struct findings *findings)
{
    ended(findings, db_query(db, "PRAGMA integrity_check", count_complaints, &findings->complaints));
    ended(findings, db_query(db, "PRAGMA foreign_key_check", count_complaints, &findings->complaints));
}

/* amcheck is a contribution that a server may lack, and only an administrator may use. It is created in the place, and
 * goes with it. */
static void postgres_check(struct db *db, struct findings *findings)
{
    static const char indexes[] =
        "SELECT count(bt_index_check(i.indexrelid, true)) FROM pg_catalog.pg_index i"
        " JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am a ON a.oid = c.relam"
        " WHERE a.amname = 'btree' AND c.relnamespace = current_schema()::regnamespace";
    static const char tables[] = "SELECT count(*) FROM pg_catalog.pg_class c, LATERAL verify_heapam(c.oid)"
                                 " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace";
    int64_t ignored;

    if (db_exec(db, "CREATE EXTENSION IF NOT EXISTS amcheck") != DB_OK) {
        findings->incomplete = true;
        return;
    }
    ended(findings, db_query(db, tables, read_number, &findings->complaints));
    ended(findings, db_query(db, indexes, read_number, &ignored));
}

int64_t database_damage(struct database *database, struct db *db)
{
    struct findings findings = { .complaints = 0 };

    if (database_dialect(database) == DIALECT_SQLITE)
        sqlite_check(db, &findings);
    else
        postgres_check(db, &findings);
    return findings.complaints == 0 && findings.incomplete ? -1 : findings.complaints;
}
