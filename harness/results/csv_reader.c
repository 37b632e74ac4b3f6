#include "harness/results/csv_reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/text.h"

/* As much of a bad value as a message repeats. */
#define SHOWN 24

int csv_reader_refuse(struct csv_reader *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(r->error, sizeof r->error, format, args);
    va_end(args);
    return -1;
}

/* A piece of the file that may hold anything, made fit for a message. */
static const char *shown(char out[SHOWN + 4], const char *text, size_t length)
{
    size_t i;

    for (i = 0; i < length && i < SHOWN; i++)
        out[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
    snprintf(out + i, 4, "%s", length > SHOWN ? "..." : "");
    return out;
}

/* The line at hand without its end; moves on behind it. 1, 0 at the end of the file, -1 cut off. */
static int take_line(struct csv_reader *r, const char **stop)
{
    const char *newline;

    if (r->at == r->end)
        return 0;
    r->line++;
    if ((newline = memchr(r->at, '\n', (size_t)(r->end - r->at))) == NULL)
        return csv_reader_refuse(r, "the file is cut off here: its last line does not end");
    *stop = newline > r->at && newline[-1] == '\r' ? newline - 1 : newline;
    return 1;
}

/* One field up to the next comma or stop. Returns what follows it, or NULL after refusing. */
static const char *take_field(struct csv_reader *r, const char *from, const char *stop, const char **field,
                              size_t *length)
{
    const char *to;

    if (from < stop && *from == '"') {
        if ((to = memchr(from + 1, '"', (size_t)(stop - from - 1))) == NULL || (to + 1 < stop && to[1] != ',')) {
            csv_reader_refuse(r, "quotes may stand around a field, not inside one");
            return NULL;
        }
        *field = from + 1;
        *length = (size_t)(to - from - 1);
        return to + 1;
    }
    /* Fields are short: looking at each byte beats a call of memchr(). */
    for (to = from; to < stop && *to != ','; to++)
        continue;
    *field = from;
    *length = (size_t)(to - from);
    return to;
}

static int refuse_column(struct csv_reader *r, const char *text, size_t length)
{
    char word[SHOWN + 4];
    const char *near;
    size_t n = 0;

    while (r->table->columns[n] != NULL)
        n++;
    near = text_nearest(shown(word, text, length), r->table->columns, n);
    if (near != NULL)
        return csv_reader_refuse(r, "unknown column '%s'; did you mean '%s'?", word, near);
    return csv_reader_refuse(r, "unknown column '%s'", word);
}

static int add_column(struct csv_reader *r, const char *text, size_t length)
{
    int c;

    for (c = 0; r->table->columns[c] != NULL; c++)
        if (strlen(r->table->columns[c]) == length && memcmp(r->table->columns[c], text, length) == 0)
            break;
    if (r->table->columns[c] == NULL)
        return refuse_column(r, text, length);
    if (csv_reader_has(r, c))
        return csv_reader_refuse(r, "column '%s' stands here twice", r->table->columns[c]);
    r->column[r->width++] = (int8_t)c;
    return 0;
}

int csv_reader_open(struct csv_reader *r, const struct csv_table *table, const char *bytes, size_t n)
{
    const char *stop, *field;
    size_t length;
    int c;

    memset(r, 0, sizeof *r);
    r->table = table;
    r->line = 0;
    r->at = bytes;
    r->end = bytes + n;
    c = take_line(r, &stop);
    if (c <= 0) {
        r->line = 1;
        return c < 0 ? -1 : csv_reader_refuse(r, "the file is empty: it has no header line");
    }
    for (;;) {
        if ((r->at = take_field(r, r->at, stop, &field, &length)) == NULL || add_column(r, field, length) != 0)
            return -1;
        if (r->at == stop)
            break;
        r->at++;
    }
    r->at = stop + (*stop == '\r' ? 2 : 1);
    for (c = 0; c < table->needed; c++)
        if (!csv_reader_has(r, c))
            return csv_reader_refuse(r, "the header has no column '%s'", table->columns[c]);
    return 0;
}

int csv_reader_next(struct csv_reader *r)
{
    const char *stop;
    int n = 0, there = take_line(r, &stop);

    if (there <= 0)
        return there;
    for (;; r->at++) {
        if (n == r->width)
            return csv_reader_refuse(r, "more fields than the %d of the header", r->width);
        r->at = take_field(r, r->at, stop, &r->field[r->column[n]], &r->length[r->column[n]]);
        if (r->at == NULL)
            return -1;
        n++;
        if (r->at == stop)
            break;
    }
    if (n < r->width)
        return csv_reader_refuse(r, "%d field%s where the header has %d", n, n == 1 ? "" : "s", r->width);
    r->at = stop + (*stop == '\r' ? 2 : 1);
    return 1;
}

bool csv_reader_has(const struct csv_reader *r, int column)
{
    int i;

    for (i = 0; i < r->width; i++)
        if (r->column[i] == column)
            return true;
    return false;
}

int csv_reader_int(struct csv_reader *r, int column, int64_t least, int64_t most, int64_t *out)
{
    const char *text = r->field[column], *at = text;
    size_t length = r->length[column], digits = length;
    bool negative = length > 0 && *at == '-';
    char value[SHOWN + 4];
    uint64_t n = 0;

    if (negative) {
        at++;
        digits--;
    }
    /* 19 digits cannot overflow 64 bits without a sign, and nothing here needs more. */
    if (digits >= 1 && digits <= 19) {
        while (digits > 0 && *at >= '0' && *at <= '9') {
            n = n * 10 + (uint64_t)(*at++ - '0');
            digits--;
        }
        if (digits == 0 && n <= INT64_MAX) {
            *out = negative ? -(int64_t)n : (int64_t)n;
            if (*out >= least && *out <= most)
                return 0;
        }
    }
    if (length == 0)
        return csv_reader_refuse(r, "%s is missing", r->table->columns[column]);
    return csv_reader_refuse(r, "%s: '%s' is not a whole number from %" PRId64 " to %" PRId64,
                             r->table->columns[column], shown(value, text, length), least, most);
}

int csv_reader_word(struct csv_reader *r, int column, const char *const *words, int n, int *out)
{
    const char *text = r->field[column];
    size_t length = r->length[column];
    char value[SHOWN + 4];
    int i;

    for (i = 0; i < n; i++)
        if (words[i] != NULL && strlen(words[i]) == length && memcmp(words[i], text, length) == 0) {
            *out = i;
            return 0;
        }
    if (length == 0)
        return csv_reader_refuse(r, "%s is missing", r->table->columns[column]);
    return csv_reader_refuse(r, "unknown %s '%s'", r->table->columns[column], shown(value, text, length));
}
