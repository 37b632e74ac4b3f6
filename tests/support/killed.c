#include "tests/support/killed.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/rng.h"
#include "harness/base/say.h"
#include "harness/base/tree.h"
#include "harness/base/wait.h"
#include "harness/db/kind.h"
#include "tests/support/bench.h"

#define LATEST_KILL_NS (100 * NS_PER_MS)

/* ---- the child ----------------------------------------------------------------------------------------------------
 */

static int acks;
static bool lies;
static struct db_driver wrapper;
static _Thread_local int64_t booking;

static const struct db_driver *own_of(const struct db *db)
{
    return database_driver(db->database);
}

static enum db_status noting_run(struct db *db, int slot, const int64_t *args, int nargs, struct row *row)
{
    const char *sql = db->statements[slot].sql.in[DIALECT_SQLITE];

    if (sql != NULL && strncmp(sql, "INSERT INTO bookings (request,", strlen("INSERT INTO bookings (request,")) == 0)
        booking = args[0];
    return own_of(db)->run(db, slot, args, nargs, row);
}

/* A request is told as soon as its commit is answered. */
static enum db_status noting_commit(struct db *db)
{
    int64_t request = booking;
    enum db_status st = lies ? own_of(db)->rollback(db) : own_of(db)->commit(db);

    booking = 0;
    if (st == DB_OK && request != 0 && write(acks, &request, sizeof request) != sizeof request)
        _exit(EXIT_ERROR);
    return st;
}

/* Never returns; killed while it books. */
static void book_for_ever(const char *variant, const char *journal)
{
    struct bench_cells made;
    struct database *database;
    struct trial trial;
    char ini[256];

    snprintf(ini, sizeof ini,
             "# q\n[inventory]\nseats = 1000000\n[load]\nmodel = closed\nusers = 6\nduration = 60s\n[db]\npool = 6\n"
             "journal = %s\n[run]\nhistory = none\n",
             journal);
    bench_cells_make(&made, ini, variant, "sqlite");
    if ((database = bench_database("sqlite", 16)) == NULL)
        _exit(EXIT_ERROR);
    wrapper = *database_driver(database);
    wrapper.run = noting_run;
    wrapper.commit = noting_commit;
    database_wrap(database, &wrapper);
    _exit(trial_run(&trial, made.cell, database, 0, "killed", NULL));
}

/* ---- the parent ---------------------------------------------------------------------------------------------------
 */

struct heard {
    int64_t *requests;
    size_t n, room;
};

/* One answer; false: the pipe has ended. */
static bool hear(struct heard *heard, int pipe)
{
    int64_t request;

    if (read(pipe, &request, sizeof request) != sizeof request)
        return false;
    if (heard->n == heard->room) {
        heard->room = heard->room > 0 ? 2 * heard->room : 1024;
        assert_non_null(heard->requests = realloc(heard->requests, heard->room * sizeof *heard->requests));
    }
    heard->requests[heard->n++] = request;
    return true;
}

static int64_t ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;
    int64_t answer;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    answer = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return answer;
}

static bool is_whole(sqlite3 *db)
{
    sqlite3_stmt *stmt;
    bool whole;

    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL), SQLITE_OK);
    whole = sqlite3_step(stmt) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA foreign_key_check", -1, &stmt, NULL), SQLITE_OK);
    whole = whole && sqlite3_step(stmt) == SQLITE_DONE;
    sqlite3_finalize(stmt);
    return whole;
}

/* The first opening is what recovers: nothing has touched the file since the kill. */
static void look_inside(struct killed *killed, const char *path, const struct heard *heard)
{
    sqlite3_stmt *stmt;
    sqlite3 *db;
    size_t i;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    killed->rows += ask(db, "SELECT count(*) FROM bookings");
    killed->drift += llabs(ask(db, "SELECT capacity - available - (SELECT coalesce(sum(seats), 0) FROM bookings)"
                                   " FROM events"));
    killed->damaged += !is_whole(db);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM bookings WHERE request = $1", -1, &stmt, NULL),
                     SQLITE_OK);
    for (i = 0; i < heard->n; i++) {
        sqlite3_bind_int64(stmt, 1, heard->requests[i]);
        assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
        killed->lost += sqlite3_column_int64(stmt, 0) != 1;
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The one database of the child, below the scratch folder that both know. */
static void find_file(char *path, size_t size)
{
    char command[160];
    FILE *in;

    snprintf(command, sizeof command, "ls -d %s/lastseat-sqlite-*/*.db", bench_scratch());
    assert_non_null(in = popen(command, "r"));
    assert_non_null(fgets(path, (int)size, in));
    assert_int_equal(pclose(in), 0);
    path[strcspn(path, "\n")] = '\0';
}

void killed_run(struct killed *killed, const char *variant, const char *journal, uint64_t seed)
{
    struct heard heard = { .n = 0 };
    int64_t kill_at_ns;
    char path[256], *slash;
    int ends[2], status;
    struct rng rng;
    pid_t child;

    bench_scratch();
    assert_int_equal(pipe(ends), 0);
    if ((child = fork()) == 0) {
        close(ends[0]);
        acks = ends[1];
        lies = killed->lies;
        book_for_ever(variant, journal);
    }
    close(ends[1]);
    assert_true(child > 0);
    rng_init(&rng, rng_mix(seed, (uint64_t)killed->kills, 0));
    assert_true(hear(&heard, ends[0]));
    kill_at_ns = clock_now_ns() + (int64_t)rng_below(&rng, LATEST_KILL_NS);
    while (clock_now_ns() < kill_at_ns && hear(&heard, ends[0]))
        continue;
    assert_int_equal(kill(child, SIGKILL), 0);
    while (hear(&heard, ends[0]))
        continue;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    find_file(path, sizeof path);
    look_inside(killed, path, &heard);
    killed->kills++;
    killed->acked += (int64_t)heard.n;
    free(heard.requests);
    if ((slash = strrchr(path, '/')) != NULL)
        *slash = '\0';
    assert_int_equal(tree_remove(path), 0);
}
