/* A lane: arrival order, its cap, a service that lingers for more, one that pauses; the thread of a service. */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"
#include "harness/run/inflight.h"
#include "tests/support/bench.h"

enum { N = 5 };

/* A service on a thread of its own: it lingers, then takes; it reports, the main thread asserts. */
struct writer {
    struct app_server server;
    struct service service;
    struct lane *lane;
    int enough, taken;
    int64_t linger_ns, took_at_ns;
    struct attempt *batch[N];
    _Atomic uint32_t done;
    pthread_t thread;
};

static void *serve(void *arg)
{
    struct writer *writer = arg;

    lane_linger(&writer->service, writer->lane, writer->enough, writer->linger_ns);
    writer->taken = lane_take(&writer->service, writer->lane, writer->batch, N);
    writer->took_at_ns = clock_now_ns();
    atomic_store(&writer->done, 1);
    wait_wake(&writer->done, 1);
    return NULL;
}

static void start_writer(struct writer *writer, int64_t cap, int enough, int64_t linger_ns)
{
    memset(writer, 0, sizeof *writer);
    assert_non_null(writer->lane = lane_new(cap));
    writer->service.server = &writer->server;
    writer->enough = enough;
    writer->linger_ns = linger_ns;
    assert_int_equal(pthread_create(&writer->thread, NULL, serve, writer), 0);
}

static void end_writer(struct writer *writer)
{
    pthread_join(writer->thread, NULL);
    lane_free(writer->lane);
}

static bool is_done(struct writer *writer, int64_t within_ns)
{
    return wait_change(&writer->done, 0, clock_now_ns() + within_ns);
}

static void test_takes_in_order(void **state)
{
    struct app_server server = { .scheduler = NULL };
    struct service service = { .server = &server };
    struct inflight flights[N];
    struct attempt *out[N];
    struct lane *lane = lane_new(3);
    int i;

    (void)state;
    for (i = 0; i < N; i++)
        assert_int_equal(lane_put(lane, &flights[i]), i < 3);
    assert_int_equal(lane_take(&service, lane, out, 2), 2);
    assert_ptr_equal(out[0], &flights[0].attempt);
    assert_ptr_equal(out[1], &flights[1].attempt);
    assert_true(lane_put(lane, &flights[3]));
    lane_close(lane);
    assert_int_equal(lane_take(&service, lane, out, N), 2);
    assert_ptr_equal(out[0], &flights[2].attempt);
    assert_ptr_equal(out[1], &flights[3].attempt);
    assert_int_equal(lane_take(&service, lane, out, N), 0);
    lane_free(lane);
}

/* One comes and the writer waits; the third is enough, long before the time is over. */
static void test_lingers_until_enough(void **state)
{
    struct inflight flights[N];
    struct writer writer;
    int i;

    (void)state;
    start_writer(&writer, 0, 3, 60 * NS_PER_S);
    for (i = 0; i < 2; i++) {
        assert_true(lane_put(writer.lane, &flights[i]));
        assert_false(is_done(&writer, 20 * NS_PER_MS));
    }
    assert_true(lane_put(writer.lane, &flights[2]));
    assert_true(is_done(&writer, 10 * NS_PER_S));
    assert_int_equal(writer.taken, 3);
    for (i = 0; i < 3; i++)
        assert_ptr_equal(writer.batch[i], &flights[i].attempt);
    end_writer(&writer);
}

/* The time runs from the first that came, and ends the wait. */
static void test_lingers_no_longer(void **state)
{
    struct inflight flight;
    struct writer writer;
    int64_t put_ns;

    (void)state;
    start_writer(&writer, 0, 3, 50 * NS_PER_MS);
    assert_false(is_done(&writer, 70 * NS_PER_MS));
    put_ns = clock_now_ns();
    assert_true(lane_put(writer.lane, &flight));
    assert_true(is_done(&writer, 10 * NS_PER_S));
    assert_int_equal(writer.taken, 1);
    assert_true(writer.took_at_ns - put_ns >= 50 * NS_PER_MS);
    end_writer(&writer);
}

/* More than the lane holds cannot come. */
static void test_a_full_lane_is_enough(void **state)
{
    struct inflight flights[2];
    struct writer writer;

    (void)state;
    start_writer(&writer, 2, N, 60 * NS_PER_S);
    assert_true(lane_put(writer.lane, &flights[0]));
    assert_false(is_done(&writer, 20 * NS_PER_MS));
    assert_true(lane_put(writer.lane, &flights[1]));
    assert_true(is_done(&writer, 10 * NS_PER_S));
    assert_int_equal(writer.taken, 2);
    end_writer(&writer);
}

static void test_closing_ends_it(void **state)
{
    struct inflight flight;
    struct writer writer;

    (void)state;
    start_writer(&writer, 0, N, 60 * NS_PER_S);
    assert_true(lane_put(writer.lane, &flight));
    assert_false(is_done(&writer, 20 * NS_PER_MS));
    lane_close(writer.lane);
    assert_true(is_done(&writer, 10 * NS_PER_S));
    assert_int_equal(writer.taken, 1);
    end_writer(&writer);
}

static void test_a_stop_ends_it(void **state)
{
    struct inflight flight;
    struct writer writer;

    (void)state;
    start_writer(&writer, 0, N, 60 * NS_PER_S);
    assert_true(lane_put(writer.lane, &flight));
    assert_false(is_done(&writer, 20 * NS_PER_MS));
    lane_hurry(writer.lane);
    assert_false(is_done(&writer, 20 * NS_PER_MS)); /* woken, but nothing has been stopped */
    atomic_store(&wait_stop, 1);
    lane_hurry(writer.lane);
    assert_true(is_done(&writer, 10 * NS_PER_S));
    atomic_store(&wait_stop, 0);
    assert_int_equal(writer.taken, 1);
    end_writer(&writer);
}

/* A service that pauses, on a thread of its own. */
struct sleeper {
    struct app_server server;
    struct service service;
    int64_t pause_ns;
    _Atomic uint32_t turns, ended;
    pthread_t thread;
};

static void *pause_and_turn(void *arg)
{
    struct sleeper *sleeper = arg;

    while (service_pause(&sleeper->service, sleeper->pause_ns)) {
        atomic_fetch_add(&sleeper->turns, 1);
        wait_wake(&sleeper->turns, 1);
    }
    atomic_store(&sleeper->ended, 1);
    wait_wake(&sleeper->ended, 1);
    return NULL;
}

static void start_sleeper(struct sleeper *sleeper, int64_t pause_ns)
{
    memset(sleeper, 0, sizeof *sleeper);
    sleeper->service.server = &sleeper->server;
    sleeper->pause_ns = pause_ns;
    assert_int_equal(pthread_create(&sleeper->thread, NULL, pause_and_turn, sleeper), 0);
}

static void end_sleeper(struct sleeper *sleeper)
{
    atomic_store(&sleeper->server.closing, true);
    app_ring(&sleeper->server);
    assert_true(wait_change(&sleeper->ended, 0, clock_now_ns() + 10 * NS_PER_S));
    pthread_join(sleeper->thread, NULL);
}

static void test_a_service_pauses(void **state)
{
    struct sleeper sleeper;
    int64_t began_ns = clock_now_ns();

    (void)state;
    start_sleeper(&sleeper, 20 * NS_PER_MS);
    while (atomic_load(&sleeper.turns) < 3)
        wait_change(&sleeper.turns, atomic_load(&sleeper.turns), clock_now_ns() + NS_PER_S);
    assert_true(clock_now_ns() - began_ns >= 60 * NS_PER_MS);
    end_sleeper(&sleeper);
}

static void test_a_pause_ends_when_the_app_closes(void **state)
{
    struct sleeper sleeper;

    (void)state;
    start_sleeper(&sleeper, 3600 * NS_PER_S);
    assert_false(wait_change(&sleeper.ended, 0, clock_now_ns() + 20 * NS_PER_MS));
    assert_int_equal(atomic_load(&sleeper.turns), 0);
    app_ring(&sleeper.server); /* something happened that is worth a look, once */
    assert_true(wait_change(&sleeper.turns, 0, clock_now_ns() + 10 * NS_PER_S));
    end_sleeper(&sleeper);
    assert_int_equal(atomic_load(&sleeper.turns), 1);
}

/* What a service's thread is like; it reports, the main thread asserts. */
static _Atomic int slack_ns, hears_sigint;

static void report_thread(struct service *service, struct app *app)
{
    sigset_t blocked;

    (void)service;
    (void)app;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    atomic_store(&hears_sigint, !sigismember(&blocked, SIGINT));
    atomic_store(&slack_ns, prctl(PR_GET_TIMERSLACK, 0UL, 0UL, 0UL, 0UL));
}

/* As exact as a user's, and Ctrl-C stays with the main thread, which hears it before and after. */
static void test_a_service_is_as_exact_as_a_user(void **state)
{
    static const struct db_settings settings;
    struct database *database = bench_database("null", 2);
    struct cell cell = { .id = "lane" };
    struct app_server server = { .cell = &cell, .pool = { .database = database, .settings = &settings } };
    struct service service = { .server = NULL };
    struct db_ops ops = { 0 };
    int64_t written = 0;
    sigset_t blocked;

    (void)state;
    assert_non_null(database);
    assert_int_equal(database_reset(database, &settings, "lane", &(const struct house){ .events = 1, .seats = 1 }), 0);
    atomic_store(&hears_sigint, -1);
    assert_int_equal(service_start(&service, &server, report_thread), 0);
    service_join(&service, &ops, &written);
    assert_int_equal(atomic_load(&hears_sigint), 0);
    assert_int_equal(atomic_load(&slack_ns), 1);
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    assert_false(sigismember(&blocked, SIGINT));
    database_close(database);
    bench_clean();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_in_order),
        cmocka_unit_test(test_lingers_until_enough),
        cmocka_unit_test(test_lingers_no_longer),
        cmocka_unit_test(test_a_full_lane_is_enough),
        cmocka_unit_test(test_closing_ends_it),
        cmocka_unit_test(test_a_stop_ends_it),
        cmocka_unit_test(test_a_service_pauses),
        cmocka_unit_test(test_a_pause_ends_when_the_app_closes),
        cmocka_unit_test(test_a_service_is_as_exact_as_a_user),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
