/* The explorer on real databases: honest strategies hold in every schedule, broken ones are caught each time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/say.h"
#include "harness/explore/exploration.h"
#include "harness/explore/schedule.h"
#include "tests/support/bench.h"
#include "tests/support/capture.h"

static const char two_users[] = "[inventory]\nseats = 1\n[load]\nusers = 2\n[checkout]\ntime = 1s\n"
                                "[retry]\nattempts = 2\nbackoff = none\n[db]\nuse = sqlite, postgres\n";
static const char two_servers[] = "[inventory]\nseats = 1\n[load]\nusers = 2\n[checkout]\ntime = 1s\n"
                                  "[retry]\nattempts = 2\nbackoff = none\n[app]\ninstances = 2\n";
static const char two_who_never_give_up[] = "[inventory]\nseats = 1\n[load]\nusers = 2\n[checkout]\ntime = 1s\n"
                                            "[retry]\nattempts = unlimited\nbackoff = none\n";
static const char three_who_never_give_up[] = "[inventory]\nseats = 2\n[load]\nusers = 3\n[checkout]\ntime = 1s\n"
                                              "[retry]\nattempts = unlimited\nbackoff = none\n";
static const char three_users[] = "[inventory]\nseats = 2\n[load]\nusers = 3\n[checkout]\ntime = 1s\n"
                                  "[retry]\nattempts = 2\nbackoff = none\n";

static const struct exploration_request usual = { .preemptions = 3, .schedules = 100000, .houses = 2 };

/* Each test, on each database that is there. */
#define ON_EACH(n)                                                                                                     \
    for ((n) = 0; (n) < BENCH_DATABASES; (n)++)                                                                        \
        if (bench_databases[n] != NULL)

static int explore(struct exploration *found, struct bench_cells *cells, size_t n,
                   const struct exploration_request *request)
{
    return exploration_run(found, cells->cell, bench_databases[n], request);
}

/* The registry's strategy `base` with another attempt in its place. */
struct planted {
    struct strategy strategy;
    struct registered registered;
};

static void plant(struct planted *planted, struct bench_cells *cells, const char *base, size_t n)
{
    struct cell *cell;

    bench_cells_make(cells, two_users, base, bench_names[n]);
    cell = &cells->cells.cell[cells->cell - cells->cells.cell];
    planted->strategy = *cell->variant.registered->strategy;
    planted->registered = *cell->variant.registered;
    planted->registered.strategy = &planted->strategy;
    planted->strategy.name = "planted";
    cell->variant.registered = &planted->registered;
}

static bool is_honest(const struct strategy *strategy)
{
    return (strategy->traits & (TRAIT_CONTROL | TRAIT_ROGUE | TRAIT_FLOOR)) == 0;
}

static void behaves(const char *ini, const char *variant, size_t n, int houses)
{
    struct exploration_request request = usual;
    struct bench_cells cells;
    struct exploration found;
    unsigned shows;

    bench_cells_make(&cells, ini, variant, bench_names[n]);
    request.houses = houses;
    shows = cells.cell->variant.registered->strategy->shows;
    assert_int_equal(explore(&found, &cells, n, &request), EXIT_OK);
    if (exploration_unexpected(&found))
        fail_msg("%s: %d of %d schedules broken, %d of %d faults: %s", found.holder, (int)found.broken,
                 (int)found.tried, (int)found.faults_broken, (int)found.faults, found.schedule);
    assert_true(found.tried >= 2);
    assert_true(found.exhausted);
    assert_true(found.faults > 0);
    assert_int_equal(found.stuck + found.endless, 0);
    /* The story of a rogue is that of what it names. */
    assert_true((found.trace.anomalies & shows) != 0 || shows == 0);
    exploration_free(&found);
    bench_cells_free(&cells);
}

/* Every strategy is played on every database. What is played besides is played on SQLite where it can be, which takes a
 * tenth of the time, and with LASTSEAT_LONG (make test-all) on both. */
static bool is_tried_twice(size_t n, const char *variant)
{
    return n == 0 || !bench_can_run(0, variant) || getenv("LASTSEAT_LONG") != NULL;
}

static void test_every_strategy_does_what_it_says(void **state)
{
    size_t n, i;

    (void)state;
    ON_EACH(n) for (i = 0; i < registry_count; i++)
    {
        const struct strategy *strategy = registry[i].strategy;

        if ((strategy->traits & TRAIT_FLOOR) != 0 || !bench_can_run(n, strategy->name))
            continue;
        behaves(two_users, strategy->name, n, 2);
        if (is_honest(strategy) && is_tried_twice(n, strategy->name))
            behaves(two_servers, strategy->name, n, 1);
    }
}

/* Every word of every choice but the default. */
static void test_every_choice_does_what_it_says(void **state)
{
    const struct option *row;
    char variant[128];
    size_t n, i, w;

    (void)state;
    ON_EACH(n) for (i = 0; i < registry_count; i++)
    {
        for (row = registry[i].strategy->options; row != NULL && row->name != NULL; row++) {
            for (w = 0; row->type == OPTION_CHOICE && row->words[w] != NULL; w++) {
                snprintf(variant, sizeof variant, "%s:%s=%s", registry[i].strategy->name, row->name, row->words[w]);
                if (strcmp(row->words[w], row->fallback) != 0 && bench_can_run(n, variant) &&
                    is_tried_twice(n, variant))
                    behaves(two_users, variant, n, 2);
            }
        }
    }
}

static void test_what_is_found_is_found_again(void **state)
{
    struct exploration first, again;
    struct bench_cells cells;
    size_t n, i;

    (void)state;
    ON_EACH(n)
    {
        bench_cells_make(&cells, two_users, "naive", bench_names[n]);
        assert_int_equal(explore(&first, &cells, n, &usual), EXIT_OK);
        assert_int_equal(explore(&again, &cells, n, &usual), EXIT_OK);
        assert_int_equal(first.tried, again.tried);
        assert_int_equal(first.pruned, again.pruned);
        assert_int_equal(first.broken, again.broken);
        assert_string_equal(first.schedule, again.schedule);
        assert_int_equal(first.trace.n, again.trace.n);
        for (i = 0; i < first.trace.n; i++) {
            assert_int_equal(first.trace.moves[i].actor, again.trace.moves[i].actor);
            assert_int_equal(first.trace.moves[i].call.kind, again.trace.moves[i].call.kind);
            assert_int_equal(first.trace.moves[i].after.booking_count, again.trace.moves[i].after.booking_count);
        }
        assert_true(first.broken_by[ANOMALY_OVERSOLD] > 0);
        assert_int_equal(first.trace.audit.oversold, 1);
        exploration_free(&first);
        exploration_free(&again);
        bench_cells_free(&cells);
    }
}

static void test_a_schedule_is_replayed(void **state)
{
    struct exploration_request request = usual;
    struct exploration found, replayed;
    struct bench_cells cells;
    char line[sizeof found.schedule];
    size_t n;

    (void)state;
    ON_EACH(n)
    {
        bench_cells_make(&cells, two_users, "naive", bench_names[n]);
        assert_int_equal(explore(&found, &cells, n, &usual), EXIT_OK);
        memcpy(line, found.schedule, sizeof line);
        request.replay = line;
        request.houses = 1;
        assert_int_equal(explore(&replayed, &cells, n, &request), EXIT_OK);
        assert_string_equal(replayed.schedule, line);
        assert_int_equal(replayed.trace.n, found.trace.n);
        assert_int_equal(replayed.trace.audit.oversold, 1);
        assert_int_equal(replayed.tried, 1);
        exploration_free(&replayed);
        request.replay = "A20"; /* one after the other: nothing breaks, and a control need not */
        assert_int_equal(explore(&replayed, &cells, n, &request), EXIT_USAGE);
        exploration_free(&replayed);
        request.replay = "A";
        assert_int_equal(explore(&replayed, &cells, n, &request), EXIT_OK);
        assert_int_equal(replayed.broken, 0);
        assert_false(exploration_unexpected(&replayed));
        exploration_free(&replayed);
        exploration_free(&found);
        bench_cells_free(&cells);
    }
}

static void test_random_schedules_of_three(void **state)
{
    struct exploration_request request = { .schedules = 60, .houses = 1, .seed = 5 };
    struct exploration first, again;
    struct bench_cells cells;
    size_t n;

    (void)state;
    ON_EACH(n)
    {
        bench_cells_make(&cells, three_users, "naive", bench_names[n]);
        assert_int_equal(explore(&first, &cells, n, &request), EXIT_OK);
        assert_int_equal(explore(&again, &cells, n, &request), EXIT_OK);
        assert_true(first.is_random);
        assert_int_equal(first.tried, 60);
        assert_true(first.broken > 0);
        assert_int_equal(first.broken, again.broken);
        assert_string_equal(first.schedule, again.schedule);
        assert_true(first.chance > 0 && first.chance < 1);
        exploration_free(&first);
        exploration_free(&again);
        bench_cells_free(&cells);
        bench_cells_make(&cells, three_users, "pessimistic", bench_names[n]);
        assert_int_equal(explore(&first, &cells, n, &request), EXIT_OK);
        assert_int_equal(first.broken, 0);
        exploration_free(&first);
        bench_cells_free(&cells);
    }
}

/* ---- pruning ---------------------------------------------------------------------------------------------------- */

static enum verdict (*original)(struct attempt *);

/* Users who write to their app's memory might touch each other with any two calls: nothing is pruned. */
static enum verdict with_memory(struct attempt *a)
{
    ++*(int64_t *)a->app->memory;
    return original(a);
}

static unsigned anomalies_of(const struct exploration *found)
{
    unsigned anomalies = 0;
    enum anomaly anomaly;

    for (anomaly = 0; anomaly < ANOMALY_COUNT; anomaly++)
        anomalies |= (unsigned)(found->broken_by[anomaly] > 0) << anomaly;
    return anomalies;
}

static void finds_the_same_unpruned(const struct strategy *strategy, size_t n)
{
    struct exploration_request request = usual;
    struct exploration pruned, all;
    struct bench_cells cells;
    struct planted planted;

    request.preemptions = 2;
    request.houses = 1;
    bench_cells_make(&cells, two_users, strategy->name, bench_names[n]);
    assert_int_equal(explore(&pruned, &cells, n, &request), EXIT_OK);
    bench_cells_free(&cells);
    plant(&planted, &cells, strategy->name, n);
    planted.strategy.app_size = sizeof(int64_t);
    original = strategy->attempt;
    planted.strategy.attempt = with_memory;
    assert_int_equal(explore(&all, &cells, n, &request), EXIT_OK);
    assert_true(all.tried > pruned.tried);
    assert_int_equal(anomalies_of(&all), anomalies_of(&pruned));
    exploration_free(&pruned);
    exploration_free(&all);
    bench_cells_free(&cells);
}

/* What SQLite can run is explored there: it is quicker, and PostgreSQL's own calls are in what is left. */
static void test_pruning_loses_nothing(void **state)
{
    size_t n, i;

    (void)state;
    ON_EACH(n) for (i = 0; i < registry_count; i++)
    {
        const struct strategy *strategy = registry[i].strategy;

        if ((strategy->traits & TRAIT_FLOOR) == 0 && strategy->app_size == 0 && bench_can_run(n, strategy->name) &&
            is_tried_twice(n, strategy->name))
            finds_the_same_unpruned(strategy, n);
    }
}

/* Whoever waits for another by trying again goes in circles only where the other never moves. */
static void test_tries_without_end_are_no_livelock(void **state)
{
    static const char *const variants[] = { "pessimistic:wait=nowait", "seat_rows:pick=nowait", "advisory:wait=try",
                                            "soft_hold:held=conflict" };
    struct exploration_request request = usual;
    struct bench_cells cells;
    struct exploration found;
    size_t n, i;

    (void)state;
    request.schedules = 20;
    request.houses = 1;
    ON_EACH(n) for (i = 0; i < sizeof variants / sizeof *variants; i++)
    {
        if (!bench_can_run(n, variants[i]) || !is_tried_twice(n, variants[i]))
            continue;
        behaves(two_who_never_give_up, variants[i], n, 2);
        bench_cells_make(&cells, three_who_never_give_up, variants[i], bench_names[n]);
        assert_int_equal(explore(&found, &cells, n, &request), EXIT_OK);
        assert_int_equal(found.endless + found.stuck, 0);
        assert_false(exploration_unexpected(&found));
        exploration_free(&found);
        bench_cells_free(&cells);
    }
}

static enum verdict never_lets_go(struct attempt *a)
{
    return gate_take(a->app, a->request->event, 1) ? VERDICT_BOOKED : attempt_conflict(a, REASON_HELD);
}

/* Everybody tries, nobody gets on: that one is. */
static void test_tries_that_come_to_nothing_are_a_livelock(void **state)
{
    struct exploration found;
    struct bench_cells cells;
    struct planted planted;

    (void)state;
    plant(&planted, &cells, "admission", 0);
    cells.cells.cell[cells.cell - cells.cells.cell].variant.retry.attempts = INT64_MAX;
    planted.strategy.attempt = never_lets_go;
    assert_int_equal(explore(&found, &cells, 0, &usual), EXIT_OK);
    assert_int_equal(found.endless, 1);
    exploration_free(&found);
    bench_cells_free(&cells);
}

/* An expired hold costs its user a try: where a lost race is not tried again, he has no other. */
static void test_no_hold_runs_out_on_a_users_only_try(void **state)
{
    static const char *const retries[] = { "attempts = 1", "attempts = 2\non = unknown" };
    struct bench_cells cells;
    struct exploration found;
    char ini[256];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof retries / sizeof *retries; i++) {
        snprintf(ini, sizeof ini, "[inventory]\nseats = 1\n[load]\nusers = 2\n[retry]\n%s\nbackoff = none\n",
                 retries[i]);
        bench_cells_make(&cells, ini, "soft_hold", bench_names[0]);
        assert_int_equal(explore(&found, &cells, 0, &usual), EXIT_OK);
        assert_true(found.exhausted);
        assert_int_equal(found.broken, 0);
        exploration_free(&found);
        bench_cells_free(&cells);
    }
}

/* ---- planted mistakes ------------------------------------------------------------------------------------------- */

enum { LOOK, BOOK };

static enum verdict looks_for_ever(struct attempt *a)
{
    while (attempt_run(a, LOOK, ARGS(a->request->event)) == DB_OK)
        continue;
    return VERDICT_FAILED;
}

static void test_a_livelock_is_stopped_and_reported(void **state)
{
    struct exploration found;
    struct bench_cells cells;
    struct planted planted;
    size_t n;

    (void)state;
    ON_EACH(n)
    {
        plant(&planted, &cells, "naive", n);
        planted.strategy.traits = 0;
        planted.strategy.attempt = looks_for_ever;
        assert_int_equal(explore(&found, &cells, n, &usual), EXIT_OK);
        assert_int_equal(found.endless, 1);
        assert_true(exploration_unexpected(&found));
        assert_int_equal(found.trace.ending, TRACE_ENDLESS);
        exploration_free(&found);
        bench_cells_free(&cells);
        behaves(two_users, "naive", n, 2); /* nothing is left behind */
    }
}

static enum verdict runs_in_circles(struct attempt *a)
{
    volatile int64_t turns = 0;

    if (attempt_begin(a, TX_WRITE) != DB_OK)
        return VERDICT_FAILED;
    for (;;)
        turns++;
}

static void test_circles_without_a_call_are_ended(void **state)
{
    struct exploration found;
    struct bench_cells cells;
    struct planted planted;

    (void)state;
    plant(&planted, &cells, "naive", 0);
    planted.strategy.traits = 0;
    planted.strategy.attempt = runs_in_circles;
    assert_int_equal(explore(&found, &cells, 0, &usual), EXIT_OK);
    assert_int_equal(found.endless, 1);
    assert_non_null(strstr(found.trace.astray, "user A"));
    exploration_free(&found);
    bench_cells_free(&cells);
    behaves(two_users, "naive", 0, 2);
}

static const struct statement plain_statements[] = {
    { .name = "look", .kind = STATEMENT_READ, .sql = TEXT("SELECT available FROM events WHERE id = $1") },
    { .name = "book",
      .kind = STATEMENT_WRITE,
      .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum verdict keeps_the_gate(struct attempt *a)
{
    if (!gate_take(a->app, a->request->event, 1))
        return VERDICT_SOLD_OUT;
    if (attempt_run(a, LOOK, ARGS(a->request->event)) != DB_OK)
        return VERDICT_FAILED; /* and the seat never comes back */
    gate_give(a->app, a->request->event, 1);
    return VERDICT_SOLD_OUT;
}

/* Nothing is wrong with it in any schedule: only a failing call shows it. */
static void test_a_fault_finds_what_is_left_behind(void **state)
{
    struct exploration found;
    struct bench_cells cells;
    struct planted planted;
    size_t n;

    (void)state;
    ON_EACH(n)
    {
        plant(&planted, &cells, "admission", n);
        planted.strategy.statements = plain_statements;
        planted.strategy.attempt = keeps_the_gate;
        planted.strategy.promises = NULL;
        assert_int_equal(explore(&found, &cells, n, &usual), EXIT_OK);
        assert_true(found.faults_broken_by[ANOMALY_GATE_DRIFT] > 0);
        assert_non_null(strchr(found.schedule, '!'));
        exploration_free(&found);
        bench_cells_free(&cells);
    }
}

static enum verdict tells_lies(struct attempt *a)
{
    enum db_status st = attempt_run(a, BOOK, ARGS(a->request->id, a->request->event, a->request->user, 1));

    return st == DB_OK ? VERDICT_SOLD_OUT : VERDICT_BOOKED;
}

static void test_every_way_a_call_can_fail(void **state)
{
    struct exploration_request request = usual;
    struct exploration found;
    struct bench_cells cells;
    struct planted planted;
    size_t n;

    (void)state;
    ON_EACH(n)
    {
        plant(&planted, &cells, "naive", n);
        planted.strategy.traits = 0;
        planted.strategy.statements = plain_statements;
        planted.strategy.attempt = tells_lies;
        request.houses = 1;
        request.replay = "A!before B";
        assert_int_equal(explore(&found, &cells, n, &request), EXIT_OK);
        assert_int_equal(found.trace.moves[0].status, DB_IN_DOUBT);
        assert_int_equal(found.trace.moves[0].after.booking_count, 0);
        assert_int_equal(found.trace.audit.lost, 1);
        assert_int_equal(found.trace.audit.ghost, 1);
        exploration_free(&found);
        request.replay = "A!after B";
        assert_int_equal(explore(&found, &cells, n, &request), EXIT_OK);
        assert_int_equal(found.trace.moves[0].status, DB_IN_DOUBT);
        assert_int_equal(found.trace.moves[0].after.booking_count, 1);
        assert_int_equal(found.trace.audit.lost, 0);
        exploration_free(&found);
        request.replay = "A!error B";
        assert_int_equal(explore(&found, &cells, n, &request), EXIT_OK);
        assert_int_equal(found.trace.moves[0].status, DB_ERROR);
        assert_int_equal(found.trace.moves[0].after.booking_count, 0);
        exploration_free(&found);
        bench_cells_free(&cells);
    }
}

static enum verdict remembers(struct attempt *a)
{
    static int64_t calls_so_far; /* one user at a time: the app has memory */
    enum db_status st = DB_OK;
    int64_t i, calls = 1 + calls_so_far++ % 3;

    for (i = 0; i < calls && st == DB_OK; i++)
        st = attempt_run(a, LOOK, ARGS(a->request->event));
    return VERDICT_SOLD_OUT;
}

static void test_what_depends_on_more_than_answers_is_refused(void **state)
{
    struct exploration found;
    struct bench_cells cells;
    struct planted planted;

    (void)state;
    plant(&planted, &cells, "naive", 0);
    planted.strategy.app_size = 1;
    planted.strategy.attempt = remembers;
    capture_begin();
    assert_int_equal(explore(&found, &cells, 0, &usual), EXIT_ERROR);
    assert_non_null(strstr(capture_end(), "went another way"));
    exploration_free(&found);
    bench_cells_free(&cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_strategy_does_what_it_says),
        cmocka_unit_test(test_every_choice_does_what_it_says),
        cmocka_unit_test(test_what_is_found_is_found_again),
        cmocka_unit_test(test_a_schedule_is_replayed),
        cmocka_unit_test(test_random_schedules_of_three),
        cmocka_unit_test(test_pruning_loses_nothing),
        cmocka_unit_test(test_tries_without_end_are_no_livelock),
        cmocka_unit_test(test_tries_that_come_to_nothing_are_a_livelock),
        cmocka_unit_test(test_no_hold_runs_out_on_a_users_only_try),
        cmocka_unit_test(test_a_livelock_is_stopped_and_reported),
        cmocka_unit_test(test_circles_without_a_call_are_ended),
        cmocka_unit_test(test_a_fault_finds_what_is_left_behind),
        cmocka_unit_test(test_every_way_a_call_can_fail),
        cmocka_unit_test(test_what_depends_on_more_than_answers_is_refused),
    };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
