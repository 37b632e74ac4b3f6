#include "harness/fault/faults.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/scenario/cell.h"

/* More than any trial here has connections to lose; beyond, operations are resolved by their rows alone. */
#define DOUBTS_MOST 100000
/* Streams of a trial's seed that must not meet. */
enum { OF_PROXY = 101, OF_KILLS };

static bool is_on(const struct faults *faults)
{
    return faults->outage != NULL;
}

static int open_proxy(struct faults *faults, uint64_t seed, char *reason, size_t reason_size)
{
    struct sockaddr_storage server;
    socklen_t size;

    if (faults->cell->scenario.ack_loss <= 0)
        return 0;
    return faults->outage->address(faults->database, &server, &size, reason, reason_size) == 0
               ? proxy_open(&faults->proxy, &server, size, faults->cell->scenario.ack_loss, rng_mix(seed, OF_PROXY, 0),
                            reason, reason_size)
               : -1;
}

int faults_begin(struct faults *faults, const struct cell *cell, struct database *database, int64_t block)
{
    uint64_t seed = rng_mix((uint64_t)cell->scenario.seed, (uint64_t)block, OF_KILLS);
    char reason[DB_ERROR_SIZE] = "";

    memset(faults, 0, sizeof *faults);
    if (!scenario_has_faults(&cell->scenario) || database_outage(database) == NULL)
        return 0;
    faults->cell = cell;
    faults->database = database;
    faults->outage = database_outage(database);
    faults->report.on = true;
    faults->next_kill_ns = faults->next_crash_ns = INT64_MAX;
    rng_init(&faults->rng, seed);
    if (doubts_init(&faults->doubts, DOUBTS_MOST) != 0) {
        say_error("%s: out of memory for operations in doubt", cell->id);
        return -1;
    }
    if (open_proxy(faults, seed, reason, sizeof reason) != 0 ||
        faults->outage->begin(database, cell->scenario.ack_loss > 0 ? faults->proxy.dir : NULL, PROXY_PORT, reason,
                              sizeof reason) != 0) {
        say_error("%s: no fault can be made: %s", cell->id, reason);
        return -1;
    }
    watch_init(&faults->watch, database);
    database_wrap(database, &faults->watch.driver);
    return 0;
}

struct doubts *faults_doubts(struct faults *faults)
{
    return is_on(faults) ? &faults->doubts : NULL;
}

void faults_start(struct faults *faults, int64_t start_ns)
{
    if (!is_on(faults))
        return;
    if (faults->cell->scenario.kill_backend_ns > 0)
        faults->next_kill_ns = start_ns + faults->cell->scenario.kill_backend_ns;
    if (faults->cell->scenario.crash_ns > 0)
        faults->next_crash_ns = start_ns + faults->cell->scenario.crash_ns;
}

int64_t faults_due_ns(const struct faults *faults)
{
    if (!is_on(faults))
        return INT64_MAX;
    return faults->next_kill_ns < faults->next_crash_ns ? faults->next_kill_ns : faults->next_crash_ns;
}

static int crash(struct faults *faults)
{
    int64_t began_ns = clock_now_ns();

    if (faults->outage->crash(faults->database) != 0)
        return -1;
    faults->report.crashed++;
    faults->report.down_ns += clock_now_ns() - began_ns;
    faults->next_crash_ns = clock_now_ns() + faults->cell->scenario.crash_ns;
    return 0;
}

int faults_act(struct faults *faults)
{
    int64_t now_ns = clock_now_ns();

    if (now_ns < faults_due_ns(faults))
        return 0;
    if (now_ns >= faults->next_kill_ns) {
        faults->report.killed += faults->outage->kill(faults->database, rng_next(&faults->rng));
        faults->next_kill_ns += faults->cell->scenario.kill_backend_ns;
        if (faults->next_kill_ns < now_ns)
            faults->next_kill_ns = now_ns + faults->cell->scenario.kill_backend_ns;
    }
    return now_ns >= faults->next_crash_ns ? crash(faults) : 0;
}

void faults_calm(struct faults *faults)
{
    if (!is_on(faults))
        return;
    faults->next_kill_ns = faults->next_crash_ns = INT64_MAX;
    proxy_calm(&faults->proxy);
}

static int fence(struct faults *faults, size_t n)
{
    int *pids = calloc(n + 1, sizeof *pids), ended;
    size_t i;

    if (pids == NULL)
        return -1;
    for (i = 0; i < n; i++)
        pids[i] = faults->doubts.doubt[i].pid;
    ended = faults->outage->fence(faults->database, pids, n);
    free(pids);
    return ended;
}

/* A server that has crashed may hand out a number again whose first owner never reached its log: rows decide alone. */
static int ask_fates(struct faults *faults, size_t n)
{
    struct doubt *doubt = faults->doubts.doubt;
    int64_t *xids = calloc(n + 1, sizeof *xids);
    enum fate *fates = calloc(n + 1, sizeof *fates);
    size_t i, asked = 0;
    int failed = xids == NULL || fates == NULL ? -1 : 0;

    for (i = 0; i < n && failed == 0 && faults->report.crashed == 0; i++)
        if (doubt[i].xid != 0)
            xids[asked++] = doubt[i].xid;
    if (failed == 0)
        failed = faults->outage->fates(faults->database, xids, asked, fates);
    for (i = asked = 0; i < n && failed == 0 && faults->report.crashed == 0; i++)
        if (doubt[i].xid != 0)
            doubt[i].fate = fates[asked++];
    free(xids);
    free(fates);
    return failed;
}

void faults_resolve(struct faults *faults, int64_t last_answer_ns)
{
    size_t n;
    int ended;

    if (!is_on(faults))
        return;
    n = doubts_count(&faults->doubts);
    if ((ended = fence(faults, n)) < 0 || ask_fates(faults, n) != 0)
        faults->report.unresolved = true;
    faults->report.fenced = ended > 0 ? ended : 0;
    faults->report.resolve_ns = clock_now_ns() - last_answer_ns;
}

void faults_end(struct faults *faults, struct fault_report *report)
{
    if (!is_on(faults))
        return;
    database_wrap(faults->database, NULL);
    faults->outage->end(faults->database);
    faults->report.commits = atomic_load(&faults->proxy.commits);
    faults->report.cut_before = atomic_load(&faults->proxy.before);
    faults->report.cut_after = atomic_load(&faults->proxy.after);
    faults->report.asked = atomic_load(&faults->watch.asked);
    proxy_close(&faults->proxy);
    if (report != NULL) {
        faults->report.doubt_count = doubts_count(&faults->doubts);
        faults->report.doubts_lost = atomic_load(&faults->doubts.n) - faults->report.doubt_count;
        faults->report.doubts = faults->doubts.doubt;
        faults->doubts.doubt = NULL;
        *report = faults->report;
    }
    doubts_destroy(&faults->doubts);
    faults->outage = NULL;
}

const char *faults_never_hit(const struct fault_report *report, const struct cell *cell)
{
    if (!report->on)
        return NULL;
    if (cell->scenario.ack_loss > 0 && report->cut_before + report->cut_after == 0)
        return "ack_loss";
    if (cell->scenario.kill_backend_ns > 0 && report->killed == 0)
        return "kill_backend";
    return cell->scenario.crash_ns > 0 && report->crashed == 0 ? "crash" : NULL;
}

void fault_report_free(struct fault_report *report)
{
    free(report->doubts);
    *report = (struct fault_report){ .on = false };
}
