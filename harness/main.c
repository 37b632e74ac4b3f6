/* lastseat: which concurrency strategy sells the last seat exactly once, and at what price?
 *
 * One request through the program, folder by folder:
 * - scenario/ reads how many users want how many seats; cells are the combinations to run, the plan what each wants.
 * - run/ wakes a worker at the common start; it calls the strategy, which borrows a connection from its app's pool,
 * - db/ runs its statements through the database seam and commits; the verdict decides whether run/ tries again.
 * - fault/ cuts a connection or stops the server on purpose, where the scenario asks for it, and resolves afterwards
 *   what was in doubt.
 * - measure/ keeps the answer as a record; records add up to totals and histograms.
 * - audit/ compares what clients were told with rows and counters, once nothing runs any more; its checker asks whether
 *   the answers of a history, ours or one from elsewhere, can have been given by any true sale.
 * - results/ writes the trial to the run folder; trials become medians with intervals, and a verdict per cell. It reads
 *   folders back too: for `report`, `audit` and `compare`.
 * - report/ makes the terminal tables, report.md, report.html and the plots of that folder, and the stories of
 * explore/.
 *
 * Three verbs do something else with a cell than run it trial after trial:
 * - explore/ (`explain`) plays it schedule by schedule, one database call at a time, and keeps the traces that matter.
 * - breakpoint/ (`breakpoint`) runs trials of more and more users, or requests per second, until they break, and halves
 *   the range.
 * - floor/ (`calibrate`) measures what the machine allows at best, without any strategy: what is measured is read
 *   against it.
 *
 * base/ is what every stage stands on; verbs/ holds one file per verb of the command line, and beside them what these
 * share: its options (arguments.c), and a run from the first trial to the last (session.c). The registry of strategies
 * is generated from the files in strategies/. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/base/text.h"
#include "harness/scenario/registry.h"
#include "harness/verbs/verbs.h"

static const struct verb *find(const char *name)
{
    const struct verb *verb;

    for (verb = verbs; verb->name != NULL; verb++)
        if (strcmp(verb->name, name) == 0)
            return verb;
    return NULL;
}

static int complain(const char *name)
{
    const char *names[16], *near;
    size_t n;

    for (n = 0; n < sizeof names / sizeof names[0] && verbs[n].name != NULL; n++)
        names[n] = verbs[n].name;
    near = text_nearest(name, names, n);
    if (near != NULL)
        say_error("unknown verb '%s'; did you mean '%s'?", name, near);
    else
        say_error("unknown verb '%s' (lastseat help)", name);
    return EXIT_USAGE;
}

/* A page that is cut short must not pass for a whole one. What went wrong before has been said, and outranks it. */
static int written(int status)
{
    int error = fflush(stdout) == 0 ? 0 : errno; /* an earlier failure has left no reason behind */

    if ((error == 0 && !ferror(stdout)) || status == EXIT_ERROR)
        return status;
    say_error("stdout: %s", error != 0 ? strerror(error) : "cannot be written");
    return status == EXIT_OK ? EXIT_ERROR : status;
}

static int dispatch(int argc, char **argv)
{
    static char help[] = "help", *help_argv[] = { help, NULL, NULL };
    const struct verb *verb;
    int status = registry_check();

    if (status != EXIT_OK)
        return status;
    if (argc < 2) {
        verb_help(1, help_argv);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return verb_help(1, help_argv);
    if (strcmp(argv[1], "--version") == 0)
        return verb_version();
    if ((verb = find(argv[1])) == NULL)
        return complain(argv[1]);
    if (argc == 3 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0)) {
        help_argv[1] = argv[1];
        return verb_help(2, help_argv);
    }
    return verb->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    return written(dispatch(argc, argv));
}
