#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/report/report.h"
#include "harness/results/calibration.h"
#include "harness/results/folder.h"
#include "harness/results/output.h"
#include "harness/run/baton.h"
#include "harness/run/interrupt.h"
#include "harness/verbs/against.h"
#include "harness/verbs/arguments.h"
#include "harness/verbs/session.h"
#include "harness/verbs/verbs.h"

/* What `lastseat run` has in hand; released in reverse order. */
struct bench {
    struct arguments arguments;
    struct scenario *scenarios;
    size_t scenario_count;
    struct cells cells;
    struct results *results;
    json_t *calibration; /* NULL: none of this machine */
    struct session session;
};

static int load_scenarios(struct bench *bench)
{
    const struct text_list *names = &bench->arguments.names;
    size_t i, j;
    int status;

    if (names->n == 0) {
        say_error("run needs a scenario: lastseat run rush-1000x10 (lastseat list scenarios)");
        return EXIT_USAGE;
    }
    if ((bench->scenarios = calloc(names->n, sizeof *bench->scenarios)) == NULL) {
        say_error("out of memory for scenarios");
        return EXIT_ERROR;
    }
    for (i = 0; i < names->n; i++) {
        status = scenario_load(&bench->scenarios[i], names->items[i], bench->arguments.settings,
                               bench->arguments.setting_count);
        if (status != EXIT_OK)
            return status;
        bench->scenario_count++;
        for (j = 0; j < i; j++)
            if (strcmp(bench->scenarios[i].name, bench->scenarios[j].name) == 0) {
                say_error("scenario '%s' is named twice", bench->scenarios[i].name);
                return EXIT_USAGE;
            }
    }
    return EXIT_OK;
}

static int expand(struct bench *bench)
{
    const struct arguments *arguments = &bench->arguments;
    const struct scenario **pointers = calloc(bench->scenario_count, sizeof *pointers);
    size_t i;
    int status;

    if (pointers == NULL) {
        say_error("out of memory for scenarios");
        return EXIT_ERROR;
    }
    for (i = 0; i < bench->scenario_count; i++)
        pointers[i] = &bench->scenarios[i];
    status = cells_expand(&bench->cells, pointers, bench->scenario_count,
                          arguments->strategies.n > 0 ? &arguments->strategies : NULL,
                          arguments->databases.n > 0 ? &arguments->databases : NULL);
    free(pointers);
    return status;
}

/* Before anything is started: one that was asked for and is another machine's is refused. */
static int find_calibration(struct bench *bench)
{
    const char *asked = bench->arguments.calibration, *dir = bench->cells.cell[0].scenario.db_dir;
    char *path = calibration_path(asked), *beside = folder_beside(bench->arguments.out);
    int status = EXIT_ERROR;

    if (path != NULL && beside != NULL)
        status = calibration_read(&bench->calibration, path, asked != NULL, dir[0] != '\0' ? dir : beside);
    free(beside);
    free(path);
    return status;
}

/* Also of a run that was interrupted while its databases came up: it leaves a folder all the same. */
static int record_environment(struct bench *bench, int opened)
{
    int status;

    if (opened != EXIT_OK && opened != EXIT_INTERRUPTED)
        return opened;
    status = results_environment(bench->results, bench->session.db_dir);
    if (status == EXIT_OK && bench->calibration != NULL)
        status = results_floors(bench->results, bench->calibration);
    return status == EXIT_OK ? opened : status;
}

static int measure(struct bench *bench)
{
    struct session *session = &bench->session;
    const struct arguments *arguments = &bench->arguments;
    char *dir = folder_beside(arguments->out);
    int status = EXIT_ERROR;

    if (dir == NULL)
        say_error("out of memory for a path");
    else
        status = session_open(session, &bench->cells, bench->results, dir, &arguments->databases, arguments->keep);
    free(dir);
    status = record_environment(bench, status);
    if (status == EXIT_OK)
        status = session_prepare(session);
    if (status != EXIT_OK)
        return status;
    session->progress = progress_open(arguments->quiet ? PROGRESS_NONE : arguments->progress);
    status = session_run(session);
    progress_close(session->progress);
    return status;
}

/* Pictures, pages, JSON and table, each whether or not the one before failed: the first failure, or EXIT_OK. */
static int present(struct bench *bench)
{
    const struct arguments *arguments = &bench->arguments;
    const json_t *run = results_json(bench->results);
    const char *path = results_path(bench->results);
    bool json_alone = arguments->json != NULL && strcmp(arguments->json, "-") == 0;
    int status = arguments->no_plots ? EXIT_OK : report_plots(run, path), pages = report_pages(run, path);
    char *shown;

    status = exit_first(status, pages);
    if (arguments->json != NULL)
        status = exit_first(status, output_copy_json(run, arguments->json));
    if (json_alone || arguments->quiet)
        return status;
    report_table(run, stdout, arguments_colour(arguments, stdout));
    if (pages == EXIT_OK) {
        shown = folder_shown(path);
        printf("\nopen %s/report.html\n", shown != NULL ? shown : path);
        free(shown);
    }
    fflush(stdout); /* before what is said of --keep */
    return status;
}

/* Interrupted runs leave a whole folder as well, marked partial. What was found outranks how it could be shown. */
static int conclude(struct bench *bench, int measured)
{
    int status = results_finish(bench->results, measured == EXIT_INTERRUPTED);

    if (status != EXIT_OK)
        return status;
    status = present(bench);
    if (bench->arguments.keep)
        session_print_kept(&bench->session);
    if (measured == EXIT_INTERRUPTED)
        return EXIT_INTERRUPTED;
    return results_broken(bench->results) ? EXIT_BROKEN : status;
}

static int bench_run(struct bench *bench, int argc, char **argv)
{
    struct results_request request;
    int status;

    if ((status = arguments_parse(&bench->arguments, argc, argv, RUN_OPTIONS)) != EXIT_OK)
        return status;
    if (bench->arguments.against != NULL && bench->arguments.names.n > 0)
        return against_run(&bench->arguments);
    if (bench->arguments.gate != NULL) {
        say_error("--gate compares two builds: it needs --against BINARY (or lastseat compare A B --gate ...)");
        return EXIT_USAGE;
    }
    baton_open();
    if ((status = load_scenarios(bench)) != EXIT_OK || (status = expand(bench)) != EXIT_OK ||
        (status = session_check(&bench->cells)) != EXIT_OK || (status = find_calibration(bench)) != EXIT_OK)
        return status;
    interrupt_install();
    request = (struct results_request){ .out = bench->arguments.out,
                                        .cells = &bench->cells,
                                        .argc = argc + 1, /* with the program's name (verbs.h) */
                                        .argv = argv - 1,
                                        .interleaved = baton_name(),
                                        .seed = bench->scenarios[0].seed };
    if ((status = results_open(&bench->results, &request)) != EXIT_OK || (status = baton_turn()) != EXIT_OK)
        return status;
    status = measure(bench);
    return status == EXIT_OK || status == EXIT_INTERRUPTED ? conclude(bench, status) : status;
}

int verb_run(int argc, char **argv)
{
    struct bench bench;
    size_t i;
    int status;

    memset(&bench, 0, sizeof bench);
    status = bench_run(&bench, argc, argv);
    session_close(&bench.session);
    results_close(bench.results);
    json_decref(bench.calibration);
    cells_free(&bench.cells);
    for (i = 0; i < bench.scenario_count; i++)
        scenario_free(&bench.scenarios[i]);
    free(bench.scenarios);
    arguments_free(&bench.arguments);
    return status;
}
