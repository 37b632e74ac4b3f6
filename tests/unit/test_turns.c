/* Many users on few workers: the order of turns, and that nobody is forgotten. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"
#include "harness/run/turns.h"
#include "tests/support/bench.h"

static void test_order(void **state)
{
    struct inflight *flights = calloc(4, sizeof *flights), *flight;
    struct turns turns;
    bool answered;

    (void)state;
    assert_non_null(flights);
    assert_int_equal(turns_init(&turns, flights, 4), 0);
    assert_ptr_equal(turns_next(&turns, &answered), &flights[0]);
    assert_false(answered);
    assert_ptr_equal(turns_next(&turns, &answered), &flights[1]);
    assert_ptr_equal(turns_next(&turns, &answered), &flights[2]);

    flights[0].due_again_ns = clock_now_ns() + 20 * NS_PER_MS;
    flights[1].due_again_ns = clock_now_ns() + 5 * NS_PER_MS;
    turns_delay(&turns, &flights[0]);
    turns_delay(&turns, &flights[1]);
    turns_finished(&turns, &flights[2]);
    flight = turns_next(&turns, &answered); /* an answer goes first */
    assert_ptr_equal(flight, &flights[2]);
    assert_true(answered);
    turns_settled(&turns);
    assert_ptr_equal(turns_next(&turns, &answered), &flights[3]); /* nothing due yet: the next user */
    assert_false(answered);
    turns_settled(&turns);
    assert_ptr_equal(turns_next(&turns, &answered), &flights[1]); /* then by due time */
    turns_settled(&turns);
    assert_ptr_equal(turns_next(&turns, &answered), &flights[0]);
    assert_true(clock_now_ns() >= flights[0].due_again_ns);
    turns_settled(&turns);
    assert_null(turns_next(&turns, &answered));
    turns_destroy(&turns);
    free(flights);
}

static void test_heap_sorts(void **state)
{
    enum { N = 200 };
    struct inflight *flights = calloc(N, sizeof *flights), *flight;
    struct turns turns;
    int64_t last = 0;
    bool answered;
    int i;

    (void)state;
    assert_non_null(flights);
    assert_int_equal(turns_init(&turns, flights, N), 0);
    for (i = 0; i < N; i++)
        assert_ptr_equal(turns_next(&turns, &answered), &flights[i]);
    for (i = 0; i < N; i++) {
        flights[i].due_again_ns = 1 + (i * 7919) % N;
        turns_delay(&turns, &flights[i]);
    }
    for (i = 0; i < N; i++) {
        flight = turns_next(&turns, &answered);
        assert_non_null(flight);
        assert_true(flight->due_again_ns >= last);
        last = flight->due_again_ns;
        turns_settled(&turns);
    }
    assert_null(turns_next(&turns, &answered));
    turns_destroy(&turns);
    free(flights);
}

static void *stop_soon(void *arg)
{
    wait_until(clock_now_ns() + 20 * NS_PER_MS);
    atomic_store(&wait_stop, 1);
    turns_stop(arg);
    return NULL;
}

/* A turn that is due in an hour comes at once when the program stops. */
static void test_stop(void **state)
{
    struct inflight *flights = calloc(1, sizeof *flights);
    int64_t began_ns = clock_now_ns();
    struct turns turns;
    pthread_t thread;
    bool answered;

    (void)state;
    assert_non_null(flights);
    assert_int_equal(turns_init(&turns, flights, 1), 0);
    assert_ptr_equal(turns_next(&turns, &answered), &flights[0]);
    flights[0].due_again_ns = began_ns + 3600 * NS_PER_S;
    turns_delay(&turns, &flights[0]);
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, &turns), 0);
    assert_ptr_equal(turns_next(&turns, &answered), &flights[0]);
    assert_true(clock_now_ns() - began_ns < 60 * NS_PER_S);
    pthread_join(thread, NULL);
    atomic_store(&wait_stop, 0);
    turns_destroy(&turns);
    free(flights);
}

/* Workers settle each flight after two delays and one answer by a service's thread; all come to an end. */
struct shared {
    struct turns turns;
    _Atomic int settled, tries;
};

static void *work(void *arg)
{
    struct shared *shared = arg;
    struct inflight *flight;
    bool answered;

    while ((flight = turns_next(&shared->turns, &answered)) != NULL) {
        atomic_fetch_add(&shared->tries, 1);
        flight->attempt.number++;
        if (flight->attempt.number < 3) {
            flight->due_again_ns = clock_now_ns() + flight->attempt.number * 100 * NS_PER_US;
            turns_delay(&shared->turns, flight);
        } else if (flight->attempt.number == 3) {
            turns_finished(&shared->turns, flight);
        } else {
            atomic_fetch_add(&shared->settled, 1);
            turns_settled(&shared->turns);
        }
    }
    return NULL;
}

static void test_many_workers(void **state)
{
    enum { N = 2000, WORKERS = 4 };
    struct inflight *flights = calloc(N, sizeof *flights);
    pthread_t threads[WORKERS];
    struct shared shared;
    int i;

    (void)state;
    assert_non_null(flights);
    memset(&shared, 0, sizeof shared);
    assert_int_equal(turns_init(&shared.turns, flights, N), 0);
    for (i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, &shared), 0);
    for (i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&shared.settled), N);
    assert_int_equal(atomic_load(&shared.tries), 4 * N);
    turns_destroy(&shared.turns);
    free(flights);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_order), cmocka_unit_test(test_heap_sorts),
                                        cmocka_unit_test(test_stop), cmocka_unit_test(test_many_workers) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
