#include "harness/run/applock.h"

#include <assert.h>
#include <stdlib.h>

#include "harness/base/wait.h"

struct applock_waiter {
    _Atomic uint32_t posted; /* bumped when it should look again */
    const struct inflight *flight;
    struct applock_waiter *next;
};

struct applock *applock_new(enum lock_order order)
{
    struct applock *lock = calloc(1, sizeof *lock);

    if (lock == NULL)
        return NULL;
    pthread_mutex_init(&lock->lock, NULL);
    lock->order = order;
    return lock;
}

void applock_free(struct applock *lock)
{
    if (lock == NULL)
        return;
    pthread_mutex_destroy(&lock->lock);
    free(lock);
}

static void unlink_waiter(struct applock *lock, struct applock_waiter *gone)
{
    struct applock_waiter **at = &lock->head, *before = NULL;

    while (*at != gone) {
        before = *at;
        at = &(*at)->next;
    }
    *at = gone->next;
    if (lock->tail == gone)
        lock->tail = before;
    lock->waiting--;
}

/* Locked: of a waiter that has been handed the lock, is sent away, or finds it free. */
static bool is_over(struct applock *lock, struct applock_waiter *waiter, enum db_status *st)
{
    *st = DB_OK;
    if (lock->holder == waiter->flight)
        return true; /* whoever handed it over has taken the waiter out of the line */
    if (lock->holder == NULL && lock->order == LOCK_ANY_ORDER && !lock->stopped)
        lock->holder = waiter->flight;
    else if (lock->stopped)
        *st = DB_LOST;
    else
        return false;
    unlink_waiter(lock, waiter);
    return true;
}

/* Locked. A line of waiters on their own stacks: each is taken out before its owner returns. */
static enum db_status stand_in_line(struct applock *lock, const struct inflight *flight, int64_t deadline_ns)
{
    struct applock_waiter waiter = { .flight = flight };
    bool in_time = true;
    enum db_status st;
    uint32_t seen;

    if (lock->tail != NULL)
        lock->tail->next = &waiter; // cppcheck-suppress autoVariables
    else
        lock->head = &waiter; // cppcheck-suppress autoVariables
    lock->tail = &waiter;     // cppcheck-suppress autoVariables
    lock->waiting++;
    while (!is_over(lock, &waiter, &st)) {
        if (!in_time) {
            unlink_waiter(lock, &waiter);
            return DB_LOCK_TIMEOUT;
        }
        seen = atomic_load_explicit(&waiter.posted, memory_order_relaxed);
        pthread_mutex_unlock(&lock->lock);
        in_time = wait_change(&waiter.posted, seen, deadline_ns);
        pthread_mutex_lock(&lock->lock);
    }
    return st;
}

enum db_status applock_take(struct applock *lock, const struct inflight *flight, int64_t deadline_ns)
{
    enum db_status st = DB_OK;

    pthread_mutex_lock(&lock->lock);
    if (lock->stopped)
        st = DB_LOST;
    else if (lock->holder == NULL && (lock->order == LOCK_ANY_ORDER || lock->head == NULL))
        lock->holder = flight;
    else if (deadline_ns == APPLOCK_NO_WAIT)
        st = DB_BUSY;
    else
        st = stand_in_line(lock, flight, deadline_ns);
    pthread_mutex_unlock(&lock->lock);
    return st;
}

/* Locked. The waiter lives on its owner's stack and must not be touched once it can leave; the word returned is for
 * wait_wake() after unlocking, which needs only its address. */
static _Atomic uint32_t *post(struct applock_waiter *waiter)
{
    _Atomic uint32_t *word = &waiter->posted;

    atomic_fetch_add_explicit(word, 1, memory_order_release);
    return word;
}

void applock_give(struct applock *lock)
{
    _Atomic uint32_t *word = NULL;
    struct applock_waiter *first;

    pthread_mutex_lock(&lock->lock);
    assert(lock->holder != NULL);
    lock->holder = NULL;
    if ((first = lock->head) != NULL) {
        if (lock->order == LOCK_FIRST_COME && !lock->stopped) {
            lock->holder = first->flight;
            unlink_waiter(lock, first);
        }
        word = post(first);
    }
    pthread_mutex_unlock(&lock->lock);
    if (word != NULL)
        wait_wake(word, 1);
}

void applock_stop(struct applock *lock)
{
    struct applock_waiter *waiter;

    pthread_mutex_lock(&lock->lock);
    lock->stopped = true;
    for (waiter = lock->head; waiter != NULL; waiter = waiter->next)
        wait_wake(post(waiter), 1);
    pthread_mutex_unlock(&lock->lock);
}
