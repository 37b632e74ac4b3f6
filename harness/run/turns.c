#include "harness/run/turns.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"

/* A worker without work, on its own stack. */
struct turns_sleeper {
    _Atomic uint32_t told;
    struct turns_sleeper *next;
};

int turns_init(struct turns *turns, struct flights *flights, size_t n, const int64_t *due_ns)
{
    memset(turns, 0, sizeof *turns);
    if ((turns->delayed = calloc(n + 1, sizeof(struct inflight *))) == NULL)
        return -1;
    pthread_mutex_init(&turns->lock, NULL);
    turns->flights = flights;
    turns->due_ns = due_ns;
    turns->begin_until_ns = WAIT_FOREVER;
    turns->n = n;
    atomic_init(&turns->fresh, 0);
    atomic_init(&turns->open, n);
    atomic_init(&turns->pending, 0);
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

void turns_begin(struct turns *turns, int64_t t0_ns, int64_t begin_until_ns)
{
    pthread_mutex_lock(&turns->lock);
    turns->t0_ns = t0_ns;
    turns->begin_until_ns = begin_until_ns;
    pthread_mutex_unlock(&turns->lock);
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

/* Locked. */
static void count_pending(struct turns *turns, int more)
{
    atomic_store_explicit(&turns->pending, atomic_load_explicit(&turns->pending, memory_order_relaxed) + (size_t)more,
                          memory_order_relaxed);
}

/* Locked. When something is due next; WAIT_FOREVER: nothing is. */
static int64_t next_due_ns(const struct turns *turns)
{
    size_t fresh = atomic_load_explicit(&turns->fresh, memory_order_relaxed);
    int64_t due_ns = WAIT_FOREVER;

    if (turns->answered_head != NULL)
        return 0;
    if (turns->delayed_count > 0)
        due_ns = turns->delayed[0]->due_again_ns;
    if (fresh >= turns->n)
        return due_ns;
    if (turns->due_ns == NULL)
        return 0;
    return turns->t0_ns + turns->due_ns[fresh] < due_ns ? turns->t0_ns + turns->due_ns[fresh] : due_ns;
}

/* Locked. */
static bool pick_answered(struct turns *turns, struct turn *turn)
{
    struct inflight *flight = turns->answered_head;

    if (flight == NULL)
        return false;
    if ((turns->answered_head = flight->next) == NULL)
        turns->answered_tail = NULL;
    count_pending(turns, -1);
    turn->flight = flight;
    turn->answered = true;
    return true;
}

/* Locked: turns that have due times; when they cannot begin any more. */
static bool skip_rest(struct turns *turns, int64_t now_ns)
{
    if (turns->due_ns == NULL || (now_ns <= turns->begin_until_ns && !wait_stopping()))
        return false;
    turns->skipped = turns->n - atomic_load(&turns->fresh);
    atomic_fetch_sub(&turns->open, turns->skipped);
    atomic_store(&turns->fresh, turns->n);
    return true;
}

/* Without due times any thread. False: all were begun. */
static bool begin_fresh(struct turns *turns, struct turn *turn)
{
    turn->index = atomic_fetch_add_explicit(&turns->fresh, 1, memory_order_relaxed);
    turn->fresh = turn->index < turns->n;
    return turn->fresh;
}

/* Locked. */
static bool pick_fresh(struct turns *turns, struct turn *turn, int64_t now_ns)
{
    size_t fresh = atomic_load_explicit(&turns->fresh, memory_order_relaxed);

    if (fresh >= turns->n || skip_rest(turns, now_ns))
        return false;
    if (turns->due_ns != NULL && turns->t0_ns + turns->due_ns[fresh] > now_ns)
        return false;
    if (!begin_fresh(turns, turn))
        return false;
    turn->flight = turn->spare != NULL ? turn->spare : flights_take(turns->flights);
    turn->spare = NULL;
    return true;
}

/* Locked. Something to work on now. */
static bool pick(struct turns *turns, struct turn *turn)
{
    int64_t now_ns = 0;

    if (pick_answered(turns, turn))
        return true;
    if (turns->delayed_count > 0 || turns->due_ns != NULL)
        now_ns = clock_now_ns();
    if (turns->delayed_count > 0 && (turns->delayed[0]->due_again_ns <= now_ns || wait_stopping())) {
        count_pending(turns, -1);
        turn->flight = heap_pop(turns);
        return true;
    }
    return pick_fresh(turns, turn, now_ns);
}

/* Not locked. */
static bool pick_at_once(struct turns *turns, struct turn *turn)
{
    if (turns->due_ns != NULL || turn->spare == NULL ||
        atomic_load_explicit(&turns->pending, memory_order_relaxed) > 0 || !begin_fresh(turns, turn))
        return false;
    turn->flight = turn->spare;
    turn->spare = NULL;
    return true;
}

/* Locked. Whom to wake once unlocked; NULL: nobody, all are at work, or one is on the way and will tell the next. */
static struct turns_sleeper *tell(struct turns *turns)
{
    struct turns_sleeper *sleeper = turns->sleepers;

    if (turns->coming)
        return NULL;
    if (sleeper != NULL)
        turns->sleepers = sleeper->next;
    else if ((sleeper = turns->watcher) != NULL)
        turns->watcher = NULL;
    if (sleeper == NULL)
        return NULL;
    turns->coming = true;
    atomic_store_explicit(&sleeper->told, 1, memory_order_release);
    return sleeper;
}

/* The sleeper may be awake and gone by now: the word is only an address to the kernel. */
static void unlock_and_wake(struct turns *turns, struct turns_sleeper *sleeper)
{
    pthread_mutex_unlock(&turns->lock);
    if (sleeper != NULL)
        wait_wake(&sleeper->told, 1);
}

/* Locked, also when it returns. Whoever tells a sleeper takes it off the stack first. */
static void sleep_a_while(struct turns *turns)
{
    struct turns_sleeper self = { .next = NULL };
    int64_t deadline_ns = WAIT_FOREVER;

    if (turns->watcher == NULL && next_due_ns(turns) != WAIT_FOREVER) {
        turns->watcher = &self; // cppcheck-suppress autoVariables
        turns->watched_until_ns = deadline_ns = next_due_ns(turns);
    } else {
        self.next = turns->sleepers;
        turns->sleepers = &self; // cppcheck-suppress autoVariables
    }
    pthread_mutex_unlock(&turns->lock);
    wait_change(&self.told, 0, deadline_ns);
    pthread_mutex_lock(&turns->lock);
    if (atomic_load_explicit(&self.told, memory_order_relaxed) != 0)
        turns->coming = false;
    else
        turns->watcher = NULL;
}

bool turns_next(struct turns *turns, struct turn *turn)
{
    struct turns_sleeper *next = NULL;
    int64_t due_ns;
    bool found;

    turn->fresh = turn->answered = false;
    if (pick_at_once(turns, turn))
        return true;
    pthread_mutex_lock(&turns->lock);
    while (!(found = pick(turns, turn)) && atomic_load(&turns->open) > 0)
        sleep_a_while(turns);
    /* Whoever leaves because all is settled sends the next one home; whoever takes a turn sends for one who watches, or
     * who takes what else is due already. */
    due_ns = found ? next_due_ns(turns) : 0;
    if (due_ns != WAIT_FOREVER && (turns->watcher == NULL || due_ns < turns->watched_until_ns))
        next = tell(turns);
    unlock_and_wake(turns, next);
    return found;
}

void turns_delay(struct turns *turns, struct inflight *flight)
{
    struct turns_sleeper *told = NULL;

    pthread_mutex_lock(&turns->lock);
    heap_push(turns, flight);
    count_pending(turns, 1);
    /* Whoever watches must not oversleep this one; when nobody does, the caller comes back and will. */
    if (turns->watcher != NULL && flight->due_again_ns < turns->watched_until_ns) {
        told = turns->watcher;
        turns->watcher = NULL;
        atomic_store_explicit(&told->told, 1, memory_order_release);
    }
    unlock_and_wake(turns, told);
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
    count_pending(turns, 1);
    unlock_and_wake(turns, tell(turns));
}

void turns_stop(struct turns *turns)
{
    struct turns_sleeper *watcher;

    pthread_mutex_lock(&turns->lock);
    if ((watcher = turns->watcher) != NULL) {
        turns->watcher = NULL;
        atomic_store_explicit(&watcher->told, 1, memory_order_release);
    }
    unlock_and_wake(turns, watcher);
}

void turns_settled(struct turns *turns, struct turn *turn)
{
    bool kept = turn->spare == NULL, last;

    if (kept)
        turn->spare = turn->flight;
    last = atomic_fetch_sub(&turns->open, 1) == 1;
    if (kept && !last)
        return;
    pthread_mutex_lock(&turns->lock);
    if (!kept)
        flights_give(turns->flights, turn->flight);
    unlock_and_wake(turns, last ? tell(turns) : NULL);
}
