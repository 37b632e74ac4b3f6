#include "harness/run/trial.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"
#include "harness/run/crew.h"
#include "harness/run/interrupt.h"
#include "harness/run/place.h"
#include "harness/run/probe.h"
#include "harness/run/reoffer.h"
#include "harness/run/sale.h"

/* How long what was cancelled may take to end before it is cancelled again: a statement may have begun in between. */
#define DRAIN_PERIOD_NS (100 * NS_PER_MS)

/* A trial while it runs. */
struct stage {
    const struct cell *cell;
    struct database *database;
    struct app_server *servers;
    int server_count;
    struct crew crew;
    struct faults faults;
    struct db *observer; /* only looks: WAL position, connections alive; NULL where there is no server */
    struct probe *probe; /* NULL: none */
    struct database_usage usage_before;
    int64_t cpu_before_ns;
};

static int64_t cpu_now_ns(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * NS_PER_S +
           ((int64_t)usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * NS_PER_US;
}

/* Linux keeps the peak in VmHWM; writing 5 to clear_refs sets it back to the present size (proc(5)). */
static void reset_peak_rss(void)
{
    int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

    if (fd >= 0) {
        (void)!write(fd, "5", 1);
        close(fd);
    }
}

static int64_t peak_rss_bytes(void)
{
    FILE *file = fopen("/proc/self/status", "re");
    long long kib = -1;
    char line[128];

    if (file == NULL)
        return -1;
    while (kib < 0 && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "VmHWM: %lld kB", &kib) != 1)
            kib = -1;
    fclose(file);
    return kib < 0 ? -1 : kib * 1024;
}

static int open_observer(struct stage *stage)
{
    const struct db_settings settings = cell_own_settings(stage->cell);
    char error[DB_ERROR_SIZE] = "";

    if ((database_caps(stage->database) & DB_CAN_NETWORK) == 0)
        return 0;
    stage->observer = database_connect(stage->database, &settings, NULL, error, sizeof error);
    if (stage->observer == NULL) {
        say_error("%s: cannot connect an observer: %s", stage->cell->id, error);
        return -1;
    }
    return 0;
}

static int open_apps(struct stage *stage)
{
    int n = (int)stage->cell->scenario.instances;

    if ((stage->servers = calloc((size_t)n, sizeof *stage->servers)) == NULL) {
        say_error("%s: out of memory for %d apps", stage->cell->id, n);
        return -1;
    }
    while (stage->server_count < n) {
        stage->server_count++; /* counted first: a half-opened app is closed like the others */
        if (app_open(&stage->servers[stage->server_count - 1], stage->cell, stage->database, stage->server_count - 1,
                     NULL) != 0)
            return -1;
        stage->servers[stage->server_count - 1].doubts = faults_doubts(&stage->faults);
    }
    return 0;
}

static void give_up(struct trial *trial, const char *why)
{
    snprintf(trial->void_reason, sizeof trial->void_reason, "%s", why);
    atomic_store(&wait_stop, 1);
    wait_wake(&wait_stop, INT32_MAX);
}

/* Waits for the workers, and makes what is to go wrong go wrong; past the trial's time or after Ctrl-C it cancels until
 * they have ended. */
static void attend(struct stage *stage, struct trial *trial)
{
    int64_t limit_ns = trial->start_ns + stage->cell->scenario.timeout_ns, next_ns;
    char why[sizeof trial->void_reason];
    int i;

    for (;;) {
        next_ns = clock_now_ns() + DRAIN_PERIOD_NS;
        if (faults_due_ns(&stage->faults) < next_ns)
            next_ns = faults_due_ns(&stage->faults);
        if (crew_wait(&stage->crew, next_ns < limit_ns ? next_ns : limit_ns))
            return;
        if (!wait_stopping() && faults_act(&stage->faults) != 0)
            give_up(trial, "the crashed server did not come back");
        if (!wait_stopping() && clock_now_ns() >= limit_ns) {
            snprintf(why, sizeof why, "took longer than run.timeout = %lld s",
                     (long long)(stage->cell->scenario.timeout_ns / NS_PER_S));
            give_up(trial, why);
        }
        if (wait_stopping()) {
            limit_ns = WAIT_FOREVER;
            faults_calm(&stage->faults);
            crew_stop(&stage->crew);
            for (i = 0; i < stage->server_count; i++)
                app_stop(&stage->servers[i]);
        }
    }
}

static int64_t difference(int64_t after, int64_t before)
{
    return after < 0 || before < 0 ? -1 : after - before;
}

static void spend(struct stage *stage, struct trial *trial)
{
    struct database_usage usage;

    trial->harness_cpu_ns = cpu_now_ns() - stage->cpu_before_ns - trial->probes.cpu_ns;
    trial->peak_rss_bytes = peak_rss_bytes();
    database_usage(stage->database, stage->observer, &usage);
    /* After a crash it is another process's. */
    trial->server_cpu_ns =
        stage->faults.report.crashed > 0 ? -1 : difference(usage.server_cpu_ns, stage->usage_before.server_cpu_ns);
    trial->wal_bytes = difference(usage.wal_bytes, stage->usage_before.wal_bytes);
}

static void close_apps(struct stage *stage, struct trial *trial)
{
    struct app_spent spent = { .written_bytes = 0 };
    int i;

    for (i = 0; i < stage->server_count; i++)
        app_close(&stage->servers[i], &spent);
    trial->ops = spent.ops;
    trial->service_ops = spent.service_ops;
    trial->peak_connections = spent.peak_connections;
    if (trial->wal_bytes < 0 && (database_caps(stage->database) & DB_CAN_HOLD_ROWS) != 0 && stage->observer == NULL)
        trial->wal_bytes = spent.written_bytes;
}

static int64_t sold_out_after(const struct trial *trial, int64_t capacity)
{
    int64_t seats = 0, after_ns = -1;
    size_t i, n;
    struct sale *sales = sale_list(trial, &n);

    for (i = 0; sales != NULL && i < n && after_ns < 0; i++)
        if ((seats += sales[i].seats) >= capacity)
            after_ns = sales[i].at_ns;
    free(sales);
    return after_ns;
}

/* NULL, or the identity of counts that does not hold (db.h, totals.h). */
static const char *check_counts(const struct trial *trial, const struct crew *crew)
{
    const struct totals *totals = &trial->totals;
    const struct db_ops *ops = &trial->ops;

    if (crew->cell->scenario.model != LOAD_CLOSED &&
        totals->requests + (int64_t)crew->turns.skipped != crew->flight_count + trial->faults.reoffered)
        return "requests differ from those planned and their second clicks";
    if (ops->statements != ops->reads + ops->writes)
        return "statements differ from reads + writes";
    if (ops->begins != ops->commits + ops->rollbacks + ops->abandoned_tx)
        return "begins differ from commits + rollbacks + abandoned";
    if (ops->statements !=
        totals->statements + totals->cancels.statements + totals->browses.statements + trial->service_ops.statements)
        return "statements of connections differ from those of users and services";
    return totals_check(totals);
}

static int64_t last_return_ns(const struct trial *trial)
{
    int64_t last_ns = 0;
    size_t i;

    for (i = 0; i < trial->record_count; i++)
        if (trial->records[i].return_ns > last_ns)
            last_ns = trial->records[i].return_ns;
    return last_ns;
}

/* 0 / -1: out of memory. */
static int take_pace(const struct stage *stage, struct trial *trial)
{
    const struct scenario *scenario = &stage->cell->scenario;
    const struct pace_terms terms = { .start_ns = trial->start_ns,
                                      .duration_ns = scenario->duration_ns,
                                      .late_ns = scenario->late_ns,
                                      .skipped = (int64_t)stage->crew.turns.skipped };

    if (scenario->model != LOAD_OPEN)
        return 0;
    if (stage->crew.flight_count == 0)
        snprintf(trial->void_reason, sizeof trial->void_reason, "no request was due: raise load.rate or load.duration");
    if (pace_take(&trial->pace, &terms, trial->records, trial->record_count) == 0)
        return 0;
    say_error("%s: out of memory for %zu records", stage->cell->id, trial->record_count);
    return -1;
}

static int finish(struct stage *stage, struct trial *trial)
{
    const struct scenario *scenario = &stage->cell->scenario;
    const char *broken;
    int i;

    for (i = 0; i < stage->server_count; i++)
        if (app_witness_gates(&stage->servers[i], trial) != 0)
            return -1;
    if (trial->record_count > 0)
        trial->wall_ns = last_return_ns(trial) - trial->start_ns;
    trial->sold_out_ns = sold_out_after(trial, scenario->events * scenario->seats);
    if (trial->void_reason[0] == '\0' && atomic_load(&stage->crew.overfull) != 0)
        snprintf(trial->void_reason, sizeof trial->void_reason,
                 "a user made more than %zu requests: shorten load.duration", RECORDER_MOST);
    if (trial->void_reason[0] == '\0' && (broken = check_counts(trial, &stage->crew)) != NULL)
        snprintf(trial->void_reason, sizeof trial->void_reason, "counts do not add up: %s", broken);
    if (stage->observer != NULL) {
        if (database_quiesce(stage->database, stage->observer) != 0)
            return -1;
        database_bloat(stage->database, stage->observer, &trial->bloat);
    }
    return 0;
}

/* The server that it was connected to is gone. */
static int reopen_observer(struct stage *stage)
{
    db_close(stage->observer);
    stage->observer = NULL;
    return open_observer(stage);
}

static int rush(struct stage *stage, struct trial *trial)
{
    struct weather_watch watch;
    bool blind;

    reset_peak_rss();
    database_usage(stage->database, stage->observer, &stage->usage_before);
    weather_begin(&watch, &trial->weather);
    stage->cpu_before_ns = cpu_now_ns();
    trial->start_ns = crew_start(&stage->crew);
    faults_start(&stage->faults, trial->start_ns);
    probe_start(stage->probe, trial->start_ns);
    attend(stage, trial);
    trial->wall_ns = clock_now_ns() - trial->start_ns;
    weather_end(&watch);
    probe_stop(stage->probe, trial);
    faults_calm(&stage->faults);
    blind = stage->faults.report.crashed > 0 && reopen_observer(stage) != 0;
    if (!blind)
        spend(stage, trial);
    weather_delays(&watch);
    trial->harness_cpu_ns -= trial->weather.watch_cpu_ns;
    crew_join(&stage->crew);
    return blind || crew_collect(&stage->crew, trial) != 0 ? -1 : take_pace(stage, trial);
}

/* Nothing goes wrong any more: what did is found out, and whoever it hit asks again. */
static int recover(struct stage *stage, struct trial *trial)
{
    faults_resolve(&stage->faults, trial->start_ns + trial->wall_ns);
    return stage->faults.report.on && !wait_stopping()
               ? reoffer(trial, &stage->faults.report, stage->cell, stage->servers, stage->observer, REOFFER_LIMIT_NS)
               : 0;
}

int trial_run(struct trial *trial, const struct cell *cell, struct database *database, int64_t block, const char *tag,
              struct trial_progress *progress)
{
    memset(trial, 0, sizeof *trial);
    if (place_prepare(database, cell, tag) == 0)
        return trial_run_in_place(trial, cell, database, block, progress);
    return interrupt_raised() ? EXIT_INTERRUPTED : EXIT_ERROR;
}

int trial_run_in_place(struct trial *trial, const struct cell *cell, struct database *database, int64_t block,
                       struct trial_progress *progress)
{
    struct stage stage = { .cell = cell, .database = database };
    int i, status = EXIT_ERROR, done;

    memset(trial, 0, sizeof *trial);
    trial->block = block;
    trial->seed = cell->scenario.seed;
    trial->untimed = cell->scenario.model == LOAD_LOCKSTEP;
    trial->bloat = (struct database_bloat){ -1, -1, -1 };
    if (totals_init(&trial->totals) != 0) {
        say_error("%s: out of memory for histograms", cell->id);
        return EXIT_ERROR;
    }
    if (open_observer(&stage) == 0 && faults_begin(&stage.faults, cell, database, block) == 0 &&
        open_apps(&stage) == 0 && probe_open(&stage.probe, cell, database) == 0 &&
        crew_open(&stage.crew, cell, stage.servers, block, progress) == 0) {
        done = rush(&stage, trial) == 0 ? recover(&stage, trial) : -1;
        close_apps(&stage, trial);
        faults_end(&stage.faults, &trial->faults);
        if (done == 0 && finish(&stage, trial) == 0)
            status = EXIT_OK;
    } else {
        close_apps(&stage, trial);
        faults_end(&stage.faults, NULL);
    }
    for (i = 0; i < stage.server_count; i++)
        app_free(&stage.servers[i]);
    probe_close(stage.probe);
    crew_close(&stage.crew);
    free(stage.servers);
    db_close(stage.observer);
    interrupt_rearm();
    return interrupt_raised() ? EXIT_INTERRUPTED : status;
}

void trial_free(struct trial *trial)
{
    if (trial == NULL)
        return;
    totals_destroy(&trial->totals);
    weather_free(&trial->weather);
    free(trial->records);
    free(trial->cancels);
    free(trial->gates);
    fault_report_free(&trial->faults);
    memset(trial, 0, sizeof *trial);
}
