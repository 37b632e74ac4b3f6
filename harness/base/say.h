#ifndef BASE_SAY_H
#define BASE_SAY_H

#include <stddef.h>

/* Exit codes of the program (`lastseat help exit`). Functions on the cold path return one of these;
 * whoever detects a failure says it once with say_error() and everybody above only passes it on. */
enum exit_code {
    EXIT_OK = 0,
    EXIT_ERROR = 1,        /* something outside failed: disk, server, memory    */
    EXIT_USAGE = 2,        /* the command line, a scenario or a name is wrong   */
    EXIT_BROKEN = 3,       /* a promise was broken                              */
    EXIT_GATE = 4,         /* a limit or gate failed                            */
    EXIT_UNREACHABLE = 5,  /* a database named with --db cannot be reached      */
    EXIT_INTERRUPTED = 130 /* Ctrl-C                                            */
};
/* Of two steps that were both taken: the failure of the first, else what the second came to. */
static inline int exit_first(int first, int second)
{
    return first != EXIT_OK ? first : second;
}

/* One line on stderr, prefixed "lastseat: "; clears a progress line first. Any thread. */
void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "results: out of memory", say. EXIT_ERROR. */
int say_out_of_memory(const char *what);

/* The progress display registers how to wipe its line before a message is printed (NULL: nothing to wipe). */
void say_before_line(void (*wipe)(void));

#endif
