/* Asking again after the faults: who is asked, and that "everybody was answered" is said only when it is so. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/audit/doubted.h"
#include "harness/base/clock.h"
#include "harness/run/inflight.h"
#include "harness/run/reoffer.h"
#include "harness/scenario/plan.h"
#include "tests/support/place.h"

enum { TURNED_AWAY = 6 };

/* Six users who gave up, a strategy that answers them, and a database that knows of no booking. */
struct aftermath {
    struct bench_cells made;
    struct cell cell;
    struct registered registered;
    struct strategy strategy;
    struct app_server server;
    struct db *observer;
    struct trial trial;
};

static void begin(struct aftermath *a, void **state, enum verdict (*attempt)(struct attempt *))
{
    struct database *database = place_fresh(state, NULL);

    memset(a, 0, sizeof *a);
    bench_cells_make(&a->made, "# q\n[load]\nusers = 6\n[retry]\nattempts = unlimited\nbackoff = 1ms\n", "atomic",
                     bench_names[*(const int *)*state]);
    a->strategy = (struct strategy){ .name = "stub", .attempt = attempt };
    a->registered.strategy = &a->strategy;
    a->cell = *a->made.cell;
    a->cell.variant.registered = &a->registered;
    a->server.cell = &a->cell;
    a->server.app = cell_app(&a->cell, 0);
    a->observer = place_join(database, &place_settings, NULL);
    assert_int_equal(totals_init(&a->trial.totals), 0);
    assert_non_null(a->trial.records = calloc(TURNED_AWAY, sizeof *a->trial.records));
    a->trial.record_count = TURNED_AWAY;
    a->trial.faults.on = true;
    for (int i = 0; i < TURNED_AWAY; i++)
        a->trial.records[i] = (struct record){
            .request = i + 1, .user = i + 1, .event = 1, .seats = 1, .attempts = 1, .outcome = OUTCOME_GAVE_UP
        };
}

static void end(struct aftermath *a)
{
    db_close(a->observer);
    trial_free(&a->trial);
    bench_cells_free(&a->made);
}

static int64_t ask(struct aftermath *a, int64_t limit_ns)
{
    int64_t began_ns = clock_now_ns();

    assert_int_equal(reoffer(&a->trial, &a->trial.faults, &a->cell, &a->server, a->observer, limit_ns), 0);
    return clock_now_ns() - began_ns;
}

static enum audit_verdict judged(const struct aftermath *a)
{
    struct audit audit = { .verdict = AUDIT_VALID };

    audit_faults_conclude(&audit, &a->cell, &a->trial.faults);
    return audit.verdict;
}

/* Seats that nobody was left the time to ask for are held against nobody; and so says whoever reads it again. */
static void assert_none_unsold(struct aftermath *a)
{
    struct booking bookings[2 * TURNED_AWAY];
    struct counter counter = { .event = 1, .capacity = a->cell.scenario.seats };
    struct witnesses witnesses = { .bookings = bookings, .counters = &counter, .counter_count = 1, .damage = -1 };
    struct audit audit;

    for (size_t i = 0; i < a->trial.record_count; i++) {
        const struct record *r = &a->trial.records[i];

        if (r->outcome == OUTCOME_BOOKED)
            bookings[witnesses.booking_count++] = (struct booking){ r->request, r->request, r->event, r->user, 1 };
    }
    counter.available = counter.capacity - (int64_t)witnesses.booking_count;
    for (int again = 0; again < 2; again++) {
        audit_judge(&audit, &a->cell, &a->trial, &witnesses);
        assert_true(audit.sold > 0 && audit.sold < audit.capacity);
        assert_int_equal(audit.unsold, 0);
        for (size_t i = 0; i < a->trial.record_count; i++)
            a->trial.records[i].asked_again = 0;
        assert_int_equal(audit_mark_again(&a->trial, &witnesses), 0);
    }
}

static enum verdict books(struct attempt *a)
{
    (void)a;
    return VERDICT_BOOKED;
}

static void test_everybody_is_answered(void **state)
{
    struct aftermath a;

    begin(&a, state, books);
    ask(&a, REOFFER_LIMIT_NS);
    assert_true(a.trial.faults.recovered);
    assert_int_equal(a.trial.faults.reoffered, TURNED_AWAY);
    assert_int_equal(a.trial.faults.reoffered_booked, TURNED_AWAY);
    assert_int_equal(judged(&a), AUDIT_VALID);
    end(&a);
}

static enum verdict books_slowly(struct attempt *a)
{
    (void)a;
    usleep(30000);
    return VERDICT_BOOKED;
}

/* Whom there was no time to ask was not answered, though all who were asked are content. */
static void test_no_time_for_all(void **state)
{
    struct aftermath a;

    begin(&a, state, books_slowly);
    ask(&a, 40 * NS_PER_MS);
    assert_in_range(a.trial.faults.reoffered, 1, TURNED_AWAY - 1);
    assert_int_equal(a.trial.faults.reoffered_booked, a.trial.faults.reoffered);
    assert_false(a.trial.faults.recovered);
    assert_int_equal(judged(&a), AUDIT_UNKNOWN);
    assert_none_unsold(&a);
    end(&a);
}

static enum verdict loses(struct attempt *a)
{
    return attempt_conflict(a, REASON_HELD);
}

/* A hold that was left behind, and a user who may try for as long as he likes: the limit ends his tries too. */
static void test_the_limit_ends_a_retry(void **state)
{
    struct aftermath a;

    begin(&a, state, loses);
    assert_true(ask(&a, 40 * NS_PER_MS) < 20 * NS_PER_S);
    assert_int_equal(a.trial.faults.reoffered, 1);
    assert_int_equal(a.trial.records[TURNED_AWAY].request, 1 + PLAN_AGAIN);
    assert_int_equal(a.trial.records[TURNED_AWAY].outcome, OUTCOME_TIMED_OUT);
    assert_int_equal(a.trial.records[TURNED_AWAY].reason, REASON_PATIENCE);
    assert_null(totals_check(&a.trial.totals));
    assert_false(a.trial.faults.recovered);
    assert_int_equal(judged(&a), AUDIT_UNKNOWN);
    end(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SQLITE(test_everybody_is_answered),
        ON_SQLITE(test_no_time_for_all),
        ON_SQLITE(test_the_limit_ends_a_retry),
    };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
