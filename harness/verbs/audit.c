#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/say.h"
#include "harness/report/report.h"
#include "harness/results/elsewhere.h"
#include "harness/results/replay.h"
#include "harness/verbs/arguments.h"
#include "harness/verbs/verbs.h"

static int write_json(const json_t *document, const char *to)
{
    const size_t flags = JSON_INDENT(1);

    errno = 0;
    if (strcmp(to, "-") == 0 ? json_dumpf(document, stdout, flags) == 0 && putchar('\n') != EOF && fflush(stdout) == 0
                             : json_dump_file(document, to, flags) == 0)
        return EXIT_OK;
    say_error("--json %s: %s", to, errno != 0 ? strerror(errno) : "cannot be written");
    return EXIT_ERROR;
}

static int present(const json_t *document, const struct arguments *arguments)
{
    int status = arguments->json != NULL ? write_json(document, arguments->json) : EXIT_OK;

    if (arguments->json != NULL && strcmp(arguments->json, "-") == 0)
        return status;
    report_audit(document, stdout, arguments_colour(arguments, stdout));
    return status;
}

/* Evidence that is damaged outranks what the rest of it says. */
static int conclude(const json_t *document)
{
    if (json_integer_value(json_object_get(document, "refused")) +
            json_integer_value(json_object_get(document, "differing")) >
        0)
        return EXIT_ERROR;
    return json_is_true(json_object_get(document, "broken")) ? EXIT_BROKEN : EXIT_OK;
}

/* Where --export writes. */
struct export
{
    struct folder folder;
    enum jepsen_form form;
};

static int export_trial(void *arg, const struct cell *cell, int64_t number, const struct trial *trial)
{
    const struct export *to = arg;

    return jepsen_write(&to->folder, to->form, cell, number, trial);
}

static int judge(const struct replay *replay, const struct arguments *arguments, json_t **document)
{
    struct export to = { .form = arguments->form };
    const struct replay_sink sink = { export_trial, &to };
    int status;

    if (!arguments->export)
        return replay_judge(replay, arguments->cell, NULL, document);
    status = folder_begin(&to.folder, arguments->out, "export");
    if (status == EXIT_OK)
        status = replay_judge(replay, arguments->cell, &sink, document);
    if (status == EXIT_OK)
        status = folder_finish(&to.folder);
    folder_discard(&to.folder);
    return status;
}

static int audit_run(const struct arguments *arguments)
{
    struct replay replay;
    json_t *document = NULL;
    int status = replay_open(&replay, arguments->names.items[0]);

    if (status == EXIT_OK)
        status = judge(&replay, arguments, &document);
    if (status == EXIT_OK)
        status = present(document, arguments);
    if (status == EXIT_OK)
        status = conclude(document);
    json_decref(document);
    replay_close(&replay);
    return status;
}

static int present_history(const json_t *document, const struct arguments *arguments)
{
    int status = arguments->json != NULL ? write_json(document, arguments->json) : EXIT_OK;

    if (arguments->json == NULL || strcmp(arguments->json, "-") != 0)
        report_history(document, stdout, arguments_colour(arguments, stdout));
    return status;
}

/* One file that no run of ours wrote. */
static int audit_history(const struct arguments *arguments)
{
    const char *path = arguments->names.items[0];
    json_t *document = NULL;
    int status;

    if (arguments->seats < 0) {
        say_error("%s is a file: a history from elsewhere needs --seats N (of each event), and --events N beyond one",
                  path);
        return EXIT_USAGE;
    }
    if (arguments->cell != NULL || arguments->export) {
        say_error("%s is a file: --cell and --export are of run folders", path);
        return EXIT_USAGE;
    }
    status = elsewhere_judge(path, arguments->events > 0 ? arguments->events : 1, arguments->seats, &document);
    if (status == EXIT_OK)
        status = present_history(document, arguments);
    if (status == EXIT_OK && json_is_true(json_object_get(document, "broken")))
        status = EXIT_BROKEN;
    json_decref(document);
    return status;
}

static bool is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

static int audit_named(const struct arguments *arguments)
{
    if (is_file(arguments->names.items[0]))
        return audit_history(arguments);
    if (arguments->seats < 0 && arguments->events < 0)
        return audit_run(arguments);
    say_error("%s is no file: --seats and --events are of a history from elsewhere", arguments->names.items[0]);
    return EXIT_USAGE;
}

int verb_audit(int argc, char **argv)
{
    struct arguments arguments;
    int status = arguments_parse(&arguments, argc, argv, AUDIT_OPTIONS);

    if (status == EXIT_OK && arguments.names.n != 1) {
        say_error("audit takes one run folder, or one file: lastseat audit results/latest");
        status = EXIT_USAGE;
    }
    if (status == EXIT_OK && arguments.export != (arguments.out != NULL)) {
        say_error("--export and --out go together: lastseat audit results/latest --export jepsen-edn --out DIR");
        status = EXIT_USAGE;
    }
    if (status == EXIT_OK)
        status = audit_named(&arguments);
    arguments_free(&arguments);
    return status;
}
