#include "harness/base/wait.h"

#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/clock.h"

_Atomic uint32_t wait_stop;

/* FUTEX_WAIT_BITSET is the one futex wait whose timeout is absolute on CLOCK_MONOTONIC. */
static long futex_wait(_Atomic uint32_t *word, uint32_t expected, const struct timespec *deadline)
{
    return syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected, deadline, NULL, FUTEX_BITSET_MATCH_ANY);
}

bool wait_change(_Atomic uint32_t *word, uint32_t expected, int64_t deadline_ns)
{
    /* The kernel refuses a time before its epoch instead of calling it past. */
    int64_t at_ns = deadline_ns > 0 ? deadline_ns : 0;
    struct timespec deadline = { .tv_sec = at_ns / NS_PER_S, .tv_nsec = at_ns % NS_PER_S };
    struct timespec *limit = deadline_ns == WAIT_FOREVER ? NULL : &deadline;

    while (atomic_load(word) == expected)
        if (futex_wait(word, expected, limit) == -1 && errno == ETIMEDOUT)
            return atomic_load(word) != expected;
    return true;
}

void wait_wake(_Atomic uint32_t *word, int n)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
}

bool wait_until(int64_t deadline_ns)
{
    return !wait_change(&wait_stop, 0, deadline_ns);
}
