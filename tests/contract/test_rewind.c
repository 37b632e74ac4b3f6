#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "tests/support/capture.h"
#include "tests/support/place.h"

/* database_remember() and database_rewind(): a place is what it was, with whatever tables a strategy has brought. */

enum { TAKE, BOOK, ISSUE };

static const struct statement statements[] = {
    [TAKE] = { "take", STATEMENT_WRITE, true, TEXT("UPDATE events SET available = available - $2 WHERE id = $1") },
    [BOOK] = { "book", STATEMENT_WRITE, false,
               TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4) RETURNING id") },
    [ISSUE] = { "issue", STATEMENT_WRITE, false, TEXT("INSERT INTO tickets (n) VALUES ($1) RETURNING id") },
    STATEMENT_END
};

/* Tables with rows, two of which refer to each other, ids that the database gives, a generated column, a name that
 * wants quoting, and triggers that change other tables. */
static const struct text ddl = TEXT_PER(
    "CREATE TABLE \"odd \"\"name\" (k TEXT PRIMARY KEY, v) WITHOUT ROWID;"
    "INSERT INTO \"odd \"\"name\" VALUES ('a', 1), ('b', NULL), ('c', x'00ff'), ('d', 1.5);"
    "CREATE TABLE tally (n INTEGER); INSERT INTO tally VALUES (0);"
    "CREATE TABLE tickets (id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER UNIQUE, twice INTEGER AS (n * 2) STORED,"
    " thrice INTEGER AS (n * 3) VIRTUAL);"
    "CREATE TABLE stubs (ticket INTEGER NOT NULL REFERENCES tickets (id), part TEXT);"
    "CREATE TRIGGER issued AFTER INSERT ON tickets BEGIN UPDATE tally SET n = n + 1; END;"
    "CREATE TRIGGER returned AFTER DELETE ON tickets BEGIN UPDATE tally SET n = n - 10; END;"
    "INSERT INTO tickets (n) VALUES (1), (2), (3); DELETE FROM tickets WHERE n = 3;"
    "INSERT INTO stubs VALUES (1, 'left'), (1, 'right'), (2, 'left');",
    "CREATE TABLE \"odd \"\"name\" (k text PRIMARY KEY, v bytea);"
    "INSERT INTO \"odd \"\"name\" VALUES ('a', '1'), ('b', NULL), ('c', '\\x00ff'), ('d', '');"
    "CREATE TABLE tally (n bigint); INSERT INTO tally VALUES (0);"
    "CREATE TABLE tickets (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n bigint UNIQUE,"
    " gone bigint, twice bigint GENERATED ALWAYS AS (n * 2) STORED, thrice bigint);"
    "ALTER TABLE tickets DROP COLUMN gone;"
    "CREATE TABLE stubs (ticket bigint NOT NULL REFERENCES tickets (id), part text) PARTITION BY LIST (part);"
    "CREATE TABLE stubs_left PARTITION OF stubs FOR VALUES IN ('left');"
    "CREATE TABLE stubs_right PARTITION OF stubs FOR VALUES IN ('right');"
    "CREATE FUNCTION count_them() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " UPDATE tally SET n = n + CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -10 END; RETURN NULL; END $$;"
    "CREATE TRIGGER counted AFTER INSERT OR DELETE ON tickets FOR EACH ROW EXECUTE FUNCTION count_them();"
    "INSERT INTO tickets (n) VALUES (1), (2), (3); DELETE FROM tickets WHERE n = 3;"
    "INSERT INTO stubs VALUES (1, 'left'), (1, 'right'), (2, 'left');");

static struct db *join(struct database *database)
{
    return place_join(database, &place_settings, statements);
}

static void add(void *out, int columns, const char *const *values)
{
    int i;

    for (i = 0; i < columns; i++)
        fprintf(out, "%s,", values[i] != NULL ? values[i] : "NULL");
    fputc('\n', out);
}

/* Every row of every table; the caller frees it. */
static char *look(struct db *db)
{
    static const char *const queries[] = {
        "SELECT * FROM events ORDER BY id",          "SELECT * FROM bookings ORDER BY id",
        "SELECT * FROM \"odd \"\"name\" ORDER BY k", "SELECT * FROM tally",
        "SELECT * FROM tickets ORDER BY id",         "SELECT * FROM stubs ORDER BY ticket, part"
    };
    char *text = NULL;
    size_t size, i;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    for (i = 0; i < sizeof queries / sizeof *queries; i++) {
        fprintf(out, "%s\n", queries[i]);
        assert_int_equal(db_query(db, queries[i], add, out), DB_OK);
    }
    assert_int_equal(fclose(out), 0);
    return text;
}

static void assert_looks(struct db *db, const char *expected)
{
    char *now = look(db);

    assert_string_equal(now, expected);
    free(now);
}

static int64_t insert(struct db *db, int slot, const int64_t *args, int nargs)
{
    struct row row;

    assert_int_equal(db_run(db, slot, args, nargs, &row), DB_OK);
    assert_int_equal(row.rows, 1);
    return row.column[0];
}

/* What a schedule may do, and more. */
static void wreak(struct db *db)
{
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(db_run(db, TAKE, ARGS(2, 3), NULL), DB_OK);
    insert(db, BOOK, ARGS(1, 2, 3, 4));
    assert_int_equal(db_commit(db), DB_OK);
    assert_int_equal(db_exec(db, "DELETE FROM events WHERE id = 3"), DB_OK);
    assert_int_equal(db_exec(db, "UPDATE tickets SET n = n + 100"), DB_OK);
    assert_int_equal(db_exec(db, "DELETE FROM stubs WHERE ticket = 2"), DB_OK);
    assert_int_equal(db_exec(db, "DELETE FROM tickets WHERE id = 2"), DB_OK);
    assert_int_equal(db_exec(db, "DELETE FROM \"odd \"\"name\" WHERE k > 'a'"), DB_OK);
}

/* Often enough for what is done now and then. */
static void everything_is_put_back(void **state)
{
    struct database *database = place_fresh(state, &ddl);
    struct db *db = join(database), *user = join(database);
    int64_t booking, ticket;
    struct db_ops ops;
    char *before;
    int i;

    /* Not what the ddl left, but what is there now. */
    assert_int_equal(db_run(user, TAKE, ARGS(1, 1), NULL), DB_OK);
    insert(user, BOOK, ARGS(9, 1, 9, 1));
    before = look(db);
    assert_int_equal(database_remember(database), 0);
    assert_looks(db, before);
    booking = insert(user, BOOK, ARGS(1, 1, 1, 1));
    ticket = insert(user, ISSUE, ARGS(7));
    ops = *db_ops(db);
    for (i = 0; i < 120; i++) {
        wreak(user);
        assert_int_equal(database_rewind(database, db), 0);
        if (i % 10 == 0)
            assert_looks(user, before);
        assert_int_equal(insert(user, BOOK, ARGS(1, 1, 1, 1)), booking); /* ids repeat */
        assert_int_equal(insert(user, ISSUE, ARGS(7)), ticket);
    }
    assert_memory_equal(db_ops(db), &ops, sizeof ops);
    assert_int_equal(database_rewind(database, db), 0);
    assert_int_equal(database_rewind(database, db), 0); /* with nothing to do */
    assert_looks(user, before);
    /* Triggers were off for the moment only. */
    insert(db, ISSUE, ARGS(8));
    assert_int_equal(atoi(place_ask(db, "SELECT n FROM tally")), -6);
    free(before);
    db_close(user);
    db_close(db);
}

static void newer_copy_counts(void **state)
{
    struct database *database = place_fresh(state, &ddl);
    struct db *db = join(database);
    char *later;

    assert_int_equal(database_remember(database), 0);
    wreak(db);
    assert_int_equal(db_exec(db, "CREATE TABLE late (n INTEGER)"), DB_OK);
    assert_int_equal(db_exec(db, "INSERT INTO late VALUES (5)"), DB_OK);
    later = look(db);
    assert_int_equal(database_remember(database), 0);
    insert(db, ISSUE, ARGS(50));
    assert_int_equal(db_exec(db, "DELETE FROM late"), DB_OK);
    assert_int_equal(database_rewind(database, db), 0);
    assert_looks(db, later);
    assert_string_equal(place_ask(db, "SELECT n FROM late"), "5");
    free(later);
    db_close(db);
}

/* A strategy that names its tables sees its own. */
static void copies_are_out_of_sight(void **state)
{
    struct database *database = place_fresh(state, &ddl);
    struct db *db = join(database);
    const char *tables = place_is_sqlite(database)
                             ? "SELECT count(*) FROM sqlite_master WHERE name LIKE '%events' AND type = 'table'"
                               " AND name NOT LIKE 'lastseat!_kept!_%' ESCAPE '!'"
                             : "SELECT count(*) FROM pg_class WHERE relname LIKE '%events' AND relkind = 'r'"
                               " AND pg_table_is_visible(oid)";

    assert_int_equal(database_remember(database), 0);
    assert_string_equal(place_ask(db, tables), "1");
    if (!place_is_sqlite(database)) {
        const char *ours = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'lastseat%' AND"
                           " obj_description(oid, 'pg_namespace') LIKE '%safe to drop%'";

        assert_string_equal(place_ask(db, ours), "2");
        db_close(db);
        database_drop(database);
        assert_int_equal(
            database_reset(database, &place_settings, "other", &(const struct house){ .events = 1, .seats = 1 }), 0);
        db = place_join(database, &place_settings, NULL);
        assert_string_equal(place_ask(db, ours), "1");
    }
    db_close(db);
}

static void fails(int (*call)(struct database *, struct db *), struct database *database, struct db *db,
                  const char *why)
{
    const char *said;
    int answer;

    capture_begin();
    answer = call(database, db);
    said = capture_end();
    assert_int_equal(answer, -1);
    if (strstr(said, why) == NULL)
        fail_msg("'%s' does not say '%s'", said, why);
}

static int remember(struct database *database, struct db *db)
{
    (void)db;
    return database_remember(database);
}

static void nothing_to_rewind(void **state)
{
    struct database *database = place_fresh(state, &ddl);
    struct db *db = join(database);

    fails(database_rewind, database, db, "nothing was remembered of it");
    assert_int_equal(database_remember(database), 0);
    assert_int_equal(database_rewind(database, db), 0);
    db_close(db);
    database_drop(database);
    fails(remember, database, NULL, "there is no place to remember");
    /* What was remembered went with its place, of the same name or not. */
    database = place_fresh(state, &ddl);
    db = join(database);
    fails(database_rewind, database, db, "nothing was remembered of it");
    db_close(db);
}

static void open_transactions(void **state)
{
    static const struct db_settings hasty = { .durability = DURABILITY_ASYNC, .lock_timeout_ns = 5 * NS_PER_MS };
    struct database *database = place_fresh(state, &ddl);
    struct db *db = place_join(database, &hasty, statements), *user = join(database);
    char *before;

    assert_int_equal(database_remember(database), 0);
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    fails(database_rewind, database, db, "a transaction is open");
    assert_int_equal(db_rollback(db), DB_OK);
    assert_int_equal(db_exec(db, "BEGIN"), DB_OK);
    fails(database_rewind, database, db, "a transaction is open");
    assert_int_equal(db_exec(db, "ROLLBACK"), DB_OK);
    /* Somebody else's: nothing is put back by halves. */
    insert(user, BOOK, ARGS(1, 1, 1, 1));
    before = look(db);
    assert_int_equal(db_begin(user, TX_WRITE), DB_OK);
    assert_int_equal(db_run(user, TAKE, ARGS(1, 1), NULL), DB_OK);
    fails(database_rewind, database, db, place_is_sqlite(database) ? "locked" : "lock timeout");
    assert_looks(db, before);
    assert_int_equal(db_rollback(user), DB_OK);
    assert_int_equal(database_rewind(database, db), 0);
    assert_string_equal(place_ask(db, "SELECT count(*) FROM bookings"), "0");
    if (place_is_sqlite(database)) {
        assert_int_equal(db_begin(user, TX_WRITE), DB_OK);
        fails(remember, database, NULL, "locked");
        assert_int_equal(db_rollback(user), DB_OK);
        fails(database_rewind, database, db, "nothing was remembered of it");
    }
    free(before);
    db_close(user);
    db_close(db);
}

static void lost_while_rewinding(void **state)
{
    struct database *database = place_fresh(state, &ddl);
    struct db *db = join(database), *killer = join(database);
    char sql[96];

    assert_int_equal(database_remember(database), 0);
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%s, 5000)", place_ask(db, "SELECT pg_backend_pid()"));
    assert_int_equal(db_exec(killer, sql), DB_OK);
    fails(database_rewind, database, db, "cannot rewind the place");
    assert_true(db_is_lost(db));
    fails(database_rewind, database, db, "the connection is lost");
    assert_int_equal(database_rewind(database, killer), 0);
    db_close(db);
    db_close(killer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(everything_is_put_back), ON_BOTH(newer_copy_counts), ON_BOTH(copies_are_out_of_sight),
        ON_BOTH(nothing_to_rewind),      ON_BOTH(open_transactions), ON_POSTGRES(lost_while_rewinding),
    };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
