#ifdef HAVE_LIBPQ
#include <stdio.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/db/pg_place.h"

PGconn *pg_admin_connect(const struct pg_places *places, int at, char *error, size_t error_size)
{
    PGconn *pq = conninfo_connect(&places->info[at], "lastseat admin", error, error_size);

    /* A connection that was left with locks must not hang the program. */
    if (pq != NULL)
        PQclear(PQexec(pq, "SELECT pg_catalog.set_config('search_path', '', false),"
                           " pg_catalog.set_config('lock_timeout', '10s', false)"));
    return pq;
}

bool pg_admin_ran(PGresult *res)
{
    bool fine = PQresultStatus(res) == PGRES_COMMAND_OK || PQresultStatus(res) == PGRES_TUPLES_OK;

    PQclear(res);
    return fine;
}

void pg_admin_ask(PGconn *pq, const char *sql, char *out, size_t size)
{
    PGresult *res = PQexec(pq, sql);

    out[0] = '\0';
    if (PQresultStatus(res) == PGRES_TUPLES_OK && PQntuples(res) > 0)
        snprintf(out, size, "%s", PQgetvalue(res, 0, 0));
    PQclear(res);
}

void pg_admin_say(const struct pg_places *places, int at, const PGconn *pq, const char *what, const char *name)
{
    char message[1024];

    snprintf(message, sizeof message, "%s", PQerrorMessage(pq));
    message[strcspn(message, "\n")] = '\0'; /* what follows points into SQL that nobody sees */
    conninfo_scrub(&places->info[at], message);
    say_error("postgres: %s %s: %s", what, name, message);
}
#endif
