#include "harness/results/history_zero.h"

#include <stdio.h>

static int64_t earliest(const struct record *record, size_t n, int64_t zero)
{
    for (size_t i = 0; i < n; i++) {
        zero = record[i].invoke_ns < zero ? record[i].invoke_ns : zero;
        zero = record[i].due_ns < zero ? record[i].due_ns : zero;
        zero = record[i].first_ns != HISTORY_NO_TIME && record[i].first_ns < zero ? record[i].first_ns : zero;
    }
    return zero;
}

/* An answer comes last: with its time all are near enough. n: none is too far. */
static size_t too_far(const struct record *record, size_t n, int64_t zero)
{
    size_t i = 0;

    while (i < n && record[i].return_ns - zero <= HISTORY_TIME_MOST)
        i++;
    return i;
}

static void shift(struct record *record, size_t n, int64_t by_ns)
{
    for (size_t i = 0; i < n; i++) {
        record[i].due_ns += by_ns;
        record[i].invoke_ns += by_ns;
        record[i].return_ns += by_ns;
        record[i].first_ns = record[i].first_ns != HISTORY_NO_TIME ? record[i].first_ns + by_ns : 0;
    }
}

int history_zero(struct trial *t, bool any_zero, const int64_t *record_lines, const int64_t *cancel_lines,
                 int64_t *line, char *error, size_t size)
{
    int64_t zero = 0;
    size_t r, c;

    if (any_zero)
        zero = earliest(t->cancels, t->cancel_count, earliest(t->records, t->record_count, INT64_MAX));
    r = too_far(t->records, t->record_count, zero);
    c = too_far(t->cancels, t->cancel_count, zero);
    if (r < t->record_count || c < t->cancel_count) {
        *line = r < t->record_count ? record_lines[r] : cancel_lines[c];
        snprintf(error, size,
                 "more than a year behind the first time of the file: are all times in ns, and of one clock?");
        return -1;
    }
    shift(t->records, t->record_count, 1 - zero);
    shift(t->cancels, t->cancel_count, 1 - zero);
    return 0;
}
