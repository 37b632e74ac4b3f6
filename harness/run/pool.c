#include "harness/run/pool.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"

#define REOPEN_PAUSE_NS (10 * NS_PER_MS)

struct pool_waiter {
    _Atomic uint32_t answered;
    struct db *db; /* NULL when answered: sent away */
    struct pool_waiter *next;
};

/* Every connection of the pool, lent or idle, so that pool_stop() can reach those at work: kept behind the idle stack.
 */
static struct db **members(const struct pool *pool)
{
    return pool->idle + pool->size;
}

int pool_open(struct pool *pool, struct database *database, const struct db_settings *settings,
              const struct statement *statements, int size, char *error, size_t error_size)
{
    struct db *db;

    memset(pool, 0, sizeof *pool);
    pthread_mutex_init(&pool->lock, NULL);
    pool->database = database;
    pool->settings = settings;
    pool->statements = statements;
    pool->size = size;
    if ((pool->idle = calloc(2 * (size_t)size, sizeof(struct db *))) == NULL)
        return -1;
    while (pool->idle_count < size) {
        if ((db = database_connect(database, settings, statements, error, error_size)) == NULL)
            return -1;
        members(pool)[pool->idle_count] = db;
        pool->idle[pool->idle_count++] = db;
    }
    return 0;
}

static void unlink_waiter(struct pool *pool, struct pool_waiter *gone)
{
    struct pool_waiter **at = &pool->head, *before = NULL;

    while (*at != gone) {
        before = *at;
        at = &(*at)->next;
    }
    *at = gone->next;
    if (pool->tail == gone)
        pool->tail = before;
    pool->waiting--;
}

/* Locked. The waiter lives on its owner's stack and must not be touched once answered is set; the word returned is for
 * wait_wake() after unlocking, which needs only its address. */
static _Atomic uint32_t *answer_first(struct pool *pool, struct db *db)
{
    struct pool_waiter *waiter = pool->head;
    _Atomic uint32_t *word = &waiter->answered;

    unlink_waiter(pool, waiter);
    waiter->db = db;
    atomic_store_explicit(word, 1, memory_order_release);
    return word;
}

/* Locked. */
static void send_all_away(struct pool *pool)
{
    while (pool->head != NULL)
        wait_wake(answer_first(pool, NULL), 1);
}

static void count_lent(struct pool *pool)
{
    if (++pool->lent > pool->peak)
        pool->peak = pool->lent;
}

static bool exhausted(const struct pool *pool)
{
    return pool->stopped || pool->idle_count + pool->lent == 0;
}

enum db_status pool_take(struct pool *pool, struct db **out, int64_t deadline_ns)
{
    struct pool_waiter waiter = { .db = NULL };

    pthread_mutex_lock(&pool->lock);
    if (exhausted(pool)) {
        pthread_mutex_unlock(&pool->lock);
        return DB_LOST;
    }
    if (pool->idle_count > 0) {
        *out = pool->idle[--pool->idle_count];
        count_lent(pool);
        pthread_mutex_unlock(&pool->lock);
        return DB_OK;
    }
    /* A line of waiters on their own stacks: each is taken out before its owner returns. */
    if (pool->tail != NULL)
        pool->tail->next = &waiter; // cppcheck-suppress autoVariables
    else
        pool->head = &waiter; // cppcheck-suppress autoVariables
    pool->tail = &waiter;     // cppcheck-suppress autoVariables
    pool->waiting++;
    pthread_mutex_unlock(&pool->lock);

    if (!wait_change(&waiter.answered, 0, deadline_ns)) {
        /* The deadline passed; an answer may still have come before we got the lock. */
        pthread_mutex_lock(&pool->lock);
        if (atomic_load_explicit(&waiter.answered, memory_order_acquire) == 0) {
            unlink_waiter(pool, &waiter);
            pthread_mutex_unlock(&pool->lock);
            return DB_POOL_TIMEOUT;
        }
        pthread_mutex_unlock(&pool->lock);
    }
    *out = waiter.db;
    return waiter.db != NULL ? DB_OK : DB_LOST;
}

struct db *pool_connect(const struct pool *pool, char *error, size_t error_size)
{
    int64_t limit_ns = clock_now_ns() + pool->reopen_ns;
    struct db *db;

    do
        db = database_connect(pool->database, pool->settings, pool->statements, error, error_size);
    while (db == NULL && clock_now_ns() < limit_ns && wait_until(clock_now_ns() + REOPEN_PAUSE_NS));
    return db;
}

/* Unlocked: a lost connection is replaced by a new one, or by NULL. */
static struct db *replace(struct pool *pool, struct db *lost)
{
    char ignored[DB_ERROR_SIZE];
    struct db *fresh = NULL;
    int i;

    if (!wait_stopping())
        fresh = pool_connect(pool, ignored, sizeof ignored);
    pthread_mutex_lock(&pool->lock);
    db_ops_add(&pool->closed_ops, db_ops(lost));
    for (i = 0; i < pool->size; i++)
        if (members(pool)[i] == lost)
            members(pool)[i] = fresh;
    pthread_mutex_unlock(&pool->lock);
    db_close(lost);
    return fresh;
}

void pool_give(struct pool *pool, struct db *db)
{
    _Atomic uint32_t *word = NULL;

    if (db_is_lost(db))
        db = replace(pool, db);
    pthread_mutex_lock(&pool->lock);
    if (db != NULL && pool->head != NULL) {
        word = answer_first(pool, db); /* stays lent: it only changes hands */
    } else {
        pool->lent--;
        if (db != NULL)
            pool->idle[pool->idle_count++] = db;
        if (exhausted(pool))
            send_all_away(pool);
    }
    pthread_mutex_unlock(&pool->lock);
    if (word != NULL)
        wait_wake(word, 1);
}

void pool_stop(struct pool *pool)
{
    int i;

    pthread_mutex_lock(&pool->lock);
    pool->stopped = true;
    send_all_away(pool);
    for (i = 0; i < pool->size; i++)
        if (members(pool)[i] != NULL)
            db_cancel(members(pool)[i]);
    pthread_mutex_unlock(&pool->lock);
}

void pool_close(struct pool *pool, struct db_ops *ops, int64_t *written_bytes)
{
    if (pool->idle == NULL)
        return;
    db_ops_add(ops, &pool->closed_ops);
    while (pool->idle_count > 0) {
        struct db *db = pool->idle[--pool->idle_count];

        db_ops_add(ops, db_ops(db));
        *written_bytes += db_written_bytes(db);
        db_close(db);
    }
    pthread_mutex_destroy(&pool->lock);
    free(pool->idle);
    pool->idle = NULL;
}
