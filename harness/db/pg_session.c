#ifdef HAVE_LIBPQ
#include <inttypes.h>
#include <stdio.h>

#include "harness/base/clock.h"
#include "harness/db/driver.h"
#include "harness/db/kind.h"
#include "harness/db/postgres.h"

/* Settings of PostgreSQL are in ms, and 0 turns them off: what is set is at least 1. */
static int64_t setting_ms(int64_t ns)
{
    return (ns + NS_PER_MS - 1) / NS_PER_MS;
}

int pg_session_start(PGconn *pq, const char *schema, const struct db_settings *settings, char *error, size_t error_size)
{
    char sql[1024];
    PGresult *res;
    int st = 0;

    snprintf(sql, sizeof sql,
             "SELECT pg_catalog.set_config('search_path', '%s', false),"
             " pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', false),"
             " pg_catalog.set_config('default_transaction_isolation', 'read committed', false),"
             " pg_catalog.set_config('synchronous_commit', '%s', false),"
             " pg_catalog.set_config('lock_timeout', '%" PRId64 "', false),"
             " pg_catalog.set_config('statement_timeout', '%" PRId64 "', false)",
             schema, settings->durability == DURABILITY_ASYNC ? "off" : "on", setting_ms(settings->lock_timeout_ns),
             setting_ms(settings->statement_timeout_ns));
    res = PQexec(pq, sql);
    if (PQresultStatus(res) != PGRES_TUPLES_OK) {
        snprintf(error, error_size, "cannot set up the session: %s", PQresultErrorMessage(res));
        st = -1;
    }
    PQclear(res);
    if (st == 0 && settings->deadlock_timeout_ns > 0) {
        snprintf(sql, sizeof sql, "SELECT pg_catalog.set_config('deadlock_timeout', '%" PRId64 "', false)",
                 setting_ms(settings->deadlock_timeout_ns));
        PQclear(PQexec(pq, sql)); /* many a role may not: the server's own holds then */
    }
    return st;
}

bool pg_session_renew(struct db *db)
{
    /* DISCARD ALL, but for what is prepared. */
    static const char sql[] = "CLOSE ALL; RESET ALL; UNLISTEN *; SELECT pg_catalog.pg_advisory_unlock_all();"
                              " DISCARD TEMP; DISCARD SEQUENCES";
    PGconn *pq = ((const struct pg_conn *)db->conn)->pq;
    PGresult *res = PQexec(pq, sql);
    bool dropped = PQresultStatus(res) == PGRES_COMMAND_OK;

    PQclear(res);
    return dropped && pg_session_start(pq, db->database->place, &db->settings, db->error, sizeof db->error) == 0;
}
#endif
