/* Memory runs out at every allocation in turn of the checker, its search and the audit around them: none crashes, leaks
 * or judges by half. Linked with scarce.h in the way of malloc() (the Makefile's $(scarce)). */
#include <stdlib.h>
#include <string.h>

#include "harness/audit/audit.h"
#include "harness/audit/checker.h"
#include "harness/audit/order.h"
#include "tests/support/bench.h"
#include "tests/support/scarce.h"

#define REQUESTS 300

struct world {
    struct bench_cells made;
    struct record records[REQUESTS], cancels[3];
    struct booking bookings[2];
    struct counter counter;
    struct seat seats[2];
    struct gate_witness gate;
    struct trial trial;
    struct witnesses witnesses;
};

/* Two seats, one of which is given back and sold again; many who are refused, and more who give up. */
static void fill(struct world *w)
{
    int64_t i;

    memset(w, 0, sizeof *w);
    bench_cells_make(&w->made, "# q\n[inventory]\nseats = 2\n[load]\nusers = 4\n", "seat_rows:pick=ordered", "sqlite");
    for (i = 0; i < REQUESTS; i++)
        w->records[i] = (struct record){ .request = i + 1,
                                         .user = i + 1,
                                         .event = 1,
                                         .seats = 1,
                                         .due_ns = i,
                                         .invoke_ns = i,
                                         .return_ns = 10 * REQUESTS - 2 * i,
                                         .attempts = 1,
                                         .first_ns = i,
                                         .outcome = i < 3        ? OUTCOME_BOOKED
                                                    : i % 2 == 0 ? OUTCOME_SOLD_OUT
                                                                 : OUTCOME_GAVE_UP };
    w->records[0].return_ns = 5;
    w->cancels[0] = (struct record){
        .op = OP_CANCEL, .request = 1, .ref = 1, .event = 1, .seats = 1, .invoke_ns = 20, .return_ns = 30, .attempts = 1
    };
    for (i = 0; i < 2; i++) {
        w->bookings[i] = (struct booking){ .id = i + 1, .request = i + 2, .event = 1, .user = i + 2, .seats = 1 };
        w->seats[i] = (struct seat){ .event = 1, .seat = i + 1, .request = i + 2 };
    }
    w->counter = (struct counter){ .event = 1, .capacity = 2, .available = 2 };
    w->gate = (struct gate_witness){ .event = 1, .initial = 2, .left = 0 };
    w->trial = (struct trial){ .records = w->records,
                               .record_count = REQUESTS,
                               .cancels = w->cancels,
                               .cancel_count = 1,
                               .gates = &w->gate,
                               .gate_count = 1 };
    w->witnesses = (struct witnesses){ .bookings = w->bookings,
                                       .booking_count = 2,
                                       .counters = &w->counter,
                                       .counter_count = 1,
                                       .seats = w->seats,
                                       .seat_count = 2 };
}

static void test_audit(void **state)
{
    struct audit whole, audit;
    struct world w;
    int at, unknown = 0;
    bool failed;

    (void)state;
    fill(&w);
    audit_judge(&whole, w.made.cell, &w.trial, &w.witnesses);
    assert_int_equal(whole.verdict, AUDIT_VALID);
    assert_int_equal(whole.windows, 1);
    for (at = 1, failed = true; failed; at++) {
        scarce_begin(at);
        audit_judge(&audit, w.made.cell, &w.trial, &w.witnesses);
        failed = scarce_end();
        if (audit.verdict == AUDIT_UNKNOWN) {
            assert_string_equal(audit.reason, "out of memory for the audit");
            unknown++;
            continue;
        }
        /* What sorts can do without, and fairness is not measured then. */
        assert_int_equal(audit.verdict, whole.verdict);
        assert_int_equal(audit.held_refusals, whole.held_refusals);
        assert_int_equal(audit.windows, whole.windows);
        assert_int_equal(audit.sold, whole.sold);
    }
    assert_true(unknown >= 20);
    bench_cells_free(&w.made);
}

static void test_checker(void **state)
{
    struct operation ops[4] = { { 0, 1, 1, OPERATION_TAKEN, false },
                                { 2, 3, 1, OPERATION_GIVEN_BACK, false },
                                { 2, 5, 1, OPERATION_SOLD_OUT, false },
                                { 8, 9, 1, OPERATION_TAKEN, false } };
    struct checked checked;
    unsigned char labels[4];
    int at, failures = 0;
    bool failed;

    (void)state;
    for (at = 1, failed = true; failed; at++) {
        scarce_begin(at);
        failures += checker_check(&checked, ops, 4, 1, labels) != 0;
        failed = scarce_end();
    }
    assert_int_equal(checked.windows, 1);
    assert_true(failures >= 8);
}

/* Takings of 70 sizes, each given back, and a refusal nobody can have had: every store of the search has to grow. */
static void test_search(void **state)
{
    enum { SIZES = 70 };
    struct operation ops[2 * SIZES + 1];
    const struct operation *pointers[2 * SIZES + 1];
    int64_t steps;
    int at, failures = 0;
    enum order answer;
    size_t i, n = 0;
    bool failed;

    (void)state;
    for (i = 0; i < SIZES; i++) {
        ops[n++] = (struct operation){ 0, 100, 1 + (int64_t)i, OPERATION_TAKEN, false };
        ops[n++] = (struct operation){ 0, 100, 1 + (int64_t)i, OPERATION_GIVEN_BACK, false };
    }
    ops[n++] = (struct operation){ 900, 901, 10, OPERATION_SOLD_OUT, false };
    for (i = 0; i < n; i++)
        pointers[i] = &ops[i];
    for (at = 1, failed = true; failed; at++) {
        steps = 400000;
        scarce_begin(at);
        answer = order_find(pointers, n, 10000, 0, &steps);
        failed = scarce_end();
        failures += answer == ORDER_NO_MEMORY;
        assert_true(answer == ORDER_NO_MEMORY || answer == ORDER_UNKNOWN);
    }
    assert_int_equal(answer, ORDER_UNKNOWN);
    assert_true(failures >= 8);
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
        cmocka_unit_test(test_audit),
        cmocka_unit_test(test_checker),
        cmocka_unit_test(test_search),
    };

    return cmocka_run_group_tests(tests, NULL, clean);
}
