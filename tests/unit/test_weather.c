#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"
#include "harness/run/weather.h"

static void test_first_line_of_proc_stat(void **state)
{
    int64_t steal, all;

    (void)state;
    assert_int_equal(weather_parse_stat("cpu  10 20 30 40 50 60 70 80 7 3\n", &steal, &all), 0);
    assert_int_equal(steal, 80);
    assert_int_equal(all, 360); /* guests run in user and nice already */
    assert_int_equal(weather_parse_stat("cpu  10 20 30 40 50 60 70 80\n", &steal, &all), 0);
    assert_int_equal(weather_parse_stat("cpu  10 20 30 40\n", &steal, &all), -1);
    assert_int_equal(weather_parse_stat("intr 1\n", &steal, &all), -1);
}

/* Who had come at any millisecond of a stall of 5.5 ms would have waited 5.5, 4.5, 3.5, 2.5, 1.5. */
static void test_a_stall_counts_for_all_it_would_have_hit(void **state)
{
    struct hist h;

    (void)state;
    assert_int_equal(hist_init(&h), 0);
    weather_stall(&h, 20000);
    assert_int_equal(h.total, 1);
    weather_stall(&h, 5500000);
    assert_int_equal(h.total, 6);
    assert_int_equal(h.max, 5500000);
    assert_true(h.sum == 20000 + 17500000);
    hist_destroy(&h);
}

static void test_added_up(void **state)
{
    struct weather sum = { 0 }, blind = { .steal_ns = -1, .processors_ns = -1 };
    struct weather one = { .steal_ns = 5, .processors_ns = 100, .realtime = true };

    (void)state;
    assert_int_equal(hist_init(&one.hiccups), 0);
    hist_record(&one.hiccups, 77);
    assert_int_equal(weather_add(&sum, &blind), 0);
    assert_int_equal(weather_add(&sum, &one), 0);
    assert_int_equal(weather_add(&sum, &one), 0);
    assert_int_equal(sum.steal_ns, 10);
    assert_int_equal(sum.processors_ns, 200);
    assert_int_equal(sum.hiccups.total, 2);
    assert_true(sum.realtime);
    weather_free(&sum);
    weather_free(&one);
    weather_free(&blind);
}

/* A process that is stopped for a while: its watch comes back that late. 0: it saw it. */
static int watch_while_stopped(int ready, int over)
{
    struct weather_watch watch;
    struct weather weather = { 0 };
    int64_t begin_ns = clock_now_ns();
    char byte;

    weather_begin(&watch, &weather);
    if (write(ready, "", 1) != 1 || read(over, &byte, 1) != 1)
        return 1;
    weather_end(&watch);
    weather_delays(&watch);
    /* Each millisecond of the stop counts. */
    if (weather.hiccups.max < 90 * NS_PER_MS || weather.hiccups.total < 80)
        return 2;
    /* What it costs to watch is less than all of a processor, and more than nothing. */
    if (weather.watch_cpu_ns <= 0 || weather.watch_cpu_ns > clock_now_ns() - begin_ns)
        return 3;
    if (weather.processors_ns < 0 || weather.steal_ns < 0 || weather.steal_ns > weather.processors_ns)
        return 4;
    weather_free(&weather);
    return 0;
}

static void test_a_stop_is_a_hiccup(void **state)
{
    int ready[2], over[2], status;
    char byte;
    pid_t child;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(over), 0);
    if ((child = fork()) == 0)
        _exit(watch_while_stopped(ready[1], over[0]));
    assert_true(child > 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    wait_until(clock_now_ns() + 10 * NS_PER_MS);
    assert_int_equal(kill(child, SIGSTOP), 0);
    wait_until(clock_now_ns() + 100 * NS_PER_MS);
    assert_int_equal(kill(child, SIGCONT), 0);
    wait_until(clock_now_ns() + 10 * NS_PER_MS);
    assert_int_equal(write(over[1], "", 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    for (int i = 0; i < 2; i++) {
        close(ready[i]);
        close(over[i]);
    }
}

/* ---- run delay: threads that want one processor */

enum { SPINNERS = 4 };
static _Atomic uint32_t may_spin;
static _Atomic int64_t spin_until_ns;

static void *spin(void *arg)
{
    (void)arg;
    wait_change(&may_spin, 0, WAIT_FOREVER);
    while (clock_now_ns() < spin_until_ns)
        ;
    wait_change(&may_spin, 1, WAIT_FOREVER);
    return NULL;
}

static void pin_all(pthread_t *threads)
{
    cpu_set_t mine, first;

    assert_int_equal(sched_getaffinity(0, sizeof mine, &mine), 0);
    CPU_ZERO(&first);
    for (size_t cpu = 0; CPU_COUNT(&first) == 0; cpu++)
        if (CPU_ISSET(cpu, &mine))
            CPU_SET(cpu, &first);
    for (int i = 0; i < SPINNERS; i++)
        assert_int_equal(pthread_setaffinity_np(threads[i], sizeof first, &first), 0);
}

static int64_t delay_of_spinners(int64_t spin_ns)
{
    struct weather_watch watch;
    struct weather weather = { 0 };
    pthread_t threads[SPINNERS];

    may_spin = 0;
    for (int i = 0; i < SPINNERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, spin, NULL), 0);
    pin_all(threads);
    wait_until(clock_now_ns() + 20 * NS_PER_MS); /* all asleep */
    weather_begin(&watch, &weather);
    spin_until_ns = clock_now_ns() + spin_ns;
    may_spin = 1;
    wait_wake(&may_spin, SPINNERS);
    wait_until(spin_until_ns + 20 * NS_PER_MS);
    weather_end(&watch);
    weather_delays(&watch);
    may_spin = 2;
    wait_wake(&may_spin, SPINNERS);
    for (int i = 0; i < SPINNERS; i++)
        pthread_join(threads[i], NULL);
    weather_free(&weather);
    return weather.run_delay_ns;
}

static void test_run_delay(void **state)
{
    int64_t idle_ns, crowded_ns;

    (void)state;
    if (access("/proc/self/schedstat", R_OK) != 0)
        skip();
    idle_ns = delay_of_spinners(0);
    crowded_ns = delay_of_spinners(100 * NS_PER_MS);
    /* While one runs three wait: 300 ms, had they nobody else to wait for. */
    assert_true(crowded_ns > 150 * NS_PER_MS);
    assert_true(idle_ns < crowded_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_line_of_proc_stat),
        cmocka_unit_test(test_a_stall_counts_for_all_it_would_have_hit),
        cmocka_unit_test(test_added_up),
        cmocka_unit_test(test_a_stop_is_a_hiccup),
        cmocka_unit_test(test_run_delay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
