#include <stdio.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/floor/floors.h"
#include "harness/run/trial.h"

static const char *floor_name(void)
{
    for (size_t i = 0; i < registry_count; i++)
        if ((registry[i].strategy->traits & TRAIT_FLOOR) != 0)
            return registry[i].strategy->name;
    return NULL;
}

struct idle {
    struct scenario scenario;
    struct cells cells;
    const struct cell *cell;
    struct database *database;
};

static int make_cell(struct idle *idle, int users)
{
    const struct scenario *only = &idle->scenario;
    struct text_list variants = { 0 };
    const char *name = floor_name();
    int status;

    option_defaults(scenario_options, &idle->scenario);
    snprintf(idle->scenario.name, sizeof idle->scenario.name, "calibrate");
    idle->scenario.users = users;
    idle->scenario.seats = 10;
    if (text_list_add(&variants, name, strlen(name)) != 0) {
        say_error("calibrate: out of memory");
        return EXIT_ERROR;
    }
    status = cells_expand(&idle->cells, &only, 1, &variants, NULL);
    text_list_free(&variants);
    for (size_t i = 0; status == EXIT_OK && i < idle->cells.n; i++)
        if (cell_is_floor(&idle->cells.cell[i]))
            idle->cell = &idle->cells.cell[i];
    return status;
}

/* The p99 of one burst; of 1000 requests, the tenth slowest. */
static double burst_once(void *arg)
{
    const struct idle *idle = arg;
    struct trial trial;
    double p99 = -1;

    if (trial_run(&trial, idle->cell, idle->database, 0, "floor", NULL) == EXIT_OK)
        p99 = (double)hist_quantile(&trial.totals.system[TOTALS_ALL], 0.99);
    database_drop(idle->database);
    trial_free(&trial);
    return p99;
}

int idle_burst(struct floors *f)
{
    const struct database_request request = { .dir = f->dir, .max_connections = 4 };
    struct idle idle = { 0 };
    char reason[DB_ERROR_SIZE] = "", name[32];
    int status = make_cell(&idle, f->users);

    if (status == EXIT_OK && database_open(&idle.database, idle.cell->db, &request, reason, sizeof reason) != 0) {
        say_error("calibrate: %s", reason);
        status = EXIT_ERROR;
    }
    snprintf(name, sizeof name, "idle_burst_%d_p99", f->users);
    if (status == EXIT_OK)
        status = floors_repeat(f, name, burst_once, &idle);
    database_close(idle.database);
    cells_free(&idle.cells);
    scenario_free(&idle.scenario);
    return status;
}
