/* What a verdict comes to: status to verdict, verdict to another try or an outcome. */
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"
#include "harness/measure/aside.h"
#include "harness/run/inflight.h"
#include "tests/support/bench.h"

static void expect(enum db_status status, enum verdict verdict, enum reason reason)
{
    struct attempt attempt;

    memset(&attempt, 0, sizeof attempt);
    assert_int_equal(verdict_of(&attempt, status), verdict);
    assert_int_equal(attempt.reason, reason);
}

static void test_verdict_of(void **state)
{
    (void)state;
    expect(DB_OK, VERDICT_BOOKED, REASON_NONE);
    expect(DB_BUSY, VERDICT_CONFLICT, REASON_BUSY);
    expect(DB_CONFLICT, VERDICT_CONFLICT, REASON_SERIALIZATION);
    expect(DB_DEADLOCK, VERDICT_CONFLICT, REASON_DEADLOCK);
    expect(DB_CONSTRAINT, VERDICT_FAILED, REASON_CONSTRAINT);
    expect(DB_LOCK_TIMEOUT, VERDICT_TIMED_OUT, REASON_LOCK_TIMEOUT);
    expect(DB_STATEMENT_TIMEOUT, VERDICT_TIMED_OUT, REASON_STATEMENT_TIMEOUT);
    expect(DB_POOL_TIMEOUT, VERDICT_TIMED_OUT, REASON_POOL_TIMEOUT);
    expect(DB_ROLLED_BACK, VERDICT_FAILED, REASON_ROLLED_BACK);
    expect(DB_LOST, VERDICT_FAILED, REASON_LOST);
    expect(DB_IN_DOUBT, VERDICT_UNKNOWN, REASON_LOST);
    expect(DB_FULL, VERDICT_FAILED, REASON_FULL);
    expect(DB_ERROR, VERDICT_FAILED, REASON_ERROR);
}

static void test_reasons_have_names(void **state)
{
    int a, b;

    (void)state;
    for (a = 0; a < REASON_COUNT; a++) {
        assert_non_null(reason_name((enum reason)a));
        for (b = 0; b < a; b++)
            assert_string_not_equal(reason_name((enum reason)a), reason_name((enum reason)b));
    }
}

/* A flight without a worker: verdicts are put into it by hand. */
struct fixture {
    struct bench_cells made;
    struct app_server server;
    struct record record;
    struct plan plan;
    struct inflight flight;
};

static void begin(struct fixture *fixture, const char *retry)
{
    char ini[200];

    memset(fixture, 0, sizeof *fixture);
    snprintf(ini, sizeof ini, "# q\n[load]\nusers = 3\n[retry]\n%s\n", retry);
    bench_cells_make(&fixture->made, ini, "atomic", "sqlite");
    fixture->server.cell = fixture->made.cell;
    fixture->server.app = cell_app(fixture->made.cell, 0);
    plan_init(&fixture->plan, &fixture->made.cell->scenario, 0);
    inflight_init(&fixture->flight, &fixture->plan, 2, 0, &fixture->server, &fixture->record, NULL, NULL);
}

static bool settle(struct fixture *fixture, enum verdict verdict, enum reason reason)
{
    fixture->flight.attempt.number++;
    fixture->record.attempts++;
    fixture->flight.verdict = verdict;
    fixture->flight.attempt.reason = reason;
    return inflight_settle(&fixture->flight);
}

static void test_answers_are_final(void **state)
{
    static const struct {
        enum verdict verdict;
        enum outcome outcome;
    } finals[] = {
        { VERDICT_BOOKED, OUTCOME_BOOKED },       { VERDICT_SOLD_OUT, OUTCOME_SOLD_OUT },
        { VERDICT_TIMED_OUT, OUTCOME_TIMED_OUT }, { VERDICT_SHED, OUTCOME_SHED },
        { VERDICT_ABANDONED, OUTCOME_ABANDONED }, { VERDICT_UNKNOWN, OUTCOME_UNKNOWN },
        { VERDICT_FAILED, OUTCOME_FAILED },
    };
    struct fixture fixture;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof finals / sizeof finals[0]; i++) {
        begin(&fixture, "attempts = 5");
        assert_false(settle(&fixture, finals[i].verdict, REASON_ERROR));
        assert_int_equal(fixture.record.outcome, finals[i].outcome);
        assert_int_equal(fixture.record.reason, REASON_ERROR);
        bench_cells_free(&fixture.made);
    }
}

static enum verdict loses(struct attempt *attempt)
{
    return attempt_conflict(attempt, attempt->number == 2 ? REASON_BUSY : REASON_STALE);
}

/* The fixture's cell with a strategy of the test's own. */
static void replace_strategy(struct fixture *fixture, struct cell *cell, const struct registered *registered)
{
    *cell = *fixture->made.cell;
    cell->variant.registered = registered;
    fixture->server.cell = cell;
}

static void test_conflicts_are_tried_again(void **state)
{
    static const struct strategy strategy = { .name = "loser", .attempt = loses };
    static const struct registered registered = { .strategy = &strategy };
    struct fixture fixture;
    struct cell cell;

    (void)state;
    begin(&fixture, "attempts = 3\nbackoff = none");
    replace_strategy(&fixture, &cell, &registered);
    for (int try = 1; try <= 3; try++) {
        assert_int_equal(inflight_try(&fixture.flight), VERDICT_CONFLICT);
        assert_int_equal(inflight_settle(&fixture.flight), try < 3);
        assert_int_equal(fixture.flight.due_again_ns, 0);
    }
    assert_int_equal(fixture.record.outcome, OUTCOME_GAVE_UP);
    assert_int_equal(fixture.record.attempts, 3);
    assert_int_equal(fixture.record.retries[REASON_STALE], 1);
    assert_int_equal(fixture.record.retries[REASON_BUSY], 1);
    bench_cells_free(&fixture.made);
}

static enum verdict doubts(struct attempt *a)
{
    return a->number % 2 == 1 ? verdict_of(a, DB_IN_DOUBT) : attempt_conflict(a, REASON_STALE);
}

static void try_and_settle(struct fixture *fixture, enum verdict verdict, bool again)
{
    int64_t request = fixture->flight.attempt.request->id;

    assert_int_equal(inflight_try(&fixture->flight), verdict);
    assert_int_equal(inflight_settle(&fixture->flight), again);
    assert_int_equal(fixture->flight.attempt.request->id, request);
}

/* Only where the scenario says so, and as often as a lost race. */
static void test_unknowns_are_tried_again_when_listed(void **state)
{
    static const struct strategy strategy = { .name = "doubter", .attempt = doubts };
    static const struct registered registered = { .strategy = &strategy };
    struct fixture fixture;
    struct cell cell;

    (void)state;
    begin(&fixture, "attempts = 3\nbackoff = none\non = conflict, unknown");
    replace_strategy(&fixture, &cell, &registered);
    try_and_settle(&fixture, VERDICT_UNKNOWN, true);
    try_and_settle(&fixture, VERDICT_CONFLICT, true);
    try_and_settle(&fixture, VERDICT_UNKNOWN, false);
    assert_int_equal(fixture.record.outcome, OUTCOME_UNKNOWN);
    assert_int_equal(fixture.record.retries[REASON_LOST], 1);
    assert_int_equal(fixture.record.retries[REASON_STALE], 1);
    bench_cells_free(&fixture.made);
    begin(&fixture, "attempts = 3\nbackoff = none\non = unknown");
    assert_int_equal(fixture.server.app.attempts, 1); /* to lose a race is final */
    replace_strategy(&fixture, &cell, &registered);
    try_and_settle(&fixture, VERDICT_UNKNOWN, true);
    try_and_settle(&fixture, VERDICT_CONFLICT, false);
    assert_int_equal(fixture.record.outcome, OUTCOME_UNKNOWN);
    bench_cells_free(&fixture.made);
}

/* What a later try says of itself says nothing of an earlier one that may have booked; what it says of the request is
 * an answer. */
static void test_a_doubt_stays(void **state)
{
    static const struct {
        enum verdict verdict;
        enum reason reason;
        enum outcome outcome;
        enum reason last;
    } ends[] = {
        { VERDICT_TIMED_OUT, REASON_PATIENCE, OUTCOME_UNKNOWN, REASON_LOST },
        { VERDICT_CONFLICT, REASON_STALE, OUTCOME_UNKNOWN, REASON_LOST },
        { VERDICT_FAILED, REASON_CONSTRAINT, OUTCOME_UNKNOWN, REASON_LOST },
        { VERDICT_SHED, REASON_QUEUE_FULL, OUTCOME_UNKNOWN, REASON_LOST },
        { VERDICT_BOOKED, REASON_NONE, OUTCOME_BOOKED, REASON_NONE },
        { VERDICT_SOLD_OUT, REASON_NONE, OUTCOME_SOLD_OUT, REASON_NONE },
        { VERDICT_ABANDONED, REASON_NONE, OUTCOME_ABANDONED, REASON_NONE },
    };
    struct fixture fixture;

    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        begin(&fixture, "attempts = 3\non = unknown");
        assert_true(settle(&fixture, VERDICT_UNKNOWN, REASON_LOST));
        assert_false(settle(&fixture, ends[i].verdict, ends[i].reason));
        assert_int_equal(fixture.record.outcome, ends[i].outcome);
        assert_int_equal(fixture.record.reason, ends[i].last);
        bench_cells_free(&fixture.made);
    }
}

/* ---- patience ---------------------------------------------------------------------------------------------------- */

/* A user who waits no longer than 50 ms; the strategy loses every time. */
static void begin_impatient(struct fixture *fixture, struct cell *cell, const char *retry)
{
    static const struct strategy strategy = { .name = "loser", .attempt = loses };
    static const struct registered registered = { .strategy = &strategy };

    begin(fixture, retry);
    replace_strategy(fixture, cell, &registered);
    fixture->flight.planned.patience_ns = 50 * NS_PER_MS;
}

static void test_no_try_begins_after_patience(void **state)
{
    struct fixture fixture;
    struct cell cell;

    (void)state;
    begin_impatient(&fixture, &cell, "attempts = 3\nbackoff = none");
    inflight_invoke(&fixture.flight, clock_now_ns() - 51 * NS_PER_MS);
    assert_int_equal(inflight_try(&fixture.flight), VERDICT_TIMED_OUT);
    assert_false(inflight_settle(&fixture.flight));
    assert_int_equal(fixture.record.outcome, OUTCOME_TIMED_OUT);
    assert_int_equal(fixture.record.reason, REASON_PATIENCE);
    assert_int_equal(fixture.record.attempts, 0);
    bench_cells_free(&fixture.made);
}

/* A lost try after which patience ends: no retry is counted that never was. */
static void test_no_backoff_goes_beyond_patience(void **state)
{
    struct fixture fixture;
    int64_t due_ns = clock_now_ns();
    struct cell cell;

    (void)state;
    begin_impatient(&fixture, &cell, "attempts = 3\nbackoff = 10s");
    inflight_invoke(&fixture.flight, due_ns);
    assert_int_equal(inflight_try(&fixture.flight), VERDICT_CONFLICT);
    assert_true(inflight_settle(&fixture.flight));
    assert_int_equal(fixture.flight.due_again_ns, due_ns + 50 * NS_PER_MS);
    assert_in_range(fixture.record.backoff_ns, 0, 50 * NS_PER_MS);
    wait_until(fixture.flight.due_again_ns);
    assert_int_equal(inflight_try(&fixture.flight), VERDICT_TIMED_OUT);
    assert_false(inflight_settle(&fixture.flight));
    assert_int_equal(fixture.record.outcome, OUTCOME_TIMED_OUT);
    assert_int_equal(fixture.record.reason, REASON_PATIENCE);
    assert_int_equal(fixture.record.attempts, 1);
    assert_int_equal(fixture.record.retries[REASON_STALE], 0);
    bench_cells_free(&fixture.made);
}

/* The last try that may be lost is a lost one, not impatience. */
static void test_tries_used_up_in_time_gave_up(void **state)
{
    struct fixture fixture;
    struct cell cell;

    (void)state;
    begin_impatient(&fixture, &cell, "attempts = 1");
    inflight_invoke(&fixture.flight, 0);
    assert_int_equal(inflight_try(&fixture.flight), VERDICT_CONFLICT);
    assert_false(inflight_settle(&fixture.flight));
    assert_int_equal(fixture.record.outcome, OUTCOME_GAVE_UP);
    bench_cells_free(&fixture.made);
}

/* ---- what is not a request --------------------------------------------------------------------------------------- */

static void test_second_click(void **state)
{
    struct fixture fixture;
    uint64_t seed;

    (void)state;
    begin(&fixture, "attempts = 3");
    seed = fixture.flight.planned.seed;
    inflight_second(&fixture.flight);
    assert_int_equal(fixture.record.request, PLAN_SECOND + 2);
    assert_int_equal(fixture.record.ref, 2);
    assert_int_equal(fixture.record.user, 2);
    assert_int_equal(fixture.record.op, OP_RESERVE);
    assert_ptr_equal(fixture.flight.attempt.request, &fixture.flight.planned.request);
    assert_int_equal(fixture.flight.attempt.request->id, PLAN_SECOND + 2);
    assert_true(fixture.flight.planned.seed != seed);
    bench_cells_free(&fixture.made);
}

static void test_only_the_booked_cancel(void **state)
{
    struct fixture fixture;
    int64_t due_ns;

    (void)state;
    begin(&fixture, "attempts = 3");
    fixture.flight.planned.cancel_after_ns = 7;
    assert_false(settle(&fixture, VERDICT_BOOKED, REASON_NONE));
    fixture.record.return_ns = 100;
    assert_false(inflight_cancels(&fixture.flight, &due_ns));
    fixture.flight.planned.cancels = true;
    assert_true(inflight_cancels(&fixture.flight, &due_ns));
    assert_int_equal(due_ns, 107);
    assert_false(settle(&fixture, VERDICT_UNKNOWN, REASON_LOST));
    assert_false(inflight_cancels(&fixture.flight, &due_ns));
    assert_false(settle(&fixture, VERDICT_SOLD_OUT, REASON_NONE));
    assert_false(inflight_cancels(&fixture.flight, &due_ns));
    bench_cells_free(&fixture.made);
}

static void test_outcomes_of_a_cancel(void **state)
{
    static const struct {
        enum verdict verdict;
        enum aside_outcome outcome;
    } finals[] = {
        { VERDICT_BOOKED, ASIDE_DONE },      { VERDICT_UNKNOWN, ASIDE_UNKNOWN }, { VERDICT_CONFLICT, ASIDE_FAILED },
        { VERDICT_TIMED_OUT, ASIDE_FAILED }, { VERDICT_FAILED, ASIDE_FAILED },   { VERDICT_SHED, ASIDE_FAILED },
    };
    struct record cancel;
    struct fixture fixture;
    int64_t due_ns;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof finals / sizeof finals[0]; i++) {
        begin(&fixture, "attempts = 1");
        fixture.flight.planned.cancels = true;
        assert_false(settle(&fixture, VERDICT_BOOKED, REASON_NONE));
        inflight_cancel(&fixture.flight, &cancel);
        assert_int_equal(fixture.flight.attempt.number, 0);
        assert_int_equal(cancel.op, OP_CANCEL);
        assert_int_equal(cancel.ref, 2);
        fixture.flight.attempt.number = 1;
        fixture.flight.verdict = finals[i].verdict;
        assert_false(inflight_settle(&fixture.flight));
        assert_int_equal(cancel.outcome, finals[i].outcome);
        assert_int_equal(fixture.record.outcome, OUTCOME_BOOKED); /* untouched */
        assert_false(inflight_cancels(&fixture.flight, &due_ns)); /* once */
        bench_cells_free(&fixture.made);
    }
}

/* A cancel that nobody answered may have given the booking back: a further try would find none, and say that it failed.
 */
static void test_a_cancel_in_doubt_is_not_tried_again(void **state)
{
    struct record cancel;
    struct fixture fixture;

    (void)state;
    begin(&fixture, "attempts = 4\nbackoff = none\non = conflict, unknown");
    assert_false(settle(&fixture, VERDICT_BOOKED, REASON_NONE));
    inflight_cancel(&fixture.flight, &cancel);
    assert_true(settle(&fixture, VERDICT_CONFLICT, REASON_BUSY));
    assert_false(settle(&fixture, VERDICT_UNKNOWN, REASON_LOST));
    assert_int_equal(cancel.outcome, ASIDE_UNKNOWN);
    assert_int_equal(cancel.reason, REASON_LOST);
    bench_cells_free(&fixture.made);
}

static void test_backoff_is_counted(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, "attempts = 2\nbackoff = 5ms");
    assert_true(settle(&fixture, VERDICT_CONFLICT, REASON_STALE));
    assert_int_equal(fixture.record.backoff_ns, 5000000);
    assert_true(fixture.flight.due_again_ns > 0);
    bench_cells_free(&fixture.made);
}

static void test_one_attempt_means_no_retry(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, "attempts = 1");
    assert_false(settle(&fixture, VERDICT_CONFLICT, REASON_STALE));
    assert_int_equal(fixture.record.outcome, OUTCOME_GAVE_UP);
    bench_cells_free(&fixture.made);
}

static enum verdict claims_to_be_parked(struct attempt *attempt)
{
    (void)attempt;
    return VERDICT_PARKED;
}

/* A strategy that answers "parked" and has handed its attempt to nobody fails; its user does not wait for ever. */
static void test_parked_with_nobody(void **state)
{
    static const struct strategy strategy = { .name = "wrong", .attempt = claims_to_be_parked };
    static const struct registered registered = { .strategy = &strategy };
    struct fixture fixture;
    struct cell cell;

    (void)state;
    begin(&fixture, "attempts = 3");
    replace_strategy(&fixture, &cell, &registered);
    assert_int_equal(inflight_try(&fixture.flight), VERDICT_FAILED);
    assert_false(inflight_settle(&fixture.flight));
    assert_int_equal(fixture.record.outcome, OUTCOME_FAILED);
    assert_int_equal(fixture.record.reason, REASON_ERROR);
    bench_cells_free(&fixture.made);
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
        cmocka_unit_test(test_verdict_of),
        cmocka_unit_test(test_reasons_have_names),
        cmocka_unit_test(test_answers_are_final),
        cmocka_unit_test(test_conflicts_are_tried_again),
        cmocka_unit_test(test_unknowns_are_tried_again_when_listed),
        cmocka_unit_test(test_a_doubt_stays),
        cmocka_unit_test(test_backoff_is_counted),
        cmocka_unit_test(test_one_attempt_means_no_retry),
        cmocka_unit_test(test_parked_with_nobody),
        cmocka_unit_test(test_no_try_begins_after_patience),
        cmocka_unit_test(test_no_backoff_goes_beyond_patience),
        cmocka_unit_test(test_tries_used_up_in_time_gave_up),
        cmocka_unit_test(test_second_click),
        cmocka_unit_test(test_only_the_booked_cancel),
        cmocka_unit_test(test_outcomes_of_a_cancel),
        cmocka_unit_test(test_a_cancel_in_doubt_is_not_tried_again),
    };

    return cmocka_run_group_tests(tests, NULL, clean);
}
