#include "harness/floor/floors.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/db/database.h"
#include "harness/run/interrupt.h"

/* The intervals' resamples: any will do, but the same every time. */
#define SEED 42

static int keep(struct floors *f, const char *name, enum floor_unit unit, double *samples)
{
    struct floor *floor = &f->floor[f->n];

    if (f->n == FLOORS_MOST || statistics_summarise(&f->statistics, samples, FLOORS_WINDOWS, &floor->of) != 0) {
        say_error("calibrate: %s: out of memory", name);
        return EXIT_ERROR;
    }
    snprintf(floor->name, sizeof floor->name, "%s", name);
    floor->unit = unit;
    f->n++;
    return EXIT_OK;
}

static void announce(const struct floors *f, const char *name)
{
    if (f->next != NULL)
        f->next(f->arg, name);
}

/* One window; -1 after work() did. */
static double rate_ns(const struct floors *f, int64_t (*work)(void *), void *arg)
{
    int64_t begin = clock_now_ns(), now = begin, done = 0, some;

    while (now < begin + f->window_ns) {
        if ((some = work(arg)) < 0)
            return -1;
        done += some;
        now = clock_now_ns();
    }
    /* Nothing came through in a whole window: one that took all of it is the best guess that errs to neither side. */
    return (double)(now - begin) / (double)(done > 0 ? done : 1);
}

int floors_loop(struct floors *f, const char *name, enum floor_unit unit, int64_t (*work)(void *), void *arg)
{
    double samples[FLOORS_WINDOWS], ns;

    announce(f, name);
    for (int window = -1; window < FLOORS_WINDOWS; window++) {
        if ((ns = rate_ns(f, work, arg)) < 0)
            return interrupt_raised() ? EXIT_INTERRUPTED : EXIT_ERROR;
        if (interrupt_raised())
            return EXIT_INTERRUPTED;
        if (window >= 0)
            samples[window] = unit == FLOOR_NS ? ns : (double)NS_PER_S / ns;
    }
    return keep(f, name, unit, samples);
}

int floors_repeat(struct floors *f, const char *name, double (*once)(void *), void *arg)
{
    double samples[FLOORS_WINDOWS], ns;

    announce(f, name);
    for (int window = -1; window < FLOORS_WINDOWS; window++) {
        ns = once(arg);
        if (interrupt_raised())
            return EXIT_INTERRUPTED;
        if (ns < 0)
            return EXIT_ERROR;
        if (window >= 0)
            samples[window] = ns;
    }
    return keep(f, name, FLOOR_NS, samples);
}

struct version {
    char *out;
    size_t size;
    const char *database;
};

static void take_version(void *arg, const char *key, const char *value)
{
    const struct version *v = arg;

    if (strcmp(key, "version") == 0)
        snprintf(v->out, v->size, "%s %s", v->database, value);
}

static int measure_database(struct floors *f, size_t i, const struct text_list *required)
{
    const char *name = f->dbs.items[i];
    struct database_request request = { .dir = f->dir, .max_connections = 4 };
    struct version version = { f->versions[i], sizeof f->versions[i], name };
    struct db_settings settings = { .durability = DURABILITY_FULL };
    struct database *database = NULL;
    char reason[DB_ERROR_SIZE] = "";
    int status;

    if (database_open(&database, name, &request, reason, sizeof reason) != 0) {
        if (interrupt_raised())
            return EXIT_INTERRUPTED;
        if (text_list_has(required, name)) {
            say_error("%s: %s", name, reason);
            return EXIT_UNREACHABLE;
        }
        say_warning("%s has no floors: %s", name, reason);
        return EXIT_OK;
    }
    status = strcmp(name, "sqlite") == 0 ? loop_sqlite(f, database) : loop_postgres(f, database);
    if (status == EXIT_OK)
        database_facts(database, &settings, take_version, &version);
    database_close(database);
    return interrupt_raised() ? EXIT_INTERRUPTED : status;
}

int floors_measure(struct floors *f, const struct text_list *required)
{
    static int (*const steps[])(struct floors *) = { machine_clock,    machine_sync, threads_ping_pong,
                                                     threads_hand_off, threads_wake, idle_burst };
    int status = EXIT_OK;

    f->n = 0;
    statistics_init(&f->statistics, SEED);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == EXIT_OK; i++)
        status = steps[i](f);
    for (size_t i = 0; i < f->dbs.n && status == EXIT_OK; i++)
        status = measure_database(f, i, required);
    return status;
}

void floors_free(struct floors *f)
{
    statistics_destroy(&f->statistics);
}
