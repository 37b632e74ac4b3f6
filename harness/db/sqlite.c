#include "harness/db/sqlite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"
#include "harness/db/kind.h"
#include "harness/db/schema.h"

/* How many steps of SQLite's virtual machine lie between two looks at the clock, when [db] statement_timeout is set:
 * some ten microseconds. */
#define PROGRESS_STEPS 1000

enum control { BEGIN_READ, BEGIN_WRITE, COMMIT, ROLLBACK, CONTROL_COUNT };

struct slot {
    sqlite3_stmt *stmt; /* NULL: this dialect has no such statement          */
    int index[DB_PARAMS];
    int params;
    bool changes;
};

struct sqlite_conn {
    sqlite3 *handle;
    sqlite3_stmt *control[CONTROL_COUNT];
    struct slot *slots;
    int slot_count;
    int64_t waiting_since_ns; /* the wait for a lock that runs                     */
    int64_t deadline_ns;      /* of the statement that runs; INT64_MAX: none       */
    struct sqlite_failure failure;
    int64_t page_bytes;
};

enum db_status sqlite_status(int code, const struct sqlite_failure *failure)
{
    switch (code) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return DB_OK;
    case SQLITE_BUSY_SNAPSHOT:
    case SQLITE_ABORT_ROLLBACK:
        return DB_CONFLICT;
    default:
        break;
    }
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        if (failure->stopped)
            return DB_LOST;
        if (failure->timed_out)
            return DB_STATEMENT_TIMEOUT;
        return failure->waited_out ? DB_LOCK_TIMEOUT : DB_BUSY;
    case SQLITE_INTERRUPT:
        return failure->timed_out && !failure->stopped ? DB_STATEMENT_TIMEOUT : DB_LOST;
    case SQLITE_CONSTRAINT:
        return DB_CONSTRAINT;
    case SQLITE_FULL:
        return DB_FULL;
    case SQLITE_IOERR:
        return failure->committing ? DB_IN_DOUBT : DB_ERROR;
    default:
        return DB_ERROR;
    }
}

int64_t sqlite_delay_ns(int count)
{
    static const int64_t ms[] = { 1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100 };
    const int last = (int)(sizeof ms / sizeof *ms) - 1;

    return ms[count < last ? count : last] * NS_PER_MS;
}

/* SQLite calls it when a lock is taken: nonzero means try again. */
static int wait_for_lock(void *arg, int count)
{
    struct db *db = arg;
    struct sqlite_conn *conn = db->conn;
    const struct law *busy = &db->settings.busy;
    int64_t now_ns = clock_now_ns(), limit_ns = INT64_MAX, wake_ns;

    if (db->settings.never_waits)
        return 0;
    if (count == 0)
        conn->waiting_since_ns = now_ns;
    if (db->settings.lock_timeout_ns > 0)
        limit_ns = conn->waiting_since_ns + db->settings.lock_timeout_ns;
    conn->failure.waited_out = now_ns >= limit_ns;
    conn->failure.timed_out = now_ns >= conn->deadline_ns;
    if (conn->failure.waited_out || conn->failure.timed_out)
        return 0;
    wake_ns = now_ns + (busy->kind == LAW_POLL ? busy->lo_ns : sqlite_delay_ns(count));
    if (wake_ns > limit_ns)
        wake_ns = limit_ns;
    if (wake_ns > conn->deadline_ns)
        wake_ns = conn->deadline_ns;
    conn->failure.stopped = atomic_load(&db->cancelled) || !wait_until(wake_ns) || atomic_load(&db->cancelled);
    return conn->failure.stopped ? 0 : 1;
}

/* Nonzero interrupts the statement. */
static int watch_clock(void *arg)
{
    struct sqlite_conn *conn = arg;

    conn->failure.timed_out = clock_now_ns() >= conn->deadline_ns;
    return conn->failure.timed_out;
}

static enum db_status fail(struct db *db, int code)
{
    struct sqlite_conn *conn = db->conn;
    enum db_status st;

    if (code == SQLITE_INTERRUPT && atomic_load(&db->cancelled))
        conn->failure.stopped = true;
    st = sqlite_status(code, &conn->failure);
    snprintf(db->error, sizeof db->error, "%s (SQLite result %d)", sqlite3_errmsg(conn->handle), code);
    return st;
}

/* A connection that is given up must not keep its locks until it is closed: its successor is opened first. */
static void let_go(struct sqlite_conn *conn)
{
    if (sqlite3_get_autocommit(conn->handle) == 0)
        sqlite3_exec(conn->handle, "ROLLBACK", NULL, NULL, NULL);
}

static void start(struct db *db, bool committing)
{
    struct sqlite_conn *conn = db->conn;

    conn->failure = (struct sqlite_failure){ .committing = committing };
    if (db->settings.statement_timeout_ns > 0)
        conn->deadline_ns = clock_now_ns() + db->settings.statement_timeout_ns;
}

int sqlite_open_file(sqlite3 **out, const char *path, const struct db_settings *settings, char *error, size_t size)
{
    static const char *const synchronous[] = {
        [DURABILITY_FULL] = "PRAGMA synchronous = FULL",
        [DURABILITY_ASYNC] = "PRAGMA synchronous = NORMAL",
        [DURABILITY_OFF] = "PRAGMA synchronous = OFF",
    };
    int code = sqlite3_open_v2(path, out, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_exec(*out, synchronous[settings->durability], NULL, NULL, NULL);
    if (code == SQLITE_OK)
        return 0;
    snprintf(error, size, "%s: %s", path, *out != NULL ? sqlite3_errmsg(*out) : "out of memory");
    sqlite3_close(*out);
    *out = NULL;
    return -1;
}

struct sqlite3 *sqlite_handle(const struct db *db)
{
    return ((const struct sqlite_conn *)db->conn)->handle;
}

static void sqlite_close(struct db *db)
{
    struct sqlite_conn *conn = db->conn;
    int i;

    for (i = 0; i < conn->slot_count; i++)
        sqlite3_finalize(conn->slots[i].stmt);
    for (i = 0; i < CONTROL_COUNT; i++)
        sqlite3_finalize(conn->control[i]);
    sqlite3_close(conn->handle);
    free(conn->slots);
    free(conn);
    db->conn = NULL;
}

static int prepare_control(struct db *db)
{
    static const char *const sql[CONTROL_COUNT] = {
        [BEGIN_READ] = "BEGIN",
        [BEGIN_WRITE] = "BEGIN IMMEDIATE",
        [COMMIT] = "COMMIT",
        [ROLLBACK] = "ROLLBACK",
    };
    struct sqlite_conn *conn = db->conn;
    int i, code;

    for (i = 0; i < CONTROL_COUNT; i++)
        if ((code = sqlite3_prepare_v3(conn->handle, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &conn->control[i], NULL)) !=
            SQLITE_OK) {
            fail(db, code);
            return -1;
        }
    return 0;
}

/* The library runs in the program: the database's clock is that of the machine, and all its servers share it. */
static void tell_time(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct database *database = sqlite3_user_data(context);
    struct timespec ts;

    (void)count;
    (void)values;
    clock_gettime(CLOCK_REALTIME, &ts);
    sqlite3_result_int64(context, (int64_t)ts.tv_sec * (NS_PER_S / NS_PER_US) + ts.tv_nsec / NS_PER_US +
                                      atomic_load_explicit(&database->passed_us, memory_order_relaxed));
}

static int lend_clock(struct db *db)
{
    struct sqlite_conn *conn = db->conn;
    int code = sqlite3_create_function(conn->handle, SCHEMA_CLOCK, 0, SQLITE_UTF8, db->database, tell_time, NULL, NULL);

    if (code == SQLITE_OK)
        return 0;
    fail(db, code);
    return -1;
}

static int sqlite_open(struct db *db)
{
    struct sqlite_conn *conn = calloc(1, sizeof *conn);

    if (conn == NULL) {
        snprintf(db->error, sizeof db->error, "out of memory");
        return -1;
    }
    db->conn = conn;
    conn->deadline_ns = INT64_MAX;
    if (sqlite_open_file(&conn->handle, db->database->place, &db->settings, db->error, sizeof db->error) != 0) {
        free(conn);
        db->conn = NULL;
        return -1;
    }
    sqlite3_busy_handler(conn->handle, wait_for_lock, db);
    if (db->settings.statement_timeout_ns > 0)
        sqlite3_progress_handler(conn->handle, PROGRESS_STEPS, watch_clock, conn);
    if (lend_clock(db) != 0 || prepare_control(db) != 0) {
        sqlite_close(db);
        return -1;
    }
    return 0;
}

static enum db_status prepare_slot(struct db *db, struct slot *slot, const struct statement *statement)
{
    struct sqlite_conn *conn = db->conn;
    const char *sql = statement->sql.in[DIALECT_SQLITE];
    char name[8];
    int i;

    if (sqlite3_prepare_v3(conn->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &slot->stmt, NULL) != SQLITE_OK) {
        snprintf(db->error, sizeof db->error, "statement '%s': %s", statement->name, sqlite3_errmsg(conn->handle));
        return DB_ERROR;
    }
    if ((slot->params = schema_params(sql)) < 0 || sqlite3_column_count(slot->stmt) > DB_COLUMNS) {
        snprintf(db->error, sizeof db->error, "statement '%s': parameters are $1 to $%d, columns at most %d",
                 statement->name, DB_PARAMS, DB_COLUMNS);
        return DB_ERROR;
    }
    /* SQLite numbers $n by first appearance. */
    for (i = 0; i < slot->params; i++) {
        snprintf(name, sizeof name, "$%d", i + 1);
        slot->index[i] = sqlite3_bind_parameter_index(slot->stmt, name);
    }
    slot->changes = sqlite3_stmt_readonly(slot->stmt) == 0;
    return DB_OK;
}

static enum db_status sqlite_prepare(struct db *db, const struct statement *statements, int n)
{
    struct sqlite_conn *conn = db->conn;
    enum db_status st;
    int i;

    if (n == 0)
        return DB_OK;
    if ((conn->slots = calloc((size_t)n, sizeof *conn->slots)) == NULL) {
        snprintf(db->error, sizeof db->error, "out of memory");
        return DB_ERROR;
    }
    conn->slot_count = n;
    for (i = 0; i < n; i++)
        if (statements[i].sql.in[DIALECT_SQLITE] != NULL &&
            (st = prepare_slot(db, &conn->slots[i], &statements[i])) != DB_OK)
            return st;
    return DB_OK;
}

static int sqlite_params(const struct db *db, int slot)
{
    const struct sqlite_conn *conn = db->conn;

    return conn->slots[slot].stmt != NULL ? conn->slots[slot].params : -1;
}

static enum db_status control(struct db *db, enum control which)
{
    struct sqlite_conn *conn = db->conn;
    enum db_status st = DB_OK;
    int code;

    start(db, which == COMMIT);
    if ((code = sqlite3_step(conn->control[which])) != SQLITE_DONE)
        st = fail(db, code);
    sqlite3_reset(conn->control[which]);
    return st;
}

static enum db_status sqlite_begin(struct db *db, enum tx_mode mode)
{
    return control(db, mode == TX_WRITE ? BEGIN_WRITE : BEGIN_READ);
}

/* In journal mode delete a reader can keep a COMMIT out for good: it is rolled back, and the next try reads afresh. */
static enum db_status sqlite_commit(struct db *db)
{
    enum db_status st = control(db, COMMIT);

    if (st == DB_OK)
        return DB_OK;
    let_go(db->conn);
    return st == DB_BUSY || st == DB_LOCK_TIMEOUT ? DB_CONFLICT : st;
}

static enum db_status sqlite_rollback(struct db *db)
{
    return control(db, ROLLBACK);
}

static bool sqlite_tx_open(const struct db *db)
{
    const struct sqlite_conn *conn = db->conn;

    return sqlite3_get_autocommit(conn->handle) == 0;
}

static int step_all(struct slot *slot, struct row *row)
{
    int code, columns, i;

    while ((code = sqlite3_step(slot->stmt)) == SQLITE_ROW) {
        if (row->rows++ > 0)
            continue;
        columns = sqlite3_data_count(slot->stmt);
        for (i = 0; i < columns; i++)
            row->column[i] = sqlite3_column_int64(slot->stmt, i);
    }
    return code;
}

static enum db_status sqlite_run(struct db *db, int number, const int64_t *args, int nargs, struct row *row)
{
    struct sqlite_conn *conn = db->conn;
    struct slot *slot = &conn->slots[number];
    enum db_status st = DB_OK;
    int i, code;

    memset(row, 0, sizeof *row);
    if (slot->stmt == NULL || nargs != slot->params)
        return schema_misfit(db->error, sizeof db->error, &db->statements[number], slot->stmt != NULL, slot->params,
                             nargs);
    for (i = 0; i < nargs; i++)
        if (slot->index[i] > 0)
            sqlite3_bind_int64(slot->stmt, slot->index[i], args[i]);
    start(db, slot->changes && !db->in_tx);
    if ((code = step_all(slot, row)) != SQLITE_DONE)
        st = fail(db, code);
    else if (slot->changes)
        row->changed = sqlite3_changes64(conn->handle);
    sqlite3_reset(slot->stmt);
    if (st == DB_LOST || st == DB_IN_DOUBT)
        let_go(conn);
    return st;
}

static enum db_status sqlite_run_many(struct db *db, int slot, const int64_t *args, int nargs, int n, int64_t *changed,
                                      int *done)
{
    enum db_status st = DB_OK;
    struct row row;

    for (*done = 0; *done < n && st == DB_OK; ++*done) {
        st = sqlite_run(db, slot, args + (size_t)*done * (size_t)nargs, nargs, &row);
        *changed += row.changed;
    }
    return st;
}

struct query {
    db_row_fn *fn;
    void *arg;
};

static int pass_row(void *arg, int columns, char **values, char **names)
{
    const struct query *query = arg;

    (void)names;
    query->fn(query->arg, columns, (const char *const *)values);
    return 0;
}

static enum db_status sqlite_query(struct db *db, const char *sql, db_row_fn *fn, void *arg)
{
    struct sqlite_conn *conn = db->conn;
    struct query query = { fn, arg };
    int code;

    start(db, !db->in_tx);
    code = sqlite3_exec(conn->handle, sql, fn != NULL ? pass_row : NULL, &query, NULL);
    return code == SQLITE_OK ? DB_OK : fail(db, code);
}

static enum db_status sqlite_exec(struct db *db, const char *sql)
{
    return sqlite_query(db, sql, NULL, NULL);
}

static void sqlite_cancel(struct db *db)
{
    const struct sqlite_conn *conn = db->conn;

    sqlite3_interrupt(conn->handle);
}

static int64_t sqlite_written_bytes(struct db *db)
{
    struct sqlite_conn *conn = db->conn;
    int pages = 0, highest;
    sqlite3_stmt *stmt;

    if (conn->page_bytes == 0 && sqlite3_prepare_v2(conn->handle, "PRAGMA page_size", -1, &stmt, NULL) == SQLITE_OK) {
        if (sqlite3_step(stmt) == SQLITE_ROW)
            conn->page_bytes = sqlite3_column_int64(stmt, 0);
        sqlite3_finalize(stmt);
    }
    if (sqlite3_db_status(conn->handle, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &highest, 0) != SQLITE_OK)
        return -1;
    return pages * conn->page_bytes;
}

const struct db_driver db_driver_sqlite = {
    .name = "sqlite",
    .dialect = DIALECT_SQLITE,
    .caps = DB_CAN_HOLD_ROWS,
    .begin_locks = true,
    .open = sqlite_open,
    .close = sqlite_close,
    .prepare = sqlite_prepare,
    .params = sqlite_params,
    .begin = sqlite_begin,
    .run = sqlite_run,
    .run_many = sqlite_run_many,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .tx_open = sqlite_tx_open,
    .exec = sqlite_exec,
    .query = sqlite_query,
    .cancel = sqlite_cancel,
    .written_bytes = sqlite_written_bytes,
};
