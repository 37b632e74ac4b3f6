/* Many users on few workers: the order of turns, and that nobody is forgotten. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"
#include "harness/run/turns.h"
#include "tests/support/bench.h"

/* Room for n flights, and turns for them. */
struct ground {
    struct flights flights;
    struct turns turns;
};

static void open_ground(struct ground *ground, size_t n, const int64_t *due_ns)
{
    assert_int_equal(flights_open(&ground->flights, n, n < 4 ? n : 4, 0), 0);
    assert_int_equal(turns_init(&ground->turns, &ground->flights, n, due_ns), 0);
    turns_begin(&ground->turns, clock_now_ns(), WAIT_FOREVER);
}

static void close_ground(struct ground *ground)
{
    turns_destroy(&ground->turns);
    flights_close(&ground->flights);
}

/* As a worker who has a place to spare already: this one goes back to the others. */
static void settle(struct turns *turns, struct inflight *flight)
{
    struct turn turn = { .spare = flight, .flight = flight };

    turns_settled(turns, &turn);
}

/* The next turn is that request's first. */
static struct inflight *fresh(struct turns *turns, size_t index)
{
    struct turn turn = { .spare = NULL };

    assert_true(turns_next(turns, &turn));
    assert_true(turn.fresh);
    assert_false(turn.answered);
    assert_int_equal(turn.index, index);
    return turn.flight;
}

static void again(struct turns *turns, const struct inflight *flight, bool answered)
{
    struct turn turn = { .spare = NULL };

    assert_true(turns_next(turns, &turn));
    assert_false(turn.fresh);
    assert_ptr_equal(turn.flight, flight);
    assert_int_equal(turn.answered, answered);
}

static void test_order(void **state)
{
    struct inflight *flight[4];
    struct ground ground;
    struct turn turn = { .spare = NULL };

    (void)state;
    open_ground(&ground, 4, NULL);
    for (size_t i = 0; i < 3; i++)
        flight[i] = fresh(&ground.turns, i);
    flight[0]->due_again_ns = clock_now_ns() + 20 * NS_PER_MS;
    flight[1]->due_again_ns = clock_now_ns() + 5 * NS_PER_MS;
    turns_delay(&ground.turns, flight[0]);
    turns_delay(&ground.turns, flight[1]);
    turns_finished(&ground.turns, flight[2]);
    again(&ground.turns, flight[2], true); /* an answer goes first */
    settle(&ground.turns, flight[2]);
    flight[3] = fresh(&ground.turns, 3);    /* nothing due yet: the next user */
    assert_ptr_equal(flight[3], flight[2]); /* in the place that is free again */
    settle(&ground.turns, flight[3]);
    again(&ground.turns, flight[1], false); /* then by due time */
    settle(&ground.turns, flight[1]);
    again(&ground.turns, flight[0], false);
    assert_true(clock_now_ns() >= flight[0]->due_again_ns);
    settle(&ground.turns, flight[0]);
    assert_false(turns_next(&ground.turns, &turn));
    close_ground(&ground);
}

static void test_heap_sorts(void **state)
{
    enum { N = 200 };
    struct inflight *flight;
    struct ground ground;
    struct turn turn = { .spare = NULL };
    int64_t last = 0;

    (void)state;
    open_ground(&ground, N, NULL);
    flight = fresh(&ground.turns, 0);
    for (size_t i = 1; i < N; i++)
        fresh(&ground.turns, i);
    for (size_t i = 0; i < N; i++) {
        flight[i].due_again_ns = 1 + (int64_t)(i * 7919) % N;
        turns_delay(&ground.turns, &flight[i]);
    }
    for (size_t i = 0; i < N; i++) {
        assert_true(turns_next(&ground.turns, &turn));
        assert_true(turn.flight->due_again_ns >= last);
        last = turn.flight->due_again_ns;
        settle(&ground.turns, turn.flight);
    }
    assert_false(turns_next(&ground.turns, &turn));
    close_ground(&ground);
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
    int64_t began_ns = clock_now_ns();
    struct inflight *flight;
    struct ground ground;
    pthread_t thread;

    (void)state;
    open_ground(&ground, 1, NULL);
    flight = fresh(&ground.turns, 0);
    flight->due_again_ns = began_ns + 3600 * NS_PER_S;
    turns_delay(&ground.turns, flight);
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, &ground.turns), 0);
    again(&ground.turns, flight, false);
    assert_true(clock_now_ns() - began_ns < 60 * NS_PER_S);
    pthread_join(thread, NULL);
    atomic_store(&wait_stop, 0);
    close_ground(&ground);
}

/* Requests with a due time do not begin before it, and backoffs that end earlier come first. */
static void test_due(void **state)
{
    const int64_t due_ns[] = { 0, 10 * NS_PER_MS, 30 * NS_PER_MS };
    struct inflight *first, *second;
    struct ground ground;

    (void)state;
    open_ground(&ground, 3, due_ns);
    first = fresh(&ground.turns, 0);
    second = fresh(&ground.turns, 1);
    assert_true(clock_now_ns() >= ground.turns.t0_ns + due_ns[1]);
    first->due_again_ns = ground.turns.t0_ns + 20 * NS_PER_MS;
    turns_delay(&ground.turns, first);
    again(&ground.turns, first, false);
    assert_true(clock_now_ns() >= first->due_again_ns);
    settle(&ground.turns, first);
    settle(&ground.turns, second);
    fresh(&ground.turns, 2);
    assert_true(clock_now_ns() >= ground.turns.t0_ns + due_ns[2]);
    close_ground(&ground);
}

/* Nobody begins later than he may: those left over are counted, and the end comes. */
static void test_skipped(void **state)
{
    const int64_t due_ns[] = { 0, 0, 1, 2 };
    struct inflight *flight;
    struct ground ground;
    struct turn turn = { .spare = NULL };

    (void)state;
    open_ground(&ground, 4, due_ns);
    turns_begin(&ground.turns, clock_now_ns(), clock_now_ns() + 3600 * NS_PER_S);
    flight = fresh(&ground.turns, 0);
    turns_begin(&ground.turns, ground.turns.t0_ns, clock_now_ns() - 1);
    settle(&ground.turns, flight);
    assert_false(turns_next(&ground.turns, &turn));
    assert_int_equal(ground.turns.skipped, 3);
    close_ground(&ground);
}

/* The program stops: what is due in an hour is skipped at once. */
static void test_stop_skips(void **state)
{
    const int64_t due_ns[] = { 3600 * NS_PER_S, 3601 * NS_PER_S };
    int64_t began_ns = clock_now_ns();
    struct ground ground;
    struct turn turn = { .spare = NULL };
    pthread_t thread;

    (void)state;
    open_ground(&ground, 2, due_ns);
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, &ground.turns), 0);
    assert_false(turns_next(&ground.turns, &turn));
    assert_int_equal(ground.turns.skipped, 2);
    assert_true(clock_now_ns() - began_ns < 60 * NS_PER_S);
    pthread_join(thread, NULL);
    atomic_store(&wait_stop, 0);
    close_ground(&ground);
}

/* Workers settle each flight after two delays and one answer by a service's thread; all come to an end. */
struct shared {
    struct ground ground;
    pthread_t service;
    _Atomic(struct inflight *) parked[16];
    _Atomic bool over;
    _Atomic int settled, tries;
};

/* As services do: answers flights some time after they were parked. */
static void *answer(void *arg)
{
    struct shared *shared = arg;
    size_t i;

    while (!atomic_load(&shared->over)) {
        wait_until(clock_now_ns() + 50 * NS_PER_US);
        for (i = 0; i < sizeof shared->parked / sizeof shared->parked[0]; i++) {
            struct inflight *flight = atomic_exchange(&shared->parked[i], NULL);

            if (flight != NULL)
                turns_finished(&shared->ground.turns, flight);
        }
    }
    return NULL;
}

static void park(struct shared *shared, struct inflight *flight)
{
    struct inflight *free;
    size_t i;

    for (i = 0; i < sizeof shared->parked / sizeof shared->parked[0]; i++) {
        free = NULL;
        if (atomic_compare_exchange_strong(&shared->parked[i], &free, flight))
            return;
    }
    turns_finished(&shared->ground.turns, flight);
}

static void *work(void *arg)
{
    struct shared *shared = arg;
    struct turn turn = { .spare = NULL };

    while (turns_next(&shared->ground.turns, &turn)) {
        if (turn.fresh)
            memset(turn.flight, 0, sizeof *turn.flight);
        atomic_fetch_add(&shared->tries, 1);
        turn.flight->attempt.number++;
        if (turn.flight->attempt.number < 3) {
            turn.flight->due_again_ns = clock_now_ns() + turn.flight->attempt.number * 100 * NS_PER_US;
            turns_delay(&shared->ground.turns, turn.flight);
        } else if (turn.flight->attempt.number == 3) {
            park(shared, turn.flight);
        } else {
            atomic_fetch_add(&shared->settled, 1);
            turns_settled(&shared->ground.turns, &turn);
        }
    }
    return NULL;
}

static void many_workers(size_t n, int workers, const int64_t *due_ns)
{
    pthread_t threads[64];
    struct shared shared;
    int i;

    memset(&shared, 0, sizeof shared);
    open_ground(&shared.ground, n, due_ns);
    assert_int_equal(pthread_create(&shared.service, NULL, answer, &shared), 0);
    for (i = 0; i < workers; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, &shared), 0);
    for (i = 0; i < workers; i++)
        pthread_join(threads[i], NULL);
    atomic_store(&shared.over, true);
    pthread_join(shared.service, NULL);
    assert_int_equal(atomic_load(&shared.settled), n);
    assert_int_equal(atomic_load(&shared.tries), 4 * n);
    assert_null(shared.ground.turns.sleepers);
    assert_null(shared.ground.turns.watcher);
    close_ground(&shared.ground);
}

static void test_many_workers(void **state)
{
    int64_t due_ns[2000];

    (void)state;
    many_workers(2000, 4, NULL);
    many_workers(2000, 64, NULL);
    many_workers(3, 64, NULL);
    for (size_t i = 0; i < 2000; i++)
        due_ns[i] = (int64_t)i * 50 * NS_PER_US;
    many_workers(2000, 1, due_ns);
    many_workers(2000, 4, due_ns);
    many_workers(2000, 64, due_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_order),       cmocka_unit_test(test_heap_sorts),
                                        cmocka_unit_test(test_stop),        cmocka_unit_test(test_due),
                                        cmocka_unit_test(test_skipped),     cmocka_unit_test(test_stop_skips),
                                        cmocka_unit_test(test_many_workers) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
