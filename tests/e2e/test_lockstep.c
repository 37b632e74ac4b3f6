/* Lock-step on real databases: the unchanged strategies, one thread per user, and counts that are exact. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/audit.h"
#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/measure/model.h"
#include "harness/results/document.h"
#include "harness/results/metric.h"
#include "tests/support/bench.h"

struct counted {
    struct trial trial;
    struct audit audit;
};

static void run(struct counted *out, size_t database, const char *variant, int users, int seats, const char *attempts,
                const char *more)
{
    struct database *place = bench_databases[database];
    struct witnesses witnesses = { 0 };
    struct bench_cells made;
    char ini[512];

    snprintf(ini, sizeof ini,
             "[inventory]\nseats = %d\n[load]\nmodel = lockstep\nusers = %d\n[retry]\nbackoff = none\nattempts = %s\n"
             "%s\n",
             seats, users, attempts, more);
    bench_cells_make(&made, ini, variant, bench_names[database]);
    assert_int_equal(trial_run(&out->trial, made.cell, place, 1, "lockstep", NULL), EXIT_OK);
    assert_string_equal(out->trial.void_reason, "");
    assert_int_equal(audit_read(&witnesses, made.cell, place), EXIT_OK);
    audit_judge(&out->audit, made.cell, &out->trial, &witnesses);
    witnesses_free(&witnesses);
    database_drop(place);
    bench_cells_free(&made);
}

/* Reads, and writes but for the INSERT of each booking, are those of the model. Returns their sum. */
static int64_t assert_race(size_t database, const char *variant, int users, int seats, const char *attempts,
                           const char *more)
{
    int64_t tries = strcmp(attempts, "unlimited") == 0 ? INT64_MAX : strtoll(attempts, NULL, 10);
    struct model_race race = model_race(users, seats, tries);
    struct counted got;
    int64_t statements;

    run(&got, database, variant, users, seats, attempts, more);
    assert_int_equal(got.trial.ops.reads, race.reads);
    assert_int_equal(got.trial.ops.writes, race.swaps + race.sold);
    assert_int_equal(got.trial.ops.statements, race.reads + race.swaps + race.sold);
    assert_int_equal(got.trial.totals.attempts, race.reads);
    assert_int_equal(got.trial.totals.outcomes[OUTCOME_BOOKED], race.sold);
    assert_int_equal(got.audit.sold, race.sold);
    assert_int_equal(got.audit.oversold, 0);
    assert_int_equal(got.audit.drift, 0);
    assert_int_equal(got.audit.lost + got.audit.ghost + got.audit.duplicate, 0);
    statements = got.trial.ops.statements;
    trial_free(&got.trial);
    return statements - race.sold;
}

static void a_thousand_users_and_ten_seats(void **state)
{
    (void)state;
    assert_int_equal(assert_race(0, "optimistic", 1000, 10, "5", ""), 9980);
    assert_int_equal(assert_race(0, "optimistic", 1000, 10, "unlimited", ""), 20900);
    if (bench_databases[1] != NULL)
        assert_int_equal(assert_race(1, "optimistic", 1000, 10, "5", ""), 9980);
}

static void other_crowds_and_pools(void **state)
{
    (void)state;
    for (size_t d = 0; d < BENCH_DATABASES; d++) {
        if (bench_databases[d] == NULL)
            continue;
        assert_race(d, "optimistic", 1, 1, "1", "");
        assert_race(d, "optimistic", 30, 4, "1", "[db]\npool = 1");
        assert_race(d, "optimistic", 30, 4, "4", "[db]\npool = 1");
        assert_race(d, "optimistic:by=value", 30, 40, "unlimited", "[db]\npool = 2");
        assert_race(d, "optimistic", 60, 7, "unlimited", "[app]\ninstances = 3\n[db]\npool = 1");
    }
}

/* Everybody reads ten before anybody writes nine. */
static void a_strategy_that_does_not_look_again_sells_to_all(void **state)
{
    struct counted got;

    (void)state;
    run(&got, 0, "naive", 200, 10, "4", "");
    assert_int_equal(got.audit.sold, 200);
    assert_int_equal(got.audit.oversold, 190);
    trial_free(&got.trial);
}

/* A transaction, and what an app's lock holds together, is one step: nobody gets in between. */
static void what_holds_something_is_one_step(void **state)
{
    static const char *const variants[] = { "pessimistic", "pessimistic:lock=mutex", "pessimistic:lock=fifo", "atomic",
                                            "admission" };
    struct counted got;

    (void)state;
    for (size_t d = 0; d < BENCH_DATABASES; d++)
        for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++) {
            if (bench_databases[d] == NULL || !bench_can_run(d, variants[v]))
                continue;
            run(&got, d, variants[v], 100, 10, "1", "");
            assert_int_equal(got.audit.verdict, AUDIT_VALID);
            assert_int_equal(got.audit.sold, 10);
            assert_int_equal(got.trial.totals.outcomes[OUTCOME_SOLD_OUT], 90);
            trial_free(&got.trial);
        }
}

static void two_runs_answer_every_user_alike(void **state)
{
    struct counted first, second;

    (void)state;
    run(&first, 0, "optimistic", 200, 10, "5", "[request]\nseats = 1:60%, 3:40%");
    run(&second, 0, "optimistic", 200, 10, "5", "[request]\nseats = 1:60%, 3:40%");
    assert_int_equal(first.trial.record_count, second.trial.record_count);
    for (size_t i = 0; i < first.trial.record_count; i++) {
        const struct record *a = &first.trial.records[i], *b = &second.trial.records[i];

        assert_int_equal(a->request, b->request);
        assert_int_equal(a->outcome, b->outcome);
        assert_int_equal(a->attempts, b->attempts);
        assert_int_equal(a->statements, b->statements);
    }
    trial_free(&first.trial);
    trial_free(&second.trial);
}

/* How long the taking of turns went on says nothing of a strategy. */
static void nothing_is_said_of_time(void **state)
{
    double metric[METRIC_COUNT];
    struct counted got;
    json_t *trial;

    (void)state;
    run(&got, 0, "optimistic", 20, 3, "5", "");
    metric_read(metric, &got.trial, &got.audit);
    for (int m = 0; m < METRIC_COUNT; m++)
        if (strcmp(metrics[m].name, "harness_cpu_ns") != 0 && strcmp(metrics[m].name, "server_cpu_ns") != 0 &&
            (strstr(metrics[m].name, "_ns") != NULL || strstr(metrics[m].name, "_per_s") != NULL) && !isnan(metric[m]))
            fail_msg("%s is %g", metrics[m].name, metric[m]);
    trial = document_trial(1, &got.trial, &got.audit);
    assert_true(json_is_null(json_object_get(trial, "bookings_per_s")));
    json_decref(trial);
    trial_free(&got.trial);
}

static void what_has_a_thread_of_its_own_is_skipped(void **state)
{
    struct cell cell = { .scenario.model = LOAD_LOCKSTEP, .db = "sqlite" };

    (void)state;
    assert_int_equal(variant_parse(&cell.variant, "queue", "here"), EXIT_OK);
    cell_explain_skip(&cell);
    assert_string_equal(cell.skip, "queue has service threads, which have no turn in lock-step");
    variant_free(&cell.variant);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_users_and_ten_seats),
        cmocka_unit_test(other_crowds_and_pools),
        cmocka_unit_test(a_strategy_that_does_not_look_again_sells_to_all),
        cmocka_unit_test(what_holds_something_is_one_step),
        cmocka_unit_test(two_runs_answer_every_user_alike),
        cmocka_unit_test(nothing_is_said_of_time),
        cmocka_unit_test(what_has_a_thread_of_its_own_is_skipped),
    };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
