#include <stdio.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/base/text.h"
#include "harness/base/version.h"
#include "harness/results/sample.h"
#include "harness/scenario/doc.h"
#include "harness/verbs/argument.h"
#include "harness/verbs/arguments.h"
#include "harness/verbs/verbs.h"

const struct verb verbs[] = {
    { "run", verb_run, "NAME…", "run scenarios, audit every trial, write a run folder" },
    { "list", verb_list, "[WHAT]", "what there is: strategies, scenarios, databases" },
    { "show", verb_show, "NAME", "a scenario resolved, or a strategy or variant with its SQL" },
    { "check", verb_check, "NAME…", "check scenario files without running them" },
    { "explain", verb_explain, "VARIANT…", "the shortest order of steps that breaks a strategy" },
    { "breakpoint", verb_breakpoint, "NAME", "up to which load each strategy holds, what breaks first" },
    { "compare", verb_compare, "A B", "two runs: what differs, and whether that can be chance" },
    { "audit", verb_audit, "RUN|FILE", "judge a stored run or history again, without a database" },
    { "calibrate", verb_calibrate, "", "the floors of reports: what this machine allows at best" },
    { "report", verb_report, "RUN", "table, report and plots of a run folder, again" },
    { "help", verb_help, "[TOPIC]",
      "this; topics: any verb, scenario (every key), exit (codes); in Markdown: strategies, readme (all scenarios)" },
    { NULL, NULL, NULL, NULL },
};

static int help_overview(void)
{
    enum { indent = 23 };
    const struct verb *verb;
    char left[64];

    puts("lastseat: which concurrency strategy sells the last seat exactly once, and at\n"
         "what price?\n");
    puts("  lastseat run rush-1000x10         1000 users, 10 seats, every core strategy");
    puts("  lastseat run rush-1000x10 --db sqlite --strategy naive,atomic --trials 20");
    puts("  lastseat explain naive            how it sells a seat twice, step by step");
    puts("  lastseat show pessimistic         the idea, its promises, its SQL\n");
    for (verb = verbs; verb->name != NULL; verb++) {
        snprintf(left, sizeof left, "%s %s", verb->name, verb->arguments);
        /* The ellipsis is one column wide and three bytes long. */
        printf("  %-*s ", strstr(left, "…") != NULL ? indent - 1 : indent - 3, left);
        text_wrap(stdout, indent, verb->summary);
    }
    puts("\nlastseat VERB --help is lastseat help VERB. Through make: make bench, make demo,\n"
         "make test; a strategy of your own: make new-strategy, make check-strategy\n"
         "(make help).");
    return EXIT_OK;
}

static int help_run(void)
{
    puts("lastseat run NAME…  (a scenario's name, or the path of a file)\n");
    argument_help(stdout, RUN_OPTIONS);
    puts("\n--against BINARY: another build of lastseat runs the same, each in a process and\n"
         "a run folder of its own (DIR-against and DIR), and only one of them works at a\n"
         "time: trial by trial in turns, who goes first drawn anew each time. Then they\n"
         "are compared, the other as A, blocks in pairs; --gate, --json and --quiet are\n"
         "those of compare. Limits on times need this: two runs one after the other\n"
         "measure two moods of the machine.\n"
         "\n--fault: ack-loss cuts connections at a commit, half of them after the server\n"
         "has answered; kill-backend ends one connection at a time; crash stops the\n"
         "throw-away server at once and starts it again.\n"
         "\nLASTSEAT_PG: a libpq connection string of a PostgreSQL server to use instead of\n"
         "a private throw-away one; everything happens in a schema of our own, which is\n"
         "dropped after. LASTSEAT_CALIBRATION: the file of --calibration.");
    return EXIT_OK;
}

static int help_show(void)
{
    puts("lastseat show NAME  (a scenario, its path, or a strategy or variant)\n\n"
         "A scenario is printed with every key it left out. Of a variant: its idea, cost\n"
         "and limits, what it promises with these options, and its SQL.\n");
    argument_help(stdout, SHOW_OPTIONS);
    return EXIT_OK;
}

static int help_check(void)
{
    puts("lastseat check NAME…  (scenarios, or the paths of files)\n\n"
         "Reads them as run would, and says which line is wrong and what was meant.\n");
    argument_help(stdout, CHECK_OPTIONS);
    return EXIT_OK;
}

static int help_report(void)
{
    puts("lastseat report RUN  (a run folder: results/latest)\n\n"
         "Prints the table of a run again, and writes its report.html, report.md and\nplots/ again.\n");
    argument_help(stdout, REPORT_OPTIONS);
    return EXIT_OK;
}

static int help_calibrate(void)
{
    puts("lastseat calibrate\n\n"
         "Measures in about half a minute what this machine allows at best, and keeps it\n"
         "in results/calibration.json: what a run measures from then on is shown beside\n"
         "it. Do nothing else with the machine meanwhile.\n");
    argument_help(stdout, CALIBRATE_OPTIONS);
    puts("\nLASTSEAT_CALIBRATION: the file to write and to read instead.");
    return EXIT_OK;
}

static int help_explain(void)
{
    puts("lastseat explain VARIANT…  (a strategy with its options, or core, all, rogues)\n\n"
         "Plays the unchanged strategy call by call, one user at a time, in every order\n"
         "that matters, on the real database, and tells the shortest schedule that breaks\n"
         "it.\n");
    argument_help(stdout, EXPLAIN_OPTIONS);
    puts("\nWithout --db: on sqlite, or on postgres where the strategy cannot run on sqlite.\n"
         "A schedule is written as who makes the next call: 'A B6 A5'; 'A2 A!after' makes\n"
         "a call fail (!before it took effect, !after it, or by an !error).");
    return EXIT_OK;
}

static int help_compare(void)
{
    char words[256] = "Metrics of gates:";
    size_t used = strlen(words);

    puts("lastseat compare A B  (run folders, or their run.json; the older first)\n\n"
         "What differs in configuration and floors, then every cell: A, B, the change with\n"
         "its 95 % interval and n; ~ where no difference is shown. What the audit found is\n"
         "never ~.\n");
    argument_help(stdout, COMPARE_OPTIONS);
    for (const struct sample_metric *m = sample_metrics; m->word != NULL && used < sizeof words; m++)
        used += (size_t)snprintf(words + used, sizeof words - used, " %s%s", m->word, m[1].word != NULL ? "," : "");
    putchar('\n');
    text_wrap(stdout, 0, words);
    puts("A gate also fails where an honest cell's verdict became worse or it broke a\n"
         "promise it had kept, and where it found nothing to judge.");
    return EXIT_OK;
}

static int help_breakpoint(void)
{
    puts("lastseat breakpoint NAME\n\n"
         "NAME: a scenario with bursts, whose users are searched, or open load: its rate.\n"
         "Doubles the load until a variant breaks, halves the interval until its ends are\n"
         "within 5 %, and tries both ends five times. It holds where all five trials kept\n"
         "to every limit, and breaks where two did not: nothing oversold, lost or\n"
         "invented, no seat left unsold, p99 of the system time within --slo, errors\n"
         "within 1 %, statements per request within twice those of one user, a rate\n"
         "sustained.\n");
    argument_help(stdout, BREAKPOINT_OPTIONS);
    puts("\nThe published case: lastseat breakpoint breaking-point");
    return EXIT_OK;
}

static int help_audit(void)
{
    puts("lastseat audit RUN|FILE  (a run folder: results/latest; or a history)\n\n"
         "Reads history/ and the resolved scenarios of a run, judges every trial again and\n"
         "holds the result against what run.json says.\n");
    argument_help(stdout, AUDIT_OPTIONS);
    puts("\nExit 1: a history is missing, cut off, edited or refused, or comes to something\n"
         "else than run.json says (one line each); 3: everything agrees, and a promise was\n"
         "broken.\n\n"
         "FILE: a history somebody else wrote, in the form of history/<cell>/<trial>.csv\n"
         "(results/README.md); needs --seats. Judged by its answers alone; 3: seats\n"
         "oversold, or \"sold out\" told while some were free.");
    return EXIT_OK;
}

static int help_scenario(void)
{
    doc_scenario_help(stdout);
    return EXIT_OK;
}

static int help_strategies(void)
{
    doc_strategy_catalogue(stdout);
    return EXIT_OK;
}

static int help_readme(void)
{
    return doc_scenario_readme(stdout);
}

static int help_exit(void)
{
    puts("0    ok\n1    an error: disk, server, memory\n2    the command line, a scenario or a name is wrong\n"
         "3    a promise was broken (outranks 4)\n4    a limit or gate failed\n"
         "5    a database named with --db cannot be reached\n"
         "130  interrupted: a whole run folder with \"partial\": true");
    return EXIT_OK;
}

static const struct {
    const char *name;
    int (*print)(void);
} topics[] = { { "run", help_run },           { "show", help_show },
               { "check", help_check },       { "report", help_report },
               { "explain", help_explain },   { "breakpoint", help_breakpoint },
               { "audit", help_audit },       { "calibrate", help_calibrate },
               { "scenario", help_scenario }, { "strategies", help_strategies },
               { "readme", help_readme },     { "compare", help_compare },
               { "exit", help_exit } };

int verb_help(int argc, char **argv)
{
    const char *names[16], *near;
    const struct verb *verb;
    size_t i, n = 0;

    if (argc < 2)
        return help_overview();
    for (i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        if (strcmp(topics[i].name, argv[1]) == 0)
            return topics[i].print();
        names[n++] = topics[i].name;
    }
    for (verb = verbs; verb->name != NULL; verb++)
        if (strcmp(verb->name, argv[1]) == 0) {
            printf("lastseat %s %s\n", verb->name, verb->arguments);
            text_wrap(stdout, 0, verb->summary);
            return EXIT_OK;
        }
    near = text_nearest(argv[1], names, n);
    say_error(near != NULL ? "no help on '%s'; did you mean '%s'?" : "no help on '%s'%s (lastseat help)", argv[1],
              near != NULL ? near : "");
    return EXIT_USAGE;
}

int verb_version(void)
{
    printf("lastseat %s\n", LASTSEAT_VERSION);
    return EXIT_OK;
}
