#include "harness/report/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/home.h"
#include "harness/base/say.h"
#include "harness/base/text.h"

/* What a shell answers when there is no such program. */
#define EXIT_NO_PROGRAM 127

char *gnuplot_folder(void)
{
    char folder[PATH_MAX], probe[PATH_MAX + 16];

    if (home_part(folder, sizeof folder, "plots", "plots/style.gp") == 0 &&
        text_format(probe, sizeof probe, "%s/style.gp", folder) == 0 && access(probe, R_OK) == 0)
        return strdup(folder);
    say_error("plots: no plots/style.gp in LASTSEAT_HOME, beside the executable or here; set LASTSEAT_HOME to "
              "lastseat's folder, or leave pictures out with --no-plots");
    return NULL;
}

void gnuplot_text(FILE *variables, const char *key, const char *text)
{
    fprintf(variables, "%s='", key);
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            putc('\'', variables);
        putc((unsigned char)*text < ' ' ? ' ' : *text, variables);
    }
    fputs("';", variables);
}

void gnuplot_word(FILE *variables, const char *text)
{
    putc('"', variables);
    for (; *text != '\0'; text++)
        fputs(*text == '"' ? "" : *text == '\'' ? "''" : (char[]){ *text, '\0' }, variables);
    fputs("\" ", variables);
}

/* In the child; only what is safe after fork(). In a session of its own: Ctrl-C in the terminal asks the run to end,
 * not its pictures to fail; and as it is out of reach there, it dies with us. */
static void become_gnuplot(const char *script, const char *variables, int errors, pid_t parent)
{
    char *const argv[] = { (char *)"gnuplot", (char *)"-d",   (char *)"-e",
                           (char *)variables, (char *)script, (char *)NULL };
    int null = open("/dev/null", O_RDWR);

    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_ERROR);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(errors, STDERR_FILENO) < 0)
        _exit(EXIT_ERROR);
    execvp(argv[0], argv);
    _exit(errno == ENOENT ? EXIT_NO_PROGRAM : EXIT_ERROR);
}

/* Reads what the child complains about until it ends its side, or the deadline. False: too late. */
static bool listen_until(int fd, int64_t deadline_ns, char *said, size_t size)
{
    size_t used = 0;

    for (;;) {
        struct pollfd wait = { .fd = fd, .events = POLLIN };
        int64_t left_ns = deadline_ns - clock_now_ns();
        char chunk[512];
        ssize_t n;

        if (left_ns <= 0)
            return false;
        if (poll(&wait, 1, (int)(left_ns / NS_PER_MS) + 1) <= 0)
            continue;
        n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return true;
        for (ssize_t i = 0; i < n && used + 1 < size; i++)
            said[used++] = chunk[i];
        said[used] = '\0';
    }
}

/* gnuplot echoes the line and a caret before it says what is wrong: the last line that says something. */
static const char *complaint(char *said)
{
    const char *best = "";

    for (char *line = strtok(said, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (line[strspn(line, " \t^")] != '\0')
            best = line + strspn(line, " \t");
    return best;
}

/* What it complained of, or else how it ended. */
static const char *reason(char *said, int status, char *out, size_t size)
{
    const char *last = complaint(said);

    if (last[0] != '\0')
        return last;
    if (WIFSIGNALED(status))
        snprintf(out, size, "%s", strsignal(WTERMSIG(status)));
    else
        snprintf(out, size, "exit code %d", WEXITSTATUS(status));
    return out;
}

enum gnuplot_status gnuplot_run(const char *script, const char *variables, const char *name, int seconds)
{
    char said[4096] = "", ended[80];
    int errors[2], status = 0;
    bool in_time;
    pid_t parent = getpid(), child;

    if (pipe2(errors, O_CLOEXEC) != 0) {
        say_error("plots: gnuplot cannot be started for %s: %s", name != NULL ? name : "a fit", strerror(errno));
        return GNUPLOT_FAILED;
    }
    if ((child = fork()) < 0) {
        say_error("plots: gnuplot cannot be started for %s: %s", name != NULL ? name : "a fit", strerror(errno));
        close(errors[0]);
        close(errors[1]);
        return GNUPLOT_FAILED;
    }
    if (child == 0)
        become_gnuplot(script, variables, errors[1], parent);
    close(errors[1]);
    in_time = listen_until(errors[0], clock_now_ns() + seconds * NS_PER_S, said, sizeof said);
    close(errors[0]);
    if (!in_time)
        kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return GNUPLOT_DREW;
    if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_PROGRAM)
        return GNUPLOT_MISSING;
    if (name == NULL)
        return GNUPLOT_FAILED;
    if (!in_time)
        say_error("plots: gnuplot took more than %d s over %s and was stopped; its data is in plots/data", seconds,
                  name);
    else
        say_error("plots: gnuplot failed on %s: %s", name, reason(said, status, ended, sizeof ended));
    return GNUPLOT_FAILED;
}
