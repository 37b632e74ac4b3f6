#include <jansson.h>
#include <stdio.h>

#include "harness/base/say.h"
#include "harness/report/report.h"
#include "harness/results/results.h"
#include "harness/verbs/arguments.h"
#include "harness/verbs/verbs.h"

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
    if (status == EXIT_OK && !arguments.no_plots)
        status = report_plots(run, arguments.names.items[0]);
    if (status == EXIT_OK)
        status = report_pages(run, arguments.names.items[0]);
    if (status == EXIT_OK) {
        report_table(run, stdout, arguments_colour(&arguments, stdout));
        printf("\nopen %s/report.html\n", arguments.names.items[0]);
    }
    json_decref(run);
    arguments_free(&arguments);
    return status;
}
