/* The pool, on connections of the null database: order of arrival, timeouts, stopping. */
#include <pthread.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"
#include "harness/run/pool.h"
#include "tests/support/bench.h"

static struct database *database;
static const struct db_settings settings;

static int open_null(void **state)
{
    (void)state;
    database = bench_database("null", 8);
    return database == NULL ||
           database_reset(database, &settings, "pool", &(const struct house){ .events = 1, .seats = 1 }) != 0;
}

static int close_null(void **state)
{
    (void)state;
    database_close(database);
    bench_clean();
    return 0;
}

static void open_pool(struct pool *pool, int size)
{
    char error[DB_ERROR_SIZE];

    assert_int_equal(pool_open(pool, database, &settings, NULL, size, error, sizeof error), 0);
}

static void close_pool(struct pool *pool)
{
    struct db_ops ops = { 0 };
    int64_t written = 0;

    pool_close(pool, &ops, &written);
}

/* A borrower on a thread of its own; it reports, the main thread asserts. */
struct borrower {
    struct pool *pool;
    int64_t deadline_ns;
    _Atomic uint32_t *order;
    uint32_t place;
    enum db_status status;
    struct db *db;
    pthread_t thread;
};

static void *borrow(void *arg)
{
    struct borrower *borrower = arg;

    borrower->status = pool_take(borrower->pool, &borrower->db, borrower->deadline_ns);
    if (borrower->order != NULL)
        borrower->place = atomic_fetch_add(borrower->order, 1);
    if (borrower->status == DB_OK && borrower->order != NULL)
        pool_give(borrower->pool, borrower->db);
    return NULL;
}

static int waiting(struct pool *pool)
{
    int n;

    pthread_mutex_lock(&pool->lock);
    n = pool->waiting;
    pthread_mutex_unlock(&pool->lock);
    return n;
}

static void await_waiting(struct pool *pool, int n)
{
    int64_t limit_ns = clock_now_ns() + 10 * NS_PER_S;

    while (waiting(pool) != n && clock_now_ns() < limit_ns)
        wait_until(clock_now_ns() + NS_PER_MS);
    assert_int_equal(waiting(pool), n);
}

static void test_lends_up_to_its_size(void **state)
{
    struct pool pool;
    struct db *a, *b, *c;

    (void)state;
    open_pool(&pool, 2);
    assert_int_equal(pool_take(&pool, &a, 0), DB_OK);
    assert_int_equal(pool_take(&pool, &b, 0), DB_OK);
    assert_ptr_not_equal(a, b);
    assert_int_equal(pool_take(&pool, &c, clock_now_ns() + NS_PER_MS), DB_POOL_TIMEOUT);
    assert_int_equal(pool.peak, 2);
    pool_give(&pool, a);
    assert_int_equal(pool_take(&pool, &c, 0), DB_OK);
    assert_ptr_equal(a, c);
    pool_give(&pool, b);
    pool_give(&pool, c);
    assert_int_equal(pool.lent, 0);
    close_pool(&pool);
}

static void test_arrival_order(void **state)
{
    enum { N = 20 };
    struct borrower borrowers[N];
    _Atomic uint32_t order = 0;
    struct pool pool;
    struct db *db;
    int i;

    (void)state;
    open_pool(&pool, 1);
    assert_int_equal(pool_take(&pool, &db, 0), DB_OK);
    for (i = 0; i < N; i++) {
        borrowers[i] = (struct borrower){ .pool = &pool, .deadline_ns = WAIT_FOREVER, .order = &order };
        assert_int_equal(pthread_create(&borrowers[i].thread, NULL, borrow, &borrowers[i]), 0);
        await_waiting(&pool, i + 1);
    }
    pool_give(&pool, db);
    for (i = 0; i < N; i++)
        pthread_join(borrowers[i].thread, NULL);
    for (i = 0; i < N; i++) {
        assert_int_equal(borrowers[i].status, DB_OK);
        assert_int_equal(borrowers[i].place, i);
    }
    close_pool(&pool);
}

/* One in the middle leaves: those behind it must still be reached. */
static void test_timeout_in_the_middle(void **state)
{
    struct borrower borrowers[3];
    struct pool pool;
    struct db *db;
    int i;

    (void)state;
    open_pool(&pool, 1);
    assert_int_equal(pool_take(&pool, &db, 0), DB_OK);
    for (i = 0; i < 3; i++) {
        borrowers[i] =
            (struct borrower){ .pool = &pool, .deadline_ns = i == 1 ? clock_now_ns() + 20 * NS_PER_MS : WAIT_FOREVER };
        assert_int_equal(pthread_create(&borrowers[i].thread, NULL, borrow, &borrowers[i]), 0);
        await_waiting(&pool, i + 1);
    }
    pthread_join(borrowers[1].thread, NULL);
    assert_int_equal(borrowers[1].status, DB_POOL_TIMEOUT);
    await_waiting(&pool, 2);
    pool_give(&pool, db);
    pthread_join(borrowers[0].thread, NULL);
    assert_int_equal(borrowers[0].status, DB_OK);
    pool_give(&pool, borrowers[0].db);
    pthread_join(borrowers[2].thread, NULL);
    assert_int_equal(borrowers[2].status, DB_OK);
    pool_give(&pool, borrowers[2].db);
    close_pool(&pool);
}

static void test_stop_sends_the_waiting_away(void **state)
{
    struct borrower borrower;
    struct pool pool;
    struct db *db;

    (void)state;
    open_pool(&pool, 1);
    assert_int_equal(pool_take(&pool, &db, 0), DB_OK);
    borrower = (struct borrower){ .pool = &pool, .deadline_ns = WAIT_FOREVER };
    assert_int_equal(pthread_create(&borrower.thread, NULL, borrow, &borrower), 0);
    await_waiting(&pool, 1);
    pool_stop(&pool);
    pthread_join(borrower.thread, NULL);
    assert_int_equal(borrower.status, DB_LOST);
    pool_give(&pool, db);
    assert_int_equal(pool_take(&pool, &db, 0), DB_LOST);
    close_pool(&pool);
}

/* Many threads, few connections: nobody holds one twice, all come back. */
struct hammer {
    struct pool *pool;
    _Atomic int *at_once;
    int worst, failures;
    pthread_t thread;
};

static void *hammer(void *arg)
{
    struct hammer *self = arg;
    struct db *db;
    int i, now;

    for (i = 0; i < 500; i++) {
        if (pool_take(self->pool, &db, WAIT_FOREVER) != DB_OK) {
            self->failures++;
            continue;
        }
        now = atomic_fetch_add(self->at_once, 1) + 1;
        if (now > self->worst)
            self->worst = now;
        atomic_fetch_sub(self->at_once, 1);
        pool_give(self->pool, db);
    }
    return NULL;
}

static void test_hammered(void **state)
{
    enum { THREADS = 16, SIZE = 3 };
    struct hammer hammers[THREADS];
    _Atomic int at_once = 0;
    struct pool pool;
    int i;

    (void)state;
    open_pool(&pool, SIZE);
    for (i = 0; i < THREADS; i++) {
        hammers[i] = (struct hammer){ .pool = &pool, .at_once = &at_once };
        assert_int_equal(pthread_create(&hammers[i].thread, NULL, hammer, &hammers[i]), 0);
    }
    for (i = 0; i < THREADS; i++)
        pthread_join(hammers[i].thread, NULL);
    for (i = 0; i < THREADS; i++) {
        assert_int_equal(hammers[i].failures, 0);
        assert_true(hammers[i].worst <= SIZE);
    }
    assert_int_equal(pool.lent, 0);
    assert_int_equal(pool.idle_count, SIZE);
    close_pool(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lends_up_to_its_size),
        cmocka_unit_test(test_arrival_order),
        cmocka_unit_test(test_timeout_in_the_middle),
        cmocka_unit_test(test_stop_sends_the_waiting_away),
        cmocka_unit_test(test_hammered),
    };

    return cmocka_run_group_tests(tests, open_null, close_null);
}
