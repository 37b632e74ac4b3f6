#include "harness/breakpoint/hunt.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/run/interrupt.h"
#include "harness/scenario/rate.h"

/* A trial that was spoilt by the machine is tried so many times more before that is held to be the level's. */
#define MOST_AGAIN 2

const char *const hunt_end_names[HUNT_ENDS] = {
    [HUNT_BREAKS] = "breaks",
    [HUNT_HOLDS] = "holds",
    [HUNT_UNMEASURABLE] = "not_measurable",
    [HUNT_UNFINISHED] = "unfinished",
};

struct hunt_load hunt_load(const struct scenario *scenario)
{
    return (struct hunt_load){ scenario->users, scenario->workers, scenario->rate };
}

static void restore(struct scenario *scenario, const struct hunt_load *load)
{
    scenario->users = load->users;
    scenario->workers = load->workers;
    scenario->rate = load->rate;
}

void hunt_set_level(struct scenario *scenario, const struct hunt_load *load, int64_t level)
{
    if (scenario->model == LOAD_OPEN) {
        scenario->rate = level * RATE_SECONDS;
        return;
    }
    scenario->users = level;
    scenario->workers = load->workers <= level ? load->workers : WORKERS_AUTO;
}

/* ---- the floor -------------------------------------------------------------------------------------------------- */

static int measure_floor(const struct hunt *hunt, int64_t level, int64_t *p99_ns)
{
    struct trial trial;
    int status;

    hunt_set_level(&hunt->floor_cell->scenario, &hunt->floor_load, level);
    status = trial_run(&trial, hunt->floor_cell, hunt->floor_database, 0, "trial", NULL);
    if (status == EXIT_OK)
        *p99_ns = hist_quantile(&trial.totals.system[TOTALS_ALL], 0.99);
    trial_free(&trial);
    return status;
}

/* The least of up to three where it matters: a floor is what the machine allows at best. */
static int find_floor(const struct hunt *hunt, int64_t level, int64_t *p99_ns)
{
    int64_t again_ns;
    int status = measure_floor(hunt, level, p99_ns), tries;

    for (tries = 1; status == EXIT_OK && *p99_ns > hunt->limits->slo_ns && tries < 3; tries++) {
        status = measure_floor(hunt, level, &again_ns);
        if (status == EXIT_OK && again_ns < *p99_ns)
            *p99_ns = again_ns;
    }
    return status;
}

static int floor_at(const struct hunt *hunt, int64_t level, int64_t *p99_ns)
{
    struct hunt_floors *floors = hunt->floors;
    struct floor_at *more;
    size_t i;
    int status;

    *p99_ns = -1;
    if (hunt->floor_cell == NULL)
        return EXIT_OK;
    for (i = 0; i < floors->n; i++)
        if (floors->at[i].cell == hunt->floor_cell && floors->at[i].level == level) {
            *p99_ns = floors->at[i].p99_ns;
            return EXIT_OK;
        }
    if (floors->n == floors->room) {
        floors->room = floors->room > 0 ? 2 * floors->room : 64;
        if ((more = realloc(floors->at, floors->room * sizeof *more)) == NULL) {
            say_error("breakpoint: out of memory");
            return EXIT_ERROR;
        }
        floors->at = more;
    }
    if ((status = find_floor(hunt, level, p99_ns)) == EXIT_OK)
        floors->at[floors->n++] = (struct floor_at){ hunt->floor_cell, level, *p99_ns };
    return status;
}

void hunt_floors_free(struct hunt_floors *floors)
{
    free(floors->at);
    memset(floors, 0, sizeof *floors);
}

/* ---- trials ----------------------------------------------------------------------------------------------------- */

static struct observation *append(struct hunt *hunt)
{
    struct observation *more;

    if (hunt->n == hunt->room) {
        hunt->room = hunt->room > 0 ? 2 * hunt->room : 64;
        if ((more = realloc(hunt->seen, hunt->room * sizeof *more)) == NULL) {
            say_error("breakpoint: out of memory");
            return NULL;
        }
        hunt->seen = more;
    }
    return &hunt->seen[hunt->n];
}

static int observe(struct hunt *hunt, int64_t level, struct observation *o)
{
    struct witnesses witnesses = { 0 };
    struct audit audit;
    struct trial trial;
    int status;

    hunt_set_level(&hunt->cell->scenario, &hunt->load, level);
    status = trial_run(&trial, hunt->cell, hunt->database, (int64_t)hunt->n, "trial", NULL);
    if (status == EXIT_OK)
        status = audit_read(&witnesses, hunt->cell, hunt->database);
    if (status == EXIT_OK) {
        audit_judge(&audit, hunt->cell, &trial, &witnesses);
        predicate_observe(o, &trial, &audit, level, hunt->solo, -1, hunt->cell->scenario.timeout_ns);
        database_drop(hunt->database);
    }
    witnesses_free(&witnesses);
    trial_free(&trial);
    return status;
}

/* A trial of open load lasts as long as the floor's would: that is measured only where it could be an excuse. */
static bool wants_floor(const struct hunt *hunt, struct observation *o)
{
    if (hunt->cell->scenario.model != LOAD_OPEN)
        return true;
    predicate_judge(o, hunt->limits);
    return (o->broken & (1u << PREDICATE_TIME | 1u << PREDICATE_BEHIND)) != 0;
}

static int search(struct hunt *hunt, int64_t least, int64_t most)
{
    struct observation *o;
    int64_t level = 0;
    int status = EXIT_OK, again = 0;

    bisect_init(&hunt->bisect, least, most, (uint64_t)hunt->cell->scenario.seed);
    while (status == EXIT_OK && (again > 0 || (level = bisect_next(&hunt->bisect)) != 0)) {
        if (interrupt_raised())
            return EXIT_INTERRUPTED;
        if ((o = append(hunt)) == NULL)
            return EXIT_ERROR;
        if ((status = observe(hunt, level, o)) == EXIT_OK && wants_floor(hunt, o))
            status = floor_at(hunt, level, &o->floor_p99_ns);
        if (status != EXIT_OK)
            return status;
        predicate_judge(o, hunt->limits);
        hunt->n++;
        o->set_aside = o->broken == 1u << PREDICATE_GENERATOR && again++ < MOST_AGAIN;
        if (!o->set_aside) {
            bisect_tell(&hunt->bisect, o->broken == 0);
            again = 0;
        }
        if (hunt->watch != NULL)
            hunt->watch(hunt->arg, hunt, o);
    }
    hunt->finished = true;
    return status;
}

/* What the scenario says is left as it was. */
int hunt_run(struct hunt *hunt, int64_t least, int64_t most)
{
    int status;

    hunt->load = hunt_load(&hunt->cell->scenario);
    if (hunt->floor_cell != NULL)
        hunt->floor_load = hunt_load(&hunt->floor_cell->scenario);
    status = search(hunt, least, most);
    restore(&hunt->cell->scenario, &hunt->load);
    if (hunt->floor_cell != NULL)
        restore(&hunt->floor_cell->scenario, &hunt->floor_load);
    return status;
}

void hunt_free(struct hunt *hunt)
{
    free(hunt->seen);
    memset(hunt, 0, sizeof *hunt);
}

/* ---- what it came to -------------------------------------------------------------------------------------------- */

void hunt_causes(const struct hunt *hunt, int64_t level, int broke[PREDICATE_COUNT])
{
    size_t i;
    int p;

    memset(broke, 0, PREDICATE_COUNT * sizeof *broke);
    for (i = 0; i < hunt->n; i++)
        for (p = 0; p < PREDICATE_COUNT && hunt->seen[i].level == level && !hunt->seen[i].set_aside; p++)
            broke[p] += (hunt->seen[i].broken >> p & 1u) != 0;
}

enum predicate hunt_first_cause(const struct hunt *hunt, int64_t level)
{
    int broke[PREDICATE_COUNT], p, first = 0;

    hunt_causes(hunt, level, broke);
    for (p = 1; p < PREDICATE_COUNT; p++)
        if (broke[p] > broke[first] && (p != PREDICATE_GENERATOR || broke[first] == 0))
            first = p;
    return broke[first] > 0 ? (enum predicate)first : PREDICATE_COUNT;
}

enum hunt_end hunt_end(const struct hunt *hunt)
{
    struct bisect_ends ends;

    if (!hunt->finished)
        return HUNT_UNFINISHED;
    bisect_ends(&hunt->bisect, &ends);
    if (ends.broken == NULL)
        return HUNT_HOLDS;
    return hunt_first_cause(hunt, ends.broken->level) == PREDICATE_GENERATOR ? HUNT_UNMEASURABLE : HUNT_BREAKS;
}
