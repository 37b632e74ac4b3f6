#include "harness/results/csv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void next_field(struct output *o)
{
    if (o->in_row)
        output_bytes(o, ",", 1);
    o->in_row = true;
}

void csv_header(struct output *o, const char *line)
{
    output_bytes(o, line, strlen(line));
    output_bytes(o, "\n", 1);
}

void csv_text(struct output *o, const char *text)
{
    next_field(o);
    if (strpbrk(text, ",\"\r\n") == NULL) {
        output_bytes(o, text, strlen(text));
        return;
    }
    output_bytes(o, "\"", 1);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            output_bytes(o, "\"", 1);
        output_bytes(o, text, 1);
    }
    output_bytes(o, "\"", 1);
}

/* By hand: a history has 15 of these per request, and printf takes ten times as long. */
void csv_int(struct output *o, int64_t value)
{
    char digits[24], *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

    next_field(o);
    do
        *--at = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (value < 0)
        *--at = '-';
    output_bytes(o, at, (size_t)(digits + sizeof digits - at));
}

void csv_real(struct output *o, double value)
{
    char text[40];

    next_field(o);
    if (isnan(value))
        return;
    output_bytes(o, text, (size_t)snprintf(text, sizeof text, "%.9g", value));
}

void csv_blank(struct output *o)
{
    next_field(o);
}

void csv_end(struct output *o)
{
    output_bytes(o, "\n", 1);
    o->in_row = false;
}
