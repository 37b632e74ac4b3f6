#include "harness/report/page.h"

#include <math.h>
#include <string.h>

void page_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("\\`*_[]<>|#~&", *text) != NULL)
            putc('\\', out);
        putc((unsigned char)*text < ' ' ? ' ' : *text, out);
    }
}

void page_table(FILE *out, const char *const *heads)
{
    size_t n = 0;

    for (; heads[n] != NULL; n++)
        fprintf(out, "| %s ", heads[n] + (heads[n][0] == '<'));
    fputs("|\n|---", out);
    for (size_t i = 1; i < n; i++)
        fputs(heads[i][0] == '<' ? "|---" : "|---:", out);
    fputs("|\n", out);
}

void page_cell(FILE *out, const char *text)
{
    fputs("| ", out);
    page_text(out, text);
    putc(' ', out);
}

void page_name(FILE *out, const json_t *cell)
{
    char name[512];

    view_name(cell, name, sizeof name);
    page_cell(out, name);
}

void page_number(FILE *out, const char *number)
{
    fprintf(out, "| %s ", number);
}

void page_row_end(FILE *out)
{
    fputs("|\n", out);
}

static const char *in_unit(char *out, double value, enum page_unit unit)
{
    switch (unit) {
    case PAGE_COUNT:
        return number_count(out, value);
    case PAGE_MS:
        return number_ms(out, value);
    case PAGE_BYTES:
        return number_bytes(out, value);
    case PAGE_REAL:
        break;
    }
    return number_real(out, value);
}

void page_measure(FILE *out, const json_t *cell, const char *metric, enum page_unit unit)
{
    struct measure m = view_measure(cell, metric);
    double low = unit == PAGE_COUNT ? m.min : m.lo, high = unit == PAGE_COUNT ? m.max : m.hi;
    char median[NUMBER_SIZE], from[NUMBER_SIZE], to[NUMBER_SIZE];

    fprintf(out, "| %s%s", m.merged ? "\\~" : "", in_unit(median, m.median, unit));
    if (low < high)
        fprintf(out, " [%s..%s]", in_unit(from, low, unit), in_unit(to, high, unit));
    if (m.present && m.n < view_trials(cell))
        fprintf(out, " (n = %lld)", (long long)m.n);
    putc(' ', out);
}
