#include "harness/verbs/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/run/baton.h"
#include "harness/run/interrupt.h"

extern char **environ;

/* Where a child finds its ends; ours are kept out of their way. */
enum { CHILD_IN = 3, CHILD_OUT = 4, OUR_LEAST = 20, LOOK_MS = 200 };

int runner_check(const char *binary)
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

int runner_start(struct runner *runner, const struct arguments *arguments, const char *name)
{
    struct text_list argv = { 0 };
    char baton[128], **environment = NULL, **words = NULL;
    int to[2] = { -1, -1 }, from[2] = { -1, -1 }, status = EXIT_ERROR;

    snprintf(baton, sizeof baton, BATON_VARIABLE "=%d,%d,%s", CHILD_IN, CHILD_OUT, name);
    if (make_pipe(to) != 0 || make_pipe(from) != 0) {
        say_error("--against: %s", strerror(errno));
    } else if (command_of(&argv, arguments, runner) != 0 || (environment = environment_of(baton)) == NULL ||
               (words = calloc(argv.n + 1, sizeof *words)) == NULL) {
        say_error("out of memory for the command line");
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

void runner_end(struct runner *runner)
{
    if (runner->pid != 0 && !runner->told_to_end)
        kill(runner->pid, SIGTERM);
    runner->told_to_end = true;
}

/* Until it asks for a turn or has ended: it works meanwhile, alone. */
void runner_wait(struct runner *runner)
{
    struct pollfd wait = { .fd = runner->ask, .events = POLLIN };
    char word;

    if (runner->pid == 0 || runner->asking)
        return;
    while (poll(&wait, 1, LOOK_MS) <= 0)
        if (interrupt_raised())
            runner_end(runner);
    if (read(runner->ask, &word, 1) == 1)
        runner->asking = true;
    else
        reap(runner);
}

void runner_turn(struct runner *runner)
{
    if (runner->pid == 0)
        return;
    if (interrupt_raised())
        runner_end(runner);
    runner->asking = false;
    runner->turns++;
    /* One that was told to end may not wait for it any more. */
    if (write(runner->go, "!", 1) != 1 && errno != EPIPE)
        say_warning("--against: %s: %s", runner->binary, strerror(errno));
    runner_wait(runner);
}

void runner_close(struct runner *runner)
{
    if (runner->ask > 0)
        close(runner->ask);
    if (runner->go > 0)
        close(runner->go);
    free(runner->out);
    *runner = (struct runner){ 0 };
}
