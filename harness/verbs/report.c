#include <jansson.h>
#include <stdio.h>

#include "harness/base/say.h"
#include "harness/report/report.h"
#include "harness/results/results.h"
#include "harness/verbs/arguments.h"
#include "harness/verbs/verbs.h"

static int present(const json_t *run, const struct arguments *arguments)
{
    const char *dir = arguments->names.items[0];
    int status = arguments->no_plots ? EXIT_OK : report_plots(run, dir), pages = report_pages(run, dir);

    report_table(run, stdout, arguments_colour(arguments, stdout));
    if (pages == EXIT_OK)
        printf("\nopen %s/report.html\n", dir);
    return exit_first(status, pages);
}

int verb_report(int argc, char **argv)
{
    struct arguments arguments;
    json_t *run = NULL;
    int status = arguments_parse(&arguments, argc, argv, REPORT_OPTIONS);

    if (status == EXIT_OK && arguments.names.n != 1) {
        say_error("report takes one run folder: lastseat report results/latest");
        status = EXIT_USAGE;
    }
    if (status == EXIT_OK)
        status = results_load(&run, arguments.names.items[0]);
    if (status == EXIT_OK)
        status = present(run, &arguments);
    json_decref(run);
    arguments_free(&arguments);
    return status;
}
