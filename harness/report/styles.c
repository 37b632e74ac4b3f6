#include "harness/report/styles.h"

#include <stdlib.h>
#include <string.h>

#include "harness/report/gnuplot.h"

static bool is_floor(const json_t *cell)
{
    return view_is(cell, "floor");
}

/* Variants of one strategy, and strategies there was no colour left for. */
static size_t earlier_of_colour(const struct figure *f, size_t i)
{
    size_t n = 0;

    for (size_t k = 0; k < i; k++)
        n += strcmp(view_text(f->cell[k], "colour"), view_text(f->cell[i], "colour")) == 0;
    return n;
}

void styles_say(const struct figure *f)
{
    char name[256];

    fputs("names='", f->variables);
    for (size_t i = 0; i < f->n; i++) {
        const char *verdict = view_text(f->cell[i], "verdict");
        bool shown = view_fails(f->cell[i]) || is_floor(f->cell[i]);

        snprintf(name, sizeof name, "%.200s%s%s%s", view_text(f->cell[i], "variant"), shown ? " (" : "",
                 shown ? verdict : "", shown ? ")" : "");
        gnuplot_word(f->variables, name);
    }
    fputs("';colours='", f->variables);
    for (size_t i = 0; i < f->n; i++)
        gnuplot_word(f->variables, view_text(f->cell[i], "colour"));
    fputs("';dashes='", f->variables);
    for (size_t i = 0; i < f->n; i++)
        fprintf(f->variables, "%zu ", is_floor(f->cell[i]) ? (size_t)2 : earlier_of_colour(f, i) % 5 + 1);
    fprintf(f->variables, "';n=%zu;", f->n);
}

/* A long name is broken in two before the option nearest its middle: gnuplot reads \n in a quoted field. */
#define LABEL_COLUMNS 28

void styles_bar_label(const struct figure *f, const json_t *cell)
{
    const char *variant = view_text(cell, "variant"), *cut = NULL;
    ptrdiff_t length = (ptrdiff_t)strlen(variant), best = length;

    for (const char *c = variant; length > LABEL_COLUMNS && (c = strchr(c + 1, ':')) != NULL;) {
        ptrdiff_t off = labs(length - 2 * (c - variant));

        if (off < best) {
            best = off;
            cut = c;
        }
    }
    putc('"', f->data);
    for (const char *c = variant; *c != '\0'; c++) {
        if (c == cut)
            fputs("\\n", f->data);
        if (*c != '"' && *c != '\\')
            putc(*c, f->data);
    }
    fputs("\",", f->data);
}
