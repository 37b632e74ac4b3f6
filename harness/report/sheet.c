#include "harness/report/sheet.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cuts a row into fields in place; -1 when a quote is not closed or there are too many. Our files hold no line feed in
 * a field. */
static int cut(char *line, char *field[SHEET_COLUMNS], size_t *n)
{
    char *in = line;

    line[strcspn(line, "\r\n")] = '\0';
    for (*n = 0;; in++) {
        char *out = in;

        if (*n == SHEET_COLUMNS)
            return -1;
        field[(*n)++] = in;
        if (*in == '"') {
            for (in++; *in != '\0' && (*in != '"' || in[1] == '"'); in++) {
                in += *in == '"';
                *out++ = *in;
            }
            if (*in++ != '"')
                return -1;
        } else {
            out = in += strcspn(in, ",");
        }
        if (*in != ',' && *in != '\0')
            return -1;
        if (*in == '\0') {
            *out = '\0';
            return 0;
        }
        *out = '\0';
    }
}

int sheet_open(struct sheet *s, const char *path)
{
    *s = (struct sheet){ .path = path, .file = fopen(path, "re") };
    if (s->file == NULL)
        return -1;
    if (getline(&s->names, &s->size, s->file) > 0 && cut(s->names, s->name, &s->columns) == 0) {
        s->size = 0;
        return 0;
    }
    sheet_close(s);
    errno = EINVAL;
    return -1;
}

bool sheet_next(struct sheet *s)
{
    return getline(&s->line, &s->size, s->file) > 0 && cut(s->line, s->field, &s->fields) == 0 &&
           s->fields == s->columns;
}

int sheet_column(const struct sheet *s, const char *name)
{
    for (size_t i = 0; i < s->columns; i++)
        if (strcmp(s->name[i], name) == 0)
            return (int)i;
    return -1;
}

const char *sheet_text(const struct sheet *s, int column)
{
    return column >= 0 && (size_t)column < s->fields ? s->field[column] : "";
}

double sheet_number(const struct sheet *s, int column)
{
    const char *text = sheet_text(s, column);
    char *end;
    double value = strtod(text, &end);

    return end == text ? NAN : value;
}

void sheet_close(struct sheet *s)
{
    if (s->file != NULL)
        fclose(s->file);
    free(s->line);
    free(s->names);
    *s = (struct sheet){ 0 };
}
