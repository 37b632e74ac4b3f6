/* What a fault run adds to its audit: each count and each verdict has a world here that makes it fire. */
#include <stdlib.h>
#include <string.h>

#include "harness/audit/doubted.h"
#include "harness/results/finding.h"
#include "harness/scenario/plan.h"
#include "tests/support/bench.h"

struct world {
    struct bench_cells made;
    struct trial trial;
    struct doubt doubts[4];
    struct booking bookings[4];
    struct hold holds[1];
    struct witnesses witnesses;
    struct audit audit;
};

static void begin(struct world *world, const char *variant, const char *fault)
{
    char ini[160];

    memset(world, 0, sizeof *world);
    if (database_caps_of("postgres") == 0)
        skip(); /* built without it */
    snprintf(ini, sizeof ini, "# q\n[inventory]\nseats = 9\n[load]\nusers = 4\n[fault]\n%s\n", fault);
    bench_cells_make(&world->made, ini, variant, "postgres");
    world->trial.faults = (struct fault_report){ .on = true,
                                                 .recovered = true,
                                                 .cut_before = 1,
                                                 .cut_after = 1,
                                                 .killed = 1,
                                                 .crashed = 1,
                                                 .doubts = world->doubts };
    world->witnesses.bookings = world->bookings;
    world->witnesses.holds = world->holds;
}

static void doubt(struct world *world, int64_t request, enum fate fate, enum op op)
{
    world->doubts[world->trial.faults.doubt_count++] =
        (struct doubt){ .request = request, .xid = 700 + request, .fate = fate, .op = (uint8_t)op };
    world->audit.unknown++;
}

static void book(struct world *world, int64_t request)
{
    world->bookings[world->witnesses.booking_count++] = (struct booking){ .request = request };
}

static void judge(struct world *world, int64_t checked, int64_t mismatched, enum audit_verdict verdict)
{
    audit_faults(&world->audit, world->made.cell, &world->trial, &world->witnesses);
    bench_cells_free(&world->made);
    assert_int_equal(world->audit.checked, checked);
    assert_int_equal(world->audit.mismatched, mismatched);
    assert_int_equal(world->audit.verdict, verdict);
}

static void test_agrees(void **state)
{
    struct world world;

    (void)state;
    begin(&world, "atomic", "ack_loss = 1%");
    doubt(&world, 3, FATE_ABORTED, OP_RESERVE);
    doubt(&world, 1, FATE_COMMITTED, OP_RESERVE);
    doubt(&world, 4, FATE_COMMITTED, OP_CANCEL);
    doubt(&world, 2, FATE_ABORTED, OP_CANCEL);
    book(&world, 2);
    book(&world, 1);
    judge(&world, 4, 0, AUDIT_VALID);
}

static void test_mismatch(void **state)
{
    static const struct {
        enum fate fate;
        enum op op;
        bool has_row;
    } wrong[] = { { FATE_COMMITTED, OP_RESERVE, false },
                  { FATE_ABORTED, OP_RESERVE, true },
                  { FATE_COMMITTED, OP_CANCEL, true },
                  { FATE_ABORTED, OP_CANCEL, false } };
    struct finding finding = { .trials = 0 };
    struct world world;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        begin(&world, "atomic", "ack_loss = 1%");
        doubt(&world, 1, wrong[i].fate, wrong[i].op);
        book(&world, wrong[i].has_row ? 1 : 2);
        audit_faults(&world.audit, world.made.cell, &world.trial, &world.witnesses);
        assert_int_equal(world.audit.mismatched, 1);
        assert_int_equal(world.audit.verdict, AUDIT_INVALID);
        finding_add(&finding, &world.trial, &world.audit);
        assert_string_equal(finding_verdict(&finding, world.made.cell), "loses");
        assert_true(finding_broken(&finding, world.made.cell));
        bench_cells_free(&world.made);
    }
}

/* Nothing to hold against each other: no number, a crash since, two transactions per booking, a further try. */
static void test_unchecked(void **state)
{
    struct world world;

    (void)state;
    begin(&world, "atomic", "crash = 1s");
    doubt(&world, 1, FATE_FORGOTTEN, OP_RESERVE);
    judge(&world, 0, 0, AUDIT_VALID);
    begin(&world, "soft_hold", "ack_loss = 1%");
    doubt(&world, 1, FATE_COMMITTED, OP_RESERVE);
    judge(&world, 0, 0, AUDIT_VALID);
    begin(&world, "atomic", "ack_loss = 1%\n[retry]\non = conflict, unknown");
    doubt(&world, 1, FATE_ABORTED, OP_RESERVE);
    book(&world, 1);
    judge(&world, 0, 0, AUDIT_VALID);
}

static void test_unresolved(void **state)
{
    struct world world;

    (void)state;
    begin(&world, "atomic", "ack_loss = 1%");
    doubt(&world, 1, FATE_RUNNING, OP_RESERVE);
    judge(&world, 0, 0, AUDIT_UNKNOWN);
    assert_int_equal(world.audit.unresolved, 1);
    begin(&world, "atomic", "ack_loss = 1%");
    doubt(&world, 1, FATE_FORGOTTEN, OP_RESERVE);
    doubt(&world, 2, FATE_FORGOTTEN, OP_RESERVE);
    world.trial.faults.unresolved = true;
    judge(&world, 0, 0, AUDIT_UNKNOWN);
    assert_int_equal(world.audit.unresolved, 2);
    /* Also where the rows are not held against the server's word. */
    for (int i = 0; i < 2; i++) {
        begin(&world, i == 0 ? "soft_hold" : "atomic",
              i == 0 ? "ack_loss = 1%" : "ack_loss = 1%\n[retry]\non = conflict, unknown");
        doubt(&world, 1, FATE_RUNNING, OP_RESERVE);
        doubt(&world, 2, FATE_COMMITTED, OP_RESERVE);
        judge(&world, 0, 0, AUDIT_UNKNOWN);
        assert_int_equal(world.audit.unresolved, 1);
    }
    /* A cancel may still commit, too. */
    begin(&world, "atomic", "ack_loss = 1%");
    doubt(&world, 1, FATE_FORGOTTEN, OP_CANCEL);
    world.audit.unknown = 0;
    world.trial.faults.unresolved = true;
    judge(&world, 0, 0, AUDIT_UNKNOWN);
    assert_int_equal(world.audit.unresolved, 1);
    /* Those there was no room for: nobody ended their processes or asked about them. */
    begin(&world, "atomic", "ack_loss = 1%");
    doubt(&world, 1, FATE_COMMITTED, OP_RESERVE);
    book(&world, 1);
    world.trial.faults.doubts_lost = 3;
    judge(&world, 1, 0, AUDIT_UNKNOWN);
    assert_int_equal(world.audit.unresolved, 3);
    begin(&world, "atomic", "ack_loss = 1%");
    world.trial.faults.recovered = false;
    judge(&world, 0, 0, AUDIT_UNKNOWN);
}

static void test_never_hit(void **state)
{
    static const char *const faults[] = { "ack_loss", "kill_backend", "crash" };
    struct world world;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        begin(&world, "atomic", "ack_loss = 1%\nkill_backend = 1ms\ncrash = 1ms");
        if (i == 0)
            world.trial.faults.cut_before = world.trial.faults.cut_after = 0;
        *(i == 1 ? &world.trial.faults.killed : &world.trial.faults.commits) = 0;
        *(i == 2 ? &world.trial.faults.crashed : &world.trial.faults.commits) = 0;
        judge(&world, 0, 0, AUDIT_UNKNOWN);
        assert_non_null(strstr(world.audit.reason, "the fault never hit"));
        assert_non_null(strstr(world.audit.reason, faults[i]));
    }
    begin(&world, "atomic", "ack_loss = 1%");
    world.trial.faults = (struct fault_report){ .on = false };
    judge(&world, 0, 0, AUDIT_VALID);
}

/* A request of which more than one transaction is in doubt: what the last of them did is what its rows must show. In
 * either order, as doubts come in that of the threads that were told. */
static void test_several_of_one_request(void **state)
{
    static const struct {
        enum fate reserve, cancel;
        bool has_row;
        int64_t checked, mismatched;
    } cases[] = { { FATE_COMMITTED, FATE_COMMITTED, false, 1, 0 }, { FATE_COMMITTED, FATE_COMMITTED, true, 1, 1 },
                  { FATE_COMMITTED, FATE_ABORTED, true, 1, 0 },    { FATE_COMMITTED, FATE_ABORTED, false, 1, 1 },
                  { FATE_COMMITTED, FATE_FORGOTTEN, true, 0, 0 },  { FATE_COMMITTED, FATE_FORGOTTEN, false, 0, 0 } };
    struct world world;

    (void)state;
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
        bool turned = i % 2 == 1;
        size_t c = i / 2;

        begin(&world, "atomic", "ack_loss = 1%");
        doubt(&world, 1, turned ? cases[c].cancel : cases[c].reserve, turned ? OP_CANCEL : OP_RESERVE);
        doubt(&world, 1, turned ? cases[c].reserve : cases[c].cancel, turned ? OP_RESERVE : OP_CANCEL);
        book(&world, cases[c].has_row ? 1 : 2);
        judge(&world, cases[c].checked, cases[c].mismatched, cases[c].mismatched > 0 ? AUDIT_INVALID : AUDIT_VALID);
    }
}

/* A row that is only held is one. */
static void test_a_hold_is_a_row(void **state)
{
    struct world world;

    (void)state;
    begin(&world, "atomic", "ack_loss = 1%");
    doubt(&world, 7, FATE_COMMITTED, OP_RESERVE);
    world.holds[world.witnesses.hold_count++] = (struct hold){ .request = 7 };
    judge(&world, 1, 0, AUDIT_VALID);
    begin(&world, "atomic", "ack_loss = 1%");
    doubt(&world, 7, FATE_ABORTED, OP_RESERVE);
    world.holds[world.witnesses.hold_count++] = (struct hold){ .request = 7 };
    judge(&world, 1, 1, AUDIT_INVALID);
}

/* What was found already is neither forgotten nor made less by what the faults leave unknown. */
static void test_what_was_found_stays(void **state)
{
    static const enum audit_verdict verdicts[] = { AUDIT_UNKNOWN, AUDIT_INVALID };
    struct world world;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        begin(&world, "atomic", "ack_loss = 1%");
        world.audit.verdict = verdicts[i];
        strcpy(world.audit.reason, "found before");
        world.trial.faults.recovered = false;
        doubt(&world, 1, FATE_RUNNING, OP_RESERVE);
        judge(&world, 0, 0, verdicts[i]);
        assert_string_equal(world.audit.reason, "found before");
    }
}

static void test_damage(void **state)
{
    static const int64_t harmless[] = { -1, 0 };
    struct world world;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        begin(&world, "atomic", "crash = 1s");
        world.witnesses.damage = harmless[i];
        judge(&world, 0, 0, AUDIT_VALID);
        assert_int_equal(world.audit.damaged, harmless[i]);
    }
    begin(&world, "atomic", "crash = 1s");
    world.witnesses.damage = 2;
    world.trial.faults.recovered = false;
    judge(&world, 0, 0, AUDIT_INVALID);
    assert_int_equal(world.audit.damaged, 2);
    assert_string_equal(world.audit.reason, "the database is damaged: 2 complaints of its own check");
}

/* Requests of any order; a second click asks again too. */
static void test_who_asked_again(void **state)
{
    struct record records[] = { { .request = 4 + PLAN_AGAIN },
                                { .request = 9 },
                                { .request = 4 },
                                { .request = 2 + PLAN_SECOND + PLAN_AGAIN },
                                { .request = 2 },
                                { .request = 2 + PLAN_SECOND } };
    static const uint8_t again[] = { 0, 0, 1, 0, 0, 1 };
    const struct witnesses none = { .booking_count = 0 };
    struct trial trial = { .records = records, .record_count = sizeof records / sizeof *records };

    (void)state;
    assert_int_equal(audit_mark_again(&trial, &none), 0);
    for (size_t i = 0; i < trial.record_count; i++)
        assert_int_equal(records[i].asked_again, again[i]);
    trial = (struct trial){ .record_count = 0 };
    assert_int_equal(audit_mark_again(&trial, &none), 0);
}

/* The time to ask again was up before it was the turn of those a fault had turned away. */
static void test_who_was_not_asked(void **state)
{
    static const struct {
        struct record record;
        uint8_t open;
    } cases[] = {
        { { .request = 1, .outcome = OUTCOME_FAILED }, 1 }, /* was asked */
        { { .request = 1 + PLAN_AGAIN, .outcome = OUTCOME_GAVE_UP }, 0 },
        { { .request = 2, .outcome = OUTCOME_FAILED }, 1 },
        { { .request = 3, .outcome = OUTCOME_TIMED_OUT, .reason = REASON_LOST }, 1 },
        { { .request = 4, .outcome = OUTCOME_TIMED_OUT, .reason = REASON_PATIENCE }, 0 },
        { { .request = 5, .outcome = OUTCOME_SOLD_OUT }, 0 },
        { { .request = 6, .outcome = OUTCOME_BOOKED }, 0 },
        { { .request = 7, .outcome = OUTCOME_UNKNOWN }, 0 }, /* has a row */
        { { .request = 8, .outcome = OUTCOME_UNKNOWN }, 1 },
        { { .request = 9 + PLAN_SECOND, .outcome = OUTCOME_SHED }, 1 },
    };
    enum { N = sizeof cases / sizeof *cases };
    static const struct fault_report whole[] = { { .on = true, .recovered = false, .recover_ns = 1 },
                                                 { .on = true, .recovered = true, .recover_ns = 1 },
                                                 { .on = true, .recovered = false },
                                                 { .on = false, .recover_ns = 1 } };
    struct booking row = { .request = 7 };
    const struct witnesses witnesses = { .bookings = &row, .booking_count = 1 };
    struct record records[N];
    struct trial trial = { .records = records, .record_count = N };

    (void)state;
    for (size_t w = 0; w < sizeof whole / sizeof *whole; w++) {
        trial.faults = whole[w];
        for (size_t i = 0; i < N; i++)
            records[i] = cases[i].record;
        assert_int_equal(audit_mark_again(&trial, &witnesses), 0);
        for (size_t i = 0; i < N; i++)
            assert_int_equal(records[i].asked_again, w == 0 ? cases[i].open : i == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agrees),
        cmocka_unit_test(test_mismatch),
        cmocka_unit_test(test_unchecked),
        cmocka_unit_test(test_unresolved),
        cmocka_unit_test(test_never_hit),
        cmocka_unit_test(test_several_of_one_request),
        cmocka_unit_test(test_a_hold_is_a_row),
        cmocka_unit_test(test_what_was_found_stays),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_who_asked_again),
        cmocka_unit_test(test_who_was_not_asked),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    bench_clean();
    return failed;
}
