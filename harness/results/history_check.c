#include "harness/results/history_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/ascending.h"

/* A request and where it is found. */
struct entry {
    int64_t request;
    size_t at;
};

struct check {
    const struct trial *trial;
    const int64_t *record_lines, *cancel_lines;
    struct entry *records, *cancels; /* by request, then as they stood */
    int64_t *line;
    char *error;
    size_t size;
};

static int by_request(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->request != y->request)
        return ascending(x->request, y->request);
    return (x->at > y->at) - (x->at < y->at);
}

static struct entry *sorted(const struct record *records, size_t n)
{
    struct entry *entries = malloc((n + 1) * sizeof *entries);
    bool in_order = true;

    for (size_t i = 0; entries != NULL && i < n; i++) {
        entries[i] = (struct entry){ records[i].request, i };
        in_order &= i == 0 || entries[i - 1].request <= entries[i].request;
    }
    if (entries != NULL && !in_order)
        qsort(entries, n, sizeof *entries, by_request);
    return entries;
}

static int refuse(struct check *c, int64_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int refuse(struct check *c, int64_t line, const char *format, ...)
{
    va_list args;

    *c->line = line;
    va_start(args, format);
    vsnprintf(c->error, c->size, format, args);
    va_end(args);
    return -1;
}

/* NULL: nobody made that request. */
static const struct record *find(const struct check *c, int64_t request, int64_t *line)
{
    size_t lo = 0, hi = c->trial->record_count;

    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;

        if (c->records[middle].request < request)
            lo = middle + 1;
        else
            hi = middle;
    }
    if (lo == c->trial->record_count || c->records[lo].request != request)
        return NULL;
    *line = c->record_lines[c->records[lo].at];
    return &c->trial->records[c->records[lo].at];
}

static int check_once(struct check *c, const struct entry *entries, size_t n, const int64_t *lines, const char *what)
{
    for (size_t i = 1; i < n; i++)
        if (entries[i - 1].request == entries[i].request)
            return refuse(c, lines[entries[i].at], "%s %" PRId64 " stands in line %" PRId64 " already", what,
                          entries[i].request, lines[entries[i - 1].at]);
    return 0;
}

static int check_click(struct check *c, const struct record *second, int64_t line)
{
    const struct record *first;
    int64_t first_line;

    if (second->ref == second->request || (first = find(c, second->ref, &first_line)) == NULL)
        return refuse(c, line, "a second click, but of request %" PRId64 " there is no first one", second->ref);
    if (first->user != second->user || first->event != second->event || first->seats != second->seats)
        return refuse(c, line,
                      "a second click, but its user, event or seats are not those of request %" PRId64
                      " in line %" PRId64,
                      second->ref, first_line);
    return 0;
}

static int check_cancel(struct check *c, const struct record *cancel, int64_t line)
{
    int64_t told_line;
    const struct record *told = find(c, cancel->ref, &told_line);

    if (told == NULL)
        return refuse(c, line, "gives back request %" PRId64 ", which nobody made", cancel->ref);
    if (told->outcome != OUTCOME_BOOKED)
        return refuse(c, line, "gives back request %" PRId64 ", which in line %" PRId64 " is %s", cancel->ref,
                      told_line, outcome_name((enum outcome)told->outcome));
    if (told->event != cancel->event || told->seats != cancel->seats)
        return refuse(c, line, "gives back other seats than request %" PRId64 " in line %" PRId64 " was told",
                      cancel->ref, told_line);
    if (cancel->invoke_ns < told->return_ns)
        return refuse(c, line, "gives back request %" PRId64 " before line %" PRId64 " says it was told of it",
                      cancel->ref, told_line);
    return 0;
}

static int check_all(struct check *c)
{
    const struct trial *t = c->trial;
    int status;

    if ((status = check_once(c, c->records, t->record_count, c->record_lines, "request")) != 0 ||
        (status = check_once(c, c->cancels, t->cancel_count, c->cancel_lines, "a cancel of request")) != 0)
        return status;
    for (size_t i = 0; i < t->record_count; i++)
        if (t->records[i].ref != 0 && check_click(c, &t->records[i], c->record_lines[i]) != 0)
            return -1;
    for (size_t i = 0; i < t->cancel_count; i++)
        if (check_cancel(c, &t->cancels[i], c->cancel_lines[i]) != 0)
            return -1;
    return 0;
}

int history_check(const struct trial *trial, const int64_t *record_lines, const int64_t *cancel_lines, int64_t *line,
                  char *error, size_t size)
{
    struct check c = { .trial = trial,
                       .record_lines = record_lines,
                       .cancel_lines = cancel_lines,
                       .records = sorted(trial->records, trial->record_count),
                       .cancels = sorted(trial->cancels, trial->cancel_count),
                       .line = line,
                       .error = error,
                       .size = size };
    int status =
        c.records != NULL && c.cancels != NULL ? check_all(&c) : refuse(&c, *line, "out of memory for this many lines");

    free(c.records);
    free(c.cancels);
    return status;
}
