#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/breakpoint/dossier.h"
#include "harness/report/breaks.h"
#include "harness/report/number.h"
#include "harness/results/output.h"
#include "harness/results/redact.h"
#include "harness/run/interrupt.h"
#include "harness/verbs/arguments.h"
#include "harness/verbs/session.h"
#include "harness/verbs/verbs.h"

/* One thread per user up to here; as a rate, far above what one machine sells. */
#define MOST_LEVEL 10000
#define P99_WANTS  100

/* What `lastseat breakpoint` has in hand; released in reverse order. */
struct expedition {
    struct arguments arguments;
    struct scenario scenario;
    struct cells cells;
    struct limits limits;
    int64_t least, most;
    struct session session;
    struct dossier dossier;
    struct hunt_floors floors;
    struct hunt *hunts; /* one per cell */
    bool live;          /* a line on stderr is overwritten */
};

static int check_scenario(const struct scenario *scenario)
{
    const char *searched = scenario->model == LOAD_OPEN ? "load.rate" : "load.users";
    size_t i;

    if (scenario->model != LOAD_BURST && scenario->model != LOAD_OPEN) {
        say_error("%s: a breaking point is searched in bursts, or in open load; set load.model = burst or open",
                  scenario->place);
        return EXIT_USAGE;
    }
    for (i = 0; i < scenario->sweep_count; i++)
        if (strcmp(scenario->sweeps[i].key, searched) == 0 || strcmp(scenario->sweeps[i].key, "load.model") == 0) {
            say_error("%s: %s cannot be swept where a breaking point is searched", scenario->sweeps[i].place,
                      scenario->sweeps[i].key);
            return EXIT_USAGE;
        }
    return EXIT_OK;
}

/* In open load a trial has at least as many requests as a p99 wants; and never less than one a second. */
static int64_t least_of(const struct scenario *scenario)
{
    int64_t seconds = scenario->duration_ns / NS_PER_S;

    if (scenario->model != LOAD_OPEN)
        return 1;
    return seconds < 1 ? P99_WANTS : seconds < P99_WANTS ? P99_WANTS / seconds : 1;
}

/* With the most that is searched as well, before anything is started. */
static int check_most(const struct expedition *e)
{
    struct scenario most;
    struct hunt_load load;
    char place[160];
    int status;
    size_t i;

    for (i = 0; i < e->cells.n; i++) {
        most = e->cells.cell[i].scenario; /* shallow: only read */
        load = hunt_load(&most);
        hunt_set_level(&most, &load, e->most);
        snprintf(place, sizeof place, "%s with %" PRId64 "%s (--max)", most.place, e->most,
                 most.model == LOAD_OPEN ? " requests per second" : " users");
        if ((status = scenario_check(&most, place)) != EXIT_OK)
            return status;
    }
    return EXIT_OK;
}

static int prepare(struct expedition *e, int argc, char **argv)
{
    struct arguments *arguments = &e->arguments;
    const struct scenario *only = &e->scenario;
    int status = arguments_parse(arguments, argc, argv, BREAKPOINT_OPTIONS);

    if (status != EXIT_OK)
        return status;
    if (arguments->names.n != 1) {
        say_error("breakpoint needs one scenario: lastseat breakpoint rush-1000x10 (lastseat list scenarios)");
        return EXIT_USAGE;
    }
    e->most = arguments->most > 0 ? arguments->most : MOST_LEVEL;
    e->limits = (struct limits){ .slo_ns = arguments->slo_ns > 0 ? arguments->slo_ns : LIMITS_SLO_NS,
                                 .errors_share = LIMITS_ERRORS_SHARE,
                                 .amplification = LIMITS_AMPLIFICATION };
    if ((status = scenario_load(&e->scenario, arguments->names.items[0], arguments->settings,
                                arguments->setting_count)) != EXIT_OK ||
        (status = check_scenario(only)) != EXIT_OK ||
        (status = cells_expand(&e->cells, &only, 1, arguments->strategies.n > 0 ? &arguments->strategies : NULL,
                               arguments->databases.n > 0 ? &arguments->databases : NULL)) != EXIT_OK ||
        (status = check_most(e)) != EXIT_OK || (status = session_check(&e->cells)) != EXIT_OK)
        return status;
    e->least = least_of(only);
    if (e->least > e->most) {
        say_error("--max %" PRId64 " is below the least rate searched, %" PRId64 "/s: raise it, or load.duration",
                  e->most, e->least);
        return EXIT_USAGE;
    }
    if ((e->hunts = calloc(e->cells.n, sizeof *e->hunts)) != NULL)
        return EXIT_OK;
    say_error("breakpoint: out of memory");
    return EXIT_ERROR;
}

static void keep_fact(void *facts, const char *key, const char *value)
{
    json_object_set_new(facts, key, redact_string(value));
}

/* Once for every database and durability. */
static int record_facts(struct expedition *e)
{
    const struct cell *cell = e->cells.cell;
    size_t i, k;

    for (i = 0; i < e->cells.n; i++) {
        const struct db_settings *settings = &cell[i].scenario.db;
        struct database *database = session_database(&e->session, &cell[i]);

        if (cell[i].skip[0] != '\0' || cell_is_floor(&cell[i]))
            continue;
        for (k = 0; k < i; k++)
            if (cell[k].skip[0] == '\0' && strcmp(cell[k].db, cell[i].db) == 0 &&
                cell[k].scenario.db.durability == settings->durability)
                break;
        if (k == i &&
            database_facts(database, settings, keep_fact,
                           dossier_facts_of(&e->dossier, cell[i].db, database_durability(database, settings))) != 0)
            return EXIT_ERROR;
    }
    return EXIT_OK;
}

/* ---- progress --------------------------------------------------------------------------------------------------- */

static void wipe(void)
{
    fputs("\r\033[K", stderr);
}

static void watch(void *arg, const struct hunt *hunt, const struct observation *o)
{
    const struct expedition *e = arg;
    char digits[NUMBER_SIZE];
    int p;

    if (e->live)
        wipe();
    fprintf(stderr, "%s: %" PRId64 "%s, p99 %s ms", hunt->cell->id, o->level,
            hunt->cell->scenario.model == LOAD_OPEN ? "/s"
            : o->level == 1                         ? " user"
                                                    : " users",
            number_ms(digits, (double)o->p99_ns));
    for (p = 0; p < PREDICATE_COUNT; p++)
        if ((o->broken >> p & 1u) != 0)
            fprintf(stderr, ", %s", predicate_names[p]);
    if (!e->live)
        putc('\n', stderr);
    fflush(stderr);
}

static bool is_watched(struct expedition *e)
{
    const struct arguments *arguments = &e->arguments;

    if (arguments->quiet || arguments->progress == PROGRESS_NONE)
        return false;
    e->live = arguments->progress == PROGRESS_AUTO && isatty(STDERR_FILENO);
    if (e->live)
        say_before_line(wipe);
    return e->live || arguments->progress == PROGRESS_PLAIN;
}

/* Where nothing shows single trials, at least what a search came to. */
static void tell_end(const struct expedition *e, const struct hunt *hunt)
{
    char text[128];

    if (e->arguments.quiet || e->arguments.progress == PROGRESS_NONE)
        return;
    if (e->live)
        wipe();
    dossier_say(hunt, e->most, text, sizeof text);
    fprintf(stderr, "%s: %s, in %zu trials\n", hunt->cell->id, text, hunt->n);
}

/* ---- the search ------------------------------------------------------------------------------------------------- */

static int hunt_cell(struct expedition *e, size_t i, struct cell *floor_cell, bool watched)
{
    struct hunt *hunt = &e->hunts[i];
    int status;

    hunt->cell = &e->cells.cell[i];
    hunt->database = session_database(&e->session, hunt->cell);
    if (floor_cell != NULL && floor_cell->skip[0] == '\0') {
        hunt->floor_cell = floor_cell;
        hunt->floor_database = session_database(&e->session, floor_cell);
    }
    hunt->floors = &e->floors;
    hunt->limits = &e->limits;
    hunt->watch = watched ? watch : NULL;
    hunt->arg = e;
    if ((status = session_solo(&e->session, i, &hunt->solo)) == EXIT_OK)
        status = hunt_run(hunt, e->least, e->most);
    if (status == EXIT_OK || status == EXIT_INTERRUPTED)
        tell_end(e, hunt);
    return status;
}

static int hunt_all(struct expedition *e)
{
    struct cell *floor_cell = NULL;
    bool watched = is_watched(e);
    int status = EXIT_OK;
    size_t i;

    for (i = 0; i < e->cells.n && status == EXIT_OK; i++) {
        if (cell_is_floor(&e->cells.cell[i]))
            floor_cell = &e->cells.cell[i]; /* it stands before those it goes with (cell.h) */
        else if (interrupt_raised())
            status = EXIT_INTERRUPTED;
        else if (e->cells.cell[i].skip[0] == '\0')
            status = hunt_cell(e, i, floor_cell, watched);
    }
    say_before_line(NULL);
    return status;
}

static int search(struct expedition *e)
{
    const char *out = e->arguments.out;
    char *dir = folder_beside(out);
    int status = EXIT_ERROR, recorded;

    if (dir == NULL)
        say_error("out of memory for a path");
    else
        status = session_open(&e->session, &e->cells, NULL, dir, &e->arguments.databases, false);
    free(dir);
    /* What is interrupted while databases come up leaves a folder as well. */
    if ((status == EXIT_OK || status == EXIT_INTERRUPTED) &&
        (recorded = dossier_environment(&e->dossier, e->session.db_dir)) != EXIT_OK)
        status = recorded;
    if (status == EXIT_OK)
        status = record_facts(e);
    return status == EXIT_OK ? hunt_all(e) : status;
}

static int present(const struct expedition *e)
{
    const struct arguments *arguments = &e->arguments;
    const char *path = e->dossier.folder.path;
    int status = arguments->no_plots ? EXIT_OK : breaks_plots(e->dossier.json, path);
    int pages = breaks_pages(e->dossier.json, path);

    status = exit_first(status, pages);
    if (arguments->json != NULL)
        status = exit_first(status, output_copy_json(e->dossier.json, arguments->json));
    if (arguments->quiet || (arguments->json != NULL && strcmp(arguments->json, "-") == 0))
        return status;
    breaks_table(e->dossier.json, stdout, arguments_colour(arguments, stdout));
    if (pages == EXIT_OK)
        printf("\nopen %s/report.html\n", path);
    return status;
}

static int explore(struct expedition *e, int argc, char **argv)
{
    struct dossier_request request;
    int status = prepare(e, argc, argv), told;

    if (status != EXIT_OK)
        return status;
    interrupt_install();
    request = (struct dossier_request){ .out = e->arguments.out,
                                        .cells = &e->cells,
                                        .limits = &e->limits,
                                        .least = e->least,
                                        .most = e->most,
                                        .seed = e->scenario.seed,
                                        .argc = argc + 1, /* with the program's name (verbs.h) */
                                        .argv = argv - 1 };
    if ((status = dossier_open(&e->dossier, &request)) != EXIT_OK)
        return status;
    status = search(e);
    if (status != EXIT_OK && status != EXIT_INTERRUPTED)
        return status;
    told = dossier_finish(&e->dossier, e->hunts, status == EXIT_INTERRUPTED);
    return told != EXIT_OK ? told : exit_first(status, present(e));
}

int verb_breakpoint(int argc, char **argv)
{
    struct expedition e;
    size_t i;
    int status;

    memset(&e, 0, sizeof e);
    status = explore(&e, argc, argv);
    session_close(&e.session);
    dossier_close(&e.dossier);
    for (i = 0; e.hunts != NULL && i < e.cells.n; i++)
        hunt_free(&e.hunts[i]);
    free(e.hunts);
    hunt_floors_free(&e.floors);
    cells_free(&e.cells);
    scenario_free(&e.scenario);
    arguments_free(&e.arguments);
    return status;
}
