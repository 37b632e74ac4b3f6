#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/tree.h"
#include "harness/db/database.h"
#include "harness/db/kind.h"
#include "harness/db/server.h"

#ifdef HAVE_LIBPQ
#include "harness/db/conninfo.h"
#include "tests/support/capture.h"

/* LASTSEAT_PG: the user's own server (played by a throw-away one). Everything happens in schemas of ours, and no
 * password is ever said. */

#define CANARY "c4n4ry-s3cret"

static struct server server;
static char dir[64], uri[256];
static struct database_request request = { .dir = dir, .max_connections = 8 };
static const struct house tiny = { .events = 1, .seats = 1 };
static const struct db_settings full = { .durability = DURABILITY_FULL };

static int start(void **state)
{
    const struct server_request wanted = { .dir = dir, .max_connections = 20, .fsync = true };
    char reason[512];

    (void)state;
    snprintf(dir, sizeof dir, "/var/tmp/place-XXXXXX");
    if (mkdtemp(dir) == NULL || chmod(dir, 0755) != 0)
        return -1;
    if (server_open(&server, &wanted, reason, sizeof reason) != 0) {
        fprintf(stderr, "%s\n", reason);
        return -1;
    }
    snprintf(uri, sizeof uri, "host=%s port=%s user=%s dbname=postgres password=%s", server.socket_dir, SERVER_PORT,
             SERVER_USER, CANARY);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    server_close(&server);
    return rmdir(dir);
}

static struct database *open_with(const char *text)
{
    struct database *database;
    char reason[1024] = "";

    setenv("LASTSEAT_PG", text, 1);
    assert_int_equal(database_open(&database, "postgres", &request, reason, sizeof reason), 0);
    return database;
}

static void refused(const char *text, const char *said)
{
    struct database *database;
    char reason[1024] = "";

    setenv("LASTSEAT_PG", text, 1);
    assert_int_equal(database_open(&database, "postgres", &request, reason, sizeof reason), -1);
    assert_null(database);
    assert_non_null(strstr(reason, "LASTSEAT_PG"));
    assert_null(strstr(reason, CANARY));
    assert_null(strchr(reason, '\n'));
    if (strstr(reason, said) == NULL)
        fail_msg("'%s' does not say '%s'", reason, said);
}

/* A connection of the test's own, beside the harness. */
static int64_t count(const char *sql)
{
    struct conninfo info;
    char error[512];
    int64_t number;
    PGresult *res;
    PGconn *pq;

    assert_int_equal(conninfo_parse(&info, uri, error, sizeof error), 0);
    pq = conninfo_connect(&info, "test", error, sizeof error);
    assert_non_null(pq);
    res = PQexec(pq, sql);
    number = PQntuples(res) == 1 ? strtoll(PQgetvalue(res, 0, 0), NULL, 10) : -1;
    PQclear(res);
    PQfinish(pq);
    conninfo_free(&info);
    return number;
}

static int64_t schemas(void)
{
    return count("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'lastseat%'");
}

static void note(void *arg, const char *key, const char *value)
{
    char *text = arg;
    size_t used = strlen(text);

    snprintf(text + used, 4096 - used, "%s=%s\n", key, value);
}

static void note_number(void *arg, int columns, const char *const *values)
{
    (void)columns;
    *(int64_t *)arg = strtoll(values[0], NULL, 10);
}

static void schemas_of_our_own(void **state)
{
    static const struct db_settings off = { .durability = DURABILITY_OFF };
    struct database *database = open_with(uri);
    char error[512] = "", facts[4096] = "", line[1024];
    struct db *db;

    (void)state;
    assert_null(database_refuses(database, &full));
    assert_string_equal(database_refuses(database, &off),
                        "durability off needs a server of its own; unset LASTSEAT_PG");
    assert_int_equal(database_reset(database, &off, "one", &tiny), -1);
    assert_int_equal(schemas(), 0);
    assert_int_equal(database_reset(database, &full, "one", &(const struct house){ .events = 2, .seats = 5 }), 0);
    assert_int_equal(database_reset(database, &full, "two", &(const struct house){ .events = 2, .seats = 5 }), 0);
    assert_int_equal(schemas(), 2);
    db = database_connect(database, &full, NULL, error, sizeof error);
    assert_non_null(db);
    assert_int_equal(db_exec(db, "INSERT INTO bookings (request, event, user_id, seats) VALUES (1, 1, 1, 1)"), DB_OK);
    db_close(db);
    assert_int_equal(count("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 0);
    assert_int_equal(database_facts(database, &full, note, facts), 0);
    assert_non_null(strstr(facts, "server=user's server\nconnection=user=lastseat"));
    assert_null(strstr(facts, CANARY));
    database_keep_line(database, "two", line, sizeof line);
    assert_null(strstr(line, CANARY));
    assert_non_null(strstr(line, "psql \"$LASTSEAT_PG\""));
    database_drop(database); /* two */
    assert_int_equal(schemas(), 1);
    database_close(database); /* one, never dropped */
    assert_int_equal(schemas(), 0);
}

/* A schema that was there before is never taken over, nor dropped. */
static void foreign_schema(void **state)
{
    struct database *database = open_with(uri);
    char sql[DATABASE_PLACE_SIZE + 64], name[DATABASE_PLACE_SIZE];

    (void)state;
    assert_int_equal(database_reset(database, &full, "mine", &tiny), 0);
    snprintf(name, sizeof name, "%s", database->place);
    database_drop(database);
    snprintf(sql, sizeof sql, "CREATE SCHEMA %s", name);
    count(sql);
    assert_int_equal(database_reset(database, &full, "mine", &tiny), -1);
    database_close(database);
    assert_int_equal(schemas(), 1);
    snprintf(sql, sizeof sql, "DROP SCHEMA %s", name);
    count(sql);
    assert_int_equal(schemas(), 0);
}

/* What is remembered lies in a second schema: gone with the first, and as careful of what was there before. */
static void remembered_schema(void **state)
{
    struct database *database = open_with(uri);
    char sql[DATABASE_PLACE_SIZE + 64], shadow[DATABASE_PLACE_SIZE];

    (void)state;
    assert_int_equal(database_reset(database, &full, "kept", &tiny), 0);
    assert_int_equal(database_remember(database), 0);
    assert_int_equal(database_remember(database), 0);
    assert_int_equal(schemas(), 2);
    assert_int_equal(database_reset(database, &full, "kept", &tiny), 0);
    assert_int_equal(schemas(), 1);
    assert_int_equal(database_remember(database), 0);
    database_drop(database);
    assert_int_equal(schemas(), 0);
    assert_int_equal(database_reset(database, &full, "kept", &tiny), 0);
    snprintf(shadow, sizeof shadow, "%s", database->place);
    *strrchr(shadow, '_') = '$';
    snprintf(sql, sizeof sql, "CREATE SCHEMA %s", shadow);
    count(sql);
    assert_int_equal(database_remember(database), -1);
    database_close(database);
    assert_int_equal(schemas(), 1);
    snprintf(sql, sizeof sql, "DROP SCHEMA %s", shadow);
    count(sql);
    assert_int_equal(schemas(), 0);
    database = open_with(uri);
    assert_int_equal(database_reset(database, &full, "kept", &tiny), 0);
    assert_int_equal(database_remember(database), 0);
    database_close(database);
    assert_int_equal(schemas(), 0);
}

static void kept_schema(void **state)
{
    struct database *database;
    char sql[DATABASE_PLACE_SIZE + 64];

    (void)state;
    request.keep = true;
    database = open_with(uri);
    assert_int_equal(database_reset(database, &full, "kept", &tiny), 0);
    snprintf(sql, sizeof sql, "DROP SCHEMA %s CASCADE", database->place);
    database_drop(database);
    database_close(database);
    request.keep = false;
    assert_int_equal(schemas(), 1);
    count(sql);
    assert_int_equal(schemas(), 0);
}

static void bad_connections(void **state)
{
    char text[512];

    (void)state;
    refused("host=/nonexistent password=" CANARY, "/nonexistent");
    refused("password " CANARY, "not a valid libpq connection string");
    refused("host=x passwort=" CANARY, "not a valid libpq connection string");
    refused("postgresql://ana:" CANARY "@[::1", "not a valid libpq connection string");
    snprintf(text, sizeof text, "host=%s user=%s dbname=%s password=%s", server.socket_dir, SERVER_USER, CANARY,
             CANARY);
    refused(text, "database \"***\" does not exist");
}

static void too_few_connections(void **state)
{
    (void)state;
    request.max_connections = 1000;
    refused(uri, "this run needs 1003; raise its max_connections or lower [db] pool");
    request.max_connections = 8;
}

static void may_not_create(void **state)
{
    char text[512];

    (void)state;
    count("CREATE ROLE guest LOGIN");
    snprintf(text, sizeof text, "host=%s user=guest dbname=postgres password=%s", server.socket_dir, CANARY);
    refused(text, "the role guest may not create a schema in the database postgres; GRANT CREATE ON DATABASE");
    /* Neither superuser nor allowed to CHECKPOINT: that is enough. */
    count("GRANT CREATE ON DATABASE postgres TO guest");
    {
        struct database *database = open_with(text);

        assert_int_equal(database_reset(database, &full, "guest", &tiny), 0);
        database_close(database);
    }
    assert_int_equal(schemas(), 0);
}

/* Nor allowed to set deadlock_timeout, or to turn triggers off. */
static void may_not_set(void **state)
{
    static const struct db_settings settings = { .durability = DURABILITY_ASYNC, .deadlock_timeout_ns = 1 };
    const struct house references = {
        .events = 1,
        .seats = 1,
        .ddl = "CREATE TABLE stubs (booking bigint REFERENCES events (id) ON DELETE CASCADE)",
    };
    const struct house triggers = {
        .events = 1,
        .seats = 1,
        .ddl = "CREATE TRIGGER same BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION"
               " suppress_redundant_updates_trigger()",
    };
    struct database *database;
    char text[512], error[DB_ERROR_SIZE];
    int64_t left = -1;
    struct db *db;

    (void)state;
    snprintf(text, sizeof text, "host=%s user=guest dbname=postgres", server.socket_dir);
    database = open_with(text);
    assert_int_equal(database_reset(database, &full, "guest", &references), 0);
    assert_int_equal(database_remember(database), 0);
    assert_non_null(db = database_connect(database, &settings, NULL, error, sizeof error));
    assert_int_equal(db_query(db, "SHOW deadlock_timeout", note_number, &left), DB_OK);
    assert_int_equal(left, 1); /* s: as it was */
    assert_int_equal(db_exec(db, "INSERT INTO stubs VALUES (1)"), DB_OK);
    assert_int_equal(database_rewind(database, db), 0);
    assert_int_equal(db_query(db, "SELECT count(*) FROM stubs", note_number, &left), DB_OK);
    assert_int_equal(left, 0);
    db_close(db);
    assert_int_equal(database_reset(database, &full, "guest", &triggers), 0);
    capture_begin();
    assert_int_equal(database_remember(database), -1);
    assert_non_null(strstr(capture_end(), "it has triggers, and this role may not set session_replication_role"));
    database_close(database);
    assert_int_equal(schemas(), 0);
}

static void no_free_connection(void **state)
{
    struct database *database = open_with(uri);
    struct db *dbs[64] = { NULL };
    char error[DB_ERROR_SIZE] = "";
    size_t n = 0;

    (void)state;
    assert_int_equal(database_reset(database, &full, "crowded", &tiny), 0);
    while (n < 64 && (dbs[n] = database_connect(database, &full, NULL, error, sizeof error)) != NULL)
        n++;
    while (n > 0)
        db_close(dbs[--n]);
    assert_non_null(strstr(error, "raise the server's max_connections or lower [db] pool"));
    assert_null(strchr(error, '\n'));
    database_close(database);
}

static void describe_and_scrub(void **state)
{
    struct conninfo info;
    char text[256], reason[256];

    (void)state;
    assert_int_equal(
        conninfo_parse(&info, "postgresql://ana:s%20p@db.example:99/shop?sslmode=require", reason, sizeof reason), 0);
    conninfo_describe(&info, text, sizeof text);
    assert_string_equal(text, "user=ana dbname=shop host=db.example port=99 sslmode=require");
    snprintf(text, sizeof text, "failed: s p, s ps p\nHint\n");
    conninfo_scrub(&info, text);
    assert_string_equal(text, "failed: ***, ******;Hint");
    setenv("PGPASSWORD", "ab", 1);
    snprintf(text, sizeof text, "xabx");
    conninfo_scrub(&info, text);
    assert_string_equal(text, "x**x");
    setenv("PGPASSWORD", "*", 1);
    snprintf(text, sizeof text, "2 * 2");
    conninfo_scrub(&info, text);
    assert_string_equal(text, "2 * 2");
    unsetenv("PGPASSWORD");
    conninfo_free(&info);
    conninfo_free(&info);
}

/* PG* variables speak of somebody else's server: ours must not be reached by them. */
static void environment_is_forgotten(void **state)
{
    struct database *database;
    struct database_usage usage;
    char reason[1024] = "", line[1024], error[DB_ERROR_SIZE], facts[4096] = "";
    struct db *db;

    (void)state;
    unsetenv("LASTSEAT_PG");
    setenv("PGPORT", "1", 1);
    setenv("PGOPTIONS", "-c nonsense=1", 1);
    setenv("PGSSLMODE", "verify-full", 1);
    assert_int_equal(database_open(&database, "postgres", &request, reason, sizeof reason), 0);
    assert_null(getenv("PGPORT"));
    assert_int_equal(database_facts(database, &full, note, facts), 0);
    assert_non_null(strstr(facts, "server=own throw-away server\nconnection=unix socket\n"));
    {
        const struct db_settings off = { .durability = DURABILITY_OFF };

        /* A second server, started when it is asked for. */
        assert_int_equal(database_reset(database, &off, "off", &tiny), 0);
        assert_string_equal(database_durability(database, &off), "off");
        db = database_connect(database, &off, NULL, error, sizeof error);
        assert_non_null(db);
        database_usage(database, db, &usage);
        assert_true(usage.server_cpu_ns > 0);
        db_close(db);
    }
    database_keep_line(database, "off", line, sizeof line);
    assert_non_null(strstr(line, "psql -h /tmp/lastseat-"));
    database_close(database);
}

static int64_t catalog_bytes(struct database *database)
{
    char error[DB_ERROR_SIZE];
    int64_t bytes = -1;
    struct db *db = database_connect(database, &full, NULL, error, sizeof error);

    assert_non_null(db);
    assert_int_equal(db_query(db, "SELECT pg_relation_size('pg_attribute')", note_number, &bytes), DB_OK);
    db_close(db);
    return bytes;
}

/* Each trial creates and drops tables, and autovacuum is off: the catalogs must not grow with the trials. */
static void catalogs_stay_small(void **state)
{
    int64_t early = 0, late;
    struct database *database;
    char reason[1024] = "";
    int i;

    (void)state;
    unsetenv("LASTSEAT_PG");
    assert_int_equal(database_open(&database, "postgres", &request, reason, sizeof reason), 0);
    for (i = 0; i < 120; i++) {
        assert_int_equal(database_reset(database, &full, "again", &tiny), 0);
        if (i == 59)
            early = catalog_bytes(database);
    }
    late = catalog_bytes(database);
    assert_true(early > 0);
    /* 60 trials later what was freed was used again; the first VACUUM had one trial less to free, hence a page. */
    assert_true(late <= early + 8192);
    database_close(database);
}

/* The line --keep prints really looks inside. */
static void keep_line_works(void **state)
{
    struct database *database;
    char reason[1024] = "", line[1024], command[1600], answer[64] = "", data[WORK_PATH_SIZE] = "";
    const char *at;
    FILE *out;

    (void)state;
    unsetenv("LASTSEAT_PG");
    request.keep = true;
    assert_int_equal(database_open(&database, "postgres", &request, reason, sizeof reason), 0);
    assert_int_equal(database_reset(database, &full, "kept", &(const struct house){ .events = 7, .seats = 1 }), 0);
    database_drop(database);
    database_keep_line(database, "kept", line, sizeof line);
    database_close(database);
    request.keep = false;
    assert_non_null(at = strstr(line, "-D '"));
    assert_int_equal(sscanf(at, "-D '%479[^']'", data), 1);
    snprintf(command, sizeof command, "{ %s -Atc 'SELECT count(*) FROM events' ; } 2>&1 | tail -n 1", line);
    assert_non_null(out = popen(command, "r"));
    assert_non_null(fgets(answer, sizeof answer, out));
    pclose(out);
    server_stop_stray(data);
    assert_int_equal(tree_remove(data), 0);
    assert_string_equal(answer, "7\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schemas_of_our_own),  cmocka_unit_test(foreign_schema),
        cmocka_unit_test(kept_schema),         cmocka_unit_test(remembered_schema),
        cmocka_unit_test(bad_connections),     cmocka_unit_test(too_few_connections),
        cmocka_unit_test(may_not_create),      cmocka_unit_test(may_not_set),
        cmocka_unit_test(no_free_connection),  cmocka_unit_test(describe_and_scrub),
        cmocka_unit_test(keep_line_works),     cmocka_unit_test(environment_is_forgotten),
        cmocka_unit_test(catalogs_stay_small),
    };

    return cmocka_run_group_tests(tests, start, stop);
}

#else

/* Built without libpq: postgres is not there, and database_open() says what to do. */
static void left_out(void **state)
{
    const struct database_request request = { .dir = "/tmp", .max_connections = 1 };
    struct database *database;
    char reason[256];
    int i;

    (void)state;
    for (i = 0; database_names[i] != NULL; i++)
        assert_string_not_equal(database_names[i], "postgres");
    assert_int_equal(database_open(&database, "postgres", &request, reason, sizeof reason), -1);
    assert_non_null(strstr(reason, "built without libpq"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(left_out) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
