/* Memory runs out at every allocation in turn: whoever reads or judges a history says so, leaves nothing behind, and
 * never calls somebody guilty for it. Linked with scarce.h in the way of malloc() (the Makefile's $(scarce)). */
#include <stdlib.h>
#include <string.h>

#include "harness/audit/doubted.h"
#include "harness/base/say.h"
#include "harness/results/history_reader.h"
#include "tests/support/bench.h"
#include "tests/support/capture.h"
#include "tests/support/scarce.h"

/* More allocations than anything here makes. */
#define MOST 2000

static enum ledger chosen;

static enum ledger ledger_of(const void *options)
{
    (void)options;
    return chosen;
}

static unsigned promises(const struct app *app)
{
    (void)app;
    return ~0u;
}

static struct strategy strategy = { .name = "test", .ledger = ledger_of, .promises = promises };
static const struct registered registered = { .strategy = &strategy, .note = "", .file = "" };
static struct cell cell = { .scenario = { .events = 2,
                                          .seats = 2,
                                          .instances = 1,
                                          .hold_ttl_ns = 1000000000,
                                          .db = { .durability = DURABILITY_ASYNC } },
                            .variant = { .registered = &registered } };

/* A bit of everything; the answers of event 2 leave a search for an order to be made. */
static const char *const files[HISTORY_PARTS] = {
    [HISTORY_REQUESTS] = "op,request,ref,user,event,seats,due_ns,invoke_ns,first_ns,return_ns,outcome,reason,attempts,"
                         "statements,order,app\n"
                         "reserve,1,,1,1,1,0,10,20,30,booked,,1,3,,0\n"
                         "reserve,2,1,1,1,1,0,10,20,40,booked,,2,3,,0\n"
                         "reserve,3,,3,1,1,0,50,,60,sold_out,,1,1,,0\n"
                         "reserve,4,,4,2,1,0,0,12,40,booked,,1,1,,0\n"
                         "reserve,5,,5,2,1,0,10,10,11,booked,,1,1,,0\n"
                         "reserve,6,,6,2,1,0,0,1,5,sold_out,,2,1,,0\n"
                         "reserve,7,,7,2,1,0,0,1,50,unknown,lost,2,1,,0\n"
                         "reserve,8,,8,2,1,0,0,1,50,gave_up,stale,2,1,,0\n"
                         "cancel,,4,4,2,1,60,60,61,100,released,,1,2,,0\n"
                         "cancel,,5,5,2,1,20,20,21,22,released,,1,2,,0\n",
    [HISTORY_LEDGER] = "id,request,event,user,seats\n1,1,1,1,1\n2,2,1,1,1\n",
    [HISTORY_HOLDS] = "id,request,event,user,seats,expired\n3,8,2,8,1,0\n",
    [HISTORY_COUNTERS] = ("kind,app,event,capacity,initial,value\ncounter,,1,2,,0\ncounter,,2,2,,1\n"
                          "own,,1,,,0\nown,,2,,,1\ngate,0,1,,2,0\ngate,0,2,,2,2\n"),
    [HISTORY_SEATS] = "event,seat,request\n1,1,1\n1,2,2\n2,1,8\n2,2,\n",
};

/* 0 / -1, then why is in h. */
static int read_all(struct history_reader *h)
{
    memset(h, 0, sizeof *h);
    h->events = 2;
    for (int part = 0; part < HISTORY_PARTS; part++)
        if (history_reader_take(h, (enum history_part)part, files[part], strlen(files[part])) != 0)
            return -1;
    return 0;
}

static void test_reader(void **state)
{
    struct history_reader h;
    int n, status;
    bool failed = true;

    (void)state;
    for (n = 1; n < MOST && failed; n++) {
        scarce_begin(n);
        status = read_all(&h);
        failed = scarce_end();
        assert_int_equal(status, failed ? -1 : 0);
        if (failed && strstr(h.error, "out of memory") == NULL)
            fail_msg("allocation %d: %s", n, h.error);
        history_reader_free(&h);
    }
    assert_true(n > 5 && n < MOST);
}

static void judge_with_less(struct history_reader *h)
{
    struct audit whole, audit;
    bool failed = true;
    int n;

    audit_judge(&whole, &cell, &h->trial, &h->witnesses);
    for (n = 1; n < MOST && failed; n++) {
        scarce_begin(n);
        audit_judge(&audit, &cell, &h->trial, &h->witnesses);
        failed = scarce_end();
        if (failed && audit.verdict == AUDIT_INVALID && whole.verdict != AUDIT_INVALID)
            fail_msg("allocation %d: guilty of having no memory: %s", n, audit.reason);
        if (failed && audit.verdict == AUDIT_VALID && whole.verdict != AUDIT_VALID)
            fail_msg("allocation %d: acquitted for want of memory", n);
    }
    assert_true(n > 5 && n < MOST);
    assert_int_equal(audit.verdict, whole.verdict);
    assert_string_equal(audit.reason, whole.reason);
}

static void test_judge(void **state)
{
    struct history_reader h;

    (void)state;
    assert_int_equal(read_all(&h), 0);
    for (chosen = LEDGER_COUNTER; chosen <= LEDGER_OWN; chosen++)
        judge_with_less(&h);
    h.trial.cancel_count = 0;
    for (chosen = LEDGER_COUNTER; chosen <= LEDGER_OWN; chosen++)
        judge_with_less(&h);
    history_reader_free(&h);
}

/* What was in doubt and could not be looked up is not taken for checked. */
static void test_doubts(void **state)
{
    struct doubt doubts[] = { { .request = 1, .fate = FATE_COMMITTED, .op = OP_RESERVE } };
    struct trial trial = { .faults = { .on = true, .recovered = true, .doubts = doubts, .doubt_count = 1 } };
    struct witnesses witnesses = { .damage = -1 };
    static const enum audit_verdict before[] = { AUDIT_VALID, AUDIT_INVALID };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct audit audit = { .verdict = before[i], .reason = "before" };

        scarce_begin(1);
        audit_faults(&audit, &cell, &trial, &witnesses);
        assert_true(scarce_end());
        assert_int_equal(audit.checked, 0);
        assert_int_equal(audit.verdict, i == 0 ? AUDIT_UNKNOWN : AUDIT_INVALID);
        assert_string_equal(audit.reason, i == 0 ? "out of memory for the audit" : "before");
        audit_faults(&audit, &cell, &trial, &witnesses);
        assert_int_equal(audit.mismatched, 1);
        assert_int_equal(audit.verdict, AUDIT_INVALID);
    }
    for (int nth = 1; nth <= 2; nth++) {
        scarce_begin(nth);
        assert_int_equal(audit_mark_again(&trial, &witnesses), -1);
        assert_true(scarce_end());
    }
}

/* SQLite's own memory is not ours to take: libsqlite3 calls its own malloc(). */
static void test_look(void **state)
{
    const struct house house = { .events = 2, .seats = 300, .numbered = true };
    struct database *database = bench_database("sqlite", 4);
    char error[DB_ERROR_SIZE] = "";
    struct witnesses w;
    struct db *db;
    bool failed = true;
    int n, status;

    (void)state;
    assert_non_null(database);
    chosen = LEDGER_SEATS;
    assert_int_equal(database_reset(database, &cell.scenario.db, "place", &house), 0);
    assert_non_null(db = database_connect(database, &cell.scenario.db, NULL, error, sizeof error));
    for (n = 1; n < MOST && failed; n++) {
        capture_begin();
        scarce_begin(n);
        status = audit_look(&w, &cell, database, db);
        failed = scarce_end();
        assert_int_equal(status, failed ? EXIT_ERROR : EXIT_OK);
        if (failed)
            assert_string_equal(capture_end(), "lastseat: out of memory for the audit's witnesses\n");
        else
            assert_string_equal(capture_end(), "");
        if (failed)
            (void)db_exec(db, "ROLLBACK");
        witnesses_free(&w);
    }
    assert_true(n > 2 && n < MOST);
    db_close(db);
    database_close(database);
}

static int clean(void **state)
{
    (void)state;
    bench_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader),
        cmocka_unit_test(test_judge),
        cmocka_unit_test(test_doubts),
        cmocka_unit_test(test_look),
    };

    return cmocka_run_group_tests(tests, NULL, clean);
}
