#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "harness/measure/totals.h"

/* A request that was booked at its second try, 5 ms after its due time, 1 ms of it before it was invoked. */
static struct record booked_second(void)
{
    struct record r = { .request = 1,
                        .user = 1,
                        .event = 1,
                        .due_ns = 1000000,
                        .invoke_ns = 2000000,
                        .first_ns = 2100000,
                        .return_ns = 6000000,
                        .pool_wait_ns = 100000,
                        .conn_ns = 700000,
                        .lock_ns = 300000,
                        .backoff_ns = 400000,
                        .checkout_ns = 2000000,
                        .seats = 1,
                        .attempts = 2,
                        .borrows = 2,
                        .statements = 5,
                        .outcome = OUTCOME_BOOKED };

    r.retries[REASON_STALE] = 1;
    return r;
}

/* Turned away without ever having borrowed a connection. */
static struct record refused(void)
{
    return (struct record){ .request = 2,
                            .user = 2,
                            .event = 1,
                            .due_ns = 1000000,
                            .invoke_ns = 1000000,
                            .return_ns = 1000500,
                            .seats = 1,
                            .attempts = 1,
                            .outcome = OUTCOME_SOLD_OUT };
}

static struct record gave_up(void)
{
    struct record r = booked_second();

    r.outcome = OUTCOME_GAVE_UP;
    r.reason = REASON_STALE;
    r.attempts = 3;
    r.retries[REASON_STALE] = 1;
    r.retries[REASON_BUSY] = 1;
    return r;
}

static void fill(struct totals *t)
{
    struct record a = booked_second(), b = refused(), c = gave_up();

    assert_int_equal(totals_init(t), 0);
    totals_record(t, &a);
    totals_record(t, &b);
    totals_record(t, &c);
}

static void test_counts(void **state)
{
    struct totals t;

    (void)state;
    fill(&t);
    assert_null(totals_check(&t));
    assert_int_equal(t.requests, 3);
    assert_int_equal(t.attempts, 6);
    assert_int_equal(t.outcomes[OUTCOME_BOOKED], 1);
    assert_int_equal(t.outcomes[OUTCOME_SOLD_OUT], 1);
    assert_int_equal(t.outcomes[OUTCOME_GAVE_UP], 1);
    assert_int_equal(t.retries[REASON_STALE], 2);
    assert_int_equal(t.retries[REASON_BUSY], 1);
    assert_int_equal(t.reasons[REASON_STALE], 1);
    assert_int_equal(t.borrowers, 2);
    assert_int_equal(t.statements, 10);
    totals_destroy(&t);
}

static void test_times(void **state)
{
    struct totals t;
    const int booked = TOTALS_OUTCOME + (int)OUTCOME_BOOKED, sold_out = TOTALS_OUTCOME + (int)OUTCOME_SOLD_OUT;

    (void)state;
    fill(&t);
    assert_int_equal(t.response[booked].max, 5000000); /* return - due       */
    assert_int_equal(t.service[booked].max, 4000000);  /* return - invoke    */
    assert_int_equal(t.system[booked].max, 3000000);   /* response - checkout */
    assert_int_equal(t.response[TOTALS_ALL].total, 3);
    assert_int_equal(t.response[TOTALS_ALL].min, 500);
    assert_int_equal(t.system[sold_out].total, 1);
    assert_int_equal(t.system[sold_out].max, 500);
    totals_destroy(&t);
}

static void test_parts_count_only_who_had_them(void **state)
{
    struct record waited = refused();
    struct totals t;

    (void)state;
    fill(&t);
    assert_int_equal(t.pool_wait.total, 2);
    assert_int_equal(t.conn.total, 2);
    assert_int_equal(t.conn.max, 700000);
    assert_int_equal(t.lock.total, 2);
    assert_int_equal(t.backoff.total, 2);
    assert_int_equal(t.checkout.total, 2);
    assert_int_equal(t.wake.total, 3);
    assert_int_equal(t.wake.max, 1000000);
    /* A wait for the pool that timed out was a wait all the same. */
    waited.outcome = OUTCOME_TIMED_OUT;
    waited.reason = REASON_POOL_TIMEOUT;
    waited.pool_wait_ns = 9000000;
    totals_record(&t, &waited);
    assert_int_equal(t.pool_wait.total, 3);
    assert_int_equal(t.conn.total, 2);
    assert_int_equal(t.lock_wait.total, 0);
    waited.lock_wait_ns = 70000;
    totals_record(&t, &waited);
    assert_int_equal(t.lock_wait.total, 1);
    assert_int_equal(t.lock_wait.max, 70000);
    assert_null(totals_check(&t));
    totals_destroy(&t);
}

static void test_add_is_the_union(void **state)
{
    struct totals a, b, sum;
    struct record r = gave_up();

    (void)state;
    fill(&a);
    assert_int_equal(totals_init(&b), 0);
    totals_record(&b, &r);
    assert_int_equal(totals_init(&sum), 0);
    totals_add(&sum, &a);
    totals_add(&sum, &b);
    assert_null(totals_check(&sum));
    assert_int_equal(sum.requests, 4);
    assert_int_equal(sum.attempts, 9);
    assert_int_equal(sum.outcomes[OUTCOME_GAVE_UP], 2);
    assert_int_equal(sum.retries[REASON_BUSY], 2);
    assert_int_equal(sum.reasons[REASON_STALE], 2);
    assert_int_equal(sum.borrowers, 3);
    assert_int_equal(sum.statements, 15);
    assert_int_equal(sum.response[TOTALS_ALL].total, 4);
    assert_int_equal(sum.wake.total, 4);
    totals_destroy(&sum);
    totals_destroy(&a);
    totals_destroy(&b);
    totals_destroy(&b);
    totals_destroy(NULL);
}

static void test_over_range_still_balances(void **state)
{
    struct record r = refused();
    struct totals t;

    (void)state;
    assert_int_equal(totals_init(&t), 0);
    r.return_ns = r.due_ns + HIST_HIGHEST_NS + 1;
    totals_record(&t, &r);
    assert_int_equal(t.response[TOTALS_ALL].over, 1);
    assert_null(totals_check(&t));
    totals_destroy(&t);
}

/* Who retries without end and without a pause comes to a million tries in seconds. */
static void test_many_tries(void **state)
{
    struct record r = gave_up();
    struct totals t;

    (void)state;
    assert_int_equal(totals_init(&t), 0);
    for (int i = 0; i < 70000; i++)
        r.retries[REASON_BUSY]++;
    r.attempts += 70000;
    totals_record(&t, &r);
    assert_int_equal(t.retries[REASON_BUSY], 70001);
    assert_null(totals_check(&t));
    totals_destroy(&t);
}

/* Every identity, broken by one. */
static void test_each_identity_fires(void **state)
{
    struct totals t;
    const int booked = TOTALS_OUTCOME + (int)OUTCOME_BOOKED;

    (void)state;
    fill(&t);
    t.outcomes[OUTCOME_SHED]++;
    assert_string_equal(totals_check(&t), "requests are not the sum of the outcomes");
    t.outcomes[OUTCOME_SHED]--;

    t.attempts++;
    assert_string_equal(totals_check(&t), "attempts are not requests plus retries");
    t.attempts--;
    t.retries[REASON_DEADLOCK]++;
    assert_string_equal(totals_check(&t), "attempts are not requests plus retries");
    t.retries[REASON_DEADLOCK]--;

    t.reasons[REASON_BUSY]++;
    assert_string_equal(totals_check(&t), "reasons are not as many as requests answered neither booked nor sold_out");
    t.reasons[REASON_BUSY]--;

    t.borrowers = t.requests + 1;
    assert_string_equal(totals_check(&t), "more requests borrowed a connection than there were");
    t.borrowers = 2;

    hist_record(&t.response[TOTALS_ALL], 1);
    assert_string_equal(totals_check(&t), "response samples are not as many as outcomes");
    t.response[TOTALS_ALL].total--;
    t.response[booked].total--;
    assert_string_equal(totals_check(&t), "response samples are not as many as outcomes");
    t.response[booked].total++;

    t.system[booked].total++;
    assert_string_equal(totals_check(&t), "system samples are not as many as outcomes");
    t.system[booked].total--;

    t.service[TOTALS_ALL].over++;
    assert_string_equal(totals_check(&t), "service samples are not as many as outcomes");
    t.service[TOTALS_ALL].over--;

    assert_null(totals_check(&t));
    totals_destroy(&t);
}

/* ---- other operations -------------------------------------------------------------------------------------------- */

static struct record cancelled(enum aside_outcome outcome)
{
    struct record r = { .op = OP_CANCEL,
                        .request = 1,
                        .ref = 1,
                        .due_ns = 7000000,
                        .invoke_ns = 7100000,
                        .return_ns = 9000000,
                        .seats = 1,
                        .attempts = 2,
                        .borrows = 2,
                        .statements = 4,
                        .round_trips = 9,
                        .transactions = 2,
                        .outcome = (uint8_t)outcome };

    r.retries[REASON_BUSY] = 1;
    r.reason = outcome == ASIDE_DONE ? REASON_NONE : REASON_LOCK_TIMEOUT;
    return r;
}

static void test_cancels_are_counted_apart(void **state)
{
    struct record released = cancelled(ASIDE_DONE), failed = cancelled(ASIDE_FAILED);
    struct totals t, sum;

    (void)state;
    fill(&t);
    totals_record(&t, &released);
    assert_null(totals_check(&t));
    assert_int_equal(t.requests, 3);
    assert_int_equal(t.attempts, 6);
    assert_int_equal(t.statements, 10);
    assert_int_equal(t.response[TOTALS_ALL].total, 3);
    assert_int_equal(t.cancels.n, 1);
    assert_int_equal(t.cancels.attempts, 2);
    assert_int_equal(t.cancels.outcomes[ASIDE_DONE], 1);
    assert_int_equal(t.cancels.retries[REASON_BUSY], 1);
    assert_int_equal(t.cancels.statements, 4);
    assert_int_equal(t.cancels.round_trips, 9);
    assert_int_equal(t.cancels.transactions, 2);
    assert_int_equal(t.cancels.response.max, 2000000);
    assert_int_equal(totals_init(&sum), 0);
    totals_add(&sum, &t);
    totals_record(&sum, &failed);
    assert_int_equal(sum.cancels.n, 2);
    assert_int_equal(sum.cancels.reasons[REASON_LOCK_TIMEOUT], 1);
    assert_int_equal(sum.cancels.response.total, 2);
    /* One was booked: it cannot be given back twice. */
    assert_string_equal(totals_check(&sum), "more bookings were given back than were made");
    totals_destroy(&sum);
    totals_destroy(&t);
}

static void test_second_clicks_and_the_untried(void **state)
{
    struct record second = refused(), untried = refused();
    struct totals t;

    (void)state;
    fill(&t);
    second.request = 1000000000000002;
    second.ref = 2;
    totals_record(&t, &second);
    untried.attempts = 0;
    untried.outcome = OUTCOME_TIMED_OUT;
    untried.reason = REASON_PATIENCE;
    totals_record(&t, &untried);
    assert_null(totals_check(&t));
    assert_int_equal(t.requests, 5);
    assert_int_equal(t.repeats, 1);
    assert_int_equal(t.untried, 1);
    assert_int_equal(t.attempts, 7);
    t.untried = 0;
    assert_string_equal(totals_check(&t), "attempts are not requests plus retries");
    totals_destroy(&t);
}

static void test_each_identity_of_asides_fires(void **state)
{
    struct record look = cancelled(ASIDE_FAILED);
    struct aside a;

    (void)state;
    look.op = OP_BROWSE;
    assert_int_equal(aside_init(&a), 0);
    aside_record(&a, &look);
    assert_null(aside_check(&a));
    a.n++;
    assert_string_equal(aside_check(&a), "other operations are not the sum of their outcomes");
    a.n--;
    a.attempts++;
    assert_string_equal(aside_check(&a), "attempts of other operations are not these plus their retries");
    a.attempts--;
    a.reasons[REASON_LOST]++;
    assert_string_equal(aside_check(&a), "reasons of other operations are not as many as were not done");
    a.reasons[REASON_LOST]--;
    a.response.total++;
    assert_string_equal(aside_check(&a), "response samples of other operations are not as many as these");
    a.response.total--;
    assert_null(aside_check(&a));
    aside_destroy(&a);
    aside_destroy(&a);
    aside_destroy(NULL);
}

static void test_names_of_other_operations(void **state)
{
    (void)state;
    assert_string_equal(op_name(OP_RESERVE), "reserve");
    assert_string_equal(op_name(OP_CANCEL), "cancel");
    assert_string_equal(op_name(OP_BROWSE), "browse");
    assert_string_equal(aside_name(OP_CANCEL, ASIDE_DONE), "released");
    assert_string_equal(aside_name(OP_CANCEL, ASIDE_FAILED), "failed");
    assert_string_equal(aside_name(OP_CANCEL, ASIDE_UNKNOWN), "unknown");
    assert_string_equal(aside_name(OP_BROWSE, ASIDE_DONE), "read");
    assert_string_equal(aside_name(OP_BROWSE, ASIDE_FAILED), "failed");
    assert_null(aside_name(OP_BROWSE, ASIDE_UNKNOWN));
}

static void test_outcome_names(void **state)
{
    static const char *const names[] = { "booked", "sold_out",  "gave_up", "timed_out",
                                         "shed",   "abandoned", "failed",  "unknown" };

    (void)state;
    assert_int_equal(sizeof names / sizeof names[0], OUTCOME_COUNT);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        assert_string_equal(outcome_name((enum outcome)i), names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_parts_count_only_who_had_them),
        cmocka_unit_test(test_add_is_the_union),
        cmocka_unit_test(test_over_range_still_balances),
        cmocka_unit_test(test_many_tries),
        cmocka_unit_test(test_each_identity_fires),
        cmocka_unit_test(test_cancels_are_counted_apart),
        cmocka_unit_test(test_second_clicks_and_the_untried),
        cmocka_unit_test(test_each_identity_of_asides_fires),
        cmocka_unit_test(test_names_of_other_operations),
        cmocka_unit_test(test_outcome_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
