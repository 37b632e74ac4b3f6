/* The constraint that unique_claim is built on, and what its claims wait for. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/run/place.h"
#include "tests/support/bench.h"

static struct bench_cells made;
static const struct strategy *strategy;

static int slot_of(const char *name)
{
    int slot = 0;

    while (strcmp(strategy->statements[slot].name, name) != 0)
        slot++;
    return slot;
}

static void open_house(size_t db)
{
    bench_cells_make(&made, "# q\n[inventory]\nevents = 2\nseats = 3\n", "unique_claim", bench_names[db]);
    strategy = made.cell->variant.registered->strategy;
    assert_int_equal(place_prepare(bench_databases[db], made.cell, "claims"), 0);
}

static struct db *join(size_t db)
{
    char error[DB_ERROR_SIZE] = "";
    struct db *joined =
        database_connect(bench_databases[db], &made.cell->scenario.db, strategy->statements, error, sizeof error);

    assert_string_equal(error, "");
    return joined;
}

static void close_house(size_t db)
{
    database_drop(bench_databases[db]);
    bench_cells_free(&made);
}

/* Claims `wanted` seats of event 1 from seat `from` on; how many it got. */
static int64_t claim(struct db *db, int64_t request, int64_t wanted, int64_t from)
{
    struct row row;

    assert_int_equal(db_run(db, slot_of("claim"), ARGS(1, request, wanted, from), &row), DB_OK);
    return row.changed;
}

/* Whatever is wrong in the application: a second row for a seat is refused. */
static void test_a_seat_is_sold_once(void **state)
{
    struct db *db;
    size_t n;

    (void)state;
    for (n = 0; n < BENCH_DATABASES; n++) {
        if (bench_databases[n] == NULL)
            continue;
        open_house(n);
        db = join(n);
        assert_int_equal(db_exec(db, "INSERT INTO claims (event, seat, request) VALUES (1, 2, 7)"), DB_OK);
        assert_int_equal(db_exec(db, "INSERT INTO claims (event, seat, request) VALUES (1, 2, 8)"), DB_CONSTRAINT);
        assert_int_equal(db_exec(db, "INSERT INTO claims (event, seat, request) VALUES (1, 2, 7)"), DB_CONSTRAINT);
        assert_int_equal(db_exec(db, "INSERT INTO claims (event, seat, request) VALUES (1, 1, 8)"), DB_OK);
        assert_int_equal(db_exec(db, "UPDATE claims SET seat = 2 WHERE request = 8"), DB_CONSTRAINT);
        assert_int_equal(db_exec(db, "INSERT INTO claims (event, seat, request) VALUES (2, 2, 8)"), DB_OK);
        db_close(db);
        close_house(n);
    }
}

static void test_claims_take_what_is_free(void **state)
{
    struct db *db;
    size_t n;

    (void)state;
    for (n = 0; n < BENCH_DATABASES; n++) {
        if (bench_databases[n] == NULL)
            continue;
        open_house(n);
        db = join(n);
        assert_int_equal(claim(db, 1, 1, 3), 1);
        assert_int_equal(claim(db, 2, 1, 3), 0); /* nothing from there on */
        assert_int_equal(claim(db, 2, 3, 1), 2); /* no more than there are */
        assert_int_equal(claim(db, 3, 1, 1), 0);
        db_close(db);
        close_house(n);
    }
}

struct rival {
    struct db *db;
    int64_t got;
};

static void *rivals_claim(void *arg)
{
    struct rival *rival = arg;
    struct row row = { 0 };

    if (db_run(rival->db, slot_of("claim"), ARGS(1, 2, 1, 1), &row) == DB_OK)
        rival->got = row.changed;
    return NULL;
}

static void note_number(void *arg, int columns, const char *const *values)
{
    if (columns > 0 && values[0] != NULL)
        *(int64_t *)arg = strtoll(values[0], NULL, 10);
}

static int64_t ask(struct db *db, const char *sql)
{
    int64_t number = -1;

    assert_int_equal(db_query(db, sql, note_number, &number), DB_OK);
    return number;
}

/* How many seats a rival gets whose claim waits for one that is then committed or rolled back. */
static int64_t got_behind_an_open_claim(bool is_committed)
{
    struct rival rival = { .got = -1 };
    pthread_t thread;
    char waits[160];
    struct db *db;

    open_house(1);
    db = join(1);
    rival.db = join(1);
    snprintf(waits, sizeof waits, "SELECT count(*) FROM pg_catalog.pg_locks WHERE NOT granted AND pid = %lld",
             (long long)ask(rival.db, "SELECT pg_backend_pid()"));
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(claim(db, 1, 1, 1), 1);
    assert_int_equal(pthread_create(&thread, NULL, rivals_claim, &rival), 0);
    while (ask(db, waits) == 0)
        ;
    assert_int_equal(is_committed ? db_commit(db) : db_rollback(db), DB_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    db_close(db);
    db_close(rival.db);
    close_house(1);
    return rival.got;
}

/* PostgreSQL: a claim waits for the one before it to be decided. So a seat that was passed by is gone, and one whose
 * user left is not passed by. */
static void test_a_claim_waits_for_the_one_before(void **state)
{
    (void)state;
    if (bench_databases[1] == NULL)
        skip();
    assert_int_equal(got_behind_an_open_claim(false), 1);
    assert_int_equal(got_behind_an_open_claim(true), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_seat_is_sold_once),
        cmocka_unit_test(test_claims_take_what_is_free),
        cmocka_unit_test(test_a_claim_waits_for_the_one_before),
    };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
