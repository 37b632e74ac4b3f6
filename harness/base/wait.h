#ifndef BASE_WAIT_H
#define BASE_WAIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Waiting on one 32-bit word (futex(2)): every wait of the harness goes through here, so it has a deadline and can be
 * interrupted. Deadlines are absolute CLOCK_MONOTONIC nanoseconds; WAIT_FOREVER waits without one. */
#define WAIT_FOREVER INT64_MAX

/* Sleeps while *word == expected. True when the word was seen to differ, false when the deadline passed first. */
bool wait_change(_Atomic uint32_t *word, uint32_t expected, int64_t deadline_ns);
/* Wakes at most n sleepers (INT32_MAX: all of them, with one system call). */
void wait_wake(_Atomic uint32_t *word, int n);

/* The program's stop flag: 0, or 1 after the first Ctrl-C. Sleeps below end early when it is raised. */
extern _Atomic uint32_t wait_stop;
static inline bool wait_stopping(void)
{
    return atomic_load_explicit(&wait_stop, memory_order_relaxed) != 0;
}
/* Sleeps until the deadline; false when the stop flag ended the sleep. */
bool wait_until(int64_t deadline_ns);

#endif
