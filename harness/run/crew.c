#include "harness/run/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"
#include "harness/run/browser.h"
#include "harness/run/burst.h"
#include "harness/run/closed.h"
#include "harness/run/lockstep.h"
#include "harness/run/open.h"
#include "harness/run/shift.h"

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

static void *worker_main(void *arg)
{
    struct worker *worker = arg;
    struct crew *crew = worker->crew;

    worker->work(worker);
    if (worker->asks && atomic_fetch_sub(&crew->asking, 1) == 1) {
        crew->over_ns = clock_now_ns();
        atomic_store(&crew->over, 1);
        wait_wake(&crew->over, INT32_MAX);
    }
    /* Only the last one needs to wake the main thread: it waits for all. */
    if (atomic_fetch_add(&crew->ended, 1) + 1 == (uint32_t)crew->worker_count)
        wait_wake(&crew->ended, 1);
    /* To go costs a thread as much as a request, while others still ask; and what the system counted of it goes too. */
    wait_change(&crew->dismissed, 0, WAIT_FOREVER);
    return NULL;
}

static void enlist(struct crew *crew, int64_t n, void (*work)(struct worker *), bool asks)
{
    int i;

    for (i = 0; i < (int)n; i++) {
        struct worker *worker = &crew->workers[crew->worker_count++];

        worker->crew = crew;
        worker->work = work;
        worker->index = i;
        worker->asks = asks;
    }
    if (asks)
        atomic_fetch_add(&crew->asking, (uint32_t)n);
}

/* Askers first: browsers wait for the last of them. 0 / -1: out of memory. */
static int enlist_all(struct crew *crew)
{
    const struct scenario *scenario = &crew->cell->scenario;
    bool closed = scenario->model == LOAD_CLOSED;
    int64_t asking = crew->taking_turns ? scenario_workers(scenario) : crew->flight_count;
    size_t size = (size_t)(asking + scenario->browsers) * sizeof *crew->workers;

    if ((crew->workers = aligned_alloc(64, size)) == NULL)
        return -1;
    memset(crew->workers, 0, size);
    if (closed) {
        enlist(crew, scenario->users, closed_user, true);
        enlist(crew, asking - scenario->users, closed_second, true);
    } else if (crew->lockstep != NULL) {
        enlist(crew, asking, lockstep_user, true);
    } else {
        enlist(crew, asking, crew->taking_turns ? shift_work : burst_user, true);
    }
    enlist(crew, scenario->browsers, browser_look, false);
    return 0;
}

static int open_totals(struct crew *crew)
{
    int i;

    for (i = 0; i < crew->worker_count; i++) {
        struct worker *worker = &crew->workers[i];

        if (crew->totals_only && worker->asks && totals_init(&worker->totals) != 0)
            return -1;
        if (!worker->asks && aside_init(&worker->looks) != 0)
            return -1;
    }
    return 0;
}

static int plan_closed(struct crew *crew)
{
    size_t users = (size_t)crew->cell->scenario.users;

    crew->flight_count = (int64_t)users;
    if (crew->cell->scenario.repeat <= 0)
        return 0;
    if ((crew->hands = aligned_alloc(64, users * sizeof *crew->hands)) == NULL)
        return -1;
    memset(crew->hands, 0, users * sizeof *crew->hands);
    crew->flight_count *= 2;
    return 0;
}

static int open_records(struct crew *crew)
{
    size_t flights = (size_t)crew->flight_count;

    if (crew->totals_only)
        return 0;
    if (crew->cell->scenario.model == LOAD_CLOSED)
        return recorder_open_growing(&crew->recorder, (int)flights);
    return recorder_open_fixed(&crew->recorder, crew->cell->scenario.cancel > 0 ? 2 * flights : flights);
}

static int open_lockstep(struct crew *crew)
{
    int64_t i;

    if (crew->cell->scenario.model != LOAD_LOCKSTEP)
        return 0;
    if ((crew->lockstep = lockstep_open(crew->flight_count)) == NULL)
        return -1;
    for (i = 0; i < crew->cell->scenario.instances; i++)
        crew->servers[i].scheduler = lockstep_scheduler(crew->lockstep);
    return 0;
}

static int plan(struct crew *crew, int64_t block)
{
    switch ((enum load_model)crew->cell->scenario.model) {
    case LOAD_CLOSED:
        return plan_closed(crew);
    case LOAD_OPEN:
        return open_plan(crew, block);
    default:
        return burst_plan(crew);
    }
}

static int allocate(struct crew *crew, int64_t block)
{
    size_t ready, workers = (size_t)scenario_workers(&crew->cell->scenario);

    if (plan(crew, block) != 0)
        return -1;
    /* Of those who take turns, twice as many as there are workers: parked attempts and backoffs keep their places. */
    ready = crew->taking_turns ? 2 * workers : (size_t)crew->flight_count;
    if (flights_open(&crew->flights, (size_t)crew->flight_count, ready,
                     crew->cell->variant.registered->strategy->request_size) != 0 ||
        open_lockstep(crew) != 0 || enlist_all(crew) != 0 || open_totals(crew) != 0 || open_records(crew) != 0)
        return -1;
    return crew->taking_turns ? turns_init(&crew->turns, &crew->flights, (size_t)crew->flight_count, crew->due_ns) : 0;
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
    crew->taking_turns = scenario->model == LOAD_OPEN || scenario_workers(scenario) < scenario->users;
    /* Nothing is audited or looked up later: no need to keep a record of each of millions of requests. */
    crew->totals_only =
        (cell->variant.registered->strategy->traits & TRAIT_FLOOR) != 0 && scenario->model == LOAD_CLOSED;
    plan_init(&crew->plan, scenario, block);
    start_init(&crew->start);
    if (allocate(crew, block) != 0) {
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
        crew->worker_count = wanted; /* all of them own totals */
        crew_close(crew);
        return -1;
    }
    start_await(&crew->start, (uint32_t)crew->worker_count);
    return 0;
}

int64_t crew_start(struct crew *crew)
{
    const struct scenario *scenario = &crew->cell->scenario;

    crew->deadline_ns =
        clock_now_ns() + scenario->duration_ns + (scenario->model == LOAD_OPEN ? scenario->drain_ns : 0);
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

void crew_stop(struct crew *crew)
{
    if (crew->taking_turns)
        turns_stop(&crew->turns);
}

void crew_join(struct crew *crew)
{
    int i;

    atomic_store(&crew->dismissed, 1);
    wait_wake(&crew->dismissed, INT32_MAX);
    for (i = 0; i < crew->worker_count; i++)
        pthread_join(crew->workers[i].thread, NULL);
    recorder_stop(&crew->recorder);
}

/* Cancels go into an array of their own; what was never written is left out. The order stays. */
static int split(struct record *all, size_t n, struct trial *trial)
{
    size_t cancels = 0, reserved = 0, r;

    for (r = 0; r < n; r++)
        cancels += all[r].op == OP_CANCEL;
    if (cancels > 0 && (trial->cancels = malloc(cancels * sizeof *trial->cancels)) == NULL)
        return -1;
    for (r = 0; r < n; r++) {
        if (all[r].op == OP_CANCEL)
            trial->cancels[trial->cancel_count++] = all[r];
        else if (all[r].request != 0)
            all[reserved++] = all[r];
    }
    trial->records = all;
    trial->record_count = reserved;
    return 0;
}

int crew_collect(struct crew *crew, struct trial *trial)
{
    struct record *all;
    size_t n, r;
    int i;

    for (i = 0; i < crew->worker_count; i++) {
        if (!crew->workers[i].asks)
            aside_add(&trial->totals.browses, &crew->workers[i].looks);
        else if (crew->totals_only)
            totals_add(&trial->totals, &crew->workers[i].totals);
    }
    if (crew->totals_only)
        return 0;
    if (crew->cell->scenario.model != LOAD_CLOSED)
        atomic_store(&crew->recorder.books[0].used, crew->recorder.books[0].capacity);
    all = recorder_collect(&crew->recorder, &n);
    if ((all == NULL && n > 0) || split(all, n, trial) != 0) {
        say_error("%s: out of memory for %zu records", crew->cell->id, n);
        free(all);
        return -1;
    }
    for (r = 0; r < trial->record_count; r++)
        totals_record(&trial->totals, &trial->records[r]);
    for (r = 0; r < trial->cancel_count; r++)
        totals_record(&trial->totals, &trial->cancels[r]);
    return 0;
}

void crew_close(struct crew *crew)
{
    int i;

    for (i = 0; crew->workers != NULL && i < crew->worker_count; i++) {
        totals_destroy(&crew->workers[i].totals);
        aside_destroy(&crew->workers[i].looks);
    }
    turns_destroy(&crew->turns);
    recorder_close(&crew->recorder);
    flights_close(&crew->flights);
    free(crew->senders);
    lockstep_close(crew->lockstep);
    free(crew->due_ns);
    free(crew->hands);
    free(crew->workers);
    memset(crew, 0, sizeof *crew);
}
