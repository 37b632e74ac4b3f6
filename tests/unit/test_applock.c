/* Locks of an app: order of arrival, timeouts, stopping; and what the harness does about one that is still held. */
#include <pthread.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"
#include "harness/run/inflight.h"
#include "tests/support/bench.h"

/* Somebody who wants the lock, on a thread of its own; it reports, the main thread asserts. */
struct taker {
    struct applock *lock;
    struct inflight flight; /* whose lock it is: only its address counts */
    int64_t deadline_ns;
    _Atomic uint32_t *order;
    uint32_t place;
    enum db_status status;
    pthread_t thread;
};

static void *take(void *arg)
{
    struct taker *taker = arg;

    taker->status = applock_take(taker->lock, &taker->flight, taker->deadline_ns);
    if (taker->status != DB_OK)
        return NULL;
    taker->place = atomic_fetch_add(taker->order, 1);
    applock_give(taker->lock);
    return NULL;
}

static void await_waiting(struct applock *lock, int n)
{
    int64_t limit_ns = clock_now_ns() + 10 * NS_PER_S;
    int waiting;

    do {
        wait_until(clock_now_ns() + NS_PER_MS);
        pthread_mutex_lock(&lock->lock);
        waiting = lock->waiting;
        pthread_mutex_unlock(&lock->lock);
    } while (waiting != n && clock_now_ns() < limit_ns);
    assert_int_equal(waiting, n);
}

static void start_taker(struct taker *taker, struct applock *lock, int64_t deadline_ns, _Atomic uint32_t *order)
{
    memset(taker, 0, sizeof *taker);
    taker->lock = lock;
    taker->deadline_ns = deadline_ns;
    taker->order = order;
    assert_int_equal(pthread_create(&taker->thread, NULL, take, taker), 0);
}

static const enum lock_order orders[] = { LOCK_ANY_ORDER, LOCK_FIRST_COME };

static void test_one_holds_it(void **state)
{
    struct inflight a, b;
    struct applock *lock;
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        assert_non_null(lock = applock_new(orders[i]));
        assert_int_equal(applock_take(lock, &a, APPLOCK_NO_WAIT), DB_OK);
        assert_ptr_equal(lock->holder, &a);
        assert_int_equal(applock_take(lock, &b, APPLOCK_NO_WAIT), DB_BUSY);
        assert_int_equal(applock_take(lock, &b, clock_now_ns() + NS_PER_MS), DB_LOCK_TIMEOUT);
        assert_int_equal(lock->waiting, 0);
        assert_ptr_equal(lock->holder, &a);
        applock_give(lock);
        assert_null(lock->holder);
        assert_int_equal(applock_take(lock, &b, APPLOCK_NO_WAIT), DB_OK);
        applock_give(lock);
        applock_free(lock);
    }
}

static void test_first_come_first_served(void **state)
{
    enum { N = 20 };
    struct taker takers[N];
    _Atomic uint32_t order = 0;
    struct inflight mine;
    struct applock *lock = applock_new(LOCK_FIRST_COME);
    int i;

    (void)state;
    assert_int_equal(applock_take(lock, &mine, APPLOCK_NO_WAIT), DB_OK);
    for (i = 0; i < N; i++) {
        start_taker(&takers[i], lock, WAIT_FOREVER, &order);
        await_waiting(lock, i + 1);
    }
    applock_give(lock);
    for (i = 0; i < N; i++)
        pthread_join(takers[i].thread, NULL);
    for (i = 0; i < N; i++) {
        assert_int_equal(takers[i].status, DB_OK);
        assert_int_equal(takers[i].place, i);
    }
    applock_free(lock);
}

/* The one in the middle leaves: those behind it must still be reached. */
static void test_timeout_in_the_middle(void **state)
{
    struct taker takers[3];
    _Atomic uint32_t order = 0;
    struct inflight mine;
    struct applock *lock;
    size_t i, n;

    (void)state;
    for (i = 0; i < 2; i++) {
        lock = applock_new(orders[i]);
        assert_int_equal(applock_take(lock, &mine, APPLOCK_NO_WAIT), DB_OK);
        for (n = 0; n < 3; n++) {
            start_taker(&takers[n], lock, n == 1 ? clock_now_ns() + 50 * NS_PER_MS : WAIT_FOREVER, &order);
            if (n != 2)
                await_waiting(lock, (int)n + 1);
        }
        pthread_join(takers[1].thread, NULL);
        assert_int_equal(takers[1].status, DB_LOCK_TIMEOUT);
        await_waiting(lock, 2);
        applock_give(lock);
        for (n = 0; n < 3; n += 2) {
            pthread_join(takers[n].thread, NULL);
            assert_int_equal(takers[n].status, DB_OK);
        }
        assert_null(lock->holder);
        applock_free(lock);
    }
}

static void test_stop_sends_the_waiting_away(void **state)
{
    struct taker takers[3];
    _Atomic uint32_t order = 0;
    struct inflight mine;
    struct applock *lock;
    size_t i, n;

    (void)state;
    for (i = 0; i < 2; i++) {
        lock = applock_new(orders[i]);
        assert_int_equal(applock_take(lock, &mine, APPLOCK_NO_WAIT), DB_OK);
        for (n = 0; n < 3; n++)
            start_taker(&takers[n], lock, WAIT_FOREVER, &order);
        await_waiting(lock, 3);
        applock_stop(lock);
        for (n = 0; n < 3; n++) {
            pthread_join(takers[n].thread, NULL);
            assert_int_equal(takers[n].status, DB_LOST);
        }
        applock_give(lock);
        assert_int_equal(applock_take(lock, &mine, WAIT_FOREVER), DB_LOST);
        applock_free(lock);
    }
}

/* Many threads, some of whom give up: a counter that only the lock protects loses nothing. */
struct hammer {
    struct applock *lock;
    int *counter;
    int taken, failures;
    pthread_t thread;
};

static void *hammer(void *arg)
{
    struct hammer *self = arg;
    struct inflight flight;
    enum db_status st;
    int i;

    for (i = 0; i < 500; i++) {
        st = applock_take(self->lock, &flight, i % 5 == 0 ? clock_now_ns() + 50 * NS_PER_US : WAIT_FOREVER);
        if (st == DB_OK) {
            self->taken++;
            ++*self->counter;
            applock_give(self->lock);
        } else if (st != DB_LOCK_TIMEOUT || i % 5 != 0) {
            self->failures++;
        }
    }
    return NULL;
}

static void test_hammered(void **state)
{
    enum { THREADS = 16 };
    struct hammer hammers[THREADS];
    int counter, taken, n;
    struct applock *lock;
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        lock = applock_new(orders[i]);
        counter = taken = 0;
        for (n = 0; n < THREADS; n++) {
            hammers[n] = (struct hammer){ .lock = lock, .counter = &counter };
            assert_int_equal(pthread_create(&hammers[n].thread, NULL, hammer, &hammers[n]), 0);
        }
        for (n = 0; n < THREADS; n++) {
            pthread_join(hammers[n].thread, NULL);
            assert_int_equal(hammers[n].failures, 0);
            taken += hammers[n].taken;
        }
        assert_int_equal(counter, taken);
        assert_int_equal(lock->waiting, 0);
        assert_null(lock->holder);
        applock_free(lock);
    }
}

/* ---- behind attempt_lock() --------------------------------------------------------------------------------------- */

/* A scheduler that lets everything happen and writes it down. */
static struct {
    struct scheduler scheduler;
    const struct applock *lock;
    char said[200];
} journal;

static void note(const struct call *call, const char *what)
{
    static const char *const names[CALL_KINDS] = {
        [CALL_LOCK] = "lock", [CALL_UNLOCK] = "unlock", [CALL_PARK] = "park", [CALL_CHECKOUT] = "checkout"
    };
    size_t used = strlen(journal.said);

    assert_non_null(names[call->kind]);
    assert_true(call->kind == CALL_PARK || call->kind == CALL_CHECKOUT || call->lock == journal.lock);
    snprintf(journal.said + used, sizeof journal.said - used, "%s %s; ", what, names[call->kind]);
}

static void ask(struct scheduler *scheduler, const struct call *call)
{
    (void)scheduler;
    note(call, call->kind == CALL_LOCK && !call->waits ? "at once" : "ask");
}

static void tell(struct scheduler *scheduler, const struct call *call, int64_t answer)
{
    (void)scheduler;
    note(call, call->kind == CALL_LOCK && answer == DB_BUSY ? "busy" : "told");
}

static struct lane *the_lane;

static enum verdict refuse_under_lock(struct attempt *attempt)
{
    enum db_status st = attempt_lock(attempt);

    return st == DB_OK ? VERDICT_SOLD_OUT : verdict_of(attempt, st);
}

static enum verdict lock_twice(struct attempt *attempt)
{
    if (attempt_lock(attempt) != DB_OK)
        return VERDICT_FAILED;
    attempt_unlock(attempt);
    return refuse_under_lock(attempt);
}

static enum verdict park_under_lock(struct attempt *attempt)
{
    return attempt_lock(attempt) == DB_OK ? attempt_park(attempt, the_lane) : VERDICT_FAILED;
}

struct fixture {
    struct bench_cells made;
    struct cell cell;
    struct strategy strategy;
    struct registered registered;
    struct app_server server;
    struct record record;
    struct plan plan;
    struct inflight flight;
};

/* A user of an app whose strategy is this one attempt(), and the lock and lane it uses. */
static void begin(struct fixture *fixture, enum verdict (*attempt)(struct attempt *))
{
    memset(fixture, 0, sizeof *fixture);
    memset(&journal, 0, sizeof journal);
    bench_cells_make(&fixture->made, "# q\n[load]\nusers = 3\n[db]\nlock_timeout = 20ms\n", "atomic", "sqlite");
    fixture->cell = *fixture->made.cell;
    fixture->strategy = (struct strategy){ .name = "locker", .attempt = attempt };
    fixture->registered.strategy = &fixture->strategy;
    fixture->cell.variant.registered = &fixture->registered;
    fixture->server.cell = &fixture->cell;
    fixture->server.settings = fixture->cell.scenario.db;
    fixture->server.app = cell_app(&fixture->cell, 0);
    assert_int_equal(app_lock(&fixture->server.app, LOCK_FIRST_COME), 0);
    assert_non_null(the_lane = app_lane(&fixture->server.app, 0));
    journal.lock = fixture->server.app.lock;
    journal.scheduler.ask = ask;
    journal.scheduler.tell = tell;
    plan_init(&fixture->plan, &fixture->cell.scenario, 0);
    inflight_init(&fixture->flight, &fixture->plan, 2, 0, &fixture->server, &fixture->record, NULL, NULL);
}

static void end(struct fixture *fixture)
{
    app_free(&fixture->server);
    bench_cells_free(&fixture->made);
}

static void test_the_harness_gives_it_back(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, lock_twice);
    fixture.server.scheduler = &journal.scheduler;
    assert_int_equal(inflight_try(&fixture.flight), VERDICT_SOLD_OUT);
    assert_false(fixture.flight.locked);
    assert_null(fixture.server.app.lock->holder);
    assert_string_equal(journal.said, "ask lock; told lock; ask unlock; told unlock; "
                                      "ask lock; told lock; ask unlock; told unlock; ");
    assert_true(fixture.record.lock_wait_ns > 0);
    end(&fixture);
}

static void test_a_parked_attempt_holds_nothing(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, park_under_lock);
    fixture.server.scheduler = &journal.scheduler;
    assert_int_equal(inflight_try(&fixture.flight), VERDICT_PARKED);
    assert_false(fixture.flight.locked);
    assert_null(fixture.server.app.lock->holder);
    assert_string_equal(journal.said, "ask lock; told lock; ask unlock; told unlock; ask park; told park; ");
    end(&fixture);
}

/* As for a lock of the database: [db] lock_timeout, or not at all. */
static void test_how_long_it_waits(void **state)
{
    struct inflight other;
    struct fixture fixture;

    (void)state;
    begin(&fixture, refuse_under_lock);
    assert_int_equal(applock_take(fixture.server.app.lock, &other, APPLOCK_NO_WAIT), DB_OK);
    assert_int_equal(inflight_try(&fixture.flight), VERDICT_TIMED_OUT);
    assert_int_equal(fixture.flight.attempt.reason, REASON_LOCK_TIMEOUT);
    assert_true(fixture.record.lock_wait_ns >= 20 * NS_PER_MS);
    assert_ptr_equal(fixture.server.app.lock->holder, &other);

    fixture.server.settings.never_waits = true;
    fixture.server.scheduler = &journal.scheduler;
    assert_int_equal(inflight_try(&fixture.flight), VERDICT_CONFLICT);
    assert_int_equal(fixture.flight.attempt.reason, REASON_BUSY);
    assert_string_equal(journal.said, "at once lock; busy lock; ");
    assert_ptr_equal(fixture.server.app.lock->holder, &other);

    fixture.server.scheduler = NULL;
    app_stop(&fixture.server);
    assert_int_equal(inflight_try(&fixture.flight), VERDICT_FAILED);
    assert_int_equal(fixture.flight.attempt.reason, REASON_LOST);
    end(&fixture);
}

static int clean(void **state)
{
    (void)state;
    bench_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_holds_it),
        cmocka_unit_test(test_first_come_first_served),
        cmocka_unit_test(test_timeout_in_the_middle),
        cmocka_unit_test(test_stop_sends_the_waiting_away),
        cmocka_unit_test(test_hammered),
        cmocka_unit_test(test_the_harness_gives_it_back),
        cmocka_unit_test(test_a_parked_attempt_holds_nothing),
        cmocka_unit_test(test_how_long_it_waits),
    };

    return cmocka_run_group_tests(tests, NULL, clean);
}
