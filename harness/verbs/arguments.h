#ifndef VERBS_ARGUMENTS_H
#define VERBS_ARGUMENTS_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/report/progress.h"
#include "harness/results/jepsen.h"
#include "harness/scenario/scenario.h"

/* The command line of verbs that take options. What each option is says argument.h. */
enum format { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_SVG, FORMAT_CSV };
enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct arguments {
    struct text_list names;                 /* what is not an option                          */
    struct text_list strategies, databases; /* empty: the scenario's own                      */
    struct setting *settings;               /* --set, --trials, --seed, --users, in order     */
    size_t setting_count;
    char **owned; /* the settings' text */
    const char *out, *json, *cell, *dir, *calibration;
    bool keep, quiet, no_plots, export;
    enum jepsen_form form;      /* of the export */
    const char *gate, *against; /* NULL: none */
    enum progress_mode progress;
    enum colour colour;
    const char *replay;             /* NULL: none                           */
    int64_t schedules, preemptions; /* -1: not said                         */
    int64_t seats, events;          /* the same                             */
    int64_t slo_ns, most;           /* -1: not said                         */
    enum format format;
};

/* What these verbs take: for parsing and for their help. */
#define RUN_OPTIONS                                                                                                    \
    "strategy,db,trials,seed,set,fault,calibration,against,gate,out,json,keep,quiet,no-plots,progress,color"
#define CALIBRATE_OPTIONS  "db,dir,calibration,quiet"
#define AUDIT_OPTIONS      "cell,json,export,out,seats,events,color"
#define BREAKPOINT_OPTIONS "strategy,db,slo,max,seed,set,out,json,quiet,no-plots,progress,color"
#define EXPLAIN_OPTIONS    "db,users,preemptions,schedules,seed,set,replay,format,color"

#define COMPARE_OPTIONS "gate,json,color"
#define SHOW_OPTIONS    "set"
#define CHECK_OPTIONS   "set,strategy,db"
#define REPORT_OPTIONS  "no-plots,color"

/* Options may stand anywhere; after "--" everything is a name. allowed: the options this verb takes, comma-separated
 * ("set,strategy"). EXIT_OK / EXIT_USAGE after one line. arguments_free() in both cases. */
int arguments_parse(struct arguments *, int argc, char **argv, const char *allowed);
void arguments_free(struct arguments *);
/* Whether to colour what goes to this stream: the option, then NO_COLOR and TERM, then whether it is a terminal. */
bool arguments_colour(const struct arguments *, FILE *);

#endif
