#include <stdlib.h>
#include <string.h>

#include "harness/audit/audit.h"
#include "harness/base/say.h"
#include "harness/db/schema.h"

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

static int run(struct db *db, const char *sql)
{
    if (db_exec(db, sql) == DB_OK)
        return 0;
    say_error("the audit cannot read its witnesses: %s", db_last_error(db));
    return -1;
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

static const struct text beginnings = TEXT_PER("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");

static const char bookings_sql[] =
    "SELECT id, request, event, user_id, seats FROM bookings WHERE state = 'CONFIRMED' ORDER BY id";
static const char holds_sql[] = "SELECT id, request, event, user_id, seats,"
                                " CASE WHEN expires_at > " SCHEMA_CLOCK "() THEN 0 ELSE 1 END"
                                " FROM bookings WHERE state = 'PENDING' ORDER BY id";

/* What the strategy says of its own tables; NULL: its ledger is another. */
static const char *remaining_of(const struct cell *cell, enum dialect dialect)
{
    return cell_ledger(cell) == LEDGER_OWN ? cell->variant.registered->strategy->remaining.in[dialect] : NULL;
}

int audit_look(struct witnesses *witnesses, const struct cell *cell, struct database *database, struct db *db)
{
    const enum dialect dialect = database_dialect(database);
    const char *remaining = remaining_of(cell, dialect);
    const char *seats =
        cell_ledger(cell) == LEDGER_SEATS ? "SELECT event, seat, request FROM seats ORDER BY event, seat" : NULL;
    struct collected bookings = { .size = sizeof(struct booking), .columns = 5 };
    struct collected holds = { .size = sizeof(struct hold), .columns = 6 };
    struct collected counters = { .size = sizeof(struct counter), .columns = 4 };
    struct collected places = { .size = sizeof(struct seat), .columns = 3 };
    struct collected remainders = { .size = sizeof(struct remainder), .columns = 2 };
    bool whole = run(db, beginnings.in[dialect]) == 0 && read_rows(db, bookings_sql, &bookings) == 0 &&
                 read_rows(db, holds_sql, &holds) == 0 &&
                 read_rows(db, "SELECT id, capacity, available, version FROM events ORDER BY id", &counters) == 0 &&
                 (seats == NULL || read_rows(db, seats, &places) == 0) &&
                 (remaining == NULL || read_rows(db, remaining, &remainders) == 0) && run(db, "COMMIT") == 0;

    *witnesses = (struct witnesses){
        .bookings = (struct booking *)(void *)bookings.items,
        .booking_count = bookings.n,
        .holds = (struct hold *)(void *)holds.items,
        .hold_count = holds.n,
        .counters = (struct counter *)(void *)counters.items,
        .counter_count = counters.n,
        .seats = (struct seat *)(void *)places.items,
        .seat_count = places.n,
        .remainders = (struct remainder *)(void *)remainders.items,
        .remainder_count = remainders.n,
        .damage = -1,
    };
    if (!whole)
        witnesses_free(witnesses);
    return whole ? EXIT_OK : EXIT_ERROR;
}

int audit_read(struct witnesses *witnesses, const struct cell *cell, struct database *database)
{
    const struct db_settings settings = cell_own_settings(cell);
    char error[DB_ERROR_SIZE] = "";
    struct db *db = database_connect(database, &settings, NULL, error, sizeof error);
    int status = EXIT_ERROR;

    memset(witnesses, 0, sizeof *witnesses);
    if (db == NULL) {
        say_error("the audit cannot connect: %s", error);
        return EXIT_ERROR;
    }
    if (database_quiesce(database, db) == 0)
        status = audit_look(witnesses, cell, database, db);
    if (status == EXIT_OK && (database_dialect(database) == DIALECT_SQLITE || cell->scenario.crash_ns > 0))
        witnesses->damage = database_damage(database, db);
    db_close(db);
    return status;
}

void witnesses_free(struct witnesses *witnesses)
{
    if (witnesses == NULL)
        return;
    free(witnesses->bookings);
    free(witnesses->holds);
    free(witnesses->counters);
    free(witnesses->seats);
    free(witnesses->remainders);
    memset(witnesses, 0, sizeof *witnesses);
}
