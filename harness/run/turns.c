#include "harness/run/turns.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"

int turns_init(struct turns *turns, struct inflight *flights, size_t n)
{
    memset(turns, 0, sizeof *turns);
    if ((turns->delayed = calloc(n, sizeof(struct inflight *))) == NULL)
        return -1;
    pthread_mutex_init(&turns->lock, NULL);
    atomic_init(&turns->posted, 0);
    turns->flights = flights;
    turns->n = turns->open = n;
    return 0;
}

void turns_destroy(struct turns *turns)
{
    if (turns->delayed == NULL)
        return;
    pthread_mutex_destroy(&turns->lock);
    free(turns->delayed);
    turns->delayed = NULL;
}

static void swap(struct inflight **a, struct inflight **b)
{
    struct inflight *kept = *a;

    *a = *b;
    *b = kept;
}

static void heap_push(struct turns *turns, struct inflight *flight)
{
    struct inflight **heap = turns->delayed;
    size_t at = turns->delayed_count++;

    for (heap[at] = flight; at > 0 && heap[at]->due_again_ns < heap[(at - 1) / 2]->due_again_ns; at = (at - 1) / 2)
        swap(&heap[at], &heap[(at - 1) / 2]);
}

static struct inflight *heap_pop(struct turns *turns)
{
    struct inflight **heap = turns->delayed, *first = heap[0];
    size_t n = --turns->delayed_count, at = 0, child;

    heap[0] = heap[n];
    while ((child = 2 * at + 1) < n) {
        if (child + 1 < n && heap[child + 1]->due_again_ns < heap[child]->due_again_ns)
            child++;
        if (heap[at]->due_again_ns <= heap[child]->due_again_ns)
            break;
        swap(&heap[at], &heap[child]);
        at = child;
    }
    return first;
}

/* Locked. Something to work on now, or NULL. */
static struct inflight *pick(struct turns *turns, bool *answered)
{
    struct inflight *flight = turns->answered_head;

    *answered = flight != NULL;
    if (flight != NULL) {
        if ((turns->answered_head = flight->next) == NULL)
            turns->answered_tail = NULL;
        return flight;
    }
    if (turns->delayed_count > 0 && (turns->delayed[0]->due_again_ns <= clock_now_ns() || wait_stopping()))
        return heap_pop(turns);
    if (turns->fresh < turns->n)
        return &turns->flights[turns->fresh++];
    return NULL;
}

struct inflight *turns_next(struct turns *turns, bool *answered)
{
    struct inflight *flight;
    int64_t deadline_ns;
    uint32_t seen;

    pthread_mutex_lock(&turns->lock);
    while ((flight = pick(turns, answered)) == NULL && turns->open > 0) {
        deadline_ns = turns->delayed_count > 0 ? turns->delayed[0]->due_again_ns : WAIT_FOREVER;
        seen = atomic_load_explicit(&turns->posted, memory_order_relaxed);
        turns->sleepers++;
        pthread_mutex_unlock(&turns->lock);
        wait_change(&turns->posted, seen, deadline_ns);
        pthread_mutex_lock(&turns->lock);
        turns->sleepers--;
    }
    pthread_mutex_unlock(&turns->lock);
    return flight;
}

static void post_and_unlock(struct turns *turns, int n)
{
    bool wake = turns->sleepers > 0;

    if (wake)
        atomic_fetch_add_explicit(&turns->posted, 1, memory_order_release);
    pthread_mutex_unlock(&turns->lock);
    if (wake)
        wait_wake(&turns->posted, n);
}

void turns_delay(struct turns *turns, struct inflight *flight)
{
    pthread_mutex_lock(&turns->lock);
    heap_push(turns, flight);
    post_and_unlock(turns, 1);
}

void turns_finished(struct turns *turns, struct inflight *flight)
{
    flight->next = NULL;
    pthread_mutex_lock(&turns->lock);
    if (turns->answered_tail != NULL)
        turns->answered_tail->next = flight;
    else
        turns->answered_head = flight;
    turns->answered_tail = flight;
    post_and_unlock(turns, 1);
}

void turns_stop(struct turns *turns)
{
    pthread_mutex_lock(&turns->lock);
    post_and_unlock(turns, INT32_MAX);
}

void turns_settled(struct turns *turns)
{
    pthread_mutex_lock(&turns->lock);
    if (--turns->open > 0)
        pthread_mutex_unlock(&turns->lock);
    else
        post_and_unlock(turns, INT32_MAX);
}
