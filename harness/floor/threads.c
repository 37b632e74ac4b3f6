#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"
#include "harness/floor/floors.h"
#include "harness/run/start.h"

#define STACK_BYTES ((size_t)256 * 1024)

/* Threads of one measurement; signals stay with the main thread. */
struct team {
    pthread_t *thread;
    int n;
};

/* Room for a number, a name: "wake_skew_1000". */
static void name_of(char out[32], const char *what, int users)
{
    snprintf(out, 32, "%.20s_%d", what, users);
}

/* Adds n threads that run work(first + i * size). 0, or -1 after saying why: those that run are in the team. */
static int team_add(struct team *team, int n, void *(*work)(void *), void *first, size_t size)
{
    pthread_t *grown = realloc(team->thread, (size_t)(team->n + n) * sizeof *grown);
    sigset_t all, before;
    pthread_attr_t attr;
    int failed = 0;

    if (grown == NULL) {
        say_error("calibrate: out of memory for threads");
        return -1;
    }
    team->thread = grown;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    for (int i = 0; i < n && failed == 0; i++) {
        failed = pthread_create(&team->thread[team->n], &attr, work, (char *)first + (size_t)i * size);
        team->n += failed == 0;
    }
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed == 0)
        return 0;
    say_error("calibrate: thread %d could not be started: %s; raise the limit of processes (ulimit -u)", team->n + 1,
              strerror(failed));
    return -1;
}

static void team_join(struct team *team)
{
    for (int i = 0; i < team->n; i++)
        pthread_join(team->thread[i], NULL);
    free(team->thread);
}

/* ---- two threads: each wakes the other and sleeps */

struct ball {
    _Alignas(64) _Atomic uint32_t there; /* 1: it is the partner's turn, 2: he may go home */
    _Alignas(64) _Atomic uint32_t back;
};

static void *return_ball(void *arg)
{
    struct ball *ball = arg;

    for (;;) {
        wait_change(&ball->there, 0, WAIT_FOREVER);
        if (atomic_exchange(&ball->there, 0) == 2)
            return NULL;
        atomic_store(&ball->back, 1);
        wait_wake(&ball->back, 1);
    }
}

static int64_t play_ball(void *arg)
{
    struct ball *ball = arg;

    atomic_store(&ball->there, 1);
    wait_wake(&ball->there, 1);
    wait_change(&ball->back, 0, WAIT_FOREVER);
    atomic_store(&ball->back, 0);
    return 1;
}

int threads_ping_pong(struct floors *f)
{
    struct ball ball = { .there = 0 };
    struct team team = { 0 };
    int status = EXIT_ERROR;

    if (team_add(&team, 1, return_ball, &ball, 0) == 0)
        status = floors_loop(f, "futex_round_trip", FLOOR_NS, play_ball, &ball);
    atomic_store(&ball.there, 2);
    wait_wake(&ball.there, 1);
    team_join(&team);
    return status;
}

/* ---- many who ask, one who answers: the least a queue before a single writer costs */

struct asker {
    _Alignas(64) struct counter_desk *desk;
    struct asker *next;
    _Atomic uint32_t answered;
};

struct counter_desk {
    _Alignas(64) _Atomic(struct asker *) line; /* newest first */
    _Alignas(64) _Atomic uint32_t asleep;      /* 1: the clerk is, or is about to be */
    _Alignas(64) _Atomic uint32_t closing;
    _Alignas(64) _Atomic int64_t served;
    int64_t seen;
};

static void queue_up(struct asker *asker)
{
    struct counter_desk *desk = asker->desk;
    struct asker *newest = atomic_load(&desk->line);

    atomic_store(&asker->answered, 0);
    do
        asker->next = newest;
    while (!atomic_compare_exchange_weak(&desk->line, &newest, asker));
    /* Whoever was first in an empty line has woken the clerk. */
    if (newest == NULL && atomic_exchange(&desk->asleep, 0) == 1)
        wait_wake(&desk->asleep, 1);
}

static void *ask(void *arg)
{
    struct asker *asker = arg;

    while (atomic_load(&asker->desk->closing) == 0) {
        queue_up(asker);
        wait_change(&asker->answered, 0, WAIT_FOREVER);
    }
    return NULL;
}

/* Answers all that stand in line; those who asked last may be answered first: nobody ranks them here. */
static int64_t answer_all(struct counter_desk *desk)
{
    struct asker *asker = atomic_exchange(&desk->line, NULL), *next;
    int64_t n = 0;

    for (; asker != NULL; asker = next, n++) {
        next = asker->next;
        atomic_store(&asker->answered, 1);
        wait_wake(&asker->answered, 1);
    }
    return n;
}

static void *serve(void *arg)
{
    struct counter_desk *desk = arg;
    int64_t n;

    for (;;) {
        if ((n = answer_all(desk)) > 0) {
            atomic_fetch_add(&desk->served, n);
            continue;
        }
        if (atomic_load(&desk->closing) == 2)
            return NULL;
        atomic_store(&desk->asleep, 1);
        if (atomic_load(&desk->line) == NULL && atomic_load(&desk->closing) != 2)
            wait_change(&desk->asleep, 1, WAIT_FOREVER);
        atomic_store(&desk->asleep, 0);
    }
}

static int64_t count_served(void *arg)
{
    struct counter_desk *desk = arg;
    int64_t before = desk->seen;

    wait_until(clock_now_ns() + NS_PER_MS);
    desk->seen = atomic_load(&desk->served);
    return desk->seen - before;
}

static int run_desk(struct floors *f, struct counter_desk *desk, struct asker *askers)
{
    struct team clerk = { 0 }, team = { 0 };
    int status = EXIT_ERROR;
    char name[32];

    name_of(name, "hand_off", f->users);
    for (int i = 0; i < f->users; i++)
        askers[i].desk = desk;
    if (team_add(&clerk, 1, serve, desk, 0) == 0 && team_add(&team, f->users, ask, askers, sizeof *askers) == 0)
        status = floors_loop(f, name, FLOOR_PER_S, count_served, desk);
    atomic_store(&desk->closing, 1);
    team_join(&team);
    atomic_store(&desk->closing, 2);
    atomic_store(&desk->asleep, 0);
    wait_wake(&desk->asleep, 1);
    team_join(&clerk);
    return status;
}

int threads_hand_off(struct floors *f)
{
    struct counter_desk desk;
    struct asker *askers = aligned_alloc(64, (size_t)f->users * sizeof *askers);
    int status;

    if (askers == NULL) {
        say_error("calibrate: out of memory for %d threads", f->users);
        return EXIT_ERROR;
    }
    memset(&desk, 0, sizeof desk);
    memset(askers, 0, (size_t)f->users * sizeof *askers);
    status = run_desk(f, &desk, askers);
    free(askers);
    return status;
}

/* ---- a common start, as a burst has it */

struct sleeper {
    _Alignas(64) struct start *start;
    int64_t awake_ns;
};

struct dormitory {
    struct sleeper *sleepers;
    int n;
};

static void *sleep_in(void *arg)
{
    struct sleeper *sleeper = arg;

    if (start_wait(sleeper->start) >= 0)
        sleeper->awake_ns = clock_now_ns();
    return NULL;
}

static double wake_all(void *arg)
{
    struct dormitory *all = arg;
    struct team team = { 0 };
    struct start start;
    int64_t first = INT64_MAX, last = 0;

    start_init(&start);
    for (int i = 0; i < all->n; i++)
        all->sleepers[i].start = &start;
    if (team_add(&team, all->n, sleep_in, all->sleepers, sizeof *all->sleepers) != 0) {
        start_await(&start, (uint32_t)team.n);
        start_call_off(&start);
        team_join(&team);
        return -1;
    }
    start_await(&start, (uint32_t)team.n);
    start_open(&start);
    team_join(&team);
    for (int i = 0; i < all->n; i++) {
        first = all->sleepers[i].awake_ns < first ? all->sleepers[i].awake_ns : first;
        last = all->sleepers[i].awake_ns > last ? all->sleepers[i].awake_ns : last;
    }
    return (double)(last - first);
}

int threads_wake(struct floors *f)
{
    struct dormitory all = { .n = f->users };
    char name[32];
    int status;

    if ((all.sleepers = aligned_alloc(64, (size_t)all.n * sizeof *all.sleepers)) == NULL) {
        say_error("calibrate: out of memory for %d threads", all.n);
        return EXIT_ERROR;
    }
    name_of(name, "wake_skew", f->users);
    status = floors_repeat(f, name, wake_all, &all);
    free(all.sleepers);
    return status;
}
