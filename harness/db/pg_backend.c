#ifdef HAVE_LIBPQ
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/say.h"
#include "harness/db/conninfo.h"
#include "harness/db/kind.h"
#include "harness/db/postgres.h"

bool pg_backend_waits(struct db *observer, const struct db *other)
{
    PGconn *pq = ((const struct pg_conn *)observer->conn)->pq;
    char pid[16];
    const char *const values[] = { pid };
    bool waits = false;
    PGresult *res;

    snprintf(pid, sizeof pid, "%d", ((const struct pg_conn *)other->conn)->pid);
    res = PQexecParams(pq, "SELECT pg_catalog.cardinality(pg_catalog.pg_blocking_pids($1)) > 0", 1, NULL, values, NULL,
                       NULL, 0);
    if (PQresultStatus(res) == PGRES_TUPLES_OK) {
        waits = PQgetvalue(res, 0, 0)[0] == 't';
    } else {
        snprintf(observer->error, sizeof observer->error, "%s", PQerrorMessage(pq));
        conninfo_scrub(pg_place_conninfo(observer->database), observer->error);
        observer->lost = PQstatus(pq) == CONNECTION_BAD;
    }
    PQclear(res);
    return waits;
}

static void add_pid(void *out, const struct db *db)
{
    fprintf(out, ", %d", ((const struct pg_conn *)db->conn)->pid);
}

static void read_count(void *arg, int columns, const char *const *values)
{
    (void)columns;
    *(int *)arg = atoi(values[0]);
}

int pg_backend_alive(struct database *database, struct db *db)
{
    char *sql = NULL;
    size_t size;
    FILE *out = open_memstream(&sql, &size);
    int alive = -1;

    if (out == NULL)
        goto fail;
    fprintf(out,
            "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE application_name = '%s' AND pid NOT IN"
            " (pg_catalog.pg_backend_pid()",
            pg_place_application(database));
    spare_each(database, add_pid, out);
    fputs(")", out);
    if (fclose(out) != 0)
        goto fail;
    if (db_query(db, sql, read_count, &alive) != DB_OK)
        say_error("postgres: cannot see who is still connected: %s", db_last_error(db));
    free(sql);
    return alive;

fail:
    say_error("postgres: out of memory");
    free(sql);
    return -1;
}
#endif
