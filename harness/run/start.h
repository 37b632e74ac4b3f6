#ifndef RUN_START_H
#define RUN_START_H

#include <stdatomic.h>
#include <stdint.h>

/* The common start: every worker arrives, sleeps, and one wake releases them all. (The word "gate" is kept for the
 * counter in front of a database, run/gate.c.) */
struct start {
    _Atomic uint32_t arrived;
    _Atomic uint32_t open;
    int64_t t0_ns; /* written before open is set */
};

void start_init(struct start *);
/* Worker: reports that it is ready and sleeps until the start. Returns t0, or -1 when the start was called off. */
int64_t start_wait(struct start *);
/* Main thread: waits until n workers have arrived. */
void start_await(struct start *, uint32_t n);
/* Main thread: takes t0 and wakes everybody with one system call. Returns t0. */
int64_t start_open(struct start *);
/* Main thread: releases the workers that have arrived, to leave without working. */
void start_call_off(struct start *);

#endif
