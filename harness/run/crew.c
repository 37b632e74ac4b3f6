#include "harness/run/crew.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"

/* libpq, SQLite and a strategy's attempt need well under 64 KiB; sanitizers' frames several times that. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WORKER_STACK ((size_t)1024 * 1024)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WORKER_STACK ((size_t)1024 * 1024)
#endif
#endif
#ifndef WORKER_STACK
#define WORKER_STACK ((size_t)128 * 1024)
#endif

struct worker {
    struct crew *crew;
    int index;
    pthread_t thread;
    struct totals totals; /* totals_only */
} __attribute__((aligned(64)));

static struct app_server *server_of_user(struct crew *crew, int64_t user)
{
    return &crew->servers[(user - 1) % crew->cell->scenario.instances];
}

/* Flight number i runs request `turn` of user i + 1 into record. */
static struct inflight *prepare(struct crew *crew, int64_t i, int64_t turn, struct record *record)
{
    size_t size = crew->cell->variant.registered->strategy->request_size;
    struct inflight *flight = &crew->flights[i];
    void *memory = NULL;

    if (size > 0)
        memory = memset(crew->request_memory + (size_t)i * size, 0, size);
    inflight_init(flight, &crew->plan, i + 1, turn, server_of_user(crew, i + 1), record, memory,
                  crew->taking_turns ? &crew->turns : NULL);
    return flight;
}

static void invoke(struct inflight *flight, int64_t due_ns)
{
    flight->record->due_ns = due_ns;
    flight->record->invoke_ns = clock_now_ns();
}

static void answered(struct crew *crew, struct inflight *flight)
{
    struct record *record = flight->record;

    record->return_ns = clock_now_ns();
    if (crew->progress != NULL && record->outcome == OUTCOME_BOOKED)
        atomic_fetch_add_explicit(&crew->progress->sold, record->seats, memory_order_relaxed);
}

/* A user with a thread of its own: from the first try to the answer. */
static void serve(struct crew *crew, struct inflight *flight)
{
    for (;;) {
        if (inflight_try(flight) == VERDICT_PARKED)
            inflight_wait_parked(flight);
        if (!inflight_settle(flight))
            break;
        if (flight->due_again_ns > 0)
            wait_until(flight->due_again_ns);
    }
    answered(crew, flight);
}

static void burst_user(struct worker *worker)
{
    struct crew *crew = worker->crew;
    struct inflight *flight = prepare(crew, worker->index, 0, &crew->recorder.books[0].records[worker->index]);
    int64_t t0_ns = start_wait(&crew->start);

    if (t0_ns < 0)
        return;
    invoke(flight, t0_ns);
    serve(crew, flight);
}

static void burst_turns(struct worker *worker)
{
    struct crew *crew = worker->crew;
    int64_t t0_ns = start_wait(&crew->start);
    struct inflight *flight;
    bool verdict_is_there;

    if (t0_ns < 0)
        return;
    while ((flight = turns_next(&crew->turns, &verdict_is_there)) != NULL) {
        if (flight->attempt.number == 0)
            invoke(flight, t0_ns);
        if (!verdict_is_there && inflight_try(flight) == VERDICT_PARKED)
            continue;
        if (inflight_settle(flight)) {
            turns_delay(&crew->turns, flight);
        } else {
            answered(crew, flight);
            turns_settled(&crew->turns);
        }
    }
}

static void closed_user(struct worker *worker)
{
    struct crew *crew = worker->crew;
    struct record scratch, *record = &scratch;
    struct inflight *flight;
    int64_t turn;

    if (start_wait(&crew->start) < 0)
        return;
    for (turn = 0;; turn++) {
        if (!crew->totals_only && (record = recorder_next(&crew->recorder, worker->index)) == NULL) {
            atomic_store(&crew->overfull, 1);
            return;
        }
        flight = prepare(crew, worker->index, turn, record);
        invoke(flight, 0);
        if (record->invoke_ns >= crew->deadline_ns || wait_stopping())
            return;
        record->due_ns = record->invoke_ns;
        serve(crew, flight);
        if (crew->totals_only)
            totals_record(&worker->totals, record);
        else
            recorder_keep(&crew->recorder, worker->index);
    }
}

static void *worker_main(void *arg)
{
    struct worker *worker = arg;
    struct crew *crew = worker->crew;

    if (crew->cell->scenario.model == LOAD_CLOSED)
        closed_user(worker);
    else if (crew->taking_turns)
        burst_turns(worker);
    else
        burst_user(worker);
    /* Only the last one needs to wake the main thread: it waits for all. */
    if (atomic_fetch_add(&crew->ended, 1) + 1 == (uint32_t)crew->worker_count)
        wait_wake(&crew->ended, 1);
    return NULL;
}

static int allocate(struct crew *crew)
{
    const struct scenario *scenario = &crew->cell->scenario;
    const struct strategy *strategy = crew->cell->variant.registered->strategy;
    size_t users = (size_t)scenario->users;
    int i;

    crew->flights = calloc(users, sizeof *crew->flights);
    crew->request_memory = calloc(users, strategy->request_size + 1);
    crew->workers = aligned_alloc(64, (size_t)crew->worker_count * sizeof *crew->workers);
    if (crew->flights == NULL || crew->request_memory == NULL || crew->workers == NULL)
        return -1;
    memset(crew->workers, 0, (size_t)crew->worker_count * sizeof *crew->workers);
    if (crew->totals_only) {
        for (i = 0; i < crew->worker_count; i++)
            if (totals_init(&crew->workers[i].totals) != 0)
                return -1;
        return 0;
    }
    if (scenario->model == LOAD_CLOSED)
        return recorder_open_growing(&crew->recorder, crew->worker_count);
    if (recorder_open_fixed(&crew->recorder, 1, users) != 0)
        return -1;
    if (!crew->taking_turns)
        return 0;
    for (i = 0; i < scenario->users; i++)
        prepare(crew, i, 0, &crew->recorder.books[0].records[i]);
    return turns_init(&crew->turns, crew->flights, users);
}

/* Starts as many threads as can be; returns how many. Signals stay with the main thread, and timers are exact. */
static int start_threads(struct crew *crew, int *failed)
{
    sigset_t all, before;
    pthread_attr_t attr;
    int n;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, WORKER_STACK);
    for (n = 0; n < crew->worker_count; n++) {
        crew->workers[n].crew = crew;
        crew->workers[n].index = n;
        if ((*failed = pthread_create(&crew->workers[n].thread, &attr, worker_main, &crew->workers[n])) != 0)
            break;
    }
    pthread_attr_destroy(&attr);
    prctl(PR_SET_TIMERSLACK, 0UL, 0UL, 0UL, 0UL); /* 0: back to the default */
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return n;
}

int crew_open(struct crew *crew, const struct cell *cell, struct app_server *servers, int64_t block,
              struct trial_progress *progress)
{
    const struct scenario *scenario = &cell->scenario;
    int failed = 0, wanted;

    memset(crew, 0, sizeof *crew);
    crew->cell = cell;
    crew->servers = servers;
    crew->progress = progress;
    crew->worker_count = (int)scenario_workers(scenario);
    crew->taking_turns = crew->worker_count < scenario->users;
    /* Nothing is audited or looked up later: no need to keep a record of each of millions of requests. */
    crew->totals_only =
        (cell->variant.registered->strategy->traits & TRAIT_FLOOR) != 0 && scenario->model == LOAD_CLOSED;
    plan_init(&crew->plan, scenario, block);
    start_init(&crew->start);
    if (allocate(crew) != 0) {
        say_error("%s: out of memory for %lld users: lower load.users", cell->id, (long long)scenario->users);
        crew_close(crew);
        return -1;
    }
    wanted = crew->worker_count;
    if ((crew->worker_count = start_threads(crew, &failed)) < wanted) {
        say_error("%s: thread %d of %d could not be started: %s; lower load.users or set load.workers", cell->id,
                  crew->worker_count + 1, wanted, strerror(failed));
        start_await(&crew->start, (uint32_t)crew->worker_count);
        start_call_off(&crew->start);
        crew_join(crew);
        crew_close(crew);
        return -1;
    }
    start_await(&crew->start, (uint32_t)crew->worker_count);
    return 0;
}

int64_t crew_start(struct crew *crew)
{
    crew->deadline_ns = clock_now_ns() + crew->cell->scenario.duration_ns;
    return start_open(&crew->start);
}

bool crew_wait(struct crew *crew, int64_t deadline_ns)
{
    uint32_t seen;

    while ((seen = atomic_load(&crew->ended)) < (uint32_t)crew->worker_count)
        if (!wait_change(&crew->ended, seen, deadline_ns))
            return atomic_load(&crew->ended) == (uint32_t)crew->worker_count;
    return true;
}

void crew_join(struct crew *crew)
{
    int i;

    for (i = 0; i < crew->worker_count; i++)
        pthread_join(crew->workers[i].thread, NULL);
    recorder_stop(&crew->recorder);
}

int crew_collect(struct crew *crew, struct record **records, size_t *n, struct totals *totals)
{
    size_t r;
    int i;

    *records = NULL;
    *n = 0;
    if (crew->totals_only) {
        for (i = 0; i < crew->worker_count; i++)
            totals_add(totals, &crew->workers[i].totals);
        return 0;
    }
    if (crew->cell->scenario.model == LOAD_BURST)
        atomic_store(&crew->recorder.books[0].used, (size_t)crew->cell->scenario.users);
    *records = recorder_collect(&crew->recorder, n);
    if (*records == NULL && *n > 0) {
        say_error("%s: out of memory for %zu records", crew->cell->id, *n);
        return -1;
    }
    for (r = 0; r < *n; r++)
        totals_record(totals, &(*records)[r]);
    return 0;
}

void crew_close(struct crew *crew)
{
    int i;

    for (i = 0; crew->totals_only && crew->workers != NULL && i < crew->worker_count; i++)
        totals_destroy(&crew->workers[i].totals);
    turns_destroy(&crew->turns);
    recorder_close(&crew->recorder);
    free(crew->flights);
    free(crew->request_memory);
    free(crew->workers);
    memset(crew, 0, sizeof *crew);
}
