#include "harness/db/kind.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/base/text.h"
#include "harness/db/schema.h"
#include "harness/db/sqlite.h"
#include "harness/db/sqlite_shadow.h"
#include "harness/db/work.h"

/* SQLite's places: one file per tag in a work directory of our own. No file is opened behind SQLite's back while a
 * connection is open: closing it would drop that connection's locks. */

struct files {
    struct work work;
    bool is_volatile;
    struct sqlite_shadow shadow; /* of the current place */
};

static int files_open(struct database *database, char *reason, size_t reason_size)
{
    struct files *files = calloc(1, sizeof *files);
    char why[DB_ERROR_SIZE];

    if (files == NULL) {
        snprintf(reason, reason_size, "sqlite: out of memory");
        return -1;
    }
    if (work_open(&files->work, database->dir, "sqlite", database->keep, why, sizeof why) != 0) {
        snprintf(reason, reason_size, "sqlite: %s; set [db] dir", why);
        free(files);
        return -1;
    }
    files->is_volatile = work_is_volatile(files->work.path);
    database->own = files;
    return 0;
}

static void files_close(struct database *database)
{
    struct files *files = database->own;

    sqlite_shadow_free(&files->shadow);
    work_close(&files->work);
    free(files);
}

static const char *files_refuses(const struct database *database, const struct db_settings *settings)
{
    (void)database;
    (void)settings;
    return NULL;
}

static int path_of(const struct database *database, const char *tag, char *out, size_t size)
{
    const struct files *files = database->own;

    return text_format(out, size, "%s/%s.db", files->work.path, tag);
}

static int remove_file(const char *path)
{
    static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
    char file[DATABASE_PLACE_SIZE + 16];
    size_t i;

    for (i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(file, sizeof file, "%s%s", path, endings[i]);
        if (unlink(file) != 0 && errno != ENOENT) {
            say_error("sqlite: cannot remove %s: %m", file);
            return -1;
        }
    }
    return 0;
}

/* A fresh, empty database file in the journal mode asked for. */
static sqlite3 *create(const char *path, const struct db_settings *settings)
{
    const char *mode = settings->journal == JOURNAL_WAL ? "PRAGMA journal_mode = WAL" : "PRAGMA journal_mode = DELETE";
    char error[DATABASE_PLACE_SIZE + DB_ERROR_SIZE];
    sqlite3 *handle = NULL;
    int fd;

    if (remove_file(path) != 0)
        return NULL;
    if ((fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0) {
        say_error("sqlite: cannot create %s: %m", path);
        return NULL;
    }
    close(fd);
    if (sqlite_open_file(&handle, path, settings, error, sizeof error) != 0) {
        say_error("sqlite: %s", error);
        return NULL;
    }
    if (sqlite3_exec(handle, mode, NULL, NULL, NULL) != SQLITE_OK) {
        say_error("sqlite: %s: cannot set the journal mode: %s", path, sqlite3_errmsg(handle));
        sqlite3_close(handle);
        return NULL;
    }
    return handle;
}

static int fill(sqlite3 *handle, const char *path, const struct house *house)
{
    char rows[SCHEMA_FILL_SIZE];
    const char *ddl = house->ddl;
    const char *const steps[] = { "BEGIN",  schema_tables(DIALECT_SQLITE),    ddl != NULL ? ddl : "", rows,
                                  "COMMIT", "PRAGMA wal_checkpoint(TRUNCATE)" };
    size_t i;

    schema_fill(rows, sizeof rows, DIALECT_SQLITE, house);
    for (i = 0; i < sizeof steps / sizeof *steps; i++)
        if (sqlite3_exec(handle, steps[i], NULL, NULL, NULL) != SQLITE_OK) {
            say_error("sqlite: %s: %s%s", path, steps[i] == ddl ? "the strategy's ddl: " : "", sqlite3_errmsg(handle));
            return -1;
        }
    return 0;
}

static int files_reset(struct database *database, const struct db_settings *settings, const char *tag,
                       const struct house *house)
{
    struct files *files = database->own;
    sqlite3 *handle;
    int filled;

    sqlite_shadow_free(&files->shadow);
    if (path_of(database, tag, database->place, sizeof database->place) != 0) {
        say_error("sqlite: the path of [db] dir is too long for the file %s.db", tag);
        return -1;
    }
    if ((handle = create(database->place, settings)) == NULL)
        return -1;
    filled = fill(handle, database->place, house);
    sqlite3_close(handle);
    if (filled != 0)
        remove_file(database->place);
    return filled;
}

/* The last connection that closes writes the log back and removes it. */
static int files_settle(struct database *database)
{
    (void)database;
    return 0;
}

static void files_drop(struct database *database)
{
    remove_file(database->place);
}

static int files_remember(struct database *database)
{
    const struct db_settings quick = { .durability = DURABILITY_OFF };
    struct files *files = database->own;
    char error[DATABASE_PLACE_SIZE + DB_ERROR_SIZE];
    sqlite3 *handle;
    int made;

    if (sqlite_open_file(&handle, database->place, &quick, error, sizeof error) != 0) {
        say_error("sqlite: %s", error);
        return -1;
    }
    if ((made = sqlite_shadow_make(&files->shadow, handle)) != 0)
        say_error("sqlite: %s: cannot remember what it holds: %s", database->place, sqlite3_errmsg(handle));
    sqlite3_close(handle);
    return made;
}

static enum db_status files_rewind(struct database *database, struct db *db)
{
    const struct files *files = database->own;

    return sqlite_shadow_rewind(&files->shadow, db);
}

/* No server: what is alive is what this process has open. */
static int files_alive(struct database *database, struct db *db)
{
    return atomic_load(&database->connections) - (db != NULL ? 1 : 0);
}

static void files_usage(struct database *database, struct db *db, struct database_usage *usage)
{
    (void)database;
    (void)db;
    (void)usage;
}

static void files_bloat(struct database *database, struct db *db, struct database_bloat *bloat)
{
    (void)database;
    (void)db;
    (void)bloat;
}

static void pragma(sqlite3 *handle, const char *name, char *out, size_t size)
{
    sqlite3_stmt *stmt = NULL;
    char sql[64];

    snprintf(out, size, "unknown");
    snprintf(sql, sizeof sql, "PRAGMA %s", name);
    if (sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
        snprintf(out, size, "%s", (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
}

static int files_facts(struct database *database, const struct db_settings *settings, database_fact_fn *fn, void *arg)
{
    static const char *const names[] = { "journal_mode", "synchronous", "page_size", "wal_autocheckpoint",
                                         "secure_delete" };
    static const char *const levels[] = { "OFF", "NORMAL", "FULL", "EXTRA" };
    const struct files *files = database->own;
    char path[DATABASE_PLACE_SIZE], value[64];
    sqlite3 *handle;
    size_t i;

    if (path_of(database, "facts.probe", path, sizeof path) != 0 || (handle = create(path, settings)) == NULL)
        return -1;
    fn(arg, "version", sqlite3_libversion());
    snprintf(value, sizeof value, "%.30s", sqlite3_sourceid());
    fn(arg, "source_id", value);
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        pragma(handle, names[i], value, sizeof value);
        if (strcmp(names[i], "synchronous") == 0 && value[0] >= '0' && value[0] <= '3' && value[1] == '\0')
            snprintf(value, sizeof value, "%s", levels[value[0] - '0']);
        fn(arg, names[i], value);
    }
    snprintf(value, sizeof value, "%d", sqlite3_threadsafe());
    fn(arg, "threadsafe", value);
    fn(arg, "file_system", files->is_volatile ? "tmpfs" : "disk");
    sqlite3_close(handle);
    return remove_file(path);
}

static const char *files_durability(const struct database *database, const struct db_settings *settings)
{
    const struct files *files = database->own;

    return files->is_volatile ? "none (tmpfs)" : database_durabilities[settings->durability];
}

static void files_keep_line(const struct database *database, const char *tag, char *out, size_t size)
{
    const struct files *files = database->own;

    snprintf(out, size, "sqlite3 '%s/%s.db'", files->work.path, tag);
}

static int files_loosen_clock(struct database *database)
{
    (void)database;
    return 0;
}

static enum db_status files_pass_time(struct database *database, struct db *db, int64_t us)
{
    (void)db;
    atomic_fetch_add(&database->passed_us, us);
    return DB_OK;
}

const struct database_kind kind_sqlite = {
    .name = "sqlite",
    .about = "embedded in the program: a file, one writer at a time",
    .driver = &db_driver_sqlite,
    .open = files_open,
    .close = files_close,
    .refuses = files_refuses,
    .reset = files_reset,
    .settle = files_settle,
    .drop = files_drop,
    .remember = files_remember,
    .rewind = files_rewind,
    .loosen_clock = files_loosen_clock,
    .pass_time = files_pass_time,
    .alive = files_alive,
    .usage = files_usage,
    .bloat = files_bloat,
    .facts = files_facts,
    .durability = files_durability,
    .keep_line = files_keep_line,
};
