#ifndef RUN_WEATHER_H
#define RUN_WEATHER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "harness/measure/hist.h"

/* What the machine did to a trial meanwhile. Three witnesses:
 *   steal      the host ran somebody else on our processors (/proc/stat; ticks of 10 ms: it takes many trials to tell)
 *   run delay  threads of ours were ready and had no processor, summed over them (/proc/self/task/TID/schedstat)
 *   hiccups    a thread that sleeps 1 ms at a time was woken late, by so much. Where the system allows it, it has
 *              real-time priority: then it is late only when the whole machine stood still, and not because our own
 *              threads were many. It costs some hundredths of one processor; how much is measured too. */
#define WEATHER_THREADS 64

struct weather {
    int64_t steal_ns, processors_ns; /* of all processors, the second everything they did; -1: cannot be known */
    int64_t run_delay_ns;            /* -1: cannot be known                                                    */
    struct hist hiccups;             /* no counts when it could not be watched                                 */
    bool realtime;
    int64_t watch_cpu_ns; /* processor time of the thread that watches */
};

struct weather_watch {
    struct weather *weather;
    pthread_t thread;
    bool running;
    _Atomic uint32_t stop;
    int64_t steal_ns, processors_ns, delays_ns; /* as it began */
    pid_t threads[WEATHER_THREADS];
    int asked, alive;
};

/* Main thread, around the clock of a trial. What cannot be watched is not: no error. weather_free() after it. */
void weather_begin(struct weather_watch *, struct weather *);
void weather_end(struct weather_watch *);
/* Once nothing is timed any more, while the threads that were there at the beginning still are: fills run_delay_ns. */
void weather_delays(struct weather_watch *);
void weather_free(struct weather *); /* zeroed is a no-op */

/* Adds what one trial saw to what others did. 0 / -1: out of memory. */
int weather_add(struct weather *sum, const struct weather *more);

/* A stall, and what wishes that had come every millisecond of it would have waited (jHiccup's rule). Pure. */
void weather_stall(struct hist *, int64_t excess_ns);
/* The first line of /proc/stat, in ticks. 0, or -1: it is none. Pure. */
int weather_parse_stat(const char *line, int64_t *steal, int64_t *all);

#endif
