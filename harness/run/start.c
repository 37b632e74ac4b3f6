#include "harness/run/start.h"

#include "harness/base/clock.h"
#include "harness/base/wait.h"

enum { START_CLOSED, START_OPEN, START_CALLED_OFF };

void start_init(struct start *start)
{
    atomic_init(&start->arrived, 0);
    atomic_init(&start->open, START_CLOSED);
    start->t0_ns = 0;
}

int64_t start_wait(struct start *start)
{
    atomic_fetch_add(&start->arrived, 1);
    wait_wake(&start->arrived, 1);
    wait_change(&start->open, START_CLOSED, WAIT_FOREVER);
    return atomic_load(&start->open) == START_OPEN ? start->t0_ns : -1;
}

void start_await(struct start *start, uint32_t n)
{
    uint32_t seen;

    while ((seen = atomic_load(&start->arrived)) < n)
        wait_change(&start->arrived, seen, WAIT_FOREVER);
}

static void release(struct start *start, uint32_t how)
{
    atomic_store(&start->open, how);
    wait_wake(&start->open, INT32_MAX);
}

int64_t start_open(struct start *start)
{
    start->t0_ns = clock_now_ns();
    release(start, START_OPEN);
    return start->t0_ns;
}

void start_call_off(struct start *start)
{
    release(start, START_CALLED_OFF);
}
