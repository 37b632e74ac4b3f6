#include <sqlite3.h>
#include <stdio.h>

#include "harness/base/say.h"
#include "harness/db/kind.h"
#include "harness/db/sqlite.h"
#include "harness/floor/floors.h"

/* Raw calls on the neutral schema, no seam, no strategy: what SQLite takes itself for k bookings in a transaction. */

/* More than any loop sells. */
#define SEATS INT64_C(1000000000000)

enum { BEGIN, TAKE, BOOK, COMMIT, STATEMENTS };
static const char *const sql[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [TAKE] = "UPDATE events SET available = available - $1 WHERE id = 1 AND available >= $1",
    [BOOK] = "INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, 1, $1, 1)",
    [COMMIT] = "COMMIT",
};

struct loop {
    sqlite3 *handle;
    sqlite3_stmt *statement[STATEMENTS];
    int batch;
    int64_t request;
};

static int step(struct loop *loop, int which)
{
    int code = sqlite3_step(loop->statement[which]);

    sqlite3_reset(loop->statement[which]);
    if (code == SQLITE_DONE)
        return 0;
    say_error("calibrate: sqlite: %s", sqlite3_errmsg(loop->handle));
    return -1;
}

static int64_t sell_batch(void *arg)
{
    struct loop *loop = arg;
    int failed = step(loop, BEGIN);

    sqlite3_bind_int64(loop->statement[TAKE], 1, loop->batch);
    failed = failed != 0 ? failed : step(loop, TAKE);
    for (int i = 0; i < loop->batch && failed == 0; i++) {
        sqlite3_bind_int64(loop->statement[BOOK], 1, ++loop->request);
        failed = step(loop, BOOK);
    }
    failed = failed != 0 ? failed : step(loop, COMMIT);
    return failed != 0 ? -1 : loop->batch;
}

static int open_loop(struct loop *loop, const struct database *database, const struct db_settings *settings)
{
    char error[DB_ERROR_SIZE];

    if (sqlite_open_file(&loop->handle, database->place, settings, error, sizeof error) != 0) {
        say_error("calibrate: sqlite: %s", error);
        return -1;
    }
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(loop->handle, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &loop->statement[i], NULL) !=
            SQLITE_OK) {
            say_error("calibrate: sqlite: %s", sqlite3_errmsg(loop->handle));
            return -1;
        }
    return 0;
}

static void close_loop(struct loop *loop)
{
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(loop->statement[i]);
    sqlite3_close(loop->handle);
}

static int measure(struct floors *f, struct database *database, int durability, const char *word, int batch)
{
    const struct house house = { .events = 1, .seats = SEATS };
    struct db_settings settings = { .durability = durability, .journal = JOURNAL_WAL };
    struct loop loop = { .batch = batch };
    char name[32];
    int status = EXIT_ERROR;

    if (database_reset(database, &settings, "floor", &house) != 0)
        return EXIT_ERROR;
    snprintf(name, sizeof name, "sqlite_%s_%d", word, batch);
    if (open_loop(&loop, database, &settings) == 0)
        status = floors_loop(f, name, FLOOR_PER_S, sell_batch, &loop);
    close_loop(&loop);
    database_drop(database);
    return status;
}

int loop_sqlite(struct floors *f, struct database *database)
{
    static const int batches[] = { 1, 16, 64, 256 };
    int status = EXIT_OK;

    for (int d = DURABILITY_FULL; d <= DURABILITY_OFF; d++)
        for (size_t b = 0; b < sizeof batches / sizeof batches[0] && status == EXIT_OK; b++)
            status = measure(f, database, d, database_durabilities[d], batches[b]);
    return status;
}
