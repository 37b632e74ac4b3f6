#ifdef HAVE_LIBPQ
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/db/pg_place.h"
#include "harness/db/postgres.h"

/* PostgreSQL's places: one schema per tag, on a throw-away server of ours or on the user's. Nothing outside of schemas
 * that this run has created itself is ever touched. */

#define URI PG_PLACE_URI
/* The audit, the connection that resets, and one to spare. */
#define EXTRA_CONNECTIONS 3
/* Where a kept server is started again: not where a system's own listens. */
#define KEPT_PORT "54329"

const struct conninfo *pg_place_conninfo(const struct database *database)
{
    const struct pg_places *places = database->own;

    return &places->info[places->at];
}

const char *pg_place_application(const struct database *database)
{
    return ((const struct pg_places *)database->own)->application;
}

static void base36(char *out, uint64_t number)
{
    char digits[16];
    int n = 0;

    do
        digits[n++] = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
    while ((number /= 36) > 0);
    while (n > 0)
        *out++ = digits[--n];
    *out = '\0';
}

/* PostgreSQL cuts names at 63 bytes: base 36 leaves room for a tag of 40. */
static void name_run(struct pg_places *places)
{
    char now[16], pid[16];

    base36(now, (uint64_t)time(NULL));
    base36(pid, (uint64_t)getpid());
    snprintf(places->run, sizeof places->run, "%.7s%.5s", now, pid);
    snprintf(places->application, sizeof places->application, "lastseat %s", places->run);
}

/* libpq fills what we leave out from PG* variables, which speak of somebody else's server. */
static void forget_environment(void)
{
    extern char **environ;
    char name[64];
    size_t i = 0;

    while (environ[i] != NULL) {
        size_t length = strcspn(environ[i], "=");

        if (strncmp(environ[i], "PG", 2) == 0 && length < sizeof name) {
            memcpy(name, environ[i], length);
            name[length] = '\0';
            unsetenv(name);
            i = 0;
        } else {
            i++;
        }
    }
}

static int start_server(struct database *database, int at, char *reason, size_t reason_size)
{
    struct pg_places *places = database->own;
    const struct server_request request = { .dir = database->dir,
                                            .max_connections = database->max_connections + EXTRA_CONNECTIONS,
                                            .fsync = at == DURABLE,
                                            .keep = database->keep };
    char text[160];

    if (server_open(&places->server[at], &request, reason, reason_size) != 0)
        return -1;
    snprintf(text, sizeof text, "host=%s port=%s user=%s dbname=postgres", places->server[at].socket_dir, SERVER_PORT,
             SERVER_USER);
    if (conninfo_parse(&places->info[at], text, reason, reason_size) == 0)
        return 0;
    server_close(&places->server[at]);
    return -1;
}

/* What the user's server must allow, found before anything is measured. */
static int check_users_server(struct database *database, PGconn *pq, char *reason, size_t reason_size)
{
    struct pg_places *places = database->own;
    const int needed = database->max_connections + EXTRA_CONNECTIONS;
    char answer[64];

    pg_admin_ask(pq, "SELECT has_database_privilege(current_database(), 'CREATE')", answer, sizeof answer);
    if (strcmp(answer, "t") != 0) {
        snprintf(reason, reason_size,
                 URI ": the role %s may not create a schema in the database %s; GRANT CREATE ON DATABASE, or name "
                     "another one",
                 PQuser(pq), PQdb(pq));
        return -1;
    }
    pg_admin_ask(
        pq,
        "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int -"
        " count(*) + 1 FROM pg_stat_activity WHERE backend_type = 'client backend'",
        answer, sizeof answer);
    if (strtol(answer, NULL, 10) < needed) {
        snprintf(reason, reason_size,
                 URI ": the server has %s connections to give, this run needs %d; raise its max_connections or lower "
                     "[db] pool",
                 answer, needed);
        return -1;
    }
    pg_admin_ask(pq, "SHOW fsync", answer, sizeof answer);
    places->users_fsync = strcmp(answer, "on") == 0;
    return 0;
}

static int reach(struct database *database, const char *uri, char *reason, size_t reason_size)
{
    struct pg_places *places = database->own;

    places->users_server = uri != NULL && uri[0] != '\0';
    if (!places->users_server) {
        forget_environment();
        return start_server(database, DURABLE, reason, reason_size);
    }
    return conninfo_parse(&places->info[DURABLE], uri, reason, reason_size);
}

static void places_close(struct database *database);

static int places_open(struct database *database, char *reason, size_t reason_size)
{
    struct pg_places *places = calloc(1, sizeof *places);
    char why[DB_ERROR_SIZE * 2];
    PGconn *pq = NULL;
    int checked = 0;

    if (places == NULL) {
        snprintf(reason, reason_size, "postgres: out of memory");
        return -1;
    }
    database->own = places;
    name_run(places);
    if (reach(database, getenv(URI), why, sizeof why) == 0)
        pq = pg_admin_connect(places, DURABLE, why, sizeof why);
    if (pq == NULL) {
        snprintf(reason, reason_size, "postgres: %s%s", places->users_server ? URI ": " : "", why);
        places_close(database);
        return -1;
    }
    if (places->users_server)
        checked = check_users_server(database, pq, why, sizeof why);
    PQfinish(pq);
    if (checked == 0)
        return 0;
    snprintf(reason, reason_size, "postgres: %s", why);
    places_close(database);
    return -1;
}

static void places_drop(struct database *database)
{
    struct pg_places *places = database->own;
    size_t i = pg_schema_find(places, database->tag);

    if (i < places->count)
        pg_schema_remove(places, i);
}

static void places_close(struct database *database)
{
    struct pg_places *places = database->own;
    size_t i;

    /* Our own server's go with it. */
    for (i = places->count; places->users_server && !database->keep && i > 0; i--)
        pg_schema_remove(places, i - 1);
    pg_outage_end(database);
    for (i = 0; i < SERVERS; i++) {
        conninfo_free(&places->info[i]);
        server_close(&places->server[i]);
    }
    free(places->vacuum);
    free(places->place);
    free(places);
}

static const char *places_refuses(const struct database *database, const struct db_settings *settings)
{
    const struct pg_places *places = database->own;

    return places->users_server && settings->durability == DURABILITY_OFF
               ? "durability off needs a server of its own; unset " URI
               : NULL;
}

/* The server these settings ask for, started when it is not running yet; -1 after saying why. */
static int server_for(struct database *database, const struct db_settings *settings)
{
    struct pg_places *places = database->own;
    int at = settings->durability == DURABILITY_OFF ? NOT_DURABLE : DURABLE;
    char reason[DB_ERROR_SIZE * 2];

    if (places->info[at].options != NULL || start_server(database, at, reason, sizeof reason) == 0)
        return at;
    say_error("postgres: %s", reason);
    return -1;
}

static int places_reset(struct database *database, const struct db_settings *settings, const char *tag,
                        const struct house *house)
{
    struct pg_places *places = database->own;
    size_t old = pg_schema_find(places, tag);
    char error[DB_ERROR_SIZE];
    int at, done = -1;
    PGconn *pq;

    if ((old < places->count && pg_schema_remove(places, old) != 0) || (at = server_for(database, settings)) < 0)
        return -1;
    if ((pq = pg_admin_connect(places, at, error, sizeof error)) == NULL) {
        say_error("postgres: %s", error);
        return -1;
    }
    pg_schema_name(places, tag, database->place, sizeof database->place);
    if (pg_schema_create(places, pq, at, database->place, tag, house) == 0) {
        places->at = at;
        done = 0;
    }
    PQfinish(pq);
    if (done != 0 && (old = pg_schema_find(places, tag)) < places->count)
        pg_schema_remove(places, old);
    return done;
}

static void read_numbers(void *arg, int columns, const char *const *values)
{
    int64_t *numbers = arg;
    int i;

    for (i = 0; i < columns; i++)
        numbers[i] = values[i] != NULL ? strtoll(values[i], NULL, 10) : -1;
}

static void places_usage(struct database *database, struct db *db, struct database_usage *usage)
{
    const struct pg_places *places = database->own;
    int64_t position[DB_QUERY_COLUMNS] = { -1 };

    if (!places->users_server)
        usage->server_cpu_ns = process_tree_cpu_ns(places->server[places->at].pid);
    if (db_query(db, "SELECT (pg_catalog.pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint", read_numbers,
                 position) == DB_OK)
        usage->wal_bytes = position[0];
}

static void places_bloat(struct database *database, struct db *db, struct database_bloat *bloat)
{
    int64_t numbers[DB_QUERY_COLUMNS] = { -1, -1, -1 };

    (void)database;
    if (db_query(db,
                 "SELECT n_tup_upd, n_tup_hot_upd, n_dead_tup FROM pg_catalog.pg_stat_user_tables"
                 " WHERE schemaname = current_schema() AND relname = 'events'",
                 read_numbers, numbers) != DB_OK)
        return;
    bloat->updates = numbers[0];
    bloat->hot_updates = numbers[1];
    bloat->dead_tuples = numbers[2];
}

static void server_fact(const struct pg_places *places, int at, database_fact_fn *fn, void *arg)
{
    char text[DATABASE_PLACE_SIZE];

    if (places->users_server) {
        conninfo_describe(&places->info[at], text, sizeof text);
        fn(arg, "server", "user's server");
        fn(arg, "connection", text);
        return;
    }
    fn(arg, "server", "own throw-away server");
    fn(arg, "connection", "unix socket");
    fn(arg, "file_system", work_is_volatile(places->server[at].data.path) ? "tmpfs" : "disk");
}

static int places_facts(struct database *database, const struct db_settings *settings, database_fact_fn *fn, void *arg)
{
    static const char *const names[] = { "fsync",           "synchronous_commit", "full_page_writes", "shared_buffers",
                                         "max_connections", "autovacuum",         "wal_level",        "plan_cache_mode",
                                         "lock_timeout",    "statement_timeout" };
    const struct pg_places *places = database->own;
    int at = server_for(database, settings), version = PQlibVersion();
    char value[128], sql[96], error[DB_ERROR_SIZE];
    PGconn *pq;
    size_t i;

    if (at < 0)
        return -1;
    if ((pq = pg_admin_connect(places, at, error, sizeof error)) == NULL ||
        pg_session_start(pq, "", settings, error, sizeof error) != 0) {
        say_error("postgres: %s", error);
        PQfinish(pq);
        return -1;
    }
    fn(arg, "version", PQparameterStatus(pq, "server_version"));
    snprintf(value, sizeof value, "%d.%d", version / 10000, version % 10000);
    fn(arg, "libpq", value);
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(sql, sizeof sql, "SHOW %s", names[i]);
        pg_admin_ask(pq, sql, value, sizeof value);
        fn(arg, names[i], value);
    }
    server_fact(places, at, fn, arg);
    PQfinish(pq);
    return 0;
}

static const char *places_durability(const struct database *database, const struct db_settings *settings)
{
    const struct pg_places *places = database->own;
    const struct work *data = &places->server[DURABLE].data;

    if (places->users_server)
        return places->users_fsync ? database_durabilities[settings->durability] : "none (fsync off)";
    return work_is_volatile(data->path) ? "none (tmpfs)" : database_durabilities[settings->durability];
}

/* A kept server is stopped at the end of the run: the line starts it where its data lies. */
static void places_keep_line(const struct database *database, const char *tag, char *out, size_t size)
{
    const struct pg_places *places = database->own;
    size_t i = pg_schema_find(places, tag);
    int at = i < places->count ? places->place[i].at : places->at;
    const struct server *server = &places->server[at];
    char name[DATABASE_PLACE_SIZE], look[DATABASE_PLACE_SIZE + 64];
    const char *data = server->data.path;

    pg_schema_name(places, tag, name, sizeof name);
    snprintf(look, sizeof look, "PGOPTIONS='-c search_path=%s' psql", name);
    if (places->users_server)
        snprintf(out, size, "%s \"$" URI "\"", look);
    else if (!database->keep)
        snprintf(out, size, "%s -h %s -p %s -U %s postgres", look, server->socket_dir, SERVER_PORT, SERVER_USER);
    else
        snprintf(out, size,
                 "[ -S /tmp/.s.PGSQL." KEPT_PORT
                 " ] || %s%s%s%s/pg_ctl -s -w -D '%s' -l '%s/server.log' -o '-k /tmp -p " KEPT_PORT "' start && "
                 "%s -h /tmp -p " KEPT_PORT " -U %s postgres",
                 server->user.change ? "runuser -u " : "", server->user.name, server->user.change ? " -- " : "",
                 server->bin, data, data, look, SERVER_USER);
}

const struct database_kind kind_postgres = {
    .name = "postgres",
    .about = "a server: a private throw-away one, or yours by LASTSEAT_PG",
    .driver = &db_driver_postgres,
    .outage = &pg_outage,
    .open = places_open,
    .close = places_close,
    .refuses = places_refuses,
    .reset = places_reset,
    .settle = pg_schema_settle,
    .drop = places_drop,
    .remember = pg_shadow_make,
    .rewind = pg_shadow_rewind,
    .loosen_clock = pg_clock_loosen,
    .pass_time = pg_clock_pass,
    .alive = pg_backend_alive,
    .usage = places_usage,
    .bloat = places_bloat,
    .facts = places_facts,
    .durability = places_durability,
    .keep_line = places_keep_line,
};
#endif
