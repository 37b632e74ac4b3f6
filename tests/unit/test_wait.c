#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"

/* Long enough that a test which waits for it has failed. */
#define FAR_NS (20 * NS_PER_S)

static void a_changed_word_does_not_wait(void **state)
{
    _Atomic uint32_t word = 1;

    (void)state;
    assert_true(wait_change(&word, 0, WAIT_FOREVER));
    assert_true(wait_change(&word, 0, INT64_MIN));
}

static void the_deadline_ends_the_wait(void **state)
{
    static const int64_t past[] = { INT64_MIN, -1, 0, 1 };
    _Atomic uint32_t word = 0;
    int64_t before_ns = clock_now_ns();

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_false(wait_change(&word, 0, past[i]));
    assert_false(wait_change(&word, 0, before_ns + 20 * NS_PER_MS));
    assert_true(clock_now_ns() - before_ns >= 20 * NS_PER_MS);
}

struct sleeper {
    _Atomic uint32_t *word;
    _Atomic uint32_t *asleep;
    bool changed;
    int seen;
    const int *message;
};

static void *sleep_on(void *arg)
{
    struct sleeper *s = arg;

    atomic_fetch_add(s->asleep, 1);
    s->changed = wait_change(s->word, 0, clock_now_ns() + FAR_NS);
    /* Written before the word was changed: the wait must order it, which ThreadSanitizer checks. */
    s->seen = *s->message;
    return NULL;
}

static void one_wake_wakes_all(void **state)
{
    enum { SLEEPERS = 16 };
    _Atomic uint32_t word = 0, asleep = 0;
    struct sleeper sleepers[SLEEPERS];
    pthread_t threads[SLEEPERS];
    int message = 0, started = 0;

    (void)state;
    for (int i = 0; i < SLEEPERS; i++) {
        sleepers[i] = (struct sleeper){ &word, &asleep, false, 0, &message };
        started += pthread_create(&threads[i], NULL, sleep_on, &sleepers[i]) == 0;
    }
    while (atomic_load(&asleep) < (uint32_t)started)
        usleep(100);
    usleep(10000);
    message = 7;
    atomic_store(&word, 1);
    wait_wake(&word, INT32_MAX);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(started, SLEEPERS);
    for (int i = 0; i < SLEEPERS; i++) {
        assert_true(sleepers[i].changed);
        assert_int_equal(sleepers[i].seen, 7);
    }
}

/* A wake without a change of the word, as a signal, does not end the wait. */
static void *poke(void *arg)
{
    for (int i = 0; i < 5; i++) {
        usleep(2000);
        wait_wake(arg, INT32_MAX);
    }
    return NULL;
}

static void a_stray_wake_is_slept_over(void **state)
{
    _Atomic uint32_t word = 0;
    int64_t deadline_ns = clock_now_ns() + 50 * NS_PER_MS;
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, poke, &word), 0);
    assert_false(wait_change(&word, 0, deadline_ns));
    assert_true(clock_now_ns() >= deadline_ns);
    pthread_join(thread, NULL);
}

static void until_sleeps_to_the_deadline(void **state)
{
    int64_t deadline_ns = clock_now_ns() + 20 * NS_PER_MS;

    (void)state;
    assert_false(wait_stopping());
    assert_true(wait_until(deadline_ns));
    assert_true(clock_now_ns() >= deadline_ns);
}

/* What the program's handler does: raise the flag and wake, both async-signal-safe. */
static void on_alarm(int number)
{
    (void)number;
    atomic_store(&wait_stop, 1);
    wait_wake(&wait_stop, INT32_MAX);
}

static void the_stop_flag_ends_a_sleep(void **state)
{
    int64_t before_ns = clock_now_ns();
    struct sigaction action = { .sa_handler = on_alarm }, old;

    (void)state;
    assert_int_equal(sigaction(SIGALRM, &action, &old), 0);
    ualarm(20000, 0);
    assert_false(wait_until(before_ns + FAR_NS));
    assert_true(wait_stopping());
    assert_true(clock_now_ns() - before_ns < FAR_NS);
    assert_false(wait_until(0));
    atomic_store(&wait_stop, 0);
    sigaction(SIGALRM, &old, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_word_does_not_wait), cmocka_unit_test(the_deadline_ends_the_wait),
        cmocka_unit_test(one_wake_wakes_all),           cmocka_unit_test(a_stray_wake_is_slept_over),
        cmocka_unit_test(until_sleeps_to_the_deadline), cmocka_unit_test(the_stop_flag_ends_a_sleep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
