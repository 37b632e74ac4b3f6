#include "harness/verbs/argument.h"

#include <stdbool.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/base/text.h"

const struct argument_row argument_rows[ARGUMENT_COUNT] = {
    [ARGUMENT_STRATEGY] = { "strategy", "a,b:option=v", "variants to run instead of the scenario's" },
    [ARGUMENT_DB] = { "db", "sqlite,postgres", "these databases alone" },
    [ARGUMENT_TRIALS] = { "trials", "N", "the same as --set run.trials=N" },
    [ARGUMENT_USERS] = { "users", "2|3", "the same as --set load.users=N; 2: every schedule, 3: random ones" },
    [ARGUMENT_PREEMPTIONS] = { "preemptions", "N",
                               "most times a user is interrupted in a schedule of 2 users (default 3)" },
    [ARGUMENT_SCHEDULES] = { "schedules", "N",
                             "most schedules tried in each house (default: all of 2 users, 200 of 3)" },
    [ARGUMENT_REPLAY] = { "replay", "'A B6 A5'", "play one schedule again: who makes the next call" },
    [ARGUMENT_FORMAT] = { "format", "text|markdown|svg|csv", "how it is told; csv: a row for programs" },
    [ARGUMENT_SEED] = { "seed", "N", "the same as --set run.seed=N" },
    [ARGUMENT_SET] = { "set", "section.key=value", "overrides a key of the scenario; may be repeated" },
    [ARGUMENT_FAULT] = { "fault", "KIND:HOW",
                         "ack-loss:1%, kill-backend:50ms, crash:2s (PostgreSQL); may be repeated" },
    [ARGUMENT_SLO] = { "slo", "100ms", "longest p99 of the system time that still holds (default 100ms)" },
    [ARGUMENT_MAX] = { "max", "N", "most users, or requests per second, that are tried (default 10000)" },
    [ARGUMENT_DIR] = { "dir", "DIR", "where databases keep their files (default: beside the results)" },
    [ARGUMENT_CALIBRATION] = { "calibration", "FILE", "this machine's floors (default: results/calibration.json)" },
    [ARGUMENT_CELL] = { "cell", "ID", "that cell alone: scenario/database/variant, as in cells.csv" },
    [ARGUMENT_SEATS] = { "seats", "N", "of a history from elsewhere: seats of each event" },
    [ARGUMENT_EVENTS] = { "events", "N", "of a history from elsewhere: events on sale (default 1)" },
    [ARGUMENT_EXPORT] = { "export", "jepsen-edn|jepsen-json", "every history once more, in Jepsen's form, into --out" },
    [ARGUMENT_OUT] = { "out", "DIR", "the folder to write (of run: the run folder); must not exist; `latest` stays" },
    [ARGUMENT_JSON] = { "json", "FILE|-", "as JSON too (of run: run.json); with - nothing else goes to stdout" },
    [ARGUMENT_GATE] = { "gate", "p99=15%,statements=2%", "exit 4 where the second run is worse by more than that" },
    [ARGUMENT_AGAINST] = { "against", "BINARY", "another build runs the same, trial by trial in turns; then compare" },
    [ARGUMENT_KEEP] = { "keep", NULL, "databases stay; prints how to look inside" },
    [ARGUMENT_QUIET] = { "quiet", NULL, "no table on stdout, no progress" },
    [ARGUMENT_NO_PLOTS] = { "no-plots", NULL, "no gnuplot" },
    [ARGUMENT_PROGRESS] = { "progress", "auto|plain|none", "on stderr: a live bar, a line per trial, nothing" },
    [ARGUMENT_COLOR] = { "color", "auto|always|never", "colour on stdout; NO_COLOR is honoured" },
};

static bool listed(const char *allowed, const char *name)
{
    size_t length = strlen(name);
    const char *at;

    for (at = allowed; (at = strstr(at, name)) != NULL; at += length)
        if ((at == allowed || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

int argument_find(const char *name, size_t length, const char *allowed)
{
    int i;

    for (i = 0; i < ARGUMENT_COUNT; i++)
        if (strlen(argument_rows[i].name) == length && memcmp(argument_rows[i].name, name, length) == 0 &&
            listed(allowed, argument_rows[i].name))
            return i;
    return -1;
}

int argument_unknown(const char *verb, const char *name, const char *allowed)
{
    const char *names[ARGUMENT_COUNT], *near;
    size_t n = 0;
    int i;

    for (i = 0; i < ARGUMENT_COUNT; i++)
        if (listed(allowed, argument_rows[i].name))
            names[n++] = argument_rows[i].name;
    near = text_nearest(name, names, n);
    if (near != NULL)
        say_error("unknown option '--%s' of %s; did you mean '--%s'?", name, verb, near);
    else
        say_error("unknown option '--%s' of %s (lastseat help %s)", name, verb, verb);
    return EXIT_USAGE;
}

void argument_help(FILE *out, const char *allowed)
{
    enum { INDENT = 30 };
    char left[64];

    for (int i = 0; i < ARGUMENT_COUNT; i++) {
        const struct argument_row *row = &argument_rows[i];

        if (!listed(allowed, row->name))
            continue;
        snprintf(left, sizeof left, "--%s%s%s", row->name, row->value != NULL ? " " : "",
                 row->value != NULL ? row->value : "");
        if (strlen(left) > INDENT - 3)
            fprintf(out, "  %s\n%*s", left, INDENT, "");
        else
            fprintf(out, "  %-*s ", INDENT - 3, left);
        text_wrap(out, INDENT, row->help);
    }
}
