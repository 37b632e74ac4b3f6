#include "harness/verbs/against.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/home.h"
#include "harness/base/rng.h"
#include "harness/base/say.h"
#include "harness/results/folder.h"
#include "harness/results/limits.h"
#include "harness/run/interrupt.h"
#include "harness/verbs/compare.h"
#include "harness/verbs/runner.h"

/* Who goes first in a pair of turns is drawn from here: the same order in every run. */
#define STREAM_TURNS UINT64_C(0x6261746f)
#define SAY_NS       (15 * NS_PER_S)

struct pair {
    const struct arguments *arguments;
    char name[48];
    struct runner runner[2]; /* the other build, this one */
};

static bool ended_well(const struct runner *runner)
{
    return runner->status == EXIT_OK || runner->status == EXIT_BROKEN;
}

/* Pairs of turns until both have ended. The first turn of each prepares its databases, the last writes its run folder.
 */
static void take_turns(struct pair *pair)
{
    bool quiet = pair->arguments->quiet || pair->arguments->progress == PROGRESS_NONE;
    int64_t said_ns = clock_now_ns();
    struct rng rng;

    rng_init(&rng, STREAM_TURNS);
    while (pair->runner[0].pid != 0 || pair->runner[1].pid != 0) {
        size_t first = (size_t)rng_below(&rng, 2);

        for (size_t i = 0; i < 2; i++) {
            struct runner *runner = &pair->runner[i == 0 ? first : 1 - first],
                          *other = &pair->runner[i == 0 ? 1 - first : first];

            runner_turn(runner);
            /* One that failed leaves the other nothing to be compared with. */
            if (runner->pid == 0 && !ended_well(runner) && other->pid != 0 && runner->status != EXIT_INTERRUPTED)
                runner_end(other);
        }
        if (!quiet && clock_now_ns() - said_ns >= SAY_NS) {
            said_ns = clock_now_ns();
            say_note("%lld pairs of turns taken", (long long)pair->runner[1].turns);
        }
    }
}

static int name_folders(struct pair *pair)
{
    const struct arguments *a = pair->arguments;
    const char *name = strrchr(a->names.items[0], '/');
    time_t now = time(NULL);
    char when[32], *root;
    struct tm tm;
    int failed = 0;

    gmtime_r(&now, &tm);
    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &tm);
    snprintf(pair->name, sizeof pair->name, "%s-%ld", when, (long)getpid());
    name = name != NULL ? name + 1 : a->names.items[0];
    if (a->out != NULL) {
        pair->runner[1].out = strdup(a->out);
    } else if ((root = folder_root()) != NULL) {
        failed = asprintf(&pair->runner[1].out, "%s/%s-%.*s", root, when, (int)strcspn(name, "."), name) < 0;
        free(root);
    }
    if (failed || pair->runner[1].out == NULL ||
        asprintf(&pair->runner[0].out, "%s-against", pair->runner[1].out) < 0) {
        say_error("out of memory for a path");
        return EXIT_ERROR;
    }
    return EXIT_OK;
}

static int compare_pair(const struct pair *pair)
{
    const struct runner *runner = pair->runner;
    bool broken = runner[0].status == EXIT_BROKEN || runner[1].status == EXIT_BROKEN;
    int status;

    /* One may have been told to end because the other failed. */
    for (int i = 0; i < 2; i++)
        if (!ended_well(&runner[i]) && runner[i].status != EXIT_INTERRUPTED)
            return runner[i].status;
    if (!ended_well(&runner[0]) || !ended_well(&runner[1]))
        return EXIT_INTERRUPTED;
    status = compare_folders(runner[0].out, runner[1].out, pair->arguments);
    return broken && (status == EXIT_OK || status == EXIT_GATE) ? EXIT_BROKEN : status;
}

static int run_pair(struct pair *pair)
{
    int status = name_folders(pair);

    /* One after the other: what is wrong with the command is said once. */
    for (int i = 0; i < 2 && status == EXIT_OK; i++) {
        status = runner_start(&pair->runner[i], pair->arguments, pair->name);
        if (status == EXIT_OK)
            runner_wait(&pair->runner[i]);
        if (status == EXIT_OK && pair->runner[i].pid == 0)
            status = pair->runner[i].status != EXIT_OK ? pair->runner[i].status : EXIT_ERROR;
    }
    if (status == EXIT_OK) {
        take_turns(pair);
        return compare_pair(pair);
    }
    while (pair->runner[0].pid != 0) {
        runner_end(&pair->runner[0]);
        runner_turn(&pair->runner[0]);
    }
    return status;
}

/* Both read the same scenarios and plots, wherever the other build stands. */
static void share_home(void)
{
    char path[4096];

    if (home_part(path, sizeof path, "scenarios", "scenarios") == 0)
        setenv("LASTSEAT_HOME", dirname(path), 0);
}

int against_run(const struct arguments *arguments)
{
    struct pair pair = { .arguments = arguments,
                         .runner = { { .binary = arguments->against }, { .binary = "/proc/self/exe" } } };
    struct limits limits;
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    int status = EXIT_OK;

    if (arguments->gate != NULL)
        status = limits_parse(&limits, arguments->gate);
    if (status == EXIT_OK)
        status = runner_check(arguments->against);
    if (status != EXIT_OK)
        return status;
    if (n > 0) {
        self[n] = '\0';
        pair.runner[1].binary = self;
    }
    share_home();
    interrupt_install();
    status = run_pair(&pair);
    for (int i = 0; i < 2; i++)
        runner_close(&pair.runner[i]);
    return status;
}
