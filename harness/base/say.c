#include "harness/base/say.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "lastseat: "
/* Room for a path of PATH_MAX inside a line; anything longer is cut and marked. */
#define LINE_SIZE 5000

static pthread_mutex_t line_lock = PTHREAD_MUTEX_INITIALIZER;
static void (*wipe_progress)(void);

void say_before_line(void (*wipe)(void))
{
    pthread_mutex_lock(&line_lock);
    wipe_progress = wipe;
    pthread_mutex_unlock(&line_lock);
}

static void write_all(const char *line, size_t length)
{
    while (length > 0) {
        ssize_t wrote = write(STDERR_FILENO, line, length);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return;
        line += wrote;
        length -= (size_t)wrote;
    }
}

/* Bytes that would move the cursor or split the line (a message may quote a file) are shown as '?'. */
static void one_line(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
}

static void say(const char *kind, const char *format, va_list args)
{
    static const char cut[] = " ...";
    char line[LINE_SIZE];
    int saved_errno = errno;
    size_t start = (size_t)snprintf(line, sizeof(line), PREFIX "%s", kind);
    size_t room = sizeof(line) - start - sizeof(cut);
    int wanted = vsnprintf(line + start, room, format, args);
    size_t end;

    if (wanted >= 0 && (size_t)wanted >= room)
        memcpy(line + start + room - 1, cut, sizeof(cut));
    one_line(line);
    end = strlen(line);
    line[end++] = '\n';

    pthread_mutex_lock(&line_lock);
    if (wipe_progress != NULL)
        wipe_progress();
    write_all(line, end);
    pthread_mutex_unlock(&line_lock);
    errno = saved_errno;
}

void say_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say("", format, args);
    va_end(args);
}

void say_warning(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say("warning: ", format, args);
    va_end(args);
}

void say_note(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say("", format, args);
    va_end(args);
}

int say_out_of_memory(const char *what)
{
    say_error("%s: out of memory", what);
    return EXIT_ERROR;
}
