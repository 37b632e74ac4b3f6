/* PROMISE_IN_ORDER: histories in which somebody is passed over, and those in which nobody is; and the definition, pair
 * by pair. */
#include <stdlib.h>
#include <string.h>

#include "harness/audit/anomaly.h"
#include "harness/audit/passed.h"
#include "harness/base/rng.h"
#include "harness/results/finding.h"
#include "tests/support/bench.h"

#define MOST   40
#define ROUNDS 20000

static struct record records[MOST], cancels[2];
static struct booking rows[MOST];
static struct counter counters[1];
static struct trial trial;
static struct witnesses witnesses;

static void begin(void)
{
    memset(records, 0, sizeof records);
    memset(cancels, 0, sizeof cancels);
    memset(rows, 0, sizeof rows);
    trial = (struct trial){ .records = records, .cancels = cancels };
    witnesses = (struct witnesses){ .bookings = rows };
}

static struct record *ask(enum outcome outcome, int64_t came_ns, int64_t told_ns)
{
    struct record *r = &records[trial.record_count++];

    *r = (struct record){ .request = (int64_t)trial.record_count,
                          .user = (int64_t)trial.record_count,
                          .event = 1,
                          .seats = 1,
                          .attempts = 1,
                          .outcome = (uint8_t)outcome,
                          .invoke_ns = came_ns,
                          .return_ns = told_ns };
    return r;
}

static void book(const struct record *r, int64_t id)
{
    rows[witnesses.booking_count++] =
        (struct booking){ .id = id, .request = r->request, .event = r->event, .user = r->user, .seats = r->seats };
}

static int64_t passed(void)
{
    return passed_over(&trial, &witnesses);
}

static void test_refused_and_passed(void **state)
{
    (void)state;
    begin();
    assert_int_equal(passed(), 0);
    ask(OUTCOME_SOLD_OUT, 0, 10);
    book(ask(OUTCOME_BOOKED, 11, 20), 1);
    assert_int_equal(passed(), 1);
    records[1].invoke_ns = 10; /* they overlap: the seat may have been in somebody's hands */
    assert_int_equal(passed(), 0);
    records[1].invoke_ns = 11;
    records[0].event = 2; /* another house */
    assert_int_equal(passed(), 0);
    records[0].event = 1;
    records[0].seats = 2; /* one seat was left, and two were wanted */
    assert_int_equal(passed(), 0);
    records[1].seats = 3;
    assert_int_equal(passed(), 1);
    records[1].outcome = OUTCOME_UNKNOWN; /* its row says that it was booked */
    assert_int_equal(passed(), 1);
    witnesses.booking_count = 0;
    assert_int_equal(passed(), 0);
}

static void test_only_a_refusal_counts(void **state)
{
    static const enum outcome others[] = { OUTCOME_GAVE_UP,   OUTCOME_TIMED_OUT, OUTCOME_SHED,
                                           OUTCOME_ABANDONED, OUTCOME_FAILED,    OUTCOME_UNKNOWN };

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        begin();
        ask(others[i], 0, 10);
        book(ask(OUTCOME_BOOKED, 11, 20), 1);
        assert_int_equal(passed(), 0);
    }
}

/* Who was refused while a seat was taken does not see that it is given back. */
static void test_what_was_given_back(void **state)
{
    (void)state;
    begin();
    ask(OUTCOME_SOLD_OUT, 0, 10);
    book(ask(OUTCOME_BOOKED, 11, 20), 1);
    trial.cancel_count = 1;
    cancels[0] = (struct record){ .op = OP_CANCEL, .event = 1, .outcome = ASIDE_DONE };
    assert_int_equal(passed(), 0);
    cancels[0].outcome = ASIDE_UNKNOWN;
    assert_int_equal(passed(), 0);
    cancels[0].event = 2;
    assert_int_equal(passed(), 1);
    cancels[0].event = 1;
    cancels[0].outcome = ASIDE_FAILED;
    assert_int_equal(passed(), 1);
}

/* Told booked before the row was written: one who came later has the row in front of it. */
static void test_booked_behind(void **state)
{
    (void)state;
    begin();
    book(ask(OUTCOME_BOOKED, 0, 10), 2);
    book(ask(OUTCOME_BOOKED, 11, 20), 1);
    assert_int_equal(passed(), 1);
    records[1].invoke_ns = 10;
    assert_int_equal(passed(), 0);
    records[1].invoke_ns = 11;
    rows[0].id = 1;
    rows[1].id = 2;
    assert_int_equal(passed(), 0);
    rows[0].id = 3;
    book(&records[0], 1); /* twice: the first row counts */
    assert_int_equal(passed(), 0);
    witnesses.booking_count = 2;
    records[0].outcome = OUTCOME_UNKNOWN; /* it had no answer to come before */
    assert_int_equal(passed(), 0);
}

/* Records of another's may say anything: an answer that stands before its question is read as it stands. */
static void test_answered_before_they_asked(void **state)
{
    (void)state;
    begin();
    book(ask(OUTCOME_BOOKED, 20, 10), 1);
    assert_int_equal(passed(), 0);
    book(ask(OUTCOME_BOOKED, 30, 5), 2); /* it was told at 5, and the first came at 20 with a row in front */
    assert_int_equal(passed(), 1);
    records[0].event = 2;
    assert_int_equal(passed(), 0);
}

/* ---- the promise ---------------------------------------------------------------------------------------------------
 */

/* Refused, then sold to the next: what the audit and the verdict make of it in a variant. */
static void judge(const char *variant, const char *db, struct audit *audit, const char **verdict, bool *broken)
{
    struct finding finding = { 0 };
    struct bench_cells made;

    bench_cells_make(&made, "# q\n[inventory]\nseats = 2\n[load]\nusers = 2\n", variant, db);
    begin();
    /* Both are booked, in the wrong order: a refusal would be a false one besides. */
    book(ask(OUTCOME_BOOKED, 0, 10), 2);
    book(ask(OUTCOME_BOOKED, 11, 20), 1);
    counters[0] = (struct counter){ .event = 1, .capacity = 2, .available = 0 };
    witnesses.counters = counters;
    witnesses.counter_count = 1;
    audit_judge(audit, made.cell, &trial, &witnesses);
    finding_add(&finding, &trial, audit);
    *verdict = finding_verdict(&finding, made.cell);
    *broken = finding_broken(&finding, made.cell);
    bench_cells_free(&made);
}

static void test_the_promise_and_the_verdict(void **state)
{
    static const struct {
        const char *variant, *db;
        int unfair;
        const char *verdict;
        bool broken;
    } cases[] = {
        { "queue", "sqlite", 1, "unfair", true },
        { "pessimistic:lock=fifo", "sqlite", 1, "unfair", true },
        { "atomic", "sqlite", 0, "holds", false }, /* promises no order */
        { "pessimistic", "sqlite", 0, "holds", false },
        { "throttle_sold_out", "sqlite", 1, "unfair", false }, /* and is no strategy to hold to anything */
        { "naive", "sqlite", 1, "unfair", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *verdict;
        struct audit audit;
        bool broken;

        judge(cases[i].variant, cases[i].db, &audit, &verdict, &broken);
        assert_int_equal(audit.unfair, cases[i].unfair);
        assert_string_equal(verdict, cases[i].verdict);
        assert_int_equal(broken, cases[i].broken);
        assert_int_equal(audit.verdict, AUDIT_VALID); /* the books are in order */
        assert_int_equal(anomaly_amount(&audit, ANOMALY_UNFAIR), audit.unfair);
    }
}

static unsigned promises_of(const char *text, int instances)
{
    struct app app = { .instances = instances, .events = 1, .seats = 10, .group_most = 1, .attempts = 4 };
    struct variant variant;
    unsigned promises;

    assert_int_equal(variant_parse(&variant, text, "test"), 0);
    app.options = variant.options;
    promises = variant.registered->strategy->promises(&app);
    variant_free(&variant);
    return promises & PROMISE_IN_ORDER;
}

static void test_who_promises_it(void **state)
{
    static const char *const with[] = { "queue", "queue:batch=1", "advisory", "pessimistic:lock=fifo" };
    static const char *const without[] = { "queue:writers=2",
                                           "advisory:wait=try",
                                           "pessimistic",
                                           "pessimistic:lock=mutex",
                                           "atomic",
                                           "pessimistic:wait=nowait:lock=fifo",
                                           "pessimistic:lock=fifo:wait=timeout:200ms" };

    (void)state;
    for (size_t i = 0; i < sizeof with / sizeof with[0]; i++) {
        assert_int_equal(promises_of(with[i], 1), PROMISE_IN_ORDER);
        assert_int_equal(promises_of(with[i], 2), 0);
    }
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
        assert_int_equal(promises_of(without[i], 1), 0);
}

/* ---- against the definition -------------------------------------------------------------------------------------- */

static int64_t row_of(const struct record *r)
{
    int64_t least = INT64_MAX;

    for (size_t i = 0; i < witnesses.booking_count; i++)
        if (rows[i].request == r->request && rows[i].id < least)
            least = rows[i].id;
    return least;
}

static bool won(const struct record *r)
{
    return r->outcome == OUTCOME_BOOKED || (r->outcome == OUTCOME_UNKNOWN && row_of(r) != INT64_MAX);
}

static int64_t by_pairs(void)
{
    int64_t count = 0;

    for (size_t a = 0; a < trial.record_count; a++) {
        bool is_passed = false;

        for (size_t b = 0; b < trial.record_count; b++) {
            const struct record *first = &records[a], *later = &records[b];

            if (first->event != later->event || first->return_ns >= later->invoke_ns || !won(later))
                continue;
            is_passed |= first->outcome == OUTCOME_SOLD_OUT && later->seats >= first->seats;
            is_passed |=
                first->outcome == OUTCOME_BOOKED && row_of(first) != INT64_MAX && row_of(first) > row_of(later);
        }
        count += is_passed;
    }
    return count;
}

static void draw(struct rng *rng)
{
    static const enum outcome outcomes[] = { OUTCOME_BOOKED, OUTCOME_SOLD_OUT, OUTCOME_GAVE_UP, OUTCOME_UNKNOWN };
    uint64_t n = rng_below(rng, MOST / 2);

    begin();
    for (uint64_t i = 0; i < n; i++) {
        int64_t came = (int64_t)rng_below(rng, 60), took = (int64_t)rng_below(rng, 20);
        struct record *r = ask(outcomes[rng_below(rng, 4)], came, rng_below(rng, 20) > 0 ? came + took : came - took);

        r->event = 1 + (int64_t)rng_below(rng, 2);
        r->seats = 1 + (int32_t)rng_below(rng, 3);
        if (rng_below(rng, 5) > 0)
            book(r, 1 + (int64_t)rng_below(rng, 1000));
    }
}

static void test_random_histories_pair_by_pair(void **state)
{
    struct rng rng;
    int fired = 0;

    (void)state;
    rng_init(&rng, 7);
    for (int round = 0; round < ROUNDS; round++) {
        draw(&rng);
        assert_int_equal(passed(), by_pairs());
        fired += passed() > 0;
    }
    assert_in_range(fired, ROUNDS / 4, ROUNDS - 1);
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
        cmocka_unit_test(test_refused_and_passed),
        cmocka_unit_test(test_only_a_refusal_counts),
        cmocka_unit_test(test_what_was_given_back),
        cmocka_unit_test(test_booked_behind),
        cmocka_unit_test(test_answered_before_they_asked),
        cmocka_unit_test(test_the_promise_and_the_verdict),
        cmocka_unit_test(test_who_promises_it),
        cmocka_unit_test(test_random_histories_pair_by_pair),
    };

    return cmocka_run_group_tests(tests, NULL, clean);
}
