#include <stdlib.h>
#include <string.h>

#include "harness/audit/audit.h"
#include "harness/base/say.h"

/* Rows collected from a query; items of one size. */
struct collected {
    char *items;
    size_t n, room, size;
    int columns; /* int64 fields at the start of an item */
    bool failed;
};

static void collect(void *arg, int columns, const char *const *values)
{
    struct collected *into = arg;
    int64_t *fields;
    int c;

    if (into->n == into->room) {
        size_t room = into->room == 0 ? 256 : 2 * into->room;
        char *more = realloc(into->items, room * into->size);

        if (more == NULL) {
            into->failed = true;
            return;
        }
        into->items = more;
        into->room = room;
    }
    fields = (int64_t *)(void *)(into->items + into->n * into->size);
    for (c = 0; c < into->columns; c++)
        fields[c] = c < columns && values[c] != NULL ? strtoll(values[c], NULL, 10) : 0;
    into->n++;
}

static int read_rows(struct db *db, const char *sql, struct collected *into)
{
    if (db_query(db, sql, collect, into) != DB_OK) {
        say_error("the audit cannot read its witnesses: %s", db_last_error(db));
        return -1;
    }
    if (into->failed)
        say_error("out of memory for the audit's witnesses");
    return into->failed ? -1 : 0;
}

int audit_look(struct witnesses *witnesses, struct database *database, struct db *db)
{
    struct collected bookings = { .size = sizeof(struct booking), .columns = 5 };
    struct collected counters = { .size = sizeof(struct counter), .columns = 4 };
    const char *begin = database_dialect(database) == DIALECT_POSTGRES
                            ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                            : "BEGIN";
    int status = EXIT_ERROR;

    memset(witnesses, 0, sizeof *witnesses);
    if (db_exec(db, begin) == DB_OK &&
        read_rows(db, "SELECT id, request, event, user_id, seats FROM bookings ORDER BY id", &bookings) == 0 &&
        read_rows(db, "SELECT id, capacity, available, version FROM events ORDER BY id", &counters) == 0 &&
        db_exec(db, "COMMIT") == DB_OK)
        status = EXIT_OK;
    witnesses->bookings = (struct booking *)(void *)bookings.items;
    witnesses->booking_count = bookings.n;
    witnesses->counters = (struct counter *)(void *)counters.items;
    witnesses->counter_count = counters.n;
    if (status != EXIT_OK)
        witnesses_free(witnesses);
    return status;
}

int audit_read(struct witnesses *witnesses, struct database *database, const struct db_settings *settings)
{
    char error[DB_ERROR_SIZE] = "";
    struct db *db = database_connect(database, settings, NULL, error, sizeof error);
    int status = EXIT_ERROR;

    memset(witnesses, 0, sizeof *witnesses);
    if (db == NULL) {
        say_error("the audit cannot connect: %s", error);
        return EXIT_ERROR;
    }
    if (database_quiesce(database, db) == 0)
        status = audit_look(witnesses, database, db);
    db_close(db);
    return status;
}

void witnesses_free(struct witnesses *witnesses)
{
    if (witnesses == NULL)
        return;
    free(witnesses->bookings);
    free(witnesses->counters);
    memset(witnesses, 0, sizeof *witnesses);
}
