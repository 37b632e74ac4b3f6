/* The common start: nobody leaves early, one instant for all, and it can be called off. */
#include <pthread.h>
#include <stdlib.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"
#include "harness/run/start.h"
#include "tests/support/bench.h"

enum { N = 200 };

struct runner {
    struct start *start;
    int64_t t0_ns, woke_ns;
    pthread_t thread;
};

static void *run(void *arg)
{
    struct runner *runner = arg;

    runner->t0_ns = start_wait(runner->start);
    runner->woke_ns = clock_now_ns();
    return NULL;
}

static void gather(struct start *start, struct runner *runners)
{
    int i;

    start_init(start);
    for (i = 0; i < N; i++) {
        runners[i].start = start;
        assert_int_equal(pthread_create(&runners[i].thread, NULL, run, &runners[i]), 0);
    }
    start_await(start, N);
}

static void test_all_at_once(void **state)
{
    struct runner runners[N];
    struct start start;
    int64_t before_ns, t0_ns;
    int i;

    (void)state;
    gather(&start, runners);
    wait_until(clock_now_ns() + 5 * NS_PER_MS); /* time for anybody to leave early */
    before_ns = clock_now_ns();
    t0_ns = start_open(&start);
    for (i = 0; i < N; i++)
        pthread_join(runners[i].thread, NULL);
    assert_true(t0_ns >= before_ns);
    for (i = 0; i < N; i++) {
        assert_int_equal(runners[i].t0_ns, t0_ns);
        assert_true(runners[i].woke_ns >= t0_ns);
    }
}

static void test_called_off(void **state)
{
    struct runner runners[N];
    struct start start;
    int i;

    (void)state;
    gather(&start, runners);
    start_call_off(&start);
    for (i = 0; i < N; i++) {
        pthread_join(runners[i].thread, NULL);
        assert_int_equal(runners[i].t0_ns, -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_all_at_once), cmocka_unit_test(test_called_off) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
