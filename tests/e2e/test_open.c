/* Open load on real databases: requests come when they are due, whatever became of those before; what a stall costs
 * those who come meanwhile is counted, and so is what was never begun. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/audit.h"
#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"
#include "harness/results/metric.h"
#include "harness/scenario/timetable.h"
#include "tests/support/bench.h"

struct outcome_of {
    struct trial trial;
    struct audit audit;
    struct timetable timetable;
    int64_t users;
};

static struct trial_progress progress;

static void run(struct outcome_of *out, struct database *database, const char *db, const char *variant, const char *ini)
{
    struct witnesses witnesses = { 0 };
    struct bench_cells made;

    memset(out, 0, sizeof *out);
    atomic_store(&progress.sold, 0);
    bench_cells_make(&made, ini, variant, db);
    assert_int_equal(trial_run(&out->trial, made.cell, database, 1, "open", &progress), EXIT_OK);
    if ((database_caps(database) & DB_CAN_HOLD_ROWS) != 0) {
        assert_int_equal(audit_read(&witnesses, made.cell, database), EXIT_OK);
        audit_judge(&out->audit, made.cell, &out->trial, &witnesses);
    }
    assert_int_equal(timetable_draw(&out->timetable, &made.cell->scenario, 1), 0);
    out->users = made.cell->scenario.users;
    witnesses_free(&witnesses);
    database_drop(database);
    bench_cells_free(&made);
}

static void let_go(struct outcome_of *got)
{
    timetable_free(&got->timetable);
    trial_free(&got->trial);
}

static void assert_valid(const struct outcome_of *got)
{
    if (got->trial.void_reason[0] != '\0' || got->audit.verdict != AUDIT_VALID)
        fail_msg("void '%s', audit '%s'", got->trial.void_reason, got->audit.reason);
    assert_int_equal(got->audit.told, got->audit.sold);
}

/* Each request was due when it was planned, was its user's, and did not begin before. */
static void assert_on_schedule(const struct outcome_of *got)
{
    const struct trial *trial = &got->trial;

    for (size_t i = 0; i < trial->record_count; i++) {
        const struct record *r = &trial->records[i];
        int64_t id = r->ref != 0 ? r->ref : r->request;

        assert_int_equal(r->due_ns - trial->start_ns, got->timetable.due_ns[id - 1]);
        assert_int_equal(r->user, (id - 1) % got->users + 1);
        assert_true(r->invoke_ns >= r->due_ns);
        assert_true(r->return_ns >= r->invoke_ns);
    }
}

static void every_variant_is_given_the_same_requests(void **state)
{
    static const char ini[] = "# q\n[inventory]\nseats = 60\n[load]\nmodel = open\nrate = 400/s\nduration = 250ms\n"
                              "users = 40\nlate = 1m\n[db]\ndurability = async\n[retry]\nattempts = unlimited\n";
    static const char *const variants[] = { "atomic", "queue", "optimistic", "admission", "pessimistic:check=count" };

    (void)state;
    for (size_t d = 0; d < BENCH_DATABASES; d++)
        for (size_t v = 0; v < sizeof variants / sizeof variants[0] && bench_databases[d] != NULL; v++) {
            struct outcome_of got;

            run(&got, bench_databases[d], bench_names[d], variants[v], ini);
            assert_valid(&got);
            assert_on_schedule(&got);
            assert_int_equal(got.trial.record_count, got.timetable.n);
            assert_int_equal(got.trial.totals.requests, got.timetable.n);
            assert_int_equal(got.audit.sold, 60);
            assert_int_equal(got.trial.pace.offered, got.timetable.n);
            assert_int_equal(got.trial.pace.skipped, 0);
            assert_true(got.trial.pace.in_flight_max >= 1);
            assert_true(got.trial.pace.sustained);
            let_go(&got);
        }
}

/* Two workers, yet a parked attempt, a backoff and a cancel that is due later keep neither. */
static void few_workers_serve_many(void **state)
{
    static const char ini[] =
        "# q\n[inventory]\nseats = 40\n[load]\nmodel = open\narrivals = constant\nrate = 500/s\n"
        "duration = 200ms\nusers = 50\nworkers = 2\n[request]\nrepeat = 30%\n[mix]\ncancel = 50%\n"
        "cancel_after = uniform:1ms..40ms\nbrowsers = 2\n[db]\ndurability = async\n"
        "[retry]\nattempts = unlimited\n";
    struct outcome_of got;

    (void)state;
    for (size_t d = 0; d < BENCH_DATABASES; d++)
        for (size_t v = 0; v < 2 && bench_databases[d] != NULL; v++) {
            run(&got, bench_databases[d], bench_names[d], v == 0 ? "queue" : "optimistic", ini);
            assert_valid(&got);
            assert_on_schedule(&got);
            assert_int_equal(got.timetable.n, 100);
            assert_true(got.trial.totals.repeats > 10);
            assert_int_equal(got.trial.totals.requests, 100 + got.trial.totals.repeats);
            assert_true(got.trial.cancel_count > 5);
            for (size_t i = 0; i < got.trial.cancel_count; i++)
                assert_true(got.trial.cancels[i].invoke_ns >= got.trial.cancels[i].due_ns);
            assert_true(got.trial.totals.browses.n > 10);
            let_go(&got);
        }
}

/* ---- a stall ----------------------------------------------------------------------------------------------------- */

#define STALL_NS (300 * NS_PER_MS)

/* Once some are booked: holds the database's write lock for a while, as a nightly job might. */
static void *stall(void *arg)
{
    struct database *database = arg;
    const struct db_settings settings = { .durability = DURABILITY_ASYNC, .journal = JOURNAL_WAL };
    char error[DB_ERROR_SIZE] = "";
    struct db *db;

    while (atomic_load(&progress.sold) < 20)
        wait_until(clock_now_ns() + NS_PER_MS);
    if ((db = database_connect(database, &settings, NULL, error, sizeof error)) == NULL)
        return NULL;
    if (db_begin(db, TX_WRITE) == DB_OK) {
        wait_until(clock_now_ns() + STALL_NS);
        (void)db_rollback(db);
    }
    db_close(db);
    return db;
}

/* Two of a thousand wait in the stalled database; hundreds stand behind them, and only from when they were due can that
 * be seen. */
static void a_stall_is_counted_for_all_it_delays(void **state)
{
    const struct totals *totals;
    double response_ns, service_ns, metric[METRIC_COUNT];
    struct outcome_of got;
    pthread_t thread;
    void *stalled;

    (void)state;
    atomic_store(&progress.sold, 0);
    assert_int_equal(pthread_create(&thread, NULL, stall, bench_databases[0]), 0);
    run(&got, bench_databases[0], bench_names[0], "atomic",
        "# q\n[inventory]\nseats = 100000\n[load]\nmodel = open\narrivals = constant\nrate = 1500/s\nduration = 700ms\n"
        "users = 100\nworkers = 2\nlate = 20ms\n[db]\ndurability = async\nbusy = poll:1ms\n");
    pthread_join(thread, &stalled);
    assert_non_null(stalled);
    assert_valid(&got);
    totals = &got.trial.totals;
    response_ns = (double)hist_quantile(&totals->response[TOTALS_ALL], 0.99);
    service_ns = (double)hist_quantile(&totals->service[TOTALS_ALL], 0.99);
    assert_true(totals->service[TOTALS_ALL].max > STALL_NS / 2);
    assert_true(response_ns > 0.7 * (double)STALL_NS);
    assert_true(response_ns > 3 * service_ns);
    assert_true(got.trial.pace.late > 200);
    metric_read(metric, &got.trial, &got.audit);
    assert_true(metric[METRIC_RESPONSE_OVER_SERVICE] > 3);
    assert_true(metric[METRIC_LATE] == (double)got.trial.pace.late);
    let_go(&got);
}

/* ---- a rate that cannot be reached ------------------------------------------------------------------------------- */

static void a_rate_out_of_reach_is_flagged(void **state)
{
    struct outcome_of got;

    (void)state;
    run(&got, bench_databases[0], bench_names[0], "atomic",
        "# q\n[inventory]\nseats = 1000000\n[load]\nmodel = open\nrate = 200000/s\nduration = 100ms\nusers = 100\n"
        "workers = 4\ndrain = 50ms\n");
    assert_valid(&got);
    assert_on_schedule(&got);
    assert_true(got.trial.pace.skipped > 0);
    assert_int_equal(got.trial.pace.offered, got.timetable.n);
    assert_int_equal(got.trial.totals.requests + got.trial.pace.skipped, got.timetable.n);
    assert_false(got.trial.pace.sustained);
    assert_true(got.trial.pace.achieved < got.trial.pace.offered);
    let_go(&got);

    /* All are answered in the end, late. */
    run(&got, bench_databases[0], bench_names[0], "atomic",
        "# q\n[inventory]\nseats = 1000000\n[load]\nmodel = open\nrate = 60000/s\nduration = 50ms\nusers = 100\n"
        "workers = 4\ndrain = 1m\nlate = 5ms\n[db]\ndurability = async\n");
    assert_valid(&got);
    assert_int_equal(got.trial.pace.skipped, 0);
    assert_int_equal(got.trial.totals.requests, got.timetable.n);
    assert_false(got.trial.pace.sustained);
    assert_true(got.trial.pace.lag.lo > 0);
    let_go(&got);
}

/* As the smallest rate can by chance: no request at all, and a trial that says so. */
static void nobody_came(void **state)
{
    char ini[200];
    bool nobody = false;

    (void)state;
    for (int seed = 0; seed < 100 && !nobody; seed++) {
        struct outcome_of got;

        snprintf(ini, sizeof ini, "# q\n[load]\nmodel = open\nrate = 100/s\nduration = 10ms\n[run]\nseed = %d\n", seed);
        run(&got, bench_databases[0], bench_names[0], "atomic", ini);
        assert_int_equal(got.trial.totals.requests, got.timetable.n);
        if ((nobody = got.timetable.n == 0))
            assert_non_null(strstr(got.trial.void_reason, "no request was due"));
        let_go(&got);
    }
    assert_true(nobody);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_variant_is_given_the_same_requests),
        cmocka_unit_test(few_workers_serve_many),
        cmocka_unit_test(a_stall_is_counted_for_all_it_delays),
        cmocka_unit_test(a_rate_out_of_reach_is_flagged),
        cmocka_unit_test(nobody_came),
    };

    return cmocka_run_group_tests_name("open", tests, bench_open_databases, bench_close_databases);
}
