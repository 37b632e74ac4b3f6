#include "harness/db/sqlite_shadow.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/db/driver.h"
#include "harness/db/sqlite.h"

#define PREFIX "lastseat_kept_"

/* All tables but our copies. A virtual table's rows lie in tables of its own. */
#define TABLES                                                                                                         \
    "(SELECT t.name, t.rowid AS born, (SELECT group_concat(printf('\"%w\"', c.name), ', ') FROM"                       \
    " pragma_table_xinfo(t.name) c WHERE c.hidden = 0) AS columns FROM sqlite_master t WHERE t.type = 'table' AND"     \
    " substr(t.name, 1, 14) <> '" PREFIX "' AND t.sql NOT LIKE 'CREATE VIRTUAL %')"

static const char *const copying[] = {
    "SELECT printf('DROP TABLE \"%w\";', name) FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 14) = "
    "'" PREFIX "'",
    "SELECT printf('CREATE TABLE \"" PREFIX "%w\" AS SELECT %s FROM \"%w\";', name, columns, name) FROM " TABLES,
};

/* What refers to another table was created after it. sqlite_sequence (what AUTOINCREMENT has reached) comes last: every
 * insertion changes it. */
static const char *const rewinding[] = {
    "SELECT printf('DELETE FROM \"%w\";', name) FROM " TABLES " WHERE name <> 'sqlite_sequence' ORDER BY born DESC",
    "SELECT printf('%sINSERT INTO \"%w\" (%s) SELECT %s FROM \"" PREFIX "%w\";',"
    " CASE name WHEN 'sqlite_sequence' THEN 'DELETE FROM sqlite_sequence;' ELSE '' END, name, columns, columns, name)"
    " FROM " TABLES " ORDER BY name = 'sqlite_sequence', born",
};

static int append(void *out, int columns, char **values, char **names)
{
    (void)columns;
    (void)names;
    fputs(values[0], out);
    return 0;
}

/* The script whose pieces the queries answer, between BEGIN and COMMIT; NULL when that failed. */
static char *compose(sqlite3 *handle, const char *const queries[2])
{
    char *script = NULL;
    size_t size;
    FILE *out = open_memstream(&script, &size);
    int i, code = SQLITE_OK;

    if (out == NULL)
        return NULL;
    fputs("BEGIN IMMEDIATE;", out);
    for (i = 0; i < 2 && code == SQLITE_OK; i++)
        code = sqlite3_exec(handle, queries[i], append, out, NULL);
    fputs("COMMIT", out);
    if (fclose(out) == 0 && code == SQLITE_OK)
        return script;
    free(script);
    return NULL;
}

static int copy_tables(sqlite3 *handle)
{
    char *script = compose(handle, copying);
    int code = script != NULL ? sqlite3_exec(handle, script, NULL, NULL, NULL) : SQLITE_ERROR;

    free(script);
    return code == SQLITE_OK ? 0 : -1;
}

static int note_triggers(void *out, int columns, char **values, char **names)
{
    (void)columns;
    (void)names;
    *(bool *)out = strcmp(values[0], "0") != 0;
    return 0;
}

int sqlite_shadow_make(struct sqlite_shadow *shadow, sqlite3 *handle)
{
    sqlite_shadow_free(shadow);
    if (copy_tables(handle) != 0 || sqlite3_exec(handle, "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'",
                                                 note_triggers, &shadow->has_triggers, NULL) != SQLITE_OK)
        return -1;
    shadow->script = compose(handle, rewinding);
    return shadow->script != NULL ? 0 : -1;
}

enum db_status sqlite_shadow_rewind(const struct sqlite_shadow *shadow, struct db *db)
{
    const struct db_driver *driver = database_driver(db->database);
    sqlite3 *handle = sqlite_handle(db);
    enum db_status st;

    /* It makes the connection prepare its statements again: only where it matters. */
    if (shadow->has_triggers)
        sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    if ((st = driver->exec(db, shadow->script)) != DB_OK && driver->tx_open(db))
        driver->exec(db, "ROLLBACK");
    if (shadow->has_triggers)
        sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, NULL);
    return st;
}

void sqlite_shadow_free(struct sqlite_shadow *shadow)
{
    free(shadow->script);
    shadow->script = NULL;
    shadow->has_triggers = false;
}
