#include "harness/db/schema.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char sqlite_tables[] =
    "CREATE TABLE events (id INTEGER PRIMARY KEY, capacity INTEGER NOT NULL, available INTEGER NOT NULL,"
    " version INTEGER NOT NULL DEFAULT 0);\n"
    "CREATE TABLE bookings (id INTEGER PRIMARY KEY, request INTEGER NOT NULL, event INTEGER NOT NULL,"
    " user_id INTEGER NOT NULL, seats INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'CONFIRMED', expires_at INTEGER);\n"
    "CREATE INDEX bookings_event ON bookings (event);\n"
    "CREATE INDEX bookings_request ON bookings (request);\n"
    "CREATE TABLE seats (event INTEGER NOT NULL, seat INTEGER NOT NULL, request INTEGER);\n"
    "CREATE INDEX seats_event_request ON seats (event, request, seat);\n";

static const char postgres_tables[] =
    "CREATE TABLE events (id bigint PRIMARY KEY, capacity bigint NOT NULL, available bigint NOT NULL,"
    " version bigint NOT NULL DEFAULT 0);\n"
    "CREATE TABLE bookings (id bigint GENERATED ALWAYS AS IDENTITY, request bigint NOT NULL, event bigint NOT NULL,"
    " user_id bigint NOT NULL, seats bigint NOT NULL, state text NOT NULL DEFAULT 'CONFIRMED', expires_at bigint);\n"
    "CREATE INDEX bookings_event ON bookings (event);\n"
    "CREATE INDEX bookings_request ON bookings (request);\n"
    "CREATE TABLE seats (event bigint NOT NULL, seat bigint NOT NULL, request bigint);\n"
    "CREATE INDEX seats_event_request ON seats (event, request, seat);\n"
    "CREATE FUNCTION " SCHEMA_CLOCK "() RETURNS bigint LANGUAGE sql AS"
    " 'SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)';\n";

const char *schema_tables(enum dialect dialect)
{
    return dialect == DIALECT_POSTGRES ? postgres_tables : sqlite_tables;
}

static void fill_postgres(char *out, size_t size, const struct house *house)
{
    int used = snprintf(out, size,
                        "INSERT INTO events (id, capacity, available, version) SELECT i, %" PRId64 ", %" PRId64
                        ", 0 FROM generate_series(1, %" PRId64 ") AS n(i);",
                        house->seats, house->seats, house->events);

    if (house->numbered)
        snprintf(out + used, size - (size_t)used,
                 " INSERT INTO seats (event, seat) SELECT i, k FROM generate_series(1, %" PRId64
                 ") AS n(i), generate_series(1, %" PRId64 ") AS m(k) ORDER BY i, k;",
                 house->events, house->seats);
}

static void fill_sqlite(char *out, size_t size, const struct house *house)
{
    int used =
        snprintf(out, size,
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %" PRId64 ")"
                 " INSERT INTO events (id, capacity, available, version) SELECT i, %" PRId64 ", %" PRId64 ", 0 FROM n;",
                 house->events, house->seats, house->seats);

    if (house->numbered)
        snprintf(out + used, size - (size_t)used,
                 " WITH RECURSIVE m(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM m WHERE k < %" PRId64 ")"
                 " INSERT INTO seats (event, seat) SELECT id, k FROM events CROSS JOIN m;",
                 house->seats);
}

void schema_fill(char *out, size_t size, enum dialect dialect, const struct house *house)
{
    if (dialect == DIALECT_POSTGRES)
        fill_postgres(out, size, house);
    else
        fill_sqlite(out, size, house);
}

int schema_params(const char *sql)
{
    int highest = 0, number, length;

    for (; *sql != '\0'; sql++) {
        if (*sql == '\'' || *sql == '"') {
            const char *end = strchr(sql + 1, *sql);

            if (end == NULL)
                break;
            sql = end;
        } else if (*sql == '$' && isdigit((unsigned char)sql[1])) {
            if (sscanf(sql + 1, "%4d%n", &number, &length) != 1 || number < 1 || number > DB_PARAMS)
                return -1;
            if (number > highest)
                highest = number;
            sql += length;
        }
    }
    return highest;
}

enum db_status schema_misfit(char *error, size_t size, const struct statement *statement, bool there, int params,
                             int nargs)
{
    if (there)
        snprintf(error, size, "statement '%s' takes %d arguments, not %d", statement->name, params, nargs);
    else
        snprintf(error, size, "statement '%s' has no SQL for this database", statement->name);
    return DB_ERROR;
}
