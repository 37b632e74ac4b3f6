#include "harness/base/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"

/* Names of this program are short; a longer word is not a misspelling of one. */
#define NAME_SIZE 64

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Letters inserted, left out, replaced, or swapped with their neighbour (optimal string alignment), case apart. */
static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
    size_t row[3][NAME_SIZE + 1];

    for (size_t j = 0; j <= nb; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            now[j] = least(last[j] + 1, now[j - 1] + 1);
            now[j] = least(now[j], last[j - 1] + !same(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return row[na % 3][nb];
}

const char *text_nearest(const char *word, const char *const *names, size_t n)
{
    size_t length = strlen(word);
    size_t best = 1 + length / 4; /* as many slips as a word of this length may hold */
    const char *nearest = NULL;

    if (length == 0 || length > NAME_SIZE)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t name_length = strlen(names[i]);
        size_t slips;

        if (name_length > NAME_SIZE)
            continue;
        slips = distance(word, length, names[i], name_length);
        /* A word that starts the name is meant as its abbreviation, however much is missing. */
        if (length >= 3 && name_length > length && strncasecmp(word, names[i], length) == 0)
            slips = least(slips, 1);
        if (slips < least(length, name_length) && (slips < best || (slips == best && nearest == NULL))) {
            best = slips;
            nearest = names[i];
        }
    }
    return nearest;
}

void text_duration(char *out, size_t size, int64_t ns)
{
    static const struct {
        const char *name;
        uint64_t ns;
        uint64_t grain_ns; /* what three decimals can say; hours and minutes are written whole (90s, not 1.5m) */
    } units[] = {
        { "h", 3600 * (uint64_t)NS_PER_S, 3600 * (uint64_t)NS_PER_S },
        { "m", 60 * (uint64_t)NS_PER_S, 60 * (uint64_t)NS_PER_S },
        { "s", (uint64_t)NS_PER_S, (uint64_t)NS_PER_MS },
        { "ms", (uint64_t)NS_PER_MS, (uint64_t)NS_PER_US },
        { "us", (uint64_t)NS_PER_US, 1 },
    };
    uint64_t left = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    size_t u = 0;
    uint64_t thousandths;
    char decimals[8] = "";

    if (ns == 0) {
        snprintf(out, size, "0ms");
        return;
    }
    while (u + 1 < sizeof(units) / sizeof(units[0]) && (left < units[u].ns || left % units[u].grain_ns != 0))
        u++;
    thousandths = left % units[u].ns / (units[u].ns / 1000);
    if (thousandths != 0) {
        int digits = snprintf(decimals, sizeof(decimals), ".%03" PRIu64, thousandths % 1000);

        while (decimals[digits - 1] == '0')
            decimals[--digits] = '\0';
    }
    snprintf(out, size, "%s%" PRIu64 "%s%s", ns < 0 ? "-" : "", left / units[u].ns, decimals, units[u].name);
}

int text_list_add(struct text_list *list, const char *word, size_t length)
{
    char **items = realloc(list->items, (list->n + 1) * sizeof(*items));
    char *copy;

    if (items == NULL)
        return -1;
    list->items = items;
    copy = strndup(word, length);
    if (copy == NULL)
        return -1;
    list->items[list->n++] = copy;
    return 0;
}

int text_list_copy(struct text_list *to, const struct text_list *from)
{
    for (size_t i = 0; i < from->n; i++)
        if (text_list_add(to, from->items[i], strlen(from->items[i])) != 0)
            return -1;
    return 0;
}

static void shorten(struct text_list *list, size_t n)
{
    while (list->n > n)
        free(list->items[--list->n]);
    if (n == 0) {
        free(list->items);
        list->items = NULL;
    }
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

int text_list_split(struct text_list *list, const char *text)
{
    size_t before = list->n;

    for (;;) {
        const char *comma = strchrnul(text, ',');
        const char *from = text, *to = comma;

        while (from < to && blank(*from))
            from++;
        while (to > from && blank(to[-1]))
            to--;
        if (from == to || text_list_add(list, from, (size_t)(to - from)) != 0) {
            shorten(list, before);
            return -1;
        }
        if (*comma == '\0')
            return 0;
        text = comma + 1;
    }
}

bool text_list_has(const struct text_list *list, const char *word)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->items[i], word) == 0)
            return true;
    return false;
}

void text_list_free(struct text_list *list)
{
    if (list != NULL)
        shorten(list, 0);
}

int text_format(char *out, size_t size, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(out, size, format, args);
    va_end(args);
    return length >= 0 && (size_t)length < size ? 0 : -1;
}

const char *text_behind(const char *name, const char *text)
{
    size_t length = strlen(name);

    return strncmp(text, name, length) == 0 && strncmp(text + length, ": ", 2) == 0 ? text + length + 2 : text;
}

void text_wrap(FILE *out, size_t indent, const char *text)
{
    size_t column = indent;

    while (*text != '\0') {
        size_t word = strcspn(text, " ");

        if (column > indent && column + 1 + word > TEXT_COLUMNS) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", (int)word, text);
        column += word;
        text += word + strspn(text + word, " ");
    }
    fputc('\n', out);
}
