#include "harness/run/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"

/* How far ahead of a worker its pages are ready, in records; looked after every HELPER_PERIOD_NS. At 2 ms and 16,384
 * records a worker would have to make 8 million requests a second to outrun it. Many workers share the processors, and
 * so a bound on the bytes made ready for all of them together; each has some pages all the same. */
enum { AHEAD_MOST = 16384, AHEAD_LEAST = 128 };
#define AHEAD_BYTES      ((size_t)64 << 20)
#define HELPER_PERIOD_NS (2 * NS_PER_MS)

static size_t ahead_of_each(int n)
{
    size_t share = AHEAD_BYTES / sizeof(struct record) / (size_t)n;

    if (share > AHEAD_MOST)
        return AHEAD_MOST;
    return share < AHEAD_LEAST ? AHEAD_LEAST : share;
}

static int map_books(struct recorder *recorder, int n, size_t each)
{
    int i;

    memset(recorder, 0, sizeof *recorder);
    if ((recorder->books = aligned_alloc(64, (size_t)n * sizeof *recorder->books)) == NULL)
        return -1;
    memset(recorder->books, 0, (size_t)n * sizeof *recorder->books);
    recorder->n = n;
    recorder->ahead = ahead_of_each(n);
    for (i = 0; i < n; i++) {
        struct recorder_book *book = &recorder->books[i];

        book->records = mmap(NULL, each * sizeof(struct record), PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (book->records == MAP_FAILED) {
            book->records = NULL;
            return -1;
        }
        /* A huge page would be more than a book's share. An error: there are none. */
        (void)madvise(book->records, each * sizeof(struct record), MADV_NOHUGEPAGE);
        book->capacity = each;
        atomic_init(&book->used, 0);
    }
    return 0;
}

/* Makes the pages up to `upto` records ready. madvise() may refuse on an old kernel: then the worker takes the page
 * faults. */
static void make_ready(struct recorder_book *book, size_t upto)
{
    size_t from_byte = book->ready * sizeof(struct record) & ~(size_t)4095, to_byte;

    if (upto > book->capacity)
        upto = book->capacity;
    if (upto <= book->ready)
        return;
    to_byte = upto * sizeof(struct record);
#ifdef MADV_POPULATE_WRITE
    (void)madvise((char *)book->records + from_byte, to_byte - from_byte, MADV_POPULATE_WRITE);
#else
    (void)madvise((char *)book->records + from_byte, to_byte - from_byte, MADV_WILLNEED);
#endif
    book->ready = upto;
}

int recorder_open_fixed(struct recorder *recorder, size_t most)
{
    size_t size = (most > 0 ? most : 1) * sizeof(struct record);

    memset(recorder, 0, sizeof *recorder);
    recorder->books = aligned_alloc(64, sizeof *recorder->books);
    if (recorder->books == NULL)
        return -1;
    memset(recorder->books, 0, sizeof *recorder->books);
    recorder->n = 1;
    recorder->on_heap = true;
    if ((recorder->books[0].records = malloc(size)) == NULL) {
        recorder_close(recorder);
        return -1;
    }
    memset(recorder->books[0].records, 0, size);
    recorder->books[0].capacity = most;
    atomic_init(&recorder->books[0].used, 0);
    return 0;
}

static void *help(void *arg)
{
    struct recorder *recorder = arg;
    int i;

    while (!wait_change(&recorder->stop, 0, clock_now_ns() + HELPER_PERIOD_NS))
        for (i = 0; i < recorder->n; i++) {
            size_t used = atomic_load_explicit(&recorder->books[i].used, memory_order_relaxed);

            if (used + recorder->ahead / 2 > recorder->books[i].ready)
                make_ready(&recorder->books[i], used + recorder->ahead);
        }
    return NULL;
}

int recorder_open_growing(struct recorder *recorder, int n)
{
    int i, failed;

    if (map_books(recorder, n, RECORDER_MOST) != 0) {
        say_error("no address space for the records of %d users: %s", n, strerror(errno));
        recorder_close(recorder);
        return -1;
    }
    for (i = 0; i < n; i++)
        make_ready(&recorder->books[i], recorder->ahead);
    if ((failed = pthread_create(&recorder->helper, NULL, help, recorder)) != 0) {
        say_error("cannot start the thread that readies memory: %s", strerror(failed));
        recorder_close(recorder);
        return -1;
    }
    recorder->helped = true;
    return 0;
}

struct record *recorder_next(struct recorder *recorder, int index)
{
    struct recorder_book *book = &recorder->books[index];
    size_t used = atomic_load_explicit(&book->used, memory_order_relaxed);

    return used < book->capacity ? &book->records[used] : NULL;
}

void recorder_keep(struct recorder *recorder, int index)
{
    struct recorder_book *book = &recorder->books[index];

    atomic_store_explicit(&book->used, atomic_load_explicit(&book->used, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

void recorder_stop(struct recorder *recorder)
{
    if (!recorder->helped)
        return;
    atomic_store(&recorder->stop, 1);
    wait_wake(&recorder->stop, 1);
    pthread_join(recorder->helper, NULL);
    recorder->helped = false;
}

struct record *recorder_collect(struct recorder *recorder, size_t *n)
{
    struct record *all;
    size_t at = 0;
    int i;

    *n = 0;
    for (i = 0; i < recorder->n; i++)
        *n += atomic_load(&recorder->books[i].used);
    if (*n == 0)
        return NULL;
    if (recorder->on_heap) {
        all = recorder->books[0].records;
        recorder->books[0].records = NULL;
        return all;
    }
    if ((all = malloc(*n * sizeof *all)) == NULL)
        return NULL;
    for (i = 0; i < recorder->n; i++) {
        size_t used = atomic_load(&recorder->books[i].used);

        memcpy(all + at, recorder->books[i].records, used * sizeof *all);
        at += used;
    }
    return all;
}

void recorder_close(struct recorder *recorder)
{
    int i;

    recorder_stop(recorder);
    for (i = 0; i < recorder->n; i++)
        if (recorder->on_heap)
            free(recorder->books[i].records);
        else if (recorder->books[i].records != NULL)
            munmap(recorder->books[i].records, recorder->books[i].capacity * sizeof(struct record));
    free(recorder->books);
    memset(recorder, 0, sizeof *recorder);
}
