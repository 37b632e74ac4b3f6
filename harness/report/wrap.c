#include "harness/report/wrap.h"

#include <string.h>
#include <sys/ioctl.h>

/* A byte that begins a character in UTF-8. */
static int begins(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

static int blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

size_t wrap_columns(FILE *out)
{
    struct winsize window;
    int fd = fileno(out);

    if (fd < 0 || ioctl(fd, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 || window.ws_col > WRAP_COLUMNS)
        return WRAP_COLUMNS;
    return window.ws_col < WRAP_NARROWEST ? WRAP_NARROWEST : window.ws_col;
}

size_t wrap_width(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += (size_t)begins(*text);
    return n;
}

size_t wrap_fit(const char *text, size_t room)
{
    size_t columns = 0, i, last_blank = 0;

    for (i = 0; text[i] != '\0'; i++) {
        if (blank(text[i]))
            last_blank = i;
        if (begins(text[i]) && ++columns > room)
            return last_blank > 0 ? last_blank : i;
    }
    return i;
}

size_t wrap_whole(const char *text, size_t bytes)
{
    size_t n = strnlen(text, bytes + 1);

    if (n <= bytes)
        return n;
    for (n = bytes; n > 0 && !begins(text[n]); n--)
        ;
    return n;
}

void wrap_shorten(char *text, size_t columns)
{
    static const char dots[] = "...";
    size_t n = 0, i;

    if (wrap_width(text) <= columns)
        return;
    for (i = 0; n + strlen(dots) < columns; i++)
        n += (size_t)begins(text[i + 1]);
    strcpy(text + i, dots);
}

void wrap_print(FILE *out, size_t first, size_t rest, const char *before, const char *after, const char *text)
{
    size_t margin = first, columns = wrap_columns(out);

    for (;;) {
        size_t n;

        while (blank(*text))
            text++;
        n = wrap_fit(text, columns - margin);
        fprintf(out, "%*s%s", (int)margin, "", before);
        for (size_t i = 0; i < n; i++)
            putc(blank(text[i]) ? ' ' : text[i], out);
        fprintf(out, "%s\n", after);
        text += n;
        while (blank(*text))
            text++;
        if (*text == '\0')
            return;
        margin = rest;
    }
}
