#include "harness/db/kind.h"

#include <stdio.h>
#include <string.h>

/* Keeps nothing and answers DB_OK at once: the floor every number is read against. */

static int null_open(struct db *db)
{
    db->conn = NULL;
    return 0;
}

static void null_close(struct db *db)
{
    (void)db;
}

static enum db_status null_prepare(struct db *db, const struct statement *statements, int n)
{
    (void)db;
    (void)statements;
    (void)n;
    return DB_OK;
}

static int null_params(const struct db *db, int slot)
{
    (void)db;
    (void)slot;
    return -1; /* nothing to warm up */
}

static enum db_status null_begin(struct db *db, enum tx_mode mode)
{
    (void)db;
    (void)mode;
    return DB_OK;
}

static enum db_status null_run(struct db *db, int slot, const int64_t *args, int nargs, struct row *row)
{
    (void)db;
    (void)slot;
    (void)args;
    (void)nargs;
    memset(row, 0, sizeof *row);
    return DB_OK;
}

static enum db_status null_run_many(struct db *db, int slot, const int64_t *args, int nargs, int n, int64_t *changed,
                                    int *done)
{
    (void)db;
    (void)slot;
    (void)args;
    (void)nargs;
    *changed = 0;
    *done = n;
    return DB_OK;
}

static enum db_status null_end(struct db *db)
{
    (void)db;
    return DB_OK;
}

static bool null_tx_open(const struct db *db)
{
    return db->in_tx;
}

static enum db_status null_exec(struct db *db, const char *sql)
{
    (void)db;
    (void)sql;
    return DB_OK;
}

static enum db_status null_query(struct db *db, const char *sql, db_row_fn *fn, void *arg)
{
    (void)db;
    (void)sql;
    (void)fn;
    (void)arg;
    return DB_OK;
}

static int64_t null_written_bytes(struct db *db)
{
    (void)db;
    return -1;
}

const struct db_driver db_driver_null = {
    .name = "null",
    .dialect = DIALECT_SQLITE,
    .open = null_open,
    .close = null_close,
    .prepare = null_prepare,
    .params = null_params,
    .begin = null_begin,
    .run = null_run,
    .run_many = null_run_many,
    .commit = null_end,
    .rollback = null_end,
    .tx_open = null_tx_open,
    .exec = null_exec,
    .query = null_query,
    .cancel = null_close,
    .written_bytes = null_written_bytes,
};

static int null_database_open(struct database *database, char *reason, size_t reason_size)
{
    (void)database;
    (void)reason;
    (void)reason_size;
    return 0;
}

static void null_database_end(struct database *database)
{
    (void)database;
}

static const char *null_refuses(const struct database *database, const struct db_settings *settings)
{
    (void)database;
    (void)settings;
    return NULL;
}

static int null_reset(struct database *database, const struct db_settings *settings, const char *tag,
                      const struct house *house)
{
    (void)settings;
    (void)tag;
    (void)house;
    snprintf(database->place, sizeof database->place, "nowhere");
    return 0;
}

static int null_settle(struct database *database)
{
    (void)database;
    return 0;
}

static int null_remember(struct database *database)
{
    (void)database;
    return 0;
}

static enum db_status null_pass_time(struct database *database, struct db *db, int64_t us)
{
    (void)database;
    (void)db;
    (void)us;
    return DB_OK;
}

static enum db_status null_rewind(struct database *database, struct db *db)
{
    (void)database;
    (void)db;
    return DB_OK;
}

static int null_alive(struct database *database, struct db *db)
{
    (void)database;
    (void)db;
    return 0;
}

static void null_usage(struct database *database, struct db *db, struct database_usage *usage)
{
    (void)database;
    (void)db;
    (void)usage;
}

static void null_bloat(struct database *database, struct db *db, struct database_bloat *bloat)
{
    (void)database;
    (void)db;
    (void)bloat;
}

static int null_facts(struct database *database, const struct db_settings *settings, database_fact_fn *fn, void *arg)
{
    (void)database;
    (void)settings;
    fn(arg, "version", "none: answers at once, keeps nothing");
    return 0;
}

static const char *null_durability(const struct database *database, const struct db_settings *settings)
{
    (void)database;
    (void)settings;
    return "none";
}

static void null_keep_line(const struct database *database, const char *tag, char *out, size_t size)
{
    (void)database;
    (void)tag;
    snprintf(out, size, "nothing is kept");
}

const struct database_kind kind_null = {
    .name = "null",
    .about = "keeps nothing and answers at once: the floor",
    .driver = &db_driver_null,
    .open = null_database_open,
    .close = null_database_end,
    .refuses = null_refuses,
    .reset = null_reset,
    .settle = null_settle,
    .drop = null_database_end,
    .remember = null_remember,
    .loosen_clock = null_remember,
    .pass_time = null_pass_time,
    .rewind = null_rewind,
    .alive = null_alive,
    .usage = null_usage,
    .bloat = null_bloat,
    .facts = null_facts,
    .durability = null_durability,
    .keep_line = null_keep_line,
};
