#include "harness/run/probe.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"
#include "harness/db/schema.h"

enum { WAITING, GOING, STOPPED };

struct probe {
    int64_t period_ns, start_ns;
    enum dialect dialect;
    const char *seats, *remaining; /* what else there is to ask; NULL: nothing */
    struct db *db;
    pthread_t thread;
    bool has_thread;
    _Atomic uint32_t state;
    struct probes seen; /* the thread's until it is joined */
    char error[DB_ERROR_SIZE];
};

/* What one snapshot shows, in seats, counters and seats. */
struct look {
    int64_t oversold, negative, duplicate;
};

static const struct text beginnings = TEXT_PER("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");

/* A hold counts for as long as it lasts; the clock is read after the snapshot was taken, so one that another has
 * followed is over. */
static const char events_sql[] =
    "SELECT coalesce(sum(CASE WHEN taken > capacity THEN taken - capacity ELSE 0 END), 0),"
    " coalesce(sum(CASE WHEN available < 0 THEN 1 ELSE 0 END), 0)"
    " FROM (SELECT e.capacity AS capacity, e.available AS available, coalesce(b.seats, 0) AS taken FROM events AS e"
    " LEFT JOIN (SELECT event, sum(seats) AS seats FROM bookings"
    " WHERE state = 'CONFIRMED' OR expires_at > " SCHEMA_CLOCK "() GROUP BY event) AS b ON b.event = e.id) AS t";
static const char seats_sql[] =
    "SELECT (SELECT count(*) FROM (SELECT 1 FROM seats GROUP BY event, seat HAVING count(*) > 1) AS d)"
    " + (SELECT coalesce(sum(CASE WHEN b.seats > coalesce(s.n, 0) THEN b.seats - coalesce(s.n, 0) ELSE 0 END), 0)"
    " FROM (SELECT request, sum(seats) AS seats FROM bookings WHERE state = 'CONFIRMED' GROUP BY request) AS b"
    " LEFT JOIN (SELECT request, count(*) AS n FROM seats WHERE request IS NOT NULL GROUP BY request) AS s"
    " ON s.request = b.request)";

static int64_t number_at(int columns, const char *const *values, int column)
{
    return column < columns && values[column] != NULL ? strtoll(values[column], NULL, 10) : 0;
}

static void note_events(void *arg, int columns, const char *const *values)
{
    struct look *look = arg;

    look->oversold = number_at(columns, values, 0);
    look->negative = number_at(columns, values, 1);
}

static void note_seats(void *arg, int columns, const char *const *values)
{
    ((struct look *)arg)->duplicate = number_at(columns, values, 0);
}

/* A row "event, seats left". */
static void note_remaining(void *arg, int columns, const char *const *values)
{
    ((struct look *)arg)->negative += number_at(columns, values, 1) < 0;
}

static bool ask(struct probe *probe, const char *sql, db_row_fn *note, struct look *look)
{
    if (sql == NULL)
        return true;
    probe->seen.statements++;
    return db_query(probe->db, sql, note, look) == DB_OK;
}

static bool look_once(struct probe *probe, struct look *look)
{
    return db_exec(probe->db, beginnings.in[probe->dialect]) == DB_OK && ask(probe, events_sql, note_events, look) &&
           ask(probe, probe->seats, note_seats, look) && ask(probe, probe->remaining, note_remaining, look) &&
           db_exec(probe->db, "COMMIT") == DB_OK;
}

static void count(struct probes *seen, const struct look *look, int64_t at_ns)
{
    seen->n++;
    seen->oversold += look->oversold > 0;
    seen->negative += look->negative > 0;
    seen->duplicate_seat += look->duplicate > 0;
    if (look->oversold > seen->oversold_most)
        seen->oversold_most = look->oversold;
    if (look->oversold > 0 || look->negative > 0 || look->duplicate > 0) {
        if (seen->violations++ == 0)
            seen->first_ns = at_ns;
    }
}

static int64_t own_cpu_ns(void)
{
    struct timespec spent;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return (int64_t)spent.tv_sec * NS_PER_S + spent.tv_nsec;
}

/* False: it failed. */
static bool look(struct probe *probe)
{
    int64_t began_ns = clock_now_ns(), now_ns;
    struct look look = { 0 };

    if (!look_once(probe, &look)) {
        snprintf(probe->error, sizeof probe->error, "%s", db_last_error(probe->db));
        return false;
    }
    now_ns = clock_now_ns();
    probe->seen.busy_ns += now_ns - began_ns;
    count(&probe->seen, &look, now_ns - probe->start_ns);
    return true;
}

/* A last look when all have been answered: a rush may be over before the period is, and a trial that nobody looked at
 * would be one that showed nothing. */
static void *probe_main(void *arg)
{
    struct probe *probe = arg;
    int64_t due_ns, now_ns;
    bool ok = true;

    wait_change(&probe->state, WAITING, WAIT_FOREVER);
    due_ns = probe->start_ns;
    while (ok && !wait_change(&probe->state, GOING, due_ns)) {
        ok = look(probe);
        now_ns = clock_now_ns();
        due_ns += probe->period_ns;
        if (due_ns < now_ns)
            due_ns += (now_ns - due_ns) / probe->period_ns * probe->period_ns + probe->period_ns;
    }
    if (ok && probe->start_ns > 0 && !wait_stopping())
        look(probe);
    probe->seen.cpu_ns = own_cpu_ns();
    return NULL;
}

static bool has_something(const struct cell *cell, const struct database *database)
{
    return cell->scenario.probe_ns > 0 && (cell->variant.registered->strategy->traits & TRAIT_FLOOR) == 0 &&
           (database_caps(database) & DB_CAN_HOLD_ROWS) != 0;
}

/* Signals are for the main thread. */
static int start_thread(struct probe *probe)
{
    sigset_t all, before;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&probe->thread, NULL, probe_main, probe);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    probe->has_thread = failed == 0;
    return failed;
}

int probe_open(struct probe **out, const struct cell *cell, struct database *database)
{
    const struct db_settings settings = cell_own_settings(cell);
    const enum ledger ledger = cell_ledger(cell);
    struct probe *probe;
    int failed;

    *out = NULL;
    if (!has_something(cell, database))
        return 0;
    if ((probe = calloc(1, sizeof *probe)) == NULL) {
        say_error("%s: out of memory for the probe", cell->id);
        return -1;
    }
    probe->period_ns = cell->scenario.probe_ns;
    probe->dialect = database_dialect(database);
    probe->seats = ledger == LEDGER_SEATS ? seats_sql : NULL;
    probe->remaining = ledger == LEDGER_OWN ? cell->variant.registered->strategy->remaining.in[probe->dialect] : NULL;
    probe->seen.first_ns = -1;
    probe->db = database_connect(database, &settings, NULL, probe->error, sizeof probe->error);
    if (probe->db == NULL) {
        say_error("%s: the probe cannot connect: %s", cell->id, probe->error);
        free(probe);
        return -1;
    }
    if ((failed = start_thread(probe)) != 0) {
        say_error("%s: cannot start the probe's thread: %s", cell->id, strerror(failed));
        probe_close(probe);
        return -1;
    }
    *out = probe;
    return 0;
}

void probe_start(struct probe *probe, int64_t start_ns)
{
    if (probe == NULL)
        return;
    probe->start_ns = start_ns;
    atomic_store(&probe->state, GOING);
    wait_wake(&probe->state, 1);
}

static void end_thread(struct probe *probe)
{
    if (!probe->has_thread)
        return;
    atomic_store(&probe->state, STOPPED);
    wait_wake(&probe->state, 1);
    if (wait_stopping())
        db_cancel(probe->db);
    pthread_join(probe->thread, NULL);
    probe->has_thread = false;
}

void probe_stop(struct probe *probe, struct trial *trial)
{
    if (probe == NULL)
        return;
    end_thread(probe);
    db_close(probe->db);
    probe->db = NULL;
    probe->seen.asked = true;
    trial->probes = probe->seen;
    if (probe->error[0] != '\0' && trial->void_reason[0] == '\0')
        snprintf(trial->void_reason, sizeof trial->void_reason, "a probe failed after %lld that did not: %.100s",
                 (long long)probe->seen.n, probe->error);
}

void probe_close(struct probe *probe)
{
    if (probe == NULL)
        return;
    end_thread(probe);
    db_close(probe->db);
    free(probe);
}
