#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/report/versus.h"
#include "harness/results/compare.h"
#include "harness/results/results.h"
#include "harness/verbs/arguments.h"
#include "harness/verbs/compare.h"
#include "harness/verbs/verbs.h"

static int write_json(const json_t *comparison, const char *to)
{
    const size_t flags = JSON_INDENT(1) | JSON_REAL_PRECISION(9);

    if (strcmp(to, "-") == 0 ? json_dumpf(comparison, stdout, flags) == 0 && putchar('\n') != EOF && fflush(stdout) == 0
                             : json_dump_file(comparison, to, flags) == 0)
        return EXIT_OK;
    say_error("--json %s: %s", to, errno != 0 ? strerror(errno) : "cannot be written");
    return EXIT_ERROR;
}

int compare_folders(const char *a, const char *b, const struct arguments *arguments)
{
    struct limits gates = { 0 };
    json_t *first = NULL, *second = NULL, *comparison = NULL;
    bool json_alone = arguments->json != NULL && strcmp(arguments->json, "-") == 0;
    int status = arguments->gate != NULL ? limits_parse(&gates, arguments->gate) : EXIT_OK;

    if (status == EXIT_OK)
        status = results_load_file(&first, a);
    if (status == EXIT_OK)
        status = results_load_file(&second, b);
    if (status == EXIT_OK && (comparison = compare_runs(first, second, &gates)) == NULL) {
        say_error("compare: out of memory");
        status = EXIT_ERROR;
    }
    if (status == EXIT_OK && json_array_size(json_object_get(comparison, "cells")) == 0) {
        say_error("%s and %s have no cell in common: nothing to compare", a, b);
        status = EXIT_USAGE;
    }
    if (status == EXIT_OK && arguments->json != NULL)
        status = write_json(comparison, arguments->json);
    if (status == EXIT_OK && !json_alone && !arguments->quiet)
        versus_print(comparison, a, b, stdout, arguments_colour(arguments, stdout));
    if (status == EXIT_OK && json_is_true(json_object_get(comparison, "failed")))
        status = EXIT_GATE;
    json_decref(comparison);
    json_decref(first);
    json_decref(second);
    return status;
}

int verb_compare(int argc, char **argv)
{
    struct arguments arguments;
    int status = arguments_parse(&arguments, argc, argv, COMPARE_OPTIONS);

    if (status == EXIT_OK && arguments.names.n != 2) {
        say_error("compare takes two run folders, the older first: lastseat compare results/A results/B");
        status = EXIT_USAGE;
    }
    if (status == EXIT_OK)
        status = compare_folders(arguments.names.items[0], arguments.names.items[1], &arguments);
    arguments_free(&arguments);
    return status;
}
