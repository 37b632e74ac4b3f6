#ifndef TESTS_SUPPORT_KILLED_H
#define TESTS_SUPPORT_KILLED_H

#include <stdbool.h>
#include <stdint.h>

/* Runs of ours on SQLite that are killed: a child process books through the real strategies and the real harness, and
 * says over a pipe whose commit was answered; it is killed at a random instant, and its file is looked into. That is a
 * process crash: what SQLite wrote is with the kernel, and nothing here says what a power loss would leave. */

struct killed {
    bool lies; /* set by a test of the test: what is told is rolled back */
    int64_t kills;
    int64_t acked;   /* requests whose commit was answered before the kill          */
    int64_t lost;    /* of these, without a row                                     */
    int64_t rows;    /* in the files, those of requests that were not told included */
    int64_t drift;   /* seats by which counter and rows differ                      */
    int64_t damaged; /* files that integrity_check or foreign_key_check complains of */
};

/* One kill, up to a tenth of a second after the first answer. journal: "wal" or "delete"; durability full. Asserts;
 * main thread, with no other thread and no database open. */
void killed_run(struct killed *, const char *variant, const char *journal, uint64_t seed);

#endif
