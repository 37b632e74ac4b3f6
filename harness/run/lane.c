#include "harness/run/lane.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"
#include "harness/run/inflight.h"

struct lane *lane_new(int64_t cap)
{
    struct lane *lane = calloc(1, sizeof *lane);

    if (lane == NULL)
        return NULL;
    pthread_mutex_init(&lane->lock, NULL);
    atomic_init(&lane->posted, 0);
    atomic_init(&lane->gathered, 0);
    lane->cap = cap;
    return lane;
}

void lane_free(struct lane *lane)
{
    while (lane != NULL) {
        struct lane *next = lane->next;

        pthread_mutex_destroy(&lane->lock);
        free(lane);
        lane = next;
    }
}

/* Locked. True: the caller wakes one sleeper after unlocking. */
static bool post(struct lane *lane)
{
    if (lane->sleepers == 0)
        return false;
    atomic_fetch_add_explicit(&lane->posted, 1, memory_order_release);
    return true;
}

bool lane_put(struct lane *lane, struct inflight *flight)
{
    bool wake, enough;

    flight->next = NULL;
    pthread_mutex_lock(&lane->lock);
    if (lane->cap > 0 && lane->parked >= lane->cap) {
        pthread_mutex_unlock(&lane->lock);
        return false;
    }
    if (lane->tail != NULL)
        lane->tail->next = flight;
    else
        lane->head = flight;
    lane->tail = flight;
    lane->parked++;
    wake = post(lane);
    enough = lane->lingerers > 0 && lane->parked >= lane->enough;
    if (enough)
        atomic_fetch_add_explicit(&lane->gathered, 1, memory_order_release);
    pthread_mutex_unlock(&lane->lock);
    if (wake)
        wait_wake(&lane->posted, 1);
    if (enough)
        wait_wake(&lane->gathered, INT32_MAX);
    return true;
}

void lane_hurry(struct lane *lane)
{
    atomic_fetch_add_explicit(&lane->gathered, 1, memory_order_release);
    wait_wake(&lane->gathered, INT32_MAX);
}

void lane_close(struct lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    lane->closed = true;
    post(lane);
    pthread_mutex_unlock(&lane->lock);
    wait_wake(&lane->posted, INT32_MAX);
    lane_hurry(lane);
}

/* Locked, also when it returns. */
static void await_one(struct lane *lane)
{
    uint32_t seen;

    while (lane->head == NULL && !lane->closed) {
        seen = atomic_load_explicit(&lane->posted, memory_order_relaxed);
        lane->sleepers++;
        pthread_mutex_unlock(&lane->lock);
        wait_change(&lane->posted, seen, WAIT_FOREVER);
        pthread_mutex_lock(&lane->lock);
        lane->sleepers--;
    }
}

/* Under a scheduler time stands still: that others came first is a schedule of its own. */
void lane_linger(struct service *service, struct lane *lane, int n, int64_t linger_ns)
{
    int64_t deadline_ns;
    uint32_t seen;
    bool in_time = true;

    if (service->server->scheduler != NULL || linger_ns <= 0)
        return;
    pthread_mutex_lock(&lane->lock);
    await_one(lane);
    deadline_ns = clock_now_ns() + linger_ns;
    if (lane->cap > 0 && n > lane->cap)
        n = (int)lane->cap;
    while (in_time && lane->parked < n && !lane->closed && !wait_stopping()) {
        seen = atomic_load_explicit(&lane->gathered, memory_order_relaxed);
        if (lane->lingerers++ == 0 || n < lane->enough)
            lane->enough = n;
        pthread_mutex_unlock(&lane->lock);
        in_time = wait_change(&lane->gathered, seen, deadline_ns);
        pthread_mutex_lock(&lane->lock);
        lane->lingerers--;
    }
    pthread_mutex_unlock(&lane->lock);
}

int lane_take(struct service *service, struct lane *lane, struct attempt **out, int max)
{
    const struct call call = { .kind = CALL_LANE_TAKE, .lane = lane, .taken = out };
    struct scheduler *scheduler = service->server->scheduler;
    int n = 0;

    scheduler_ask(scheduler, &call);
    pthread_mutex_lock(&lane->lock);
    await_one(lane);
    while (n < max && lane->head != NULL) {
        out[n++] = &lane->head->attempt;
        lane->head = lane->head->next;
    }
    if (lane->head == NULL)
        lane->tail = NULL;
    lane->parked -= n;
    pthread_mutex_unlock(&lane->lock);
    scheduler_tell(scheduler, &call, n);
    return n;
}

/* Under a scheduler time is virtual: only its bell ends a pause. */
bool service_pause(struct service *service, int64_t ns)
{
    struct app_server *server = service->server;
    const struct call call = { .kind = CALL_PAUSE, .bell = &server->bell, .heard = service->heard };
    bool goes_on;

    scheduler_ask(server->scheduler, &call);
    wait_change(&server->bell, service->heard, server->scheduler != NULL ? WAIT_FOREVER : clock_now_ns() + ns);
    service->heard = atomic_load(&server->bell);
    goes_on = !atomic_load(&server->closing);
    scheduler_tell(server->scheduler, &call, goes_on);
    return goes_on;
}

int service_index(const struct service *service)
{
    return (int)(service - service->server->services);
}

static void *service_main(void *arg)
{
    struct service *service = arg;
    struct scheduler *scheduler = service->server->scheduler;

    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* exact timers, as the workers have */
    if (scheduler != NULL)
        scheduler->service_begins(scheduler, service);
    service->run(service, &service->server->app);
    return NULL;
}

/* 0 or an errno. Signals stay with the main thread. */
static int start_thread(struct service *service)
{
    sigset_t all, before;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&service->thread, NULL, service_main, service);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

static struct db *connect_service(struct service *service, char *error, size_t error_size)
{
    return pool_connect(&service->server->pool, error, error_size);
}

int service_start(struct service *service, struct app_server *server, void (*run)(struct service *, struct app *))
{
    char error[DB_ERROR_SIZE] = "";
    int failed;

    service->server = server;
    service->run = run;
    if ((service->db = connect_service(service, error, sizeof error)) == NULL) {
        say_error("%s: cannot connect a service thread: %s", server->cell->id, error);
        return -1;
    }
    if ((failed = start_thread(service)) != 0) {
        say_error("%s: cannot start a service thread: %s", server->cell->id, strerror(failed));
        db_close(service->db);
        service->db = NULL;
        return -1;
    }
    return 0;
}

struct db *service_db(struct service *service)
{
    char ignored[DB_ERROR_SIZE];

    if (service->db != NULL && db_is_lost(service->db)) {
        db_ops_add(&service->ops, db_ops(service->db));
        db_close(service->db);
        service->db = NULL;
    }
    if (service->db == NULL && !wait_stopping())
        service->db = connect_service(service, ignored, sizeof ignored);
    return service->db;
}

void service_join(struct service *service, struct db_ops *ops, int64_t *written_bytes)
{
    pthread_join(service->thread, NULL);
    if (service->db != NULL) {
        db_ops_add(&service->ops, db_ops(service->db));
        *written_bytes += db_written_bytes(service->db);
    }
    db_ops_add(ops, &service->ops);
    db_close(service->db);
}
