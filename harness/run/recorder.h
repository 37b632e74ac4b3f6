#ifndef RUN_RECORDER_H
#define RUN_RECORDER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "harness/measure/record.h"

/* Where workers write their records. A burst and open load know how many there will be: they are allocated and touched
 * before the start. A duration-bound load does not: each worker is given a large reservation of address space, and a
 * helper thread has its pages made ready ahead of the worker, so that no worker waits for memory. The more workers, the
 * less far ahead: what stands ready is bounded. */

struct recorder {
    struct recorder_book *books;
    int n;
    size_t ahead; /* growing: records of each book that are made ready before they are written */
    bool helped;
    bool on_heap; /* fixed: its one book is handed over as it is */
    _Atomic uint32_t stop;
    pthread_t helper;
};

struct recorder_book {
    struct record *records;
    _Atomic size_t used; /* written by the worker, read by the helper */
    size_t capacity, ready;
} __attribute__((aligned(64)));

/* One book of so many records. 0, or -1: out of memory. */
int recorder_open_fixed(struct recorder *, size_t most);
/* n books that grow to RECORDER_MOST records. 0, or -1 after saying why. */
int recorder_open_growing(struct recorder *, int n);
#define RECORDER_MOST ((size_t)1 << 20)
/* Worker: its next record, or NULL when the book is full; recorder_keep() makes it count. */
struct record *recorder_next(struct recorder *, int book);
void recorder_keep(struct recorder *, int book);
/* All workers joined: stops the helper. */
void recorder_stop(struct recorder *);
/* Once: all kept records in one array (book after book), owned by the caller; NULL when out of memory or none. */
struct record *recorder_collect(struct recorder *, size_t *n);
void recorder_close(struct recorder *); /* zeroed is a no-op */

#endif
