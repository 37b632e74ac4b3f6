#ifdef HAVE_LIBPQ
#include "harness/db/postgres.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/db/conninfo.h"
#include "harness/db/kind.h"
#include "harness/db/schema.h"
#include "harness/db/sqlstate.h"
#include "harness/db/statement_name.h"

/* Type numbers of PostgreSQL that are integers to us. */
enum { TYPE_BOOL = 16, TYPE_INT8 = 20, TYPE_INT2 = 21, TYPE_INT4 = 23 };

struct pg_slot {
    char name[8];
    int params; /* -1: this dialect has no such statement */
};

/* One statement's arguments, as libpq wants them. */
struct binary {
    uint64_t big_endian[DB_PARAMS];
    const char *values[DB_PARAMS];
    int lengths[DB_PARAMS], formats[DB_PARAMS];
};

static PGconn *pq_of(const struct db *db)
{
    return ((const struct pg_conn *)db->conn)->pq;
}

static enum db_status fail(struct db *db, const PGresult *res, bool committing)
{
    const char *sqlstate = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    const char *where = PQresultErrorField(res, PG_DIAG_SOURCE_FUNCTION);
    enum db_status st;

    if (sqlstate != NULL) {
        snprintf(db->error, sizeof db->error, "%s (SQLSTATE %s)", message != NULL ? message : "", sqlstate);
    } else {
        snprintf(db->error, sizeof db->error, "%s", PQerrorMessage(pq_of(db)));
        conninfo_scrub(pg_place_conninfo(db->database), db->error);
    }
    /* A FATAL error of whatever code has closed the connection, and a code of the connection's end outranks it. */
    st = sqlstate_status(sqlstate, committing);
    if (st != DB_LOST && st != DB_IN_DOUBT && PQstatus(pq_of(db)) == CONNECTION_BAD)
        st = committing ? DB_IN_DOUBT : DB_LOST;
    if (st == DB_LOST || st == DB_IN_DOUBT)
        pg_outage_closed(db);
    if (st == DB_STATEMENT_TIMEOUT && atomic_load(&db->cancelled))
        st = DB_LOST;
    /* NOWAIT has the code of lock_timeout, but is raised where the lock is asked for, not where a wait is interrupted.
     */
    if (st == DB_LOCK_TIMEOUT && where != NULL && strcmp(where, "ProcessInterrupts") != 0)
        st = DB_BUSY;
    return st;
}

static bool is_fine(const PGresult *res)
{
    ExecStatusType status = PQresultStatus(res);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

static enum db_status run_text(struct db *db, const char *sql, bool committing)
{
    PGresult *res = PQexec(pq_of(db), sql);
    enum db_status st = is_fine(res) ? DB_OK : fail(db, res, committing);

    PQclear(res);
    return st;
}

static void postgres_close(struct db *db)
{
    struct pg_conn *conn = db->conn;

    pg_outage_closed(db);
    PQfreeCancel(conn->cancel);
    PQfinish(conn->pq);
    free(conn->slots);
    free(conn);
    db->conn = NULL;
}

static int postgres_open(struct db *db)
{
    const struct conninfo *detour = pg_outage_detour(db);
    const struct conninfo *info = detour != NULL ? detour : pg_place_conninfo(db->database);
    struct pg_conn *conn = calloc(1, sizeof *conn);

    if (conn == NULL) {
        snprintf(db->error, sizeof db->error, "out of memory");
        return -1;
    }
    db->conn = conn;
    conn->pq = conninfo_connect(info, pg_place_application(db->database), db->error, sizeof db->error);
    if (conn->pq == NULL)
        goto fail;
    if ((conn->cancel = PQgetCancel(conn->pq)) == NULL) {
        snprintf(db->error, sizeof db->error, "out of memory");
        goto fail;
    }
    if (pg_session_start(conn->pq, db->database->place, &db->settings, db->error, sizeof db->error) != 0) {
        conninfo_scrub(info, db->error);
        goto fail;
    }
    conn->pid = PQbackendPID(conn->pq);
    pg_outage_opened(db);
    return 0;

fail:
    postgres_close(db);
    return -1;
}

/* Numerics, floats and texts would have to be rounded or parsed: the strategy says what it means by a cast. */
static enum db_status check_columns(struct db *db, const char *name, const PGresult *res)
{
    int columns = PQnfields(res), i;

    if (columns > DB_COLUMNS) {
        snprintf(db->error, sizeof db->error, "statement '%s' answers %d columns; at most %d", name, columns,
                 DB_COLUMNS);
        return DB_ERROR;
    }
    for (i = 0; i < columns; i++) {
        Oid type = PQftype(res, i);

        if (type != TYPE_INT8 && type != TYPE_INT4 && type != TYPE_INT2 && type != TYPE_BOOL) {
            snprintf(db->error, sizeof db->error, "statement '%s': column '%s' is not an integer; cast it to bigint",
                     name, PQfname(res, i));
            return DB_ERROR;
        }
    }
    return DB_OK;
}

static enum db_status named(struct db *db, const char *name, enum db_status st)
{
    char message[DB_ERROR_SIZE];

    if (st != DB_OK) {
        memcpy(message, db->error, sizeof message);
        snprintf(db->error, sizeof db->error, "statement '%s': %.200s", name, message);
    }
    return st;
}

static enum db_status prepare_slot(struct db *db, struct pg_slot *slot, const struct statement *statement)
{
    static const Oid types[DB_PARAMS] = { TYPE_INT8, TYPE_INT8, TYPE_INT8, TYPE_INT8,
                                          TYPE_INT8, TYPE_INT8, TYPE_INT8, TYPE_INT8 };
    const char *sql = statement->sql.in[DIALECT_POSTGRES];
    PGconn *pq = pq_of(db);
    enum db_status st;
    PGresult *res;

    if ((slot->params = schema_params(sql)) < 0) {
        snprintf(db->error, sizeof db->error, "statement '%s': parameters are $1 to $%d", statement->name, DB_PARAMS);
        return DB_ERROR;
    }
    res = PQprepare(pq, slot->name, sql, slot->params, types);
    st = is_fine(res) ? DB_OK : named(db, statement->name, fail(db, res, false));
    PQclear(res);
    if (st != DB_OK)
        return st;
    res = PQdescribePrepared(pq, slot->name);
    st = is_fine(res) ? check_columns(db, statement->name, res) : named(db, statement->name, fail(db, res, false));
    PQclear(res);
    return st;
}

static enum db_status postgres_prepare(struct db *db, const struct statement *statements, int n)
{
    struct pg_conn *conn = db->conn;
    enum db_status st;
    int i;

    if (n == 0)
        return DB_OK;
    if ((conn->slots = calloc((size_t)n, sizeof *conn->slots)) == NULL) {
        snprintf(db->error, sizeof db->error, "out of memory");
        return DB_ERROR;
    }
    for (i = 0; i < n; i++) {
        snprintf(conn->slots[i].name, sizeof conn->slots[i].name, "%c%d",
                 statements[i].kind == STATEMENT_WRITE ? STATEMENT_NAME_WRITE : STATEMENT_NAME_READ, i % 100000);
        conn->slots[i].params = -1;
        if (statements[i].sql.in[DIALECT_POSTGRES] != NULL &&
            (st = prepare_slot(db, &conn->slots[i], &statements[i])) != DB_OK)
            return st;
    }
    return DB_OK;
}

static int postgres_params(const struct db *db, int slot)
{
    return ((const struct pg_conn *)db->conn)->slots[slot].params;
}

static enum db_status postgres_begin(struct db *db, enum tx_mode mode)
{
    static const char *const begins[TX_MODES] = {
        [TX_READ] = "BEGIN",
        [TX_WRITE] = "BEGIN",
        [TX_REPEATABLE_READ] = "BEGIN ISOLATION LEVEL REPEATABLE READ",
        [TX_SERIALIZABLE] = "BEGIN ISOLATION LEVEL SERIALIZABLE",
    };

    return run_text(db, begins[mode], false);
}

/* PostgreSQL ends an aborted block at COMMIT with the tag ROLLBACK, and no error. */
static enum db_status postgres_commit(struct db *db)
{
    PGresult *res = PQexec(pq_of(db), "COMMIT");
    enum db_status st;

    if (PQresultStatus(res) != PGRES_COMMAND_OK) {
        st = fail(db, res, true);
    } else if (strcmp(PQcmdStatus(res), "COMMIT") == 0) {
        st = DB_OK;
    } else {
        snprintf(db->error, sizeof db->error, "COMMIT was answered %s", PQcmdStatus(res));
        st = DB_ROLLED_BACK;
    }
    PQclear(res);
    return st;
}

static enum db_status postgres_rollback(struct db *db)
{
    return run_text(db, "ROLLBACK", false);
}

static bool postgres_tx_open(const struct db *db)
{
    return PQtransactionStatus(pq_of(db)) != PQTRANS_IDLE;
}

static void to_binary(struct binary *binary, const int64_t *args, int nargs)
{
    int i;

    for (i = 0; i < nargs; i++) {
        binary->big_endian[i] = htobe64((uint64_t)args[i]);
        binary->values[i] = (const char *)&binary->big_endian[i];
        binary->lengths[i] = sizeof binary->big_endian[i];
        binary->formats[i] = 1;
    }
}

static int64_t to_number(const PGresult *res, int column)
{
    const char *bytes = PQgetvalue(res, 0, column);
    uint64_t eight;
    uint32_t four;
    uint16_t two;

    switch (PQgetlength(res, 0, column)) {
    case 8:
        memcpy(&eight, bytes, sizeof eight);
        return (int64_t)be64toh(eight);
    case 4:
        memcpy(&four, bytes, sizeof four);
        return (int32_t)be32toh(four);
    case 2:
        memcpy(&two, bytes, sizeof two);
        return (int16_t)be16toh(two);
    case 1:
        return bytes[0];
    default:
        return 0; /* NULL */
    }
}

/* The tag of a SELECT counts rows that were read. */
static int64_t changed_rows(PGresult *res)
{
    return PQcmdStatus(res)[0] == 'S' ? 0 : strtoll(PQcmdTuples(res), NULL, 10);
}

static void read_row(struct row *row, PGresult *res)
{
    int columns, i;

    row->changed = changed_rows(res);
    row->rows = PQntuples(res);
    if (row->rows == 0)
        return;
    columns = PQnfields(res);
    for (i = 0; i < columns; i++)
        row->column[i] = to_number(res, i);
}

static enum db_status check_args(struct db *db, int number, int nargs)
{
    const struct pg_slot *slot = &((const struct pg_conn *)db->conn)->slots[number];

    if (slot->params == nargs)
        return DB_OK;
    return schema_misfit(db->error, sizeof db->error, &db->statements[number], slot->params >= 0, slot->params, nargs);
}

static bool is_committing(const struct db *db, int slot)
{
    return !db->in_tx && db->statements[slot].kind == STATEMENT_WRITE;
}

static enum db_status postgres_run(struct db *db, int slot, const int64_t *args, int nargs, struct row *row)
{
    struct pg_conn *conn = db->conn;
    struct binary binary;
    enum db_status st;
    PGresult *res;

    memset(row, 0, sizeof *row);
    if ((st = check_args(db, slot, nargs)) != DB_OK)
        return st;
    to_binary(&binary, args, nargs);
    res = PQexecPrepared(conn->pq, conn->slots[slot].name, nargs, binary.values, binary.lengths, binary.formats, 1);
    if (is_fine(res))
        read_row(row, res);
    else
        st = fail(db, res, is_committing(db, slot));
    PQclear(res);
    return st;
}

/* Queues all statements and one synchronization point; libpq reads what comes back while its send buffer is full. */
static bool send_all(struct pg_conn *conn, int slot, const int64_t *args, int nargs, int n)
{
    struct binary binary;
    int i;

    for (i = 0; i < n; i++) {
        to_binary(&binary, args + (size_t)i * (size_t)nargs, nargs);
        if (PQsendQueryPrepared(conn->pq, conn->slots[slot].name, nargs, binary.values, binary.lengths, binary.formats,
                                1) != 1)
            return false;
    }
    return PQpipelineSync(conn->pq) == 1;
}

/* Each statement answers a result and NULL; what follows an error answers PGRES_PIPELINE_ABORTED. */
static enum db_status collect(struct db *db, int n, int64_t *changed, int *done)
{
    PGconn *pq = pq_of(db);
    enum db_status st = DB_OK;
    PGresult *res;
    int i;

    for (i = 0; i < n && st != DB_LOST; i++)
        while ((res = PQgetResult(pq)) != NULL) {
            if (is_fine(res)) {
                *changed += changed_rows(res);
                ++*done;
            } else if (st == DB_OK) {
                st = fail(db, res, false);
                ++*done;
            }
            PQclear(res);
            if (PQstatus(pq) == CONNECTION_BAD)
                return st != DB_OK ? st : fail(db, NULL, false);
        }
    while ((res = PQgetResult(pq)) != NULL && PQresultStatus(res) != PGRES_PIPELINE_SYNC)
        PQclear(res);
    PQclear(res);
    return st;
}

static enum db_status postgres_run_many(struct db *db, int slot, const int64_t *args, int nargs, int n,
                                        int64_t *changed, int *done)
{
    struct pg_conn *conn = db->conn;
    enum db_status st;

    *done = 0;
    if ((st = check_args(db, slot, nargs)) != DB_OK)
        return st;
    if (PQenterPipelineMode(conn->pq) != 1 || !send_all(conn, slot, args, nargs, n))
        return fail(db, NULL, false);
    st = collect(db, n, changed, done);
    if (PQexitPipelineMode(conn->pq) != 1)
        return fail(db, NULL, false);
    return st;
}

static enum db_status postgres_query(struct db *db, const char *sql, db_row_fn *fn, void *arg)
{
    PGresult *res = PQexec(pq_of(db), sql);
    const char *values[DB_QUERY_COLUMNS];
    int columns, rows, row, i;
    enum db_status st = DB_OK;

    if (!is_fine(res))
        st = fail(db, res, false);
    rows = PQntuples(res);
    if ((columns = PQnfields(res)) > DB_QUERY_COLUMNS)
        columns = DB_QUERY_COLUMNS;
    for (row = 0; row < rows; row++) {
        for (i = 0; i < columns; i++)
            values[i] = PQgetisnull(res, row, i) ? NULL : PQgetvalue(res, row, i);
        fn(arg, columns, values);
    }
    PQclear(res);
    return st;
}

static enum db_status postgres_exec(struct db *db, const char *sql)
{
    return run_text(db, sql, !db->in_tx);
}

static void postgres_cancel(struct db *db)
{
    const struct pg_conn *conn = db->conn;
    char ignored[DB_ERROR_SIZE];

    PQcancel(conn->cancel, ignored, sizeof ignored);
}

static int64_t postgres_written_bytes(struct db *db)
{
    (void)db;
    return -1; /* the server writes for all connections: see database_usage() */
}

const struct db_driver db_driver_postgres = {
    .name = "postgres",
    .dialect = DIALECT_POSTGRES,
    .caps = DB_CAN_HOLD_ROWS | DB_CAN_LOCK_ROWS | DB_CAN_NETWORK | DB_CAN_LOCK_NAMES | DB_CAN_WRITE_IN_WITH |
            DB_CAN_RUN_FUNCTIONS,
    .pipelines = true,
    .open = postgres_open,
    .close = postgres_close,
    .prepare = postgres_prepare,
    .params = postgres_params,
    .begin = postgres_begin,
    .run = postgres_run,
    .run_many = postgres_run_many,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .tx_open = postgres_tx_open,
    .exec = postgres_exec,
    .query = postgres_query,
    .cancel = postgres_cancel,
    .written_bytes = postgres_written_bytes,
    .waits = pg_backend_waits,
    .renew = pg_session_renew,
};
#endif
