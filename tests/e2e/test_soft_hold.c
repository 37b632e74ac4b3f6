/* Holds that are over in the middle of their payments, under load and call by call. */
#include <stdio.h>
#include <string.h>

#include "harness/audit/audit.h"
#include "harness/base/say.h"
#include "harness/explore/exploration.h"
#include "tests/support/bench.h"
#include "tests/support/capture.h"

/* A hold is 200 ms, and a payment takes at most a tenth more or less. */
#define TTL_NS  INT64_C(200000000)
#define NEAR_NS (TTL_NS - TTL_NS / 10)
#define EVENTS  200 /* expiries and confirmations asked for, each */
#define TRIALS  80

#define PAYMENTS                                                                                                       \
    "[inventory]\nseats = 60\n[load]\nusers = 100\n[checkout]\ntime = uniform:180ms..220ms\n[hold]\nttl = 200ms\n"     \
    "[db]\ndurability = off\npool = 12\n"

struct tally {
    int64_t expired, confirmed_near, seats_held;
    unsigned promises;
};

static void run_trial(struct tally *tally, size_t n, const char *ini, const char *variant, int64_t block)
{
    struct witnesses witnesses;
    struct bench_cells made;
    struct audit audit;
    struct trial trial;
    size_t i;

    capture_begin();
    bench_cells_make(&made, ini, variant, bench_names[n]);
    assert_non_null(strstr(capture_end(), "holds of soft_hold will expire while their users pay"));
    assert_int_equal(trial_run(&trial, made.cell, bench_databases[n], block, "holds", NULL), EXIT_OK);
    assert_int_equal(audit_read(&witnesses, made.cell, bench_databases[n]), EXIT_OK);
    audit_judge(&audit, made.cell, &trial, &witnesses);
    tally->promises = cell_promises(made.cell);
    assert_string_equal(trial.void_reason, "");
    assert_string_equal(audit.reason, "");
    assert_int_equal(audit.oversold, 0);
    assert_int_equal(audit.told, audit.sold);
    if ((tally->promises & PROMISE_SELLS_OUT) != 0)
        assert_int_equal(audit.unsold, 0);
    for (i = 0; i < trial.record_count; i++) {
        const struct record *record = &trial.records[i];

        tally->expired += record->retries[REASON_EXPIRED] + (record->reason == REASON_EXPIRED);
        tally->confirmed_near +=
            record->outcome == OUTCOME_BOOKED && record->retries[REASON_EXPIRED] == 0 && record->checkout_ns >= NEAR_NS;
    }
    tally->seats_held += audit.held;
    witnesses_free(&witnesses);
    trial_free(&trial);
    database_drop(bench_databases[n]);
    bench_cells_free(&made);
}

/* As many of both as are asked for, or as many trials as there is time for. */
static void run_around_the_end(size_t n, const char *variant, int64_t events)
{
    static const char ini[] = PAYMENTS "[retry]\nattempts = 6\n[app]\ninstances = 2\n";
    struct tally tally = { 0 };
    int64_t block;

    for (block = 1; block <= TRIALS && (tally.expired < events || tally.confirmed_near < events); block++)
        run_trial(&tally, n, ini, variant, block);
    if (tally.expired < events || tally.confirmed_near < events)
        fail_msg("%s on %s: %lld expiries and %lld confirmations near the end of a hold in %d trials", variant,
                 bench_names[n], (long long)tally.expired, (long long)tally.confirmed_near, TRIALS);
}

static void test_nobody_is_sold_what_another_holds(void **state)
{
    size_t n;

    (void)state;
    for (n = 0; n < BENCH_DATABASES; n++)
        if (bench_databases[n] != NULL) {
            run_around_the_end(n, "soft_hold", EVENTS);
            run_around_the_end(n, "soft_hold:expiry=sweeper:sweep=1ms", EVENTS / 4);
        }
}

/* Half of those who hold a seat leave: whoever keeps asking gets it in the end. */
static void test_it_sells_out_after_expiry(void **state)
{
    static const char *const variants[] = { "soft_hold:held=conflict", "soft_hold:expiry=sweeper:held=conflict" };
    struct tally tally = { 0 };
    size_t n, v;

    (void)state;
    for (n = 0; n < BENCH_DATABASES; n++)
        for (v = 0; v < 2 && bench_databases[n] != NULL; v++) {
            run_trial(&tally, n,
                      "[inventory]\nseats = 5\n[load]\nusers = 30\n[checkout]\ntime = uniform:1ms..15ms\n"
                      "abandon = 50%\n[hold]\nttl = 10ms\n[retry]\nattempts = unlimited\nbackoff = jitter:1ms..10ms\n"
                      "[db]\ndurability = off\n",
                      variants[v], 1);
            assert_true((tally.promises & PROMISE_SELLS_OUT) != 0);
        }
}

static const char two_users[] = "[inventory]\nseats = 1\n[load]\nusers = 2\n[checkout]\ntime = 1s\n"
                                "[retry]\nattempts = 2\nbackoff = none\n";

static void replay(struct exploration *found, struct bench_cells *cells, size_t n, const char *variant,
                   const char *schedule)
{
    const struct exploration_request request = { .preemptions = 3, .schedules = 1, .houses = 1, .replay = schedule };

    bench_cells_make(cells, two_users, variant, bench_names[n]);
    assert_int_equal(exploration_run(found, cells->cell, bench_databases[n], &request), EXIT_OK);
}

static void forget(struct exploration *found, struct bench_cells *cells)
{
    exploration_free(found);
    bench_cells_free(cells);
}

/* The last try of a user in a schedule. */
static const struct move *told(const struct exploration *found, int actor)
{
    const struct move *last = NULL;
    size_t i;

    for (i = 0; i < found->trace.n; i++)
        if (found->trace.moves[i].actor == actor && found->trace.moves[i].attempt_ended)
            last = &found->trace.moves[i];
    assert_non_null(last);
    return last;
}

/* A: look, BEGIN, lock, hold, COMMIT, checkout; then his time is over. */
static void test_a_hold_that_is_over_goes_to_the_next(void **state)
{
    struct exploration found;
    struct bench_cells cells;
    size_t n;

    (void)state;
    for (n = 0; n < BENCH_DATABASES; n++) {
        if (bench_databases[n] == NULL)
            continue;
        replay(&found, &cells, n, "soft_hold", "A6 Z B9 A2");
        assert_int_equal(found.broken, 0);
        assert_int_equal(told(&found, 1)->verdict, VERDICT_BOOKED);
        assert_int_equal(told(&found, 0)->verdict, VERDICT_SOLD_OUT);
        forget(&found, &cells);

        /* Nobody else wants it: the confirmation comes too late all the same, and A holds and books anew, without
         * paying twice. */
        replay(&found, &cells, n, "soft_hold", "A6 Z A2");
        assert_int_equal(found.trace.moves[8].verdict, VERDICT_CONFLICT);
        assert_int_equal(told(&found, 0)->verdict, VERDICT_BOOKED);
        assert_int_equal(found.trace.audit.sold, 1);
        forget(&found, &cells);

        /* The time is over, the sweeper has not come yet. */
        replay(&found, &cells, n, "soft_hold:expiry=sweeper", "A6 Z B");
        assert_int_equal(told(&found, 1)->verdict, VERDICT_SOLD_OUT);
        forget(&found, &cells);
        replay(&found, &cells, n, "soft_hold:expiry=sweeper", "A6 Z S2 B7 A");
        assert_int_equal(told(&found, 1)->verdict, VERDICT_BOOKED);
        assert_int_equal(found.trace.audit.sold, 1);
        forget(&found, &cells);
    }
}

/* Without the clear, what is over is in the way for good: that the next comer gets it is checked. */
static void test_a_hold_that_is_never_cleared_is_found(void **state)
{
    const struct exploration_request request = { .preemptions = 3, .schedules = 100000, .houses = 1 };
    struct statement statements[16];
    struct registered registered;
    struct exploration found;
    struct bench_cells cells;
    struct strategy planted;
    struct cell *cell;
    size_t i;

    (void)state;
    bench_cells_make(&cells, two_users, "soft_hold", bench_names[0]);
    cell = &cells.cells.cell[cells.cell - cells.cells.cell];
    planted = *cell->variant.registered->strategy;
    registered = *cell->variant.registered;
    registered.strategy = &planted;
    for (i = 0; planted.statements[i].name != NULL; i++)
        statements[i] = planted.statements[i];
    statements[i] = planted.statements[i];
    planted.statements = statements;
    for (i = 0; statements[i].name != NULL; i++)
        if (strcmp(statements[i].name, "clear what is over") == 0 || strcmp(statements[i].name, "give back") == 0)
            statements[i].sql = (struct text)TEXT("DELETE FROM bookings WHERE request = $1 AND 1 = 0");
    cell->variant.registered = &registered;
    assert_int_equal(exploration_run(&found, cell, bench_databases[0], &request), EXIT_OK);
    assert_true(found.broken_by[ANOMALY_UNSOLD] > 0);
    assert_non_null(strchr(found.schedule, 'Z'));
    forget(&found, &cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_is_sold_what_another_holds),
        cmocka_unit_test(test_it_sells_out_after_expiry),
        cmocka_unit_test(test_a_hold_that_is_over_goes_to_the_next),
        cmocka_unit_test(test_a_hold_that_is_never_cleared_is_found),
    };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
