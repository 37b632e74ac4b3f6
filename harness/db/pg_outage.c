#ifdef HAVE_LIBPQ
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/db/pg_place.h"
#include "harness/db/postgres.h"

/* Processes whose client is gone notice it within moments, unless a statement of theirs waits for a lock. */
#define GO_BY_THEMSELVES_NS (2 * NS_PER_S)
#define GONE_LIMIT_NS       (10 * NS_PER_S)

/* The server's processes behind connections that were opened since begin() and not closed. */
struct pg_known {
    pthread_mutex_t lock;
    int *pids;
    size_t n, room;
    PGconn *admin; /* lost with the server, and opened again when it is needed */
};

static const char *refuses(double ack_loss, int64_t crash_ns)
{
    static const char *const strict[] = { "require", "verify-ca", "verify-full" };
    const char *uri = getenv(PG_PLACE_URI), *mode = getenv("PGSSLMODE"), *why = NULL;
    const PQconninfoOption *option;
    struct conninfo info;
    char ignored[DB_ERROR_SIZE];
    size_t i;

    if (uri == NULL || uri[0] == '\0')
        return NULL;
    if (crash_ns > 0)
        return "crash is for the throw-away server alone: unset " PG_PLACE_URI ", or leave the fault out";
    if (ack_loss <= 0 || conninfo_parse(&info, uri, ignored, sizeof ignored) != 0)
        return NULL; /* a string that cannot be read is refused where it is used */
    for (option = info.options; option->keyword != NULL; option++)
        if (strcmp(option->keyword, "sslmode") == 0 && option->val != NULL)
            mode = option->val;
    for (i = 0; i < sizeof strict / sizeof *strict; i++)
        if (mode != NULL && strcmp(mode, strict[i]) == 0)
            why = "ack_loss has to read the connection, and sslmode of " PG_PLACE_URI
                  " demands TLS: allow sslmode=prefer, or leave the fault out";
    conninfo_free(&info);
    return why;
}

static int address(struct database *database, struct sockaddr_storage *out, socklen_t *size, char *reason,
                   size_t reason_size)
{
    const struct pg_places *places = database->own;
    PGconn *pq = pg_admin_connect(places, places->at, reason, reason_size);
    int failed;

    if (pq == NULL)
        return -1;
    *size = sizeof *out;
    if ((failed = getpeername(PQsocket(pq), (struct sockaddr *)out, size)) != 0)
        snprintf(reason, reason_size, "cannot see where the server listens: %m");
    PQfinish(pq);
    return failed;
}

static void put(FILE *out, const char *keyword, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    fprintf(out, "%s='", keyword);
    for (; *value != '\0'; value++)
        fprintf(out, *value == '\'' || *value == '\\' ? "\\%c" : "%c", *value);
    fputs("' ", out);
}

/* The same server, database and role by another road. What a password file said of the server's own address is asked of
 * the connection that it has opened. */
static int detour_to(struct pg_places *places, const PGconn *direct, const char *dir, const char *port, char *reason,
                     size_t reason_size)
{
    static const char *const kept[] = { "options", "connect_timeout", "client_encoding", "require_auth" };
    const PQconninfoOption *option;
    char *text = NULL;
    size_t size, i;
    FILE *out = open_memstream(&text, &size);
    int failed = -1;

    if (out == NULL) {
        snprintf(reason, reason_size, "out of memory");
        return -1;
    }
    put(out, "host", dir);
    put(out, "port", port);
    put(out, "user", PQuser(direct));
    put(out, "dbname", PQdb(direct));
    put(out, "password", PQpass(direct));
    for (option = places->info[places->at].options; option->keyword != NULL; option++)
        for (i = 0; i < sizeof kept / sizeof *kept; i++)
            if (strcmp(option->keyword, kept[i]) == 0)
                put(out, option->keyword, option->val);
    fputs("sslmode=disable gssencmode=disable", out);
    if (fclose(out) == 0)
        failed = conninfo_parse(&places->detour, text, reason, reason_size);
    free(text);
    return failed;
}

static int begin(struct database *database, const char *dir, const char *port, char *reason, size_t reason_size)
{
    struct pg_places *places = database->own;
    struct pg_known *known = calloc(1, sizeof *known);

    if (known == NULL) {
        snprintf(reason, reason_size, "out of memory");
        return -1;
    }
    known->admin = pg_admin_connect(places, places->at, reason, reason_size);
    if (known->admin == NULL || (dir != NULL && detour_to(places, known->admin, dir, port, reason, reason_size) != 0)) {
        PQfinish(known->admin);
        free(known);
        return -1;
    }
    pthread_mutex_init(&known->lock, NULL);
    places->known = known;
    return 0;
}

void pg_outage_end(struct database *database)
{
    struct pg_places *places = database->own;
    struct pg_known *known = places->known;

    conninfo_free(&places->detour);
    if (known == NULL)
        return;
    places->known = NULL;
    PQfinish(known->admin);
    pthread_mutex_destroy(&known->lock);
    free(known->pids);
    free(known);
}

const struct conninfo *pg_outage_detour(const struct db *db)
{
    const struct pg_places *places = db->database->own;

    return db->statements != NULL && places->detour.options != NULL ? &places->detour : NULL;
}

static struct pg_known *known_of(const struct db *db)
{
    return ((const struct pg_places *)db->database->own)->known;
}

static int process(const struct db *db)
{
    return ((const struct pg_conn *)db->conn)->pid;
}

void pg_outage_opened(const struct db *db)
{
    struct pg_known *known = known_of(db);
    int *more;

    if (known == NULL || db->statements == NULL)
        return;
    pthread_mutex_lock(&known->lock);
    if (known->n == known->room) {
        size_t room = known->room > 0 ? 2 * known->room : 64;

        if ((more = realloc(known->pids, room * sizeof *more)) != NULL) {
            known->pids = more;
            known->room = room;
        }
    }
    if (known->n < known->room)
        known->pids[known->n++] = process(db);
    pthread_mutex_unlock(&known->lock);
}

void pg_outage_closed(const struct db *db)
{
    struct pg_known *known = known_of(db);
    int pid = process(db);
    size_t i;

    if (known == NULL)
        return;
    pthread_mutex_lock(&known->lock);
    for (i = 0; i < known->n; i++)
        if (known->pids[i] == pid)
            known->pids[i--] = known->pids[--known->n];
    pthread_mutex_unlock(&known->lock);
}

/* Runs sql on the connection that nobody waits for; NULL when the server cannot be asked now. Caller: PQclear. A crash
 * shows only when the connection is used: it is then opened again, once. */
static PGresult *ask(struct database *database, const char *sql)
{
    const struct pg_places *places = database->own;
    struct pg_known *known = places->known;
    char ignored[DB_ERROR_SIZE];
    PGresult *res = NULL;
    int i;

    for (i = 0; i < 2; i++) {
        if (known->admin == NULL)
            known->admin = pg_admin_connect(places, places->at, ignored, sizeof ignored);
        res = known->admin != NULL ? PQexec(known->admin, sql) : NULL;
        if (PQresultStatus(res) == PGRES_TUPLES_OK)
            return res;
        PQclear(res);
        PQfinish(known->admin); /* libpq does not always call it bad */
        known->admin = NULL;
    }
    return NULL;
}

/* Ours by both: a process number of a connection we have, and our name on it. */
static int kill_one(struct database *database, uint64_t draw)
{
    struct pg_known *known = ((const struct pg_places *)database->own)->known;
    char sql[256];
    PGresult *res;
    int pid = 0, ended;

    pthread_mutex_lock(&known->lock);
    if (known->n > 0)
        pid = known->pids[draw % known->n];
    pthread_mutex_unlock(&known->lock);
    if (pid == 0)
        return 0;
    snprintf(sql, sizeof sql,
             "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
             " WHERE pid = %d AND application_name = '%s'",
             pid, pg_place_application(database));
    res = ask(database, sql);
    ended = res != NULL && PQntuples(res) > 0 && PQgetvalue(res, 0, 0)[0] == 't';
    PQclear(res);
    return ended;
}

static int crash(struct database *database)
{
    struct pg_places *places = database->own;
    char reason[DB_ERROR_SIZE * 2];

    if (!places->users_server && server_crash(&places->server[places->at], reason, sizeof reason) == 0)
        return 0;
    say_error("postgres: the crashed server does not come back: %s",
              places->users_server ? "it is the user's, and was left alone" : reason);
    return -1;
}

static bool is_open(struct pg_known *known, int pid)
{
    bool found = false;
    size_t i;

    pthread_mutex_lock(&known->lock);
    for (i = 0; i < known->n && !found; i++)
        found = known->pids[i] == pid;
    pthread_mutex_unlock(&known->lock);
    return found;
}

/* "FROM … WHERE": these processes, as far as they still serve a connection of ours that nobody holds any more. NULL:
 * there is none to ask for. */
static char *those_left(struct database *database, const char *select, const int *pids, size_t n)
{
    struct pg_known *known = ((const struct pg_places *)database->own)->known;
    char *sql = NULL;
    size_t size, i, asked = 0;
    FILE *out = open_memstream(&sql, &size);

    if (out == NULL)
        return NULL;
    fprintf(out,
            "SELECT %s FROM pg_catalog.pg_stat_activity WHERE application_name = '%s'"
            " AND pid IN (0",
            select, pg_place_application(database));
    for (i = 0; i < n; i++)
        if (pids[i] != 0 && !is_open(known, pids[i])) {
            fprintf(out, ", %d", pids[i]);
            asked++;
        }
    fputs(")", out);
    if (fclose(out) != 0 || asked == 0) {
        free(sql);
        return NULL;
    }
    return sql;
}

static int fence(struct database *database, const int *pids, size_t n)
{
    const struct timespec pause = { .tv_nsec = 2 * NS_PER_MS };
    const int64_t began_ns = clock_now_ns();
    char *look = those_left(database, "count(*)", pids, n);
    char *end = those_left(database, "count(pg_catalog.pg_terminate_backend(pid))", pids, n);
    int ended = 0, left = look != NULL ? 1 : 0;
    PGresult *res;

    while (left > 0 && clock_now_ns() - began_ns < GONE_LIMIT_NS) {
        bool patient = clock_now_ns() - began_ns < GO_BY_THEMSELVES_NS;

        if ((res = ask(database, patient || ended > 0 || end == NULL ? look : end)) == NULL)
            break;
        left = (int)strtol(PQgetvalue(res, 0, 0), NULL, 10);
        if (!patient && ended == 0)
            ended = left;
        PQclear(res);
        if (left > 0)
            nanosleep(&pause, NULL); /* not wait_until(): after Ctrl-C this still has to be known */
    }
    free(look);
    free(end);
    if (left == 0)
        return ended;
    say_error("postgres: %d processes whose client is gone cannot be ended, and may still commit", left);
    return -1;
}

static enum fate fate_of(const char *status)
{
    if (strcmp(status, "committed") == 0)
        return FATE_COMMITTED;
    if (strcmp(status, "aborted") == 0)
        return FATE_ABORTED;
    return strcmp(status, "in progress") == 0 ? FATE_RUNNING : FATE_FORGOTTEN;
}

/* The server refuses to be asked about numbers that it has not handed out yet: those beyond our own. */
static int fates(struct database *database, const int64_t *xids, size_t n, enum fate *out)
{
    char *sql = NULL;
    size_t size, i;
    FILE *text = open_memstream(&sql, &size);
    PGresult *res = NULL;

    if (text == NULL)
        goto done;
    fputs("SELECT CASE WHEN x < next THEN pg_catalog.pg_xact_status(x) END"
          " FROM (SELECT pg_catalog.pg_current_xact_id() AS next OFFSET 0) AS own, (VALUES ",
          text);
    for (i = 0; i < n; i++)
        fprintf(text, "%s(%zu, '%" PRId64 "'::xid8)", i > 0 ? ", " : "", i, xids[i]);
    fputs(") AS asked(i, x) ORDER BY i", text);
    if (fclose(text) != 0)
        goto done;
    res = n > 0 ? ask(database, sql) : NULL;
    for (i = 0; res != NULL && i < n; i++)
        out[i] = PQgetisnull(res, (int)i, 0) ? FATE_FORGOTTEN : fate_of(PQgetvalue(res, (int)i, 0));

done:
    if (res == NULL && n > 0)
        say_error("postgres: cannot ask what became of %zu transactions", n);
    free(sql);
    i = res != NULL || n == 0;
    PQclear(res);
    return i > 0 ? 0 : -1;
}

const struct outage pg_outage = {
    .refuses = refuses,
    .address = address,
    .begin = begin,
    .end = pg_outage_end,
    .process = process,
    .kill = kill_one,
    .crash = crash,
    .fence = fence,
    .fates = fates,
};
#endif
