#include "harness/base/process.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/clock.h"

#define POLL_NS        (5 * NS_PER_MS)
#define EXIT_NOT_FOUND 127 /* as a shell says it */

extern char **environ;

int process_user(struct process_user *user)
{
    static const char *const names[] = { "postgres", "nobody" };
    const struct passwd *entry = NULL;
    size_t i;

    memset(user, 0, sizeof *user);
    if (geteuid() != 0)
        return 0;
    for (i = 0; i < sizeof names / sizeof *names && entry == NULL; i++)
        entry = getpwnam(names[i]);
    if (entry == NULL)
        return -1;
    user->change = true;
    user->uid = entry->pw_uid;
    user->gid = entry->pw_gid;
    snprintf(user->name, sizeof user->name, "%s", entry->pw_name);
    user->group_count = PROCESS_GROUPS;
    if (getgrouplist(user->name, user->gid, user->groups, &user->group_count) < 0)
        user->group_count = PROCESS_GROUPS;
    return 0;
}

/* Child only, between fork and exec: nothing here may allocate. */
static bool become(const struct process_user *user)
{
    return !user->change ||
           (setgroups((size_t)user->group_count, user->groups) == 0 &&
            setresgid(user->gid, user->gid, user->gid) == 0 && setresuid(user->uid, user->uid, user->uid) == 0);
}

bool process_reaches(const struct process_user *user, const char *dir)
{
    int exit_code;
    pid_t pid = fork();

    if (pid == 0)
        _exit(become(user) && access(dir, R_OK | W_OK | X_OK) == 0 ? 0 : 1);
    return pid > 0 && process_wait(pid, INT64_MAX, &exit_code) && exit_code == 0;
}

/* Our environment but for PG* and the locale, which would change what the server does and says. The array is ours, the
 * strings are borrowed. */
static char **plain_environment(void)
{
    static char locale[] = "LC_ALL=C";
    size_t n = 0, kept = 0;
    char **out;

    while (environ[n] != NULL)
        n++;
    if ((out = calloc(n + 2, sizeof *out)) == NULL)
        return NULL;
    for (n = 0; environ[n] != NULL; n++)
        if (strncmp(environ[n], "PG", 2) != 0 && strncmp(environ[n], "LC_", 3) != 0)
            out[kept++] = environ[n];
    out[kept] = locale;
    return out;
}

static void default_signals(void)
{
    struct sigaction plain = { .sa_handler = SIG_DFL };
    sigset_t none;
    int i;

    for (i = 1; i < NSIG; i++)
        sigaction(i, &plain, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void exec_child(const struct process_user *user, const char *const *argv, char **environment,
                                 int log_fd, int death, pid_t parent)
{
    static const char refused[] = "cannot change to the server's user\n", absent[] = "cannot be executed\n";
    int null_fd = open("/dev/null", O_RDONLY);
    const char *why = refused;
    size_t length = sizeof refused - 1;

    setsid();
    dup2(null_fd, STDIN_FILENO);
    dup2(log_fd, STDOUT_FILENO);
    dup2(log_fd, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, UINT_MAX, 0);
    umask(077);
    if (become(user) && chdir("/") == 0) {
        prctl(PR_SET_PDEATHSIG, death); /* after the change of user, which clears it */
        default_signals();
        if (getppid() == parent)
            execve(argv[0], (char *const *)(uintptr_t)argv, environment);
        why = absent;
        length = sizeof absent - 1;
    }
    while (length > 0 && write(STDERR_FILENO, why, length) < 0 && errno == EINTR)
        continue;
    _exit(EXIT_NOT_FOUND);
}

pid_t process_spawn(const struct process_user *user, const char *const *argv, int log_fd, int death)
{
    char **environment = plain_environment();
    sigset_t all, before;
    pid_t parent = getpid(), pid;

    if (environment == NULL)
        return -1;
    /* No handler of ours may run in the child before its signals are the default ones. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if ((pid = fork()) == 0)
        exec_child(user, argv, environment, log_fd, death, parent);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    free(environment);
    return pid;
}

bool process_wait(pid_t pid, int64_t timeout_ns, int *exit_code)
{
    const struct timespec pause = { .tv_nsec = POLL_NS };
    int64_t start_ns = clock_now_ns();
    int status = 0;
    pid_t got;

    for (;;) {
        got = waitpid(pid, &status, timeout_ns == INT64_MAX ? 0 : WNOHANG);
        if (got == pid || (got < 0 && errno != EINTR))
            break;
        if (clock_now_ns() - start_ns >= timeout_ns)
            return false;
        nanosleep(&pause, NULL);
    }
    *exit_code = got == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return true;
}

int process_first_line(const char *const *argv, char *out, size_t size)
{
    const struct process_user ourselves = { .change = false };
    int ends[2], exit_code;
    FILE *in;
    pid_t pid;

    out[0] = '\0';
    if (access(argv[0], X_OK) != 0 || pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    pid = process_spawn(&ourselves, argv, ends[1], SIGKILL);
    close(ends[1]);
    if ((in = fdopen(ends[0], "r")) == NULL)
        close(ends[0]);
    else if (fgets(out, (int)size, in) == NULL)
        out[0] = '\0';
    if (in != NULL)
        fclose(in);
    out[strcspn(out, "\n")] = '\0';
    return pid > 0 && process_wait(pid, INT64_MAX, &exit_code) && exit_code == 0 && out[0] != '\0' ? 0 : -1;
}

struct stat_line {
    char state;
    int64_t own_ticks, ended_children_ticks;
    uint64_t start;
};

static int read_stat(pid_t pid, struct stat_line *line)
{
    char path[48], text[1024];
    const char *rest;
    uint64_t user, kernel;
    int64_t child_user, child_kernel;
    size_t n;
    FILE *in;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if ((in = fopen(path, "re")) == NULL)
        return -1;
    n = fread(text, 1, sizeof text - 1, in);
    fclose(in);
    text[n] = '\0';
    /* The name in field 2 may hold blanks and parentheses: the last one ends it. */
    if ((rest = strrchr(text, ')')) == NULL ||
        sscanf(rest + 1,
               " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64 " %" SCNd64 " %" SCNd64
               " %*d %*d %*d %*d %" SCNu64,
               &line->state, &user, &kernel, &child_user, &child_kernel, &line->start) != 6)
        return -1;
    line->own_ticks = (int64_t)(user + kernel);
    line->ended_children_ticks = child_user + child_kernel;
    return 0;
}

uint64_t process_start(pid_t pid)
{
    struct stat_line line;

    return read_stat(pid, &line) == 0 && line.state != 'Z' && line.state != 'X' ? line.start : 0;
}

bool process_is_alive(pid_t pid, uint64_t start)
{
    return start != 0 && process_start(pid) == start;
}

int64_t process_tree_cpu_ns(pid_t pid)
{
    struct stat_line line;
    char path[64];
    int64_t ticks;
    int child;
    FILE *in;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    if (read_stat(pid, &line) != 0 || (in = fopen(path, "re")) == NULL)
        return -1;
    ticks = line.own_ticks + line.ended_children_ticks;
    while (fscanf(in, "%d", &child) == 1)
        if (read_stat(child, &line) == 0)
            ticks += line.own_ticks;
    fclose(in);
    return ticks * (NS_PER_S / sysconf(_SC_CLK_TCK));
}
