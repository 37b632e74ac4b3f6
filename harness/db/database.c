#include "harness/db/database.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/text.h"
#include "harness/db/kind.h"
#include "harness/db/leftover.h"
#include "harness/db/server.h"

/* A commit that was on its way when its client left may still arrive for this long. */
#define QUIESCE_LIMIT_NS (10 * NS_PER_S)
#define CACHE_LINE       64

const char *const database_names[] = { "sqlite",
#ifdef HAVE_LIBPQ
                                       "postgres",
#endif
                                       "null", NULL };

const char *const database_durabilities[] = { "full", "async", "off" };

static const struct database_kind *const kinds[] = { &kind_sqlite,
#ifdef HAVE_LIBPQ
                                                     &kind_postgres,
#endif
                                                     &kind_null };

static const struct database_kind *find_kind(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

const char *database_about(const char *name)
{
    const struct database_kind *kind = find_kind(name);

    return kind != NULL ? kind->about : "";
}

int database_open(struct database **out, const char *name, const struct database_request *request, char *reason,
                  size_t reason_size)
{
    const struct database_kind *kind = find_kind(name);
    struct database *database;
    char *absolute;

    *out = NULL;
    if (kind == NULL) {
        snprintf(reason, reason_size,
                 strcmp(name, "postgres") == 0
                     ? "%s: this lastseat was built without libpq; install libpq-dev and run make again"
                     : "%s: no such database",
                 name);
        return -1;
    }
    if ((absolute = realpath(request->dir, NULL)) == NULL) {
        snprintf(reason, reason_size, "%s: the directory %s cannot be used: %m; set [db] dir", name, request->dir);
        return -1;
    }
    if ((database = calloc(1, sizeof *database)) == NULL) {
        snprintf(reason, reason_size, "%s: out of memory", name);
        goto fail_database;
    }
    spare_init(&database->spares);
    database->kind = kind;
    database->max_connections = request->max_connections;
    database->keep = request->keep;
    if (text_format(database->dir, sizeof database->dir, "%s", absolute) != 0) {
        snprintf(reason, reason_size, "%s: the path of [db] dir is too long: %.60s…", name, absolute);
        goto fail_open;
    }
    if (kind->open(database, reason, reason_size) != 0)
        goto fail_open;
    free(absolute);
    *out = database;
    return 0;

fail_open:
    spare_destroy(&database->spares);
    free(database);
fail_database:
    free(absolute);
    return -1;
}

void database_close(struct database *database)
{
    if (database == NULL)
        return;
    spare_close_all(database);
    database->kind->close(database);
    spare_destroy(&database->spares);
    free(database);
}

enum dialect database_dialect(const struct database *database)
{
    return database->kind->driver->dialect;
}

unsigned database_caps(const struct database *database)
{
    return database->kind->driver->caps;
}

unsigned database_caps_of(const char *name)
{
    const struct database_kind *kind = find_kind(name);

    return kind != NULL ? kind->driver->caps : 0;
}

void database_wrap(struct database *database, const struct db_driver *wrapper)
{
    database->wrapper = wrapper;
}

const struct db_driver *database_driver(const struct database *database)
{
    return database->kind->driver;
}

void database_keep_connections(struct database *database, bool keep)
{
    spare_keep(&database->spares, keep);
    if (!keep)
        spare_close_all(database);
}

const char *database_refuses(const struct database *database, const struct db_settings *settings)
{
    return database->kind->refuses(database, settings);
}

static bool is_tag(const char *tag)
{
    size_t length = strlen(tag);
    size_t i;

    for (i = 0; i < length; i++)
        if (!islower((unsigned char)tag[i]) && !isdigit((unsigned char)tag[i]) && tag[i] != '_')
            return false;
    return length > 0 && length < DATABASE_TAG_SIZE;
}

/* Connections that are still open belong to the place that was. */
static void leave_place(struct database *database)
{
    spare_close_all(database);
    database->generation++;
    database->remembered = database->loose_clock = false;
    atomic_store(&database->passed_us, 0);
}

int database_reset(struct database *database, const struct db_settings *settings, const char *tag,
                   const struct house *house)
{
    const char *refusal = database->kind->refuses(database, settings);

    leave_place(database);
    database->tag[0] = '\0';
    if (!is_tag(tag)) {
        say_error("%s: '%s' cannot name a place: 1 to %d of a-z, 0-9 and _", database->kind->name, tag,
                  DATABASE_TAG_SIZE - 1);
        return -1;
    }
    if (refusal != NULL) {
        say_error("%s: %s", database->kind->name, refusal);
        return -1;
    }
    if (database->kind->reset(database, settings, tag, house) != 0)
        return -1;
    snprintf(database->tag, sizeof database->tag, "%s", tag);
    return 0;
}

int database_settle(struct database *database)
{
    return database->kind->settle(database);
}

void database_drop(struct database *database)
{
    if (database->tag[0] == '\0')
        return;
    leave_place(database);
    if (!database->keep)
        database->kind->drop(database);
    database->tag[0] = '\0';
}

int database_remember(struct database *database)
{
    database->remembered = false;
    if (database->tag[0] == '\0') {
        say_error("%s: there is no place to remember", database->kind->name);
        return -1;
    }
    if (database->kind->remember(database) != 0)
        return -1;
    database->remembered = true;
    return 0;
}

int database_rewind(struct database *database, struct db *db)
{
    const char *obstacle = !database->remembered                 ? "nothing was remembered of it"
                           : db->lost                            ? "the connection is lost"
                           : database->kind->driver->tx_open(db) ? "a transaction is open"
                                                                 : NULL;
    enum db_status st;

    if (obstacle == NULL) {
        atomic_store(&database->passed_us, 0);
        if ((st = database->kind->rewind(database, db)) == DB_OK)
            return 0;
        db->lost = st == DB_LOST || st == DB_IN_DOUBT;
        obstacle = db->error;
    }
    say_error("%s: cannot rewind the place: %s", database->kind->name, obstacle);
    return -1;
}

int database_loosen_clock(struct database *database)
{
    if (database->tag[0] == '\0' || database->remembered) {
        say_error("%s: the clock of %s cannot be loosened", database->kind->name,
                  database->remembered ? "a place that is remembered" : "no place");
        return -1;
    }
    if (database->kind->loosen_clock(database) != 0)
        return -1;
    database->loose_clock = true;
    return 0;
}

int database_pass_time(struct database *database, struct db *db, int64_t ns)
{
    const char *obstacle = "its clock is the world's";

    if (database->loose_clock) {
        if (database->kind->pass_time(database, db, (ns + NS_PER_US - 1) / NS_PER_US) == DB_OK)
            return 0;
        obstacle = db->error;
    }
    say_error("%s: cannot let time pass: %s", database->kind->name, obstacle);
    return -1;
}

/* Each statement once, with arguments that match nothing, in a transaction that is rolled back: catalogues, plans and
 * pages are in memory when the gate opens. What a statement answers to such arguments does not matter. */
static int warm_up(struct db *db)
{
    static const int64_t nothing[DB_PARAMS];
    struct row row;
    int slot;

    for (slot = 0; slot < db->statement_count && !db->lost; slot++) {
        int params = db->driver->params(db, slot);

        if (params < 0)
            continue;
        if (db_begin(db, TX_READ) == DB_OK)
            db_run(db, slot, nothing, params, &row);
        if (db->in_tx)
            db_rollback(db);
    }
    return db->lost ? -1 : 0;
}

static int count_statements(const struct statement *statements)
{
    int n = 0;

    while (statements != NULL && statements[n].name != NULL)
        n++;
    return n;
}

/* From here on it counts, and a wrapper sees it. */
static struct db *hand_out(struct db *db)
{
    memset(&db->ops, 0, sizeof db->ops);
    db->lock_ns = 0;
    db->error[0] = '\0';
    if (db->database->wrapper != NULL)
        db->driver = db->database->wrapper;
    return db;
}

struct db *database_connect(struct database *database, const struct db_settings *settings,
                            const struct statement *statements, char *error, size_t error_size)
{
    const size_t size = (sizeof(struct db) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    struct db *db;

    if (database->tag[0] == '\0') {
        snprintf(error, error_size, "%s: no place to connect to", database->kind->name);
        return NULL;
    }
    if ((db = spare_take(database, settings, statements)) != NULL) {
        db->written_before = db->driver->written_bytes(db);
        return hand_out(db);
    }
    if ((db = aligned_alloc(CACHE_LINE, size)) == NULL) {
        snprintf(error, error_size, "%s: out of memory", database->kind->name);
        return NULL;
    }
    memset(db, 0, size);
    db->driver = database->kind->driver;
    db->database = database;
    db->settings = *settings;
    db->settings.rtt_ns = 0;
    db->generation = database->generation;
    db->statements = statements;
    db->statement_count = count_statements(statements);
    if (db->driver->open(db) != 0)
        goto fail_open;
    atomic_fetch_add(&database->connections, 1);
    if (db->driver->prepare(db, statements, db->statement_count) != DB_OK || warm_up(db) != 0)
        goto fail_ready;
    db->settings.rtt_ns = settings->rtt_ns;
    return hand_out(db);

fail_ready:
    snprintf(error, error_size, "%s: %s", database->kind->name, db->error);
    db_discard(db);
    return NULL;
fail_open:
    snprintf(error, error_size, "%s: %s", database->kind->name, db->error);
    free(db);
    return NULL;
}

int database_quiesce(struct database *database, struct db *db)
{
    const struct timespec pause = { .tv_nsec = 2 * NS_PER_MS };
    int64_t deadline_ns = clock_now_ns() + QUIESCE_LIMIT_NS;
    int alive;

    while ((alive = database->kind->alive(database, db)) > 0) {
        if (clock_now_ns() > deadline_ns) {
            say_error("%s: %d connections of this run are still at work after %d s", database->kind->name, alive,
                      (int)(QUIESCE_LIMIT_NS / NS_PER_S));
            return -1;
        }
        /* Not wait_until(): after Ctrl-C the audit still has to wait for commits under way. */
        nanosleep(&pause, NULL);
    }
    return alive;
}

void database_usage(struct database *database, struct db *db, struct database_usage *usage)
{
    usage->server_cpu_ns = usage->wal_bytes = -1;
    database->kind->usage(database, db, usage);
}

void database_bloat(struct database *database, struct db *db, struct database_bloat *bloat)
{
    bloat->updates = bloat->hot_updates = bloat->dead_tuples = -1;
    database->kind->bloat(database, db, bloat);
}

int database_facts(struct database *database, const struct db_settings *settings, database_fact_fn *fn, void *arg)
{
    return database->kind->facts(database, settings, fn, arg);
}

const char *database_durability(const struct database *database, const struct db_settings *settings)
{
    return database->kind->durability(database, settings);
}

void database_keep_line(const struct database *database, const char *tag, char *out, size_t size)
{
    database->kind->keep_line(database, tag, out, size);
}

void database_sweep_leftovers(const char *dir)
{
    leftover_sweep(dir);
}

void database_abandon(void)
{
    server_abandon();
}
