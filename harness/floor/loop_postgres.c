#include <stdio.h>

#include "harness/base/say.h"
#include "harness/db/database.h"
#include "harness/floor/floors.h"
#include "harness/run/interrupt.h"

/* One client, prepared statements, through the seam, whose share (a tenth of a microsecond) is lost in a round trip. */

#define SEATS INT64_C(1000000000000)

enum { ASK, SELL };
static const struct statement statements[] = {
    [ASK] = { .name = "ask", .kind = STATEMENT_READ, .sql = TEXT_PER(NULL, "SELECT CAST(1 AS bigint)") },
    /* Counter and booking in one statement: one round trip and one commit for one seat. */
    [SELL] = { .name = "sell",
               .kind = STATEMENT_WRITE,
               .sql = TEXT_PER(NULL, "WITH taken AS (UPDATE events SET available = available - 1 WHERE id = 1 AND"
                                     " available >= 1 RETURNING id) INSERT INTO bookings (request, event, user_id,"
                                     " seats) SELECT $1, id, $1, 1 FROM taken") },
    STATEMENT_END,
};

struct client {
    struct db *db;
    int64_t request;
};

static int64_t report_failure(const struct client *client)
{
    if (!interrupt_raised())
        say_error("calibrate: postgres: %s", db_last_error(client->db));
    return -1;
}

static int64_t ask_once(void *arg)
{
    const struct client *client = arg;

    return db_run(client->db, ASK, NULL, 0, NULL) == DB_OK ? 1 : report_failure(client);
}

static int64_t sell_once(void *arg)
{
    struct client *client = arg;

    client->request++;
    return db_run(client->db, SELL, &client->request, 1, NULL) == DB_OK ? 1 : report_failure(client);
}

static int measure(struct floors *f, struct database *database, int durability, const char *word, bool asks)
{
    const struct house house = { .events = 1, .seats = SEATS };
    struct db_settings settings = { .durability = durability };
    struct client client = { .request = 0 };
    char error[DB_ERROR_SIZE] = "", name[32];
    int status = EXIT_OK;

    if (database_reset(database, &settings, "floor", &house) != 0)
        return EXIT_ERROR;
    if ((client.db = database_connect(database, &settings, statements, error, sizeof error)) == NULL) {
        say_error("calibrate: postgres: %s", error);
        status = EXIT_ERROR;
    }
    if (status == EXIT_OK && asks)
        status = floors_loop(f, "postgres_select_1", FLOOR_NS, ask_once, &client);
    snprintf(name, sizeof name, "postgres_%s_1", word);
    if (status == EXIT_OK)
        status = floors_loop(f, name, FLOOR_PER_S, sell_once, &client);
    db_close(client.db);
    database_drop(database);
    return status;
}

int loop_postgres(struct floors *f, struct database *database)
{
    int status = measure(f, database, DURABILITY_FULL, "full", true);

    return status == EXIT_OK ? measure(f, database, DURABILITY_ASYNC, "async", false) : status;
}
