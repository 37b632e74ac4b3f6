#include "harness/explore/schedule.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum fault_kind fault_named(const char *text, size_t length)
{
    enum fault_kind kind = FAULT_NONE + 1;

    while (kind < FAULT_KINDS && (strlen(fault_names[kind]) != length || memcmp(fault_names[kind], text, length) != 0))
        kind++;
    return kind;
}

static int complain(char *error, size_t size, const char *text, const char *at, const char *what)
{
    snprintf(error, size, "'%.*s' at character %d: %s", (int)strcspn(at, " "), at, (int)(at - text) + 1, what);
    return -1;
}

/* "!after" behind the last letter. Returns what follows it, or NULL. */
static const char *parse_fault(struct schedule *schedule, const char *at)
{
    size_t length = strcspn(at, " ");

    schedule->fault_at = schedule->n - 1;
    schedule->fault = fault_named(at, length);
    return schedule->fault < FAULT_KINDS ? at + length : NULL;
}

int schedule_parse(struct schedule *schedule, const char *text, char *error, size_t error_size)
{
    const char *at = text, *begin;
    long times;

    *schedule = (struct schedule){ .fault_at = -1 };
    while (*(at += strspn(at, " ")) != '\0') {
        char letter = *(begin = at);

        if (!isupper((unsigned char)letter))
            return complain(error, error_size, text, begin, "calls are written as 'A', 'B6' or 'A!after'");
        times = isdigit((unsigned char)*++at) ? strtol(at, (char **)&at, 10) : 1;
        if (times < 1 || times > SCHEDULE_MOVES - schedule->n)
            return complain(error, error_size, text, begin, "a schedule has 1 to 512 calls");
        memset(schedule->letters + schedule->n, letter, (size_t)times);
        schedule->n += (int)times;
        if (*at == '!' && schedule->fault_at >= 0)
            return complain(error, error_size, text, begin, "only one call of a schedule is made to fail");
        if (*at == '!' && (at = parse_fault(schedule, at + 1)) == NULL)
            return complain(error, error_size, text, begin, "a call fails '!before', '!after' or by an '!error'");
        if (*at != ' ' && *at != '\0')
            return complain(error, error_size, text, begin, "calls are written as 'A', 'B6' or 'A!after'");
    }
    if (schedule->n > 0)
        return 0;
    snprintf(error, error_size, "it names no call; calls are written as 'A B6 A5'");
    return -1;
}

void schedule_of(struct schedule *schedule, const struct trace *trace)
{
    size_t i;

    *schedule = (struct schedule){ .fault_at = -1 };
    for (i = 0; i < trace->n && i < SCHEDULE_MOVES; i++) {
        if (trace->moves[i].fault != FAULT_NONE) {
            schedule->fault_at = (int)i;
            schedule->fault = trace->moves[i].fault;
        }
        schedule->letters[schedule->n++] = trace->actors[trace->moves[i].actor].letter;
    }
}

void schedule_write(const struct schedule *schedule, char *out, size_t size)
{
    size_t used = 0;
    int i, times;

    if (size > 0)
        out[0] = '\0';
    for (i = 0; i < schedule->n && used < size; i += times) {
        times = 1;
        /* The call that fails ends a run of its own, and begins one: "A2 A!after A". */
        while (i + times < schedule->n && schedule->letters[i + times] == schedule->letters[i] &&
               i != schedule->fault_at && i + times != schedule->fault_at)
            times++;
        used += (size_t)snprintf(out + used, size - used, "%s%c", i > 0 ? " " : "", schedule->letters[i]);
        if (times > 1 && used < size)
            used += (size_t)snprintf(out + used, size - used, "%d", times);
        if (i == schedule->fault_at && used < size)
            used += (size_t)snprintf(out + used, size - used, "!%s", fault_names[schedule->fault]);
    }
}
