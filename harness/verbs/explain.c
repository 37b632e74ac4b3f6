#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/explore/exploration.h"
#include "harness/report/story.h"
#include "harness/results/folder.h"
#include "harness/run/interrupt.h"
#include "harness/scenario/cell.h"
#include "harness/verbs/arguments.h"
#include "harness/verbs/verbs.h"

/* The scenario it plays unless keys are set otherwise. */
#define EXPLAINED "explain-2x1"

enum { MOST_SCHEDULES = 1000000, RANDOM_SCHEDULES = 200, PREEMPTIONS = 3, HOUSES = 2 };
enum { NARROWEST = 80, WIDEST = 120, USUAL_WIDTH = 100 };

/* What `lastseat explain` has in hand. */
struct explanation {
    struct arguments arguments;
    struct scenario scenario;
    struct cells cells;
    struct database *database; /* of the cell before: cells of one database follow each other */
    char opened[16];           /* its name; the database is NULL where it could not be reached */
    char reason[DB_ERROR_SIZE];
    char *extra; /* --set as it was typed, to repeat what is told */
};

static int check_names(const struct text_list *names)
{
    static const char *const sets[] = { "core", "all", "rogues" };
    struct variant variant;
    size_t i, s;
    int status;

    if (names->n == 0) {
        say_error("explain needs a strategy: lastseat explain naive (lastseat list strategies)");
        return EXIT_USAGE;
    }
    for (i = 0; i < names->n; i++) {
        for (s = 0; s < sizeof sets / sizeof sets[0] && strcmp(names->items[i], sets[s]) != 0; s++)
            continue;
        if (s < sizeof sets / sizeof sets[0])
            continue;
        if ((status = variant_parse(&variant, names->items[i], "explain")) != EXIT_OK)
            return status;
        status = (variant.registered->strategy->traits & TRAIT_FLOOR) == 0 ? EXIT_OK : EXIT_USAGE;
        if (status != EXIT_OK)
            say_error("explain: %s does no work: there is no schedule that could break it", names->items[i]);
        variant_free(&variant);
        if (status != EXIT_OK)
            return status;
    }
    return EXIT_OK;
}

static int check_scenario(const struct scenario *scenario)
{
    if (scenario->model != LOAD_BURST || scenario->users < 2 || scenario->users > TRACE_USERS ||
        scenario->sweep_count > 0) {
        say_error("explain: schedules are of 2 or 3 users who ask once (load.users=2, load.model=burst)");
        return EXIT_USAGE;
    }
    if (scenario->repeat > 0 || scenario->cancel > 0 || scenario->browsers > 0 || scenario->patience.kind != LAW_NONE) {
        say_error(
            "explain: no user of a schedule clicks twice, cancels, browses or runs out of patience (request.repeat, "
            "mix, load.patience)");
        return EXIT_USAGE;
    }
    if (scenario->instances > TRACE_USERS) {
        say_error("explain: app.instances can be at most %d", TRACE_USERS);
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

/* Without --db a variant is explained on the first database it can run on; the last says why it can run on none. */
static bool is_wanted(const struct explanation *explanation, size_t i)
{
    const struct cells *cells = &explanation->cells;
    const struct cell *cell = &cells->cell[i];
    bool skipped = cell->skip[0] != '\0';
    size_t j;

    if (cell_is_floor(cell))
        return false;
    if (explanation->arguments.databases.n > 0)
        return true;
    for (j = 0; j < cells->n; j++) {
        const struct cell *other = &cells->cell[j];

        if (j == i || strcmp(other->variant.name, cell->variant.name) != 0)
            continue;
        if (other->skip[0] == '\0' ? skipped || j < i : skipped && j > i)
            return false;
    }
    return true;
}

/* Users, services and, where there are holds, the time that passes. */
static int check_actors(const struct cells *cells)
{
    size_t i;

    for (i = 0; i < cells->n; i++) {
        const struct cell *cell = &cells->cell[i];
        int64_t actors = cell->scenario.users + cell->scenario.instances * cell_services(cell);

        if (actors + ((cell->variant.registered->strategy->traits & TRAIT_HOLDS) != 0) <= TRACE_ACTORS)
            continue;
        say_error("explain: %s has %" PRId64
                  " users and services, more than the %d a schedule follows: set fewer services "
                  "or application servers",
                  cell->variant.name, actors, TRACE_ACTORS - 1);
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

static int expand(struct explanation *explanation)
{
    const struct arguments *arguments = &explanation->arguments;
    const struct scenario *only = &explanation->scenario;
    int status = scenario_load(&explanation->scenario, EXPLAINED, arguments->settings, arguments->setting_count);

    if (status == EXIT_OK)
        status = check_scenario(only);
    if (status == EXIT_OK)
        status = cells_expand(&explanation->cells, &only, 1, &arguments->names,
                              arguments->databases.n > 0 ? &arguments->databases : NULL);
    if (status == EXIT_OK)
        status = check_actors(&explanation->cells);
    return status;
}

/* Connections: a pool for every app, services included, and an observer. */
static int most_connections(const struct cells *cells)
{
    int most = 0;
    size_t i;

    for (i = 0; i < cells->n; i++) {
        const struct scenario *scenario = &cells->cell[i].scenario;
        int here = (int)scenario->instances * ((int)scenario->users + cell_services(&cells->cell[i])) + 2;

        if (here > most)
            most = here;
    }
    return most;
}

/* In [db] dir, or in the folder of the results, which is made where nothing was run yet. */
static int open_in_dir(struct explanation *explanation, const struct cell *cell)
{
    struct database_request request = { .max_connections = most_connections(&explanation->cells) };
    char *root = NULL;

    request.dir = cell->scenario.db_dir;
    if (request.dir[0] == '\0') {
        if ((request.dir = root = folder_root()) == NULL) {
            say_error("out of memory for a path");
            return EXIT_ERROR;
        }
        mkdir(root, 0777);
    }
    database_sweep_leftovers(request.dir);
    snprintf(explanation->opened, sizeof explanation->opened, "%s", cell->db);
    (void)database_open(&explanation->database, cell->db, &request, explanation->reason, sizeof explanation->reason);
    free(root);
    return EXIT_OK;
}

/* Where it cannot be reached, and nobody named it with --db, the cell is skipped. */
static int open_database(struct explanation *explanation, struct cell *cell)
{
    int status = EXIT_OK;

    if (strcmp(explanation->opened, cell->db) != 0) {
        database_close(explanation->database);
        explanation->database = NULL;
        status = open_in_dir(explanation, cell);
    }
    if (status != EXIT_OK || explanation->database != NULL)
        return status;
    if (interrupt_raised())
        return EXIT_INTERRUPTED;
    if (text_list_has(&explanation->arguments.databases, cell->db)) {
        say_error("%s", explanation->reason);
        return EXIT_UNREACHABLE;
    }
    snprintf(cell->skip, sizeof cell->skip, "%s", text_behind(cell->db, explanation->reason));
    return EXIT_OK;
}

static int width_of(FILE *stream)
{
    struct winsize size;

    if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return USUAL_WIDTH;
    return size.ws_col < NARROWEST ? NARROWEST : size.ws_col > WIDEST ? WIDEST : size.ws_col;
}

static void print(const struct explanation *explanation, const struct exploration *exploration, bool in_a_row)
{
    const struct arguments *arguments = &explanation->arguments;

    switch (arguments->format) {
    case FORMAT_TEXT:
        if (in_a_row && !exploration_unexpected(exploration))
            story_line(stdout, exploration);
        else
            story_text(stdout, exploration, width_of(stdout), arguments_colour(arguments, stdout));
        break;
    case FORMAT_MARKDOWN:
        story_markdown(stdout, exploration);
        break;
    case FORMAT_SVG:
        story_svg(stdout, exploration);
        break;
    case FORMAT_CSV:
        story_csv(stdout, exploration);
        break;
    }
}

static void print_skipped(const struct explanation *explanation, const struct cell *cell)
{
    if (explanation->arguments.format == FORMAT_CSV)
        story_csv_skipped(stdout, cell);
    else if (explanation->arguments.format == FORMAT_SVG) /* a file that is to hold a picture holds nothing else */
        say_warning("%s on %s: skipped: %s", cell->variant.name, cell->db, cell->skip);
    else
        printf("%s on %s: skipped: %s\n", cell->variant.name, cell->db, cell->skip);
}

static int code_of(const struct exploration *exploration)
{
    const unsigned controls = TRAIT_CONTROL | TRAIT_ROGUE;

    if (!exploration_unexpected(exploration))
        return EXIT_OK;
    if ((exploration->cell->variant.registered->strategy->traits & controls) == 0)
        return EXIT_BROKEN;
    say_warning("%s is there to be broken, and none of these schedules did", exploration->holder);
    return EXIT_GATE;
}

/* Who names the seats means just these. */
static bool sets_seats(const struct arguments *arguments)
{
    size_t i;

    for (i = 0; i < arguments->setting_count; i++)
        if (strcmp(arguments->settings[i].key, "inventory.seats") == 0)
            return true;
    return false;
}

static int explain(struct explanation *explanation, const struct cell *cell, bool in_a_row)
{
    const struct arguments *arguments = &explanation->arguments;
    bool sampled = cell->scenario.users > 2;
    const struct exploration_request request = {
        .houses = arguments->replay != NULL || sets_seats(arguments) ? 1 : HOUSES,
        .preemptions = (int)(arguments->preemptions >= 0 ? arguments->preemptions : PREEMPTIONS),
        .schedules = arguments->schedules > 0 ? arguments->schedules
                     : sampled                ? RANDOM_SCHEDULES
                                              : MOST_SCHEDULES,
        .seed = (uint64_t)cell->scenario.seed,
        .replay = arguments->replay,
        .extra = explanation->extra,
    };
    struct exploration exploration;
    int status = exploration_run(&exploration, cell, explanation->database, &request);

    if (status == EXIT_OK) {
        print(explanation, &exploration, in_a_row);
        status = code_of(&exploration);
    }
    exploration_free(&exploration);
    return status;
}

static int write_extra(struct explanation *explanation)
{
    const struct arguments *arguments = &explanation->arguments;
    size_t size = 0, i;
    FILE *out = open_memstream(&explanation->extra, &size);

    for (i = 0; out != NULL && i < arguments->setting_count; i++)
        fprintf(out, "%s--set '%s=%s'", i > 0 ? " " : "", arguments->settings[i].key, arguments->settings[i].value);
    if (out != NULL && fclose(out) == 0)
        return EXIT_OK;
    say_error("out of memory for the command line");
    return EXIT_ERROR;
}

/* A broken promise outranks a rogue that was not caught; anything else ends the row. */
static int explain_all(struct explanation *explanation)
{
    struct cells *cells = &explanation->cells;
    int status = EXIT_OK, worst = EXIT_OK;
    size_t i, wanted = 0;

    for (i = 0; i < cells->n; i++)
        wanted += is_wanted(explanation, i);
    if (wanted > 1 && explanation->arguments.format == FORMAT_SVG) {
        say_error("explain: a picture is of one strategy on one database; --format svg was asked for %zu", wanted);
        return EXIT_USAGE;
    }
    if (explanation->arguments.format == FORMAT_CSV)
        story_csv_head(stdout);
    for (i = 0; i < cells->n; i++) {
        struct cell *cell = &cells->cell[i];

        if (!is_wanted(explanation, i))
            continue;
        if (cell->skip[0] == '\0' && (status = open_database(explanation, cell)) != EXIT_OK)
            return status;
        if (cell->skip[0] != '\0') {
            print_skipped(explanation, cell);
            continue;
        }
        status = explain(explanation, cell, wanted > 1);
        if (status != EXIT_OK && status != EXIT_BROKEN && status != EXIT_GATE)
            return status;
        if (status == EXIT_BROKEN || worst == EXIT_OK)
            worst = status;
    }
    return worst;
}

int verb_explain(int argc, char **argv)
{
    struct explanation explanation;
    int status;

    memset(&explanation, 0, sizeof explanation);
    if ((status = arguments_parse(&explanation.arguments, argc, argv, EXPLAIN_OPTIONS)) == EXIT_OK &&
        (status = check_names(&explanation.arguments.names)) == EXIT_OK && (status = expand(&explanation)) == EXIT_OK &&
        (status = write_extra(&explanation)) == EXIT_OK) {
        interrupt_install();
        status = explain_all(&explanation);
    }
    database_close(explanation.database);
    cells_free(&explanation.cells);
    scenario_free(&explanation.scenario);
    free(explanation.extra);
    arguments_free(&explanation.arguments);
    return status;
}
