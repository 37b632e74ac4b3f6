/* What users do beside asking once for one seat, with real concurrency on real databases: cancels, double clicks,
 * groups, patience and browsers, each user on a thread of his own, on few workers, and in closed load. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/audit.h"
#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/scenario/plan.h"
#include "tests/support/bench.h"

struct outcome_of {
    struct trial trial;
    struct audit audit;
    struct plan plan;
    size_t rows; /* of bookings, in the end */
};

static void run(struct outcome_of *out, struct database *database, const char *db, const char *variant, const char *ini)
{
    struct witnesses witnesses = { 0 };
    struct bench_cells made;

    memset(out, 0, sizeof *out);
    bench_cells_make(&made, ini, variant, db);
    assert_int_equal(trial_run(&out->trial, made.cell, database, 1, "workload", NULL), EXIT_OK);
    if ((database_caps(database) & DB_CAN_HOLD_ROWS) != 0) {
        assert_int_equal(audit_read(&witnesses, made.cell, database), EXIT_OK);
        audit_judge(&out->audit, made.cell, &out->trial, &witnesses);
    }
    out->rows = witnesses.booking_count;
    plan_init(&out->plan, &made.cell->scenario, 1);
    witnesses_free(&witnesses);
    database_drop(database);
    bench_cells_free(&made);
}

static void assert_valid(const struct outcome_of *got)
{
    if (got->trial.void_reason[0] != '\0' || got->audit.verdict != AUDIT_VALID)
        fail_msg("void '%s', audit '%s'", got->trial.void_reason, got->audit.reason);
    assert_int_equal(got->audit.told, got->audit.sold);
}

typedef void check_fn(struct database *, const char *db);

static void on_both(check_fn *check)
{
    for (size_t n = 0; n < BENCH_DATABASES; n++)
        if (bench_databases[n] != NULL)
            check(bench_databases[n], bench_names[n]);
}

static const struct record *reserve_of(const struct trial *trial, int64_t request)
{
    for (size_t i = 0; i < trial->record_count; i++)
        if (trial->records[i].request == request)
            return &trial->records[i];
    fail_msg("no request %lld", (long long)request);
    return NULL;
}

/* ---- cancels ----------------------------------------------------------------------------------------------------- */

/* Every cancel belongs to a booking, comes when it was planned, and took effect. Returns the seats given back. */
static int64_t check_cancels(const struct outcome_of *got)
{
    const struct trial *trial = &got->trial;
    int64_t users = got->plan.users, seats = 0;

    assert_true(trial->cancel_count > 0);
    assert_int_equal(trial->totals.cancels.outcomes[ASIDE_DONE], trial->cancel_count);
    for (size_t i = 0; i < trial->cancel_count; i++) {
        const struct record *cancel = &trial->cancels[i], *booked = reserve_of(trial, cancel->ref);
        struct planned planned;

        plan_request(&got->plan, booked->user, (booked->request - 1) / users, &planned);
        assert_true(planned.cancels);
        assert_int_equal(booked->outcome, OUTCOME_BOOKED);
        assert_int_equal(cancel->seats, booked->seats);
        assert_int_equal(cancel->due_ns, booked->return_ns + planned.cancel_after_ns);
        assert_true(cancel->invoke_ns >= cancel->due_ns);
        assert_true(cancel->return_ns > cancel->invoke_ns);
        assert_true(cancel->statements >= 1);
        seats += cancel->seats;
    }
    return seats;
}

static void burst_of_cancels(struct database *database, const char *db, const char *variant, const char *workers)
{
    struct outcome_of got;
    int64_t planned = 0, booked = 0;
    char ini[400];

    snprintf(
        ini, sizeof ini,
        "# q\n[inventory]\nseats = 50\n[load]\nusers = 60\nworkers = %s\n[request]\nseats = 1:50%%, 2:50%%\n[mix]\n"
        "cancel = 50%%\ncancel_after = uniform:1ms..20ms\n[retry]\nattempts = unlimited\n",
        workers);
    run(&got, database, db, variant, ini);
    assert_valid(&got);
    assert_int_equal(check_cancels(&got), got.audit.released);
    for (size_t i = 0; i < got.trial.record_count; i++) {
        struct planned p;

        plan_request(&got.plan, got.trial.records[i].user, 0, &p);
        booked += got.trial.records[i].outcome == OUTCOME_BOOKED;
        planned += got.trial.records[i].outcome == OUTCOME_BOOKED && p.cancels;
    }
    assert_int_equal(got.trial.cancel_count, planned); /* in a burst nobody forgets to */
    assert_int_equal(got.rows, booked - planned);
    assert_int_equal(got.trial.totals.requests, 60);
    trial_free(&got.trial);
}

static void cancels_on_threads(struct database *database, const char *db)
{
    burst_of_cancels(database, db, "atomic", "auto");
    burst_of_cancels(database, db, "pessimistic:check=count", "auto"); /* a ledger without a counter */
    burst_of_cancels(database, db, "admission", "auto");               /* a release() of its own */
    burst_of_cancels(database, db, "queue", "auto");                   /* booked by a service, given back by the user */
}

static void cancels_on_few_workers(struct database *database, const char *db)
{
    burst_of_cancels(database, db, "atomic", "3");
    burst_of_cancels(database, db, "queue", "3");
}

static int by_user_and_time(const void *a, const void *b)
{
    const struct record *x = *(const struct record *const *)a, *y = *(const struct record *const *)b;

    if (x->user != y->user)
        return (x->user > y->user) - (x->user < y->user);
    return (x->invoke_ns > y->invoke_ns) - (x->invoke_ns < y->invoke_ns);
}

/* A single seat that is given back again and again: sold many times, never twice at once, and whoever gives it back
 * asks again only then. */
static void a_seat_goes_round(struct database *database, const char *db)
{
    const struct record **all;
    struct outcome_of got;
    size_t n = 0;

    run(&got, database, db, "atomic",
        "# q\n[inventory]\nseats = 1\n[load]\nmodel = closed\nusers = 6\nduration = 300ms\n[mix]\ncancel = 100%\n"
        "cancel_after = 2ms\n");
    assert_valid(&got);
    check_cancels(&got);
    assert_true(got.trial.totals.outcomes[OUTCOME_BOOKED] > 5);
    assert_int_equal(got.audit.oversold, 0);
    assert_int_equal(got.trial.cancel_count + got.rows, got.trial.totals.outcomes[OUTCOME_BOOKED]);
    all = calloc(got.trial.record_count + got.trial.cancel_count, sizeof *all);
    assert_non_null(all);
    for (size_t i = 0; i < got.trial.record_count; i++)
        all[n++] = &got.trial.records[i];
    for (size_t i = 0; i < got.trial.cancel_count; i++)
        all[n++] = &got.trial.cancels[i];
    qsort(all, n, sizeof *all, by_user_and_time);
    for (size_t i = 1; i < n; i++)
        if (all[i]->user == all[i - 1]->user)
            assert_true(all[i]->invoke_ns >= all[i - 1]->return_ns);
    free(all);
    trial_free(&got.trial);
}

/* Everybody looks before anybody has paid, and gives back at once: in the end no row is left to be counted. */
static void what_was_oversold_is_seen_though_it_was_given_back(struct database *database, const char *db)
{
    struct outcome_of got;

    run(&got, database, db, "naive:form=count",
        "# q\n[inventory]\nseats = 2\n[load]\nusers = 12\n[checkout]\ntime = 100ms\n[mix]\ncancel = 100%\n"
        "cancel_after = 1s\n[db]\ndurability = async\n");
    assert_int_equal(got.rows, 0);
    assert_int_equal(got.audit.sold, 0);
    assert_int_equal(got.audit.oversold, 10);
    assert_int_equal(got.audit.verdict, AUDIT_INVALID);
    trial_free(&got.trial);
}

/* A cancel that is far away does not keep a trial from ending: it is not made, and nobody is blamed for that. */
static void a_cancel_far_away_keeps_nobody(struct database *database, const char *db)
{
    static const struct {
        const char *load, *timeout;
        bool is_void;
    } cases[] = { { "users = 4\n", "1s", true },
                  { "users = 4\nworkers = 2\n", "1s", true },
                  { "model = closed\nusers = 4\nduration = 300ms\n", "2m", false } };
    int64_t began_ns = clock_now_ns();
    struct outcome_of got;
    char ini[300];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(
            ini, sizeof ini,
            "# q\n[load]\n%s[request]\nrepeat = 50%%\n[mix]\ncancel = 100%%\ncancel_after = 5m\nbrowsers = 1\n[run]\n"
            "timeout = %s\n",
            cases[i].load, cases[i].timeout);
        run(&got, database, db, "atomic", ini);
        assert_int_equal(got.trial.void_reason[0] != '\0', cases[i].is_void);
        assert_int_equal(got.trial.cancel_count, 0);
        assert_int_equal(got.audit.malformed, 0);
        assert_int_equal(got.audit.lost, 0);
        assert_int_not_equal(got.audit.verdict, AUDIT_INVALID);
        trial_free(&got.trial);
    }
    assert_true(clock_now_ns() - began_ns < 60 * NS_PER_S);
}

/* ---- double clicks ----------------------------------------------------------------------------------------------- */

/* Every second click has a first one, due at the same moment, by the same user and for the same; as many as planned.
 * Returns how many wishes were booked twice. */
static int64_t check_clicks(const struct outcome_of *got)
{
    const struct trial *trial = &got->trial;
    int64_t seconds = 0, planned = 0, twice = 0;

    for (size_t i = 0; i < trial->record_count; i++) {
        const struct record *second = &trial->records[i], *first;
        struct planned p;

        if (second->ref == 0) {
            plan_request(&got->plan, second->user, (second->request - 1) / got->plan.users, &p);
            planned += p.repeats;
            continue;
        }
        first = reserve_of(trial, second->ref);
        assert_int_equal(second->request, first->request + PLAN_SECOND);
        assert_int_equal(second->due_ns, first->due_ns);
        assert_int_equal(second->user, first->user);
        assert_int_equal(second->event, first->event);
        assert_int_equal(second->seats, first->seats);
        assert_int_equal(second->app, first->app);
        twice += second->outcome == OUTCOME_BOOKED && first->outcome == OUTCOME_BOOKED;
        seconds++;
    }
    assert_true(seconds > 0);
    assert_int_equal(seconds, planned);
    assert_int_equal(seconds, trial->totals.repeats);
    return twice;
}

static void clicks(struct database *database, const char *db, const char *load, bool overlap)
{
    struct outcome_of got;
    int64_t overlapping = 0;
    char ini[300];

    snprintf(ini, sizeof ini, "# q\n[inventory]\nevents = 2\nseats = 40\n[load]\n%s[request]\nrepeat = 40%%\n", load);
    run(&got, database, db, "atomic", ini);
    assert_valid(&got);
    assert_int_equal(check_clicks(&got), got.audit.repeated);
    assert_true(got.audit.repeated > 0);
    for (size_t i = 0; i < got.trial.record_count && overlap; i++)
        if (got.trial.records[i].ref != 0) {
            const struct record *second = &got.trial.records[i], *first = reserve_of(&got.trial, second->ref);

            overlapping += second->invoke_ns < first->return_ns && first->invoke_ns < second->return_ns;
        }
    assert_true(!overlap || overlapping > 0);
    trial_free(&got.trial);
}

static void clicks_in_every_load(struct database *database, const char *db)
{
    clicks(database, db, "users = 50\n", true);
    clicks(database, db, "users = 50\nworkers = 4\n", true);
    clicks(database, db, "users = 50\nworkers = 1\n", false);
    clicks(database, db, "model = closed\nusers = 4\nduration = 100ms\n", true);
}

/* Both clicks are given back, as the wish is the same. */
static void both_clicks_are_given_back(struct database *database, const char *db)
{
    struct outcome_of got;

    run(&got, database, db, "atomic",
        "# q\n[inventory]\nseats = 100\n[load]\nusers = 20\n[request]\nrepeat = 50%\n[mix]\ncancel = 100%\n");
    assert_valid(&got);
    assert_int_equal(got.rows, 0);
    assert_int_equal(got.trial.cancel_count, got.trial.record_count);
    assert_int_equal(got.audit.repeated, got.trial.totals.repeats);
    assert_int_equal(got.audit.released, got.trial.record_count);
    trial_free(&got.trial);
}

/* ---- groups ------------------------------------------------------------------------------------------------------ */

/* 10 seats, groups of 4: two groups sit, two seats stay, and that is nobody's fault. */
static void groups_are_not_split(struct database *database, const char *db)
{
    static const char *const variants[] = { "atomic", "pessimistic", "pessimistic:check=count", "queue", "admission" };
    struct outcome_of got;

    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        run(&got, database, db, variants[i], "# q\n[load]\nusers = 30\n[request]\nseats = 4\n");
        assert_valid(&got);
        assert_int_equal(got.trial.totals.outcomes[OUTCOME_BOOKED], 2);
        assert_int_equal(got.trial.totals.outcomes[OUTCOME_SOLD_OUT], 28);
        assert_int_equal(got.audit.sold, 8);
        assert_int_equal(got.audit.unsold, 0);
        assert_int_equal(got.trial.sold_out_ns, -1);
        trial_free(&got.trial);
    }
}

/* ---- patience ---------------------------------------------------------------------------------------------------- */

/* One connection, which every buyer holds for 30 ms over the checkout: who has waited 100 ms for it leaves. */
static void a_wait_for_the_pool_ends_with_patience(struct database *database, const char *db)
{
    struct outcome_of got;
    int64_t left = 0;

    run(&got, database, db, "pessimistic",
        "# q\n[inventory]\nseats = 100\n[load]\nusers = 30\npatience = 100ms\n[checkout]\ntime = 30ms\n[db]\npool = "
        "1\n");
    assert_valid(&got);
    for (size_t i = 0; i < got.trial.record_count; i++) {
        const struct record *record = &got.trial.records[i];

        if (record->outcome != OUTCOME_TIMED_OUT)
            continue;
        assert_int_equal(record->reason, REASON_PATIENCE);
        assert_true(record->return_ns >= record->due_ns + 100 * NS_PER_MS);
        assert_int_equal(record->borrows, 0);
        left++;
    }
    /* Ten would have to be served in 30 ms each. */
    assert_in_range(left, 20, 30);
    assert_int_equal(left + got.trial.totals.outcomes[OUTCOME_BOOKED], 30);
    assert_int_equal(got.audit.unsold, 0); /* they left by themselves */
    trial_free(&got.trial);
}

/* Users who queue on one worker for longer than they would are never tried. */
static void patience_counts_from_due(struct database *database, const char *db)
{
    struct outcome_of got;
    int64_t untried = 0;

    run(&got, database, db, "atomic",
        "# q\n[inventory]\nseats = 3000\n[load]\nusers = 3000\nworkers = 1\npatience = 20ms\n");
    assert_valid(&got);
    for (size_t i = 0; i < got.trial.record_count; i++) {
        const struct record *record = &got.trial.records[i];

        if (record->attempts > 0)
            continue;
        assert_int_equal(record->outcome, OUTCOME_TIMED_OUT);
        assert_int_equal(record->reason, REASON_PATIENCE);
        assert_true(record->return_ns - record->due_ns >= 20 * NS_PER_MS);
        untried++;
    }
    assert_true(untried > 0);
    assert_int_equal(untried, got.trial.totals.untried);
    trial_free(&got.trial);
}

/* Tries that are lost again and again use patience up: nobody goes on for long, though tries are unlimited. */
static void retries_use_patience_up(struct database *database, const char *db)
{
    static const char *const loads[] = { "users = 60\n", "users = 60\nworkers = 20\n" };
    struct outcome_of got;

    for (size_t i = 0; i < 2; i++) {
        char ini[300];
        int64_t left = 0;

        snprintf(ini, sizeof ini,
                 "# q\n[inventory]\nseats = 1000\n[load]\n%spatience = 40ms\n[db]\npool = 32\n[retry]\nattempts = "
                 "unlimited\nbackoff = 200ms\n",
                 loads[i]);
        run(&got, database, db, "optimistic", ini);
        assert_valid(&got);
        for (size_t r = 0; r < got.trial.record_count; r++)
            if (got.trial.records[r].reason == REASON_PATIENCE) {
                assert_true(got.trial.records[r].backoff_ns <= 40 * NS_PER_MS);
                left++;
            }
        assert_int_equal(left, got.trial.totals.outcomes[OUTCOME_TIMED_OUT]);
        assert_int_equal(left + got.trial.totals.outcomes[OUTCOME_BOOKED], 60);
        trial_free(&got.trial);
    }
}

/* ---- browsers ---------------------------------------------------------------------------------------------------- */

static void check_looks(const struct outcome_of *got, int64_t browsers, int64_t every_ns)
{
    const struct aside *browses = &got->trial.totals.browses;
    int64_t due = got->trial.wall_ns / every_ns;

    /* Each look that was due by the last answer was made, however late; the end is noticed some time after. */
    assert_true(browses->n >= browsers * due);
    assert_true(browses->n <= browsers * (due + 1 + 2 * NS_PER_S / every_ns));
    assert_int_equal(browses->outcomes[ASIDE_DONE], browses->n);
    assert_int_equal(browses->response.total, browses->n);
}

static void browsers_look_until_the_rush_is_over(struct database *database, const char *db)
{
    static const char *const variants[] = { "atomic", "pessimistic:check=count" };
    struct outcome_of got;

    for (size_t i = 0; i < 2; i++) {
        run(&got, database, db, variants[i],
            "# q\n[inventory]\nevents = 3\nseats = 20\n[load]\nusers = 40\n[checkout]\ntime = 20ms\n[app]\ninstances = "
            "2\n"
            "[mix]\nbrowsers = 3\nbrowse_every = 1ms\n[db]\npool = 4\n");
        assert_valid(&got);
        check_looks(&got, 3, NS_PER_MS);
        assert_int_equal(got.trial.totals.browses.statements, got.trial.totals.browses.n);
        assert_int_equal(got.trial.totals.requests, 40);
        trial_free(&got.trial);
    }
}

static void browsers_look_until_closed_load_ends(struct database *database, const char *db)
{
    struct outcome_of got;

    run(&got, database, db, "atomic",
        "# q\n[load]\nmodel = closed\nusers = 3\nduration = 100ms\n[mix]\nbrowsers = 2\nbrowse_every = 2ms\n");
    assert_valid(&got);
    assert_true(got.trial.totals.browses.n >= 2 * 49);
    check_looks(&got, 2, 2 * NS_PER_MS);
    trial_free(&got.trial);
}

/* A look waits for the pool like everybody, and that is in its time: one connection, held for 50 ms. */
static void a_look_is_timed_from_when_it_was_due(struct database *database, const char *db)
{
    struct outcome_of got;

    run(&got, database, db, "pessimistic",
        "# q\n[inventory]\nseats = 4\n[load]\nusers = 4\n[checkout]\ntime = 50ms\n[db]\npool = 1\n[mix]\nbrowsers = 1\n"
        "browse_every = 5ms\n");
    assert_valid(&got);
    check_looks(&got, 1, 5 * NS_PER_MS);
    assert_true(got.trial.totals.browses.response.max >= 45 * NS_PER_MS);
    trial_free(&got.trial);
}

/* ---- the floor --------------------------------------------------------------------------------------------------- */

static void test_the_floor_has_such_users_too(void **state)
{
    static const char *const loads[] = { "users = 50\n", "users = 50\nworkers = 2\n",
                                         "model = closed\nusers = 3\nduration = 50ms\n" };
    struct database *null = bench_database("null", 64);
    struct outcome_of got;
    char ini[300];

    (void)state;
    assert_non_null(null);
    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
        snprintf(
            ini, sizeof ini,
            "# q\n[load]\n%spatience = 10s\n[request]\nseats = 1:50%%, 2:50%%\nrepeat = 50%%\n[mix]\ncancel = 100%%\n"
            "browsers = 2\nbrowse_every = 100us\n",
            loads[i]);
        run(&got, null, "null", "null", ini);
        assert_string_equal(got.trial.void_reason, "");
        assert_true(got.trial.totals.repeats > 0);
        assert_int_equal(got.trial.cancel_count, 0);
        assert_true(got.trial.totals.browses.n > 0);
        trial_free(&got.trial);
    }
    database_close(null);
}

#define TEST_OF(check)                                                                                                 \
    static void test_##check(void **state)                                                                             \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        on_both(check);                                                                                                \
    }
TEST_OF(cancels_on_threads)
TEST_OF(cancels_on_few_workers)
TEST_OF(a_seat_goes_round)
TEST_OF(what_was_oversold_is_seen_though_it_was_given_back)
TEST_OF(a_cancel_far_away_keeps_nobody)
TEST_OF(clicks_in_every_load)
TEST_OF(both_clicks_are_given_back)
TEST_OF(groups_are_not_split)
TEST_OF(a_wait_for_the_pool_ends_with_patience)
TEST_OF(patience_counts_from_due)
TEST_OF(retries_use_patience_up)
TEST_OF(browsers_look_until_the_rush_is_over)
TEST_OF(browsers_look_until_closed_load_ends)
TEST_OF(a_look_is_timed_from_when_it_was_due)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cancels_on_threads),
        cmocka_unit_test(test_cancels_on_few_workers),
        cmocka_unit_test(test_a_seat_goes_round),
        cmocka_unit_test(test_what_was_oversold_is_seen_though_it_was_given_back),
        cmocka_unit_test(test_a_cancel_far_away_keeps_nobody),
        cmocka_unit_test(test_clicks_in_every_load),
        cmocka_unit_test(test_both_clicks_are_given_back),
        cmocka_unit_test(test_groups_are_not_split),
        cmocka_unit_test(test_a_wait_for_the_pool_ends_with_patience),
        cmocka_unit_test(test_patience_counts_from_due),
        cmocka_unit_test(test_retries_use_patience_up),
        cmocka_unit_test(test_browsers_look_until_the_rush_is_over),
        cmocka_unit_test(test_browsers_look_until_closed_load_ends),
        cmocka_unit_test(test_a_look_is_timed_from_when_it_was_due),
        cmocka_unit_test(test_the_floor_has_such_users_too),
    };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
