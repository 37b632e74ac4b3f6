#ifndef VERBS_ARGUMENT_H
#define VERBS_ARGUMENT_H

#include <stddef.h>
#include <stdio.h>

/* The options of the command line, a row each: what arguments.c takes and what help prints cannot differ. `allowed`
 * names those of one verb, separated by commas. Main thread. */
enum argument {
    ARGUMENT_STRATEGY,
    ARGUMENT_DB,
    ARGUMENT_TRIALS,
    ARGUMENT_USERS,
    ARGUMENT_PREEMPTIONS,
    ARGUMENT_SCHEDULES,
    ARGUMENT_SEED,
    ARGUMENT_SET,
    ARGUMENT_FAULT,
    ARGUMENT_SLO,
    ARGUMENT_MAX,
    ARGUMENT_DIR,
    ARGUMENT_CALIBRATION,
    ARGUMENT_CELL,
    ARGUMENT_SEATS,
    ARGUMENT_EVENTS,
    ARGUMENT_EXPORT,
    ARGUMENT_OUT,
    ARGUMENT_JSON,
    ARGUMENT_GATE,
    ARGUMENT_AGAINST,
    ARGUMENT_REPLAY,
    ARGUMENT_FORMAT,
    ARGUMENT_KEEP,
    ARGUMENT_QUIET,
    ARGUMENT_NO_PLOTS,
    ARGUMENT_PROGRESS,
    ARGUMENT_COLOR,
    ARGUMENT_COUNT
};

struct argument_row {
    const char *name;  /* without the dashes                               */
    const char *value; /* what help shows for its value; NULL: takes none  */
    const char *help;  /* one line                                         */
};
extern const struct argument_row argument_rows[ARGUMENT_COUNT];

/* The option called by these length bytes, or -1 where the verb has none of that name. */
int argument_find(const char *name, size_t length, const char *allowed);
/* Says so, with the nearest name the verb knows; EXIT_USAGE. */
int argument_unknown(const char *verb, const char *name, const char *allowed);
/* The rows of a verb, as help prints them. */
void argument_help(FILE *, const char *allowed);

#endif
