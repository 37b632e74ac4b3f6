#include "harness/verbs/arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/verbs/argument.h"
#include "harness/verbs/fault_argument.h"

static int choose(const char *option, const char *value, const char *const *words, int *out)
{
    char list[64] = "";
    size_t used = 0;
    int i;

    for (i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], value) == 0) {
            *out = i;
            return EXIT_OK;
        }
    for (i = 0; words[i] != NULL; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", words[i]);
    say_error("--%s: '%s' is not one of %s", option, value, list);
    return EXIT_USAGE;
}

static int add_setting(struct arguments *arguments, char *text)
{
    struct setting *more = realloc(arguments->settings, (arguments->setting_count + 1) * sizeof *more);
    char **owned = realloc(arguments->owned, (arguments->setting_count + 1) * sizeof *owned);
    char *equals;

    if (more != NULL)
        arguments->settings = more;
    if (owned != NULL)
        arguments->owned = owned;
    if (text == NULL || more == NULL || owned == NULL) {
        free(text);
        say_error("out of memory for the command line");
        return EXIT_ERROR;
    }
    if ((equals = strchr(text, '=')) == NULL || equals == text) {
        say_error("--set: '%s' is not section.key=value", text);
        free(text);
        return EXIT_USAGE;
    }
    *equals = '\0';
    owned[arguments->setting_count] = text;
    more[arguments->setting_count++] = (struct setting){ .key = text, .value = equals + 1 };
    return EXIT_OK;
}

/* Options that are keys of a scenario: checked here so that the line names the option that was typed. */
static int add_key(struct arguments *arguments, const char *section, const char *key, const char *value)
{
    const struct option *row = option_find(scenario_options, section, key);
    struct scenario scratch;
    char error[256], *text = NULL;

    memset(&scratch, 0, sizeof scratch);
    if (option_parse(row, &scratch, value, error, sizeof error) != 0) {
        say_error("--%s: %s", strcmp(section, "fault") == 0 ? section : key, error);
        return EXIT_USAGE;
    }
    if (asprintf(&text, "%s.%s=%s", section, key, value) < 0)
        text = NULL;
    return add_setting(arguments, text);
}

/* A count that is no key of a scenario. */
static int take_count(const char *option, const char *value, int64_t least, int64_t most, int64_t *out)
{
    char *end;
    long long n;

    errno = 0;
    n = strtoll(value, &end, 10);
    if (errno == 0 && end != value && *end == '\0' && n >= least && n <= most) {
        *out = n;
        return EXIT_OK;
    }
    say_error("--%s: '%s' is not a number from %lld to %lld", option, value, (long long)least, (long long)most);
    return EXIT_USAGE;
}

/* A duration that is no key of a scenario. */
static int take_slo(struct arguments *arguments, const char *value)
{
    static const struct option row = { .name = "slo",
                                       .type = OPTION_DURATION,
                                       .offset = offsetof(struct arguments, slo_ns),
                                       .min = NS_PER_US,
                                       .max = 600 * NS_PER_S };
    char error[256];

    if (option_parse(&row, arguments, value, error, sizeof error) == 0)
        return EXIT_OK;
    say_error("--slo: %s", error);
    return EXIT_USAGE;
}

static int split(struct text_list *list, const char *option, const char *value)
{
    if (text_list_split(list, value) == 0 && list->n > 0)
        return EXIT_OK;
    say_error("--%s: '%s' is not a list of names separated by commas", option, value);
    return EXIT_USAGE;
}

/* Options whose value is one of a few words. */
static int apply_word(struct arguments *arguments, enum argument option, const char *value)
{
    static const char *const progress[] = { "auto", "plain", "none", NULL };
    static const char *const colour[] = { "auto", "always", "never", NULL };
    static const char *const export[] = { "jepsen-edn", "jepsen-json", NULL };
    static const char *const format[] = { "text", "markdown", "svg", "csv", NULL };
    const char *const *words = option == ARGUMENT_PROGRESS ? progress
                               : option == ARGUMENT_COLOR  ? colour
                               : option == ARGUMENT_EXPORT ? export
                                                           : format;
    int word = 0, status = choose(argument_rows[option].name, value, words, &word);

    if (option == ARGUMENT_PROGRESS)
        arguments->progress = (enum progress_mode)word;
    else if (option == ARGUMENT_COLOR)
        arguments->colour = (enum colour)word;
    else if (option == ARGUMENT_FORMAT)
        arguments->format = (enum format)word;
    else
        arguments->form = (enum jepsen_form)word;
    arguments->export |= option == ARGUMENT_EXPORT;
    return status;
}

/* Where an option's text is kept as it was typed; NULL: it is not. */
static const char **text_of(struct arguments *arguments, enum argument option)
{
    switch (option) {
    case ARGUMENT_REPLAY:
        return &arguments->replay;
    case ARGUMENT_DIR:
        return &arguments->dir;
    case ARGUMENT_CALIBRATION:
        return &arguments->calibration;
    case ARGUMENT_CELL:
        return &arguments->cell;
    case ARGUMENT_OUT:
        return &arguments->out;
    case ARGUMENT_JSON:
        return &arguments->json;
    case ARGUMENT_GATE:
        return &arguments->gate;
    case ARGUMENT_AGAINST:
        return &arguments->against;
    default:
        return NULL;
    }
}

static int apply(struct arguments *arguments, enum argument option, char *value)
{
    const char **text = text_of(arguments, option), *key, *how;

    if (text != NULL)
        *text = value;
    switch (option) {
    case ARGUMENT_SET:
        return add_setting(arguments, strdup(value));
    case ARGUMENT_STRATEGY:
        return split(&arguments->strategies, "strategy", value);
    case ARGUMENT_DB:
        return split(&arguments->databases, "db", value);
    case ARGUMENT_TRIALS:
        return add_key(arguments, "run", "trials", value);
    case ARGUMENT_SEED:
        return add_key(arguments, "run", "seed", value);
    case ARGUMENT_USERS:
        return add_key(arguments, "load", "users", value);
    case ARGUMENT_PREEMPTIONS:
        return take_count("preemptions", value, 0, 100, &arguments->preemptions);
    case ARGUMENT_SCHEDULES:
        return take_count("schedules", value, 1, 1000000, &arguments->schedules);
    case ARGUMENT_FAULT:
        return fault_argument(value, &key, &how) == EXIT_OK ? add_key(arguments, "fault", key, how) : EXIT_USAGE;
    case ARGUMENT_SLO:
        return take_slo(arguments, value);
    case ARGUMENT_MAX:
        return take_count("max", value, 1, 1000000, &arguments->most);
    case ARGUMENT_SEATS:
        return take_count("seats", value, 1, 1000000000, &arguments->seats);
    case ARGUMENT_EVENTS:
        return take_count("events", value, 1, 10000, &arguments->events);
    case ARGUMENT_FORMAT:
    case ARGUMENT_EXPORT:
    case ARGUMENT_PROGRESS:
    case ARGUMENT_COLOR:
        return apply_word(arguments, option, value);
    case ARGUMENT_KEEP:
        arguments->keep = true;
        break;
    case ARGUMENT_QUIET:
        arguments->quiet = true;
        break;
    case ARGUMENT_NO_PLOTS:
        arguments->no_plots = true;
        break;
    default:
        break;
    }
    return EXIT_OK;
}

/* One option, "--name value" or "--name=value". *at is moved past its value. */
static int parse_option(struct arguments *arguments, int argc, char **argv, int *at, const char *allowed)
{
    char *name = argv[*at] + 2, *equals = strchr(name, '='), *value = NULL;
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    int option = argument_find(name, length, allowed);

    if (option < 0) {
        name[length] = '\0';
        return argument_unknown(argv[0], name, allowed);
    }
    if (argument_rows[option].value == NULL) {
        if (equals != NULL) {
            say_error("--%s takes no value", argument_rows[option].name);
            return EXIT_USAGE;
        }
    } else if (equals != NULL) {
        value = equals + 1;
    } else if (*at + 1 < argc) {
        value = argv[++*at];
    }
    if (argument_rows[option].value != NULL && (value == NULL || value[0] == '\0')) {
        say_error("--%s needs a value: --%s %s", argument_rows[option].name, argument_rows[option].name,
                  argument_rows[option].value);
        return EXIT_USAGE;
    }
    return apply(arguments, (enum argument)option, value);
}

int arguments_parse(struct arguments *arguments, int argc, char **argv, const char *allowed)
{
    bool only_names = false;
    int i, status = EXIT_OK;

    memset(arguments, 0, sizeof *arguments);
    arguments->schedules = arguments->preemptions = arguments->slo_ns = arguments->most = arguments->seats =
        arguments->events = -1;
    for (i = 1; i < argc && status == EXIT_OK; i++) {
        if (!only_names && strcmp(argv[i], "--") == 0) {
            only_names = true;
        } else if (!only_names && strncmp(argv[i], "--", 2) == 0) {
            status = parse_option(arguments, argc, argv, &i, allowed);
        } else if (!only_names && argv[i][0] == '-' && argv[i][1] != '\0') {
            say_error("unknown option '%s' of %s: options are written out (lastseat help %s)", argv[i], argv[0],
                      argv[0]);
            status = EXIT_USAGE;
        } else if (text_list_add(&arguments->names, argv[i], strlen(argv[i])) != 0) {
            say_error("out of memory for the command line");
            status = EXIT_ERROR;
        }
    }
    return status;
}

void arguments_free(struct arguments *arguments)
{
    size_t i;

    for (i = 0; i < arguments->setting_count; i++)
        free(arguments->owned[i]);
    free(arguments->owned);
    free(arguments->settings);
    text_list_free(&arguments->names);
    text_list_free(&arguments->strategies);
    text_list_free(&arguments->databases);
    memset(arguments, 0, sizeof *arguments);
}

bool arguments_colour(const struct arguments *arguments, FILE *stream)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    if (arguments->colour != COLOUR_AUTO)
        return arguments->colour == COLOUR_ALWAYS;
    if (no_color != NULL && no_color[0] != '\0')
        return false;
    return isatty(fileno(stream)) && term != NULL && strcmp(term, "dumb") != 0;
}
