/* Probes on real databases: what must never be is seen while it is there, honest strategies never show it, and a probe
 * that fails does not pass for one that saw nothing. */
#include <stdio.h>
#include <string.h>

#include "harness/audit/anomaly.h"
#include "harness/audit/audit.h"
#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"
#include "harness/results/finding.h"
#include "harness/run/place.h"
#include "harness/run/probe.h"
#include "tests/support/bench.h"

#define HOUSE "# q\n[inventory]\nevents = 2\nseats = 2\n[load]\nusers = 2\n[audit]\nprobe = 1ms\n"

static struct bench_cells made;
static struct db *db;

static void open_house(size_t n, const char *variant)
{
    char error[DB_ERROR_SIZE] = "";

    bench_cells_make(&made, HOUSE, variant, bench_names[n]);
    assert_int_equal(place_prepare(bench_databases[n], made.cell, "probe"), 0);
    db = database_connect(bench_databases[n], &made.cell->scenario.db, NULL, error, sizeof error);
    assert_string_equal(error, "");
}

static void close_house(size_t n)
{
    db_close(db);
    database_drop(bench_databases[n]);
    bench_cells_free(&made);
}

static void sql(const char *text)
{
    if (db_exec(db, text) != DB_OK)
        fail_msg("%s: %s", text, db_last_error(db));
}

/* What some looks say of the house as it is. */
static struct trial look(size_t n)
{
    struct trial trial = { .record_count = 0 };
    struct probe *probe;

    assert_int_equal(probe_open(&probe, made.cell, bench_databases[n]), 0);
    assert_non_null(probe);
    probe_start(probe, clock_now_ns());
    wait_until(clock_now_ns() + 20 * NS_PER_MS);
    probe_stop(probe, &trial);
    probe_close(probe);
    return trial;
}

static void sees(size_t n, const char *edit, bool oversold, bool negative, bool duplicate)
{
    struct probes seen;
    struct trial trial;

    if (edit != NULL)
        sql(edit);
    trial = look(n);
    seen = trial.probes;
    if (trial.void_reason[0] != '\0')
        fail_msg("%s", trial.void_reason);
    assert_true(seen.asked);
    assert_true(seen.n > 0);
    assert_int_equal(seen.oversold, oversold ? seen.n : 0);
    assert_int_equal(seen.negative, negative ? seen.n : 0);
    assert_int_equal(seen.duplicate_seat, duplicate ? seen.n : 0);
    assert_int_equal(seen.violations, oversold || negative || duplicate ? seen.n : 0);
    assert_true(seen.violations > 0 ? seen.first_ns >= 0 : seen.first_ns == -1);
    assert_true(seen.statements >= seen.n);
    assert_true(seen.busy_ns > 0);
    assert_true(seen.cpu_ns > 0);
}

#define BOOK(request, event, seats)                                                                                    \
    "INSERT INTO bookings (request, event, user_id, seats) VALUES (" #request ", " #event ", 1, " #seats ")"
#define HOLD(request, expires)                                                                                         \
    "INSERT INTO bookings (request, event, user_id, seats, state, expires_at) VALUES (" #request                       \
    ", 1, 1, 1, 'PENDING', " expires ")"

static void test_the_counter(void **state)
{
    (void)state;
    for (size_t n = 0; n < BENCH_DATABASES; n++) {
        if (bench_databases[n] == NULL)
            continue;
        open_house(n, "atomic");
        sees(n, NULL, false, false, false);
        sees(n, BOOK(1, 1, 2), false, false, false); /* full, and no more: another event has its own seats */
        sees(n, BOOK(2, 2, 2), false, false, false);
        sees(n, HOLD(3, "lastseat_now() - 1000"), false, false, false); /* over */
        sees(n, HOLD(4, "lastseat_now() + 60000000"), true, false, false);
        sql("DELETE FROM bookings WHERE request = 4");
        sees(n, BOOK(5, 2, 1), true, false, false);
        sql("DELETE FROM bookings WHERE request = 5");
        sees(n, "UPDATE events SET available = -1 WHERE id = 2", false, true, false);
        close_house(n);
    }
}

static void test_numbered_seats(void **state)
{
    (void)state;
    for (size_t n = 0; n < BENCH_DATABASES; n++) {
        if (bench_databases[n] == NULL || !bench_can_run(n, "seat_rows:pick=ordered"))
            continue;
        open_house(n, "seat_rows:pick=ordered");
        sql("UPDATE seats SET request = 1 WHERE event = 1 AND seat = 1");
        sees(n, BOOK(1, 1, 1), false, false, false);
        sees(n, BOOK(2, 1, 1), false, false, true); /* it was told a seat that request 1 has */
        sees(n, "UPDATE seats SET request = 2 WHERE event = 1 AND seat = 2", false, false, false);
        sees(n, "INSERT INTO seats (event, seat, request) VALUES (2, 1, NULL)", false, false, true);
        close_house(n);
    }
}

/* Tables of the strategy's own say what is left. */
static void test_own_tables(void **state)
{
    (void)state;
    for (size_t n = 0; n < BENCH_DATABASES; n++) {
        if (bench_databases[n] == NULL)
            continue;
        open_house(n, "sharded:shards=1");
        sees(n, NULL, false, false, false);
        sees(n, "UPDATE shards SET available = -1 WHERE event = 1", false, true, false);
        close_house(n);
    }
}

/* What one sees who looks inside of a transaction is not seen from outside, and a look waits for nobody. */
static void test_only_what_is_committed(void **state)
{
    (void)state;
    for (size_t n = 0; n < BENCH_DATABASES; n++) {
        if (bench_databases[n] == NULL)
            continue;
        open_house(n, "atomic");
        sql("BEGIN");
        sql(BOOK(1, 1, 9));
        sees(n, NULL, false, false, false);
        sql("COMMIT");
        sees(n, NULL, true, false, false);
        close_house(n);
    }
}

/* ---- a probe that fails --------------------------------------------------------------------------------------------
 */

static void fails(size_t n, const char *how, const char *part)
{
    struct finding finding = { 0 };
    struct trial trial = { .record_count = 0 };
    struct audit audit;
    struct counter counters[] = { { .event = 1, .capacity = 2, .available = 2 },
                                  { .event = 2, .capacity = 2, .available = 2 } };
    struct witnesses nothing = { .counters = counters, .counter_count = 2 };
    struct probe *probe;

    assert_int_equal(probe_open(&probe, made.cell, bench_databases[n]), 0);
    probe_start(probe, clock_now_ns());
    wait_until(clock_now_ns() + 10 * NS_PER_MS);
    sql(how);
    wait_until(clock_now_ns() + 50 * NS_PER_MS);
    probe_stop(probe, &trial);
    probe_close(probe);
    assert_non_null(strstr(trial.void_reason, "a probe failed after "));
    if (strstr(trial.void_reason, part) == NULL)
        fail_msg("no '%s' in '%s'", part, trial.void_reason);
    assert_int_equal(trial.probes.violations, 0);
    audit_judge(&audit, made.cell, &trial, &nothing);
    assert_int_not_equal(audit.verdict, AUDIT_VALID);
    finding_add(&finding, &trial, &audit);
    assert_int_equal(finding.voids, 1);
    assert_int_equal(finding.trials, 0);
    assert_string_equal(finding_verdict(&finding, made.cell), "unknown");
}

static void test_a_probe_that_fails(void **state)
{
    (void)state;
    for (size_t n = 0; n < BENCH_DATABASES; n++) {
        if (bench_databases[n] == NULL)
            continue;
        open_house(n, "atomic");
        fails(n, "ALTER TABLE bookings RENAME TO elsewhere", "bookings");
        close_house(n);
    }
}

static void test_a_lost_connection(void **state)
{
    (void)state;
    if (bench_databases[1] == NULL)
        skip();
    open_house(1, "atomic");
    fails(1,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
          " AND application_name = current_setting('application_name')",
          "");
    close_house(1);
}

static void test_nothing_to_look_at(void **state)
{
    struct trial trial = { .record_count = 0 };
    struct probe *probe;

    (void)state;
    bench_cells_make(&made, "# q\n[load]\nusers = 2\n", "atomic", "sqlite");
    assert_int_equal(probe_open(&probe, made.cell, bench_databases[0]), 0);
    assert_null(probe);
    probe_start(probe, 1);
    probe_stop(probe, &trial);
    probe_close(probe);
    assert_false(trial.probes.asked);
    assert_string_equal(trial.void_reason, "");
    bench_cells_free(&made);
}

/* A reader of SQLite's journal mode delete keeps writers out. */
static void test_journal_delete_is_skipped(void **state)
{
    const struct scenario *only = &made.scenario;
    struct text_list dbs = { 0 };
    char path[200];
    FILE *file;

    (void)state;
    memset(&made, 0, sizeof made);
    snprintf(path, sizeof path, "%s/delete.ini", bench_scratch());
    assert_non_null(file = fopen(path, "w"));
    fputs("# q\n[db]\nuse = sqlite, postgres\njournal = delete\n[audit]\nprobe = 5ms\n[run]\nstrategies = atomic\n",
          file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(scenario_load(&made.scenario, path, NULL, 0), EXIT_OK);
    assert_int_equal(cells_expand(&made.cells, &only, 1, NULL, NULL), EXIT_OK);
    for (size_t i = 0; i < made.cells.n; i++) {
        const struct cell *cell = &made.cells.cell[i];

        if (strcmp(cell->db, "sqlite") == 0)
            assert_non_null(strstr(cell->skip, "a probe keeps writers waiting"));
        else if (bench_databases[1] != NULL)
            assert_string_equal(cell->skip, "");
    }
    text_list_free(&dbs);
    bench_cells_free(&made);
}

/* ---- while the rush goes on ----------------------------------------------------------------------------------------
 */

/* Not a burst: on a machine that is slow that is over before the first probe, or before the first that could see. */
static const char rush_ini[] = "# q\n[inventory]\nseats = 5\n[load]\nmodel = open\nrate = 400/s\nduration = 200ms\n"
                               "[checkout]\ntime = 10ms\n[hold]\nttl = 1s\n[audit]\nprobe = 1ms\n";

static void rush(size_t n, const char *variant, struct trial *trial, struct audit *audit)
{
    struct witnesses witnesses;

    bench_cells_make(&made, rush_ini, variant, bench_names[n]);
    assert_int_equal(trial_run(trial, made.cell, bench_databases[n], 1, "rush", NULL), EXIT_OK);
    assert_string_equal(trial->void_reason, "");
    assert_true(trial->probes.n > 0);
    assert_int_equal(audit_read(&witnesses, made.cell, bench_databases[n]), EXIT_OK);
    audit_judge(audit, made.cell, trial, &witnesses);
    witnesses_free(&witnesses);
    database_drop(bench_databases[n]);
}

static void test_honest_strategies_never_show_it(void **state)
{
    static const char *const honest[] = { "atomic",    "pessimistic:check=count",
                                          "soft_hold", "seat_rows:pick=ordered",
                                          "sharded",   "unique_claim" };
    struct trial trial;
    struct audit audit;

    (void)state;
    for (size_t n = 0; n < BENCH_DATABASES; n++)
        for (size_t i = 0; i < sizeof honest / sizeof honest[0]; i++) {
            if (bench_databases[n] == NULL || !bench_can_run(n, honest[i]))
                continue;
            rush(n, honest[i], &trial, &audit);
            if (trial.probes.violations != 0)
                fail_msg("%s on %s: %lld of %lld probes", honest[i], bench_names[n], (long long)trial.probes.violations,
                         (long long)trial.probes.n);
            /* The probe's statements are none of the users' (finish() has held the counts against each other). */
            assert_int_equal(trial.ops.statements, trial.totals.statements + trial.service_ops.statements);
            trial_free(&trial);
            bench_cells_free(&made);
        }
}

static void test_who_oversells_is_seen(void **state)
{
    static const struct {
        const char *variant;
        bool negative, duplicate;
    } cases[] = { { "naive", false, false }, { "off_by_one_over", true, false }, { "seat_unlocked", false, true } };
    struct trial trial;
    struct audit audit;

    (void)state;
    for (size_t n = 0; n < BENCH_DATABASES; n++)
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            if (bench_databases[n] == NULL)
                continue;
            rush(n, cases[i].variant, &trial, &audit);
            if (trial.probes.violations == 0)
                fail_msg("%s on %s: %lld probes saw nothing of %lld seats oversold", cases[i].variant, bench_names[n],
                         (long long)trial.probes.n, (long long)audit.oversold);
            assert_true(trial.probes.first_ns > 0);
            assert_int_equal(trial.probes.negative > 0, cases[i].negative);
            assert_int_equal(trial.probes.duplicate_seat > 0, cases[i].duplicate);
            assert_int_equal(anomaly_amount(&audit, ANOMALY_PROBED), trial.probes.violations);
            trial_free(&trial);
            bench_cells_free(&made);
        }
}

/* Oversold for a moment only: nothing is left of it but what the probes saw, and that is enough. */
static void test_what_was_put_right_again(void **state)
{
    struct finding finding = { 0 };
    struct audit audit = { .capacity = 2, .sold = 2, .probes = { .asked = true, .n = 9, .violations = 3 } };
    struct trial trial = { .probes = audit.probes };

    (void)state;
    bench_cells_make(&made, HOUSE, "atomic", "sqlite");
    finding_add(&finding, &trial, &audit);
    assert_string_equal(finding_verdict(&finding, made.cell), "oversells");
    assert_true(finding_broken(&finding, made.cell));
    bench_cells_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_counter),
        cmocka_unit_test(test_numbered_seats),
        cmocka_unit_test(test_own_tables),
        cmocka_unit_test(test_only_what_is_committed),
        cmocka_unit_test(test_a_probe_that_fails),
        cmocka_unit_test(test_a_lost_connection),
        cmocka_unit_test(test_nothing_to_look_at),
        cmocka_unit_test(test_journal_delete_is_skipped),
        cmocka_unit_test(test_honest_strategies_never_show_it),
        cmocka_unit_test(test_who_oversells_is_seen),
        cmocka_unit_test(test_what_was_put_right_again),
    };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
