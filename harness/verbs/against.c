#include "harness/verbs/against.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/home.h"
#include "harness/base/rng.h"
#include "harness/base/say.h"
#include "harness/results/folder.h"
#include "harness/results/limits.h"
#include "harness/run/baton.h"
#include "harness/run/interrupt.h"
#include "harness/verbs/compare.h"

extern char **environ;

/* Where a child finds its ends; ours are kept out of their way. */
enum { CHILD_IN = 3, CHILD_OUT = 4, OUR_LEAST = 20, LOOK_MS = 200 };
/* Who goes first in a pair of turns is drawn from here: the same order in every run. */
#define STREAM_TURNS UINT64_C(0x6261746f)
#define SAY_NS       (15 * NS_PER_S)

/* One of the two builds. */
struct runner {
    const char *binary;
    char *out;
    pid_t pid;   /* 0: not started, or ended */
    int ask, go; /* our ends */
    bool asking, told_to_end;
    int status;
    int64_t turns;
};

struct pair {
    const struct arguments *arguments;
    char name[48];
    struct runner runner[2]; /* the other build, this one */
};

static int out_of_memory(void)
{
    say_error("out of memory for the command line");
    return EXIT_ERROR;
}

/* Whether a program knows what is asked of it here. */
static int check_binary(const char *binary)
{
    char *const argv[] = { (char *)(uintptr_t)binary, (char[]){ "help" }, (char[]){ "run" }, NULL };
    posix_spawn_file_actions_t actions;
    char text[16384];
    size_t used = 0;
    int ends[2], error;
    ssize_t n;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        say_error("--against: %s", strerror(errno));
        return EXIT_ERROR;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    error = posix_spawn(&pid, binary, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    while (error == 0 && used + 1 < sizeof text && (n = read(ends[0], text + used, sizeof text - 1 - used)) > 0)
        used += (size_t)n;
    text[used] = '\0';
    close(ends[0]);
    if (error == 0)
        waitpid(pid, NULL, 0);
    if (error != 0) {
        say_error("--against: %s cannot be run: %s", binary, strerror(error));
        return EXIT_USAGE;
    }
    if (strstr(text, "--against") == NULL) {
        say_error("--against: %s does not take turns: it is no lastseat, or older than run --against", binary);
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

static char *joined(const struct text_list *list)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    for (size_t i = 0; out != NULL && i < list->n; i++)
        fprintf(out, "%s%s", i > 0 ? "," : "", list->items[i]);
    if (out == NULL || fclose(out) != 0)
        return NULL;
    return text;
}

static int add(struct text_list *argv, const char *word)
{
    return text_list_add(argv, word, strlen(word));
}

static int add_option(struct text_list *argv, const char *option, const char *value)
{
    return add(argv, option) | add(argv, value);
}

static int add_list(struct text_list *argv, const char *option, const struct text_list *list)
{
    char *text;
    int failed;

    if (list->n == 0)
        return 0;
    text = joined(list);
    failed = text == NULL || add_option(argv, option, text) != 0;
    free(text);
    return failed;
}

/* The command both are given: what was typed, less what is this program's own business. */
static int command_of(struct text_list *argv, const struct arguments *a, const struct runner *runner)
{
    int failed = add(argv, runner->binary) | add(argv, "run");

    failed |= add_list(argv, "--strategy", &a->strategies) | add_list(argv, "--db", &a->databases);
    for (size_t i = 0; i < a->setting_count; i++) {
        char *text = NULL;

        if (asprintf(&text, "%s=%s", a->settings[i].key, a->settings[i].value) < 0)
            return -1;
        failed |= add_option(argv, "--set", text);
        free(text);
    }
    if (a->calibration != NULL)
        failed |= add_option(argv, "--calibration", a->calibration);
    failed |= a->keep ? add(argv, "--keep") : 0;
    failed |= a->no_plots ? add(argv, "--no-plots") : 0;
    failed |= add_option(argv, "--out", runner->out) | add(argv, "--quiet") | add(argv, "--");
    for (size_t i = 0; i < a->names.n; i++)
        failed |= add(argv, a->names.items[i]);
    return failed;
}

static char **environment_of(const char *baton)
{
    size_t n = 0, kept = 0;
    char **copy;

    while (environ[n] != NULL)
        n++;
    if ((copy = calloc(n + 2, sizeof *copy)) == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (strncmp(environ[i], BATON_VARIABLE "=", sizeof BATON_VARIABLE) != 0)
            copy[kept++] = environ[i];
    copy[kept] = (char *)(uintptr_t)baton;
    return copy;
}

static int spawn(struct runner *runner, char *const *argv, char *const *environment, int in, int out)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, CHILD_IN);
    posix_spawn_file_actions_adddup2(&actions, out, CHILD_OUT);
    /* Ctrl-C reaches us alone, and is passed on once: a second signal would make it leave without its results. */
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    error = posix_spawn(&runner->pid, runner->binary, &actions, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error == 0)
        return EXIT_OK;
    runner->pid = 0;
    say_error("--against: %s cannot be run: %s", runner->binary, strerror(error));
    return EXIT_ERROR;
}

/* A pipe whose ends stay clear of those the child is given. */
static int make_pipe(int ends[2])
{
    int made[2], failed;

    if (pipe2(made, O_CLOEXEC) != 0)
        return -1;
    for (int i = 0; i < 2; i++)
        ends[i] = fcntl(made[i], F_DUPFD_CLOEXEC, OUR_LEAST);
    failed = ends[0] < 0 || ends[1] < 0;
    close(made[0]);
    close(made[1]);
    return failed ? -1 : 0;
}

static int start(struct pair *pair, struct runner *runner)
{
    struct text_list argv = { 0 };
    char baton[128], **environment = NULL, **words = NULL;
    int to[2] = { -1, -1 }, from[2] = { -1, -1 }, status = EXIT_ERROR;

    snprintf(baton, sizeof baton, BATON_VARIABLE "=%d,%d,%s", CHILD_IN, CHILD_OUT, pair->name);
    if (make_pipe(to) != 0 || make_pipe(from) != 0) {
        say_error("--against: %s", strerror(errno));
    } else if (command_of(&argv, pair->arguments, runner) != 0 || (environment = environment_of(baton)) == NULL ||
               (words = calloc(argv.n + 1, sizeof *words)) == NULL) {
        out_of_memory();
    } else {
        memcpy(words, argv.items, argv.n * sizeof *words);
        status = spawn(runner, words, environment, to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    runner->go = to[1];
    runner->ask = from[0];
    free(environment);
    free(words);
    text_list_free(&argv);
    return status;
}

static void reap(struct runner *runner)
{
    int code;

    while (waitpid(runner->pid, &code, 0) < 0 && errno == EINTR)
        continue;
    runner->status = WIFEXITED(code) ? WEXITSTATUS(code) : EXIT_ERROR;
    if (!WIFEXITED(code))
        say_error("--against: %s was ended by signal %d", runner->binary, WTERMSIG(code));
    runner->pid = 0;
    runner->asking = false;
}

static void end_once(struct runner *runner)
{
    if (runner->pid != 0 && !runner->told_to_end)
        kill(runner->pid, SIGTERM);
    runner->told_to_end = true;
}

/* Until it asks for a turn or has ended: it works meanwhile, alone. */
static void wait_for(struct runner *runner)
{
    struct pollfd wait = { .fd = runner->ask, .events = POLLIN };
    char word;

    if (runner->pid == 0 || runner->asking)
        return;
    while (poll(&wait, 1, LOOK_MS) <= 0)
        if (interrupt_raised())
            end_once(runner);
    if (read(runner->ask, &word, 1) == 1)
        runner->asking = true;
    else
        reap(runner);
}

static void give_turn(struct runner *runner)
{
    if (runner->pid == 0)
        return;
    if (interrupt_raised())
        end_once(runner);
    runner->asking = false;
    runner->turns++;
    /* One that was told to end may not wait for it any more. */
    if (write(runner->go, "!", 1) != 1 && errno != EPIPE)
        say_warning("--against: %s: %s", runner->binary, strerror(errno));
    wait_for(runner);
}

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

            give_turn(runner);
            /* One that failed leaves the other nothing to be compared with. */
            if (runner->pid == 0 && !ended_well(runner) && other->pid != 0 && runner->status != EXIT_INTERRUPTED)
                end_once(other);
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
    if (failed || pair->runner[1].out == NULL || asprintf(&pair->runner[0].out, "%s-against", pair->runner[1].out) < 0)
        return out_of_memory();
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
        status = start(pair, &pair->runner[i]);
        if (status == EXIT_OK)
            wait_for(&pair->runner[i]);
        if (status == EXIT_OK && pair->runner[i].pid == 0)
            status = pair->runner[i].status != EXIT_OK ? pair->runner[i].status : EXIT_ERROR;
    }
    if (status == EXIT_OK) {
        take_turns(pair);
        return compare_pair(pair);
    }
    while (pair->runner[0].pid != 0) {
        end_once(&pair->runner[0]);
        give_turn(&pair->runner[0]);
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
                         .runner = { { .binary = arguments->against, .ask = -1, .go = -1 },
                                     { .binary = "/proc/self/exe", .ask = -1, .go = -1 } } };
    struct limits limits;
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    int status = EXIT_OK;

    if (arguments->gate != NULL)
        status = limits_parse(&limits, arguments->gate);
    if (status == EXIT_OK)
        status = check_binary(arguments->against);
    if (status != EXIT_OK)
        return status;
    if (n > 0) {
        self[n] = '\0';
        pair.runner[1].binary = self;
    }
    share_home();
    interrupt_install();
    status = run_pair(&pair);
    for (int i = 0; i < 2; i++) {
        close(pair.runner[i].ask);
        close(pair.runner[i].go);
        free(pair.runner[i].out);
    }
    return status;
}
