#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/report/story.h"
#include "harness/report/story_cell.h"
#include "harness/report/wrap.h"
#include "harness/results/colour.h"

/* All lengths in pixels. Text is taken for wider than most fonts set it, so that none of them runs out of its box. */
#define MONO_SIZE   12
#define MONO_WIDTH  7.5 /* of a character: 0.625 em, that of the widest in use */
#define MONO_LINE   16
#define SANS_WIDTH  0.6 /* em: an average of wide fonts */
#define MARGIN      20
#define NUMBERS     34 /* left of the first lifeline: the steps' numbers */
#define LIFE        14 /* from a lifeline to its boxes */
#define PAD         8  /* inside a box */
#define BETWEEN     16 /* columns, steps */
#define BAR         6  /* width of a transaction's bar */
#define HEAD_HEIGHT 26
#define LEAST       760 /* width: sentences are read across it */
#define ROWS_ROOM   15  /* characters, at least: the head "rows afterwards" */

#define MONO "font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace\""
#define SANS "font-family=\"'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\""

#define INK  "#1f2328"
#define GREY "#6e7781"
#define RED  "#b3261e"

/* Of users and, last, of services: line, box. */
static const char *const tints[][2] = {
    { "#0072b2", "#eef6fb" }, { "#9a6700", "#fdf6e6" }, { "#117733", "#eef7f0" }, { "#6f5a9b", "#f4f1f9" }
};
#define SERVICE_TINT 3

struct picture {
    const struct story *story;
    FILE *out;
    size_t room, rows_room; /* characters in a box */
    double width, y;        /* y: below what was drawn */
};

static void put_text(FILE *out, const char *text, size_t bytes)
{
    for (; bytes > 0 && *text != '\0'; bytes--, text++)
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            putc((unsigned char)*text < ' ' ? ' ' : *text, out);
        }
}

/* ---- where things are ---- */

static double column_width(const struct picture *p)
{
    return LIFE + (double)p->room * MONO_WIDTH + 2 * PAD + BETWEEN;
}

static double life_x(const struct picture *p, int column)
{
    return MARGIN + NUMBERS + column * column_width(p);
}

static double box_x(const struct picture *p, int column)
{
    return column < p->story->columns ? life_x(p, column) + LIFE : life_x(p, column);
}

static double box_width(const struct picture *p, int column)
{
    return (double)(column < p->story->columns ? p->room : p->rows_room) * MONO_WIDTH + 2 * PAD;
}

static double cell_height(const struct picture *p, int step, int column)
{
    int lines = story_cell_height(p->story, step, column, column < p->story->columns ? p->room : p->rows_room);

    return lines > 0 ? lines * MONO_LINE + 2 * PAD - 4 : 0;
}

static double step_height(const struct picture *p, int step)
{
    double most = 0, height;
    int column;

    for (column = 0; column <= p->story->columns; column++)
        if ((height = cell_height(p, step, column)) > most)
            most = height;
    return most;
}

static const char *tint(const struct picture *p, int column, int of_box)
{
    const struct actor_name *actor;

    if (column >= p->story->columns)
        return of_box ? "#f6f8fa" : "#8c959f";
    actor = &p->story->of->trace.actors[p->story->actor[column]];
    return tints[actor->is_service ? SERVICE_TINT : p->story->actor[column] % SERVICE_TINT][of_box];
}

static void lay_out(struct picture *p)
{
    static const size_t rooms[] = { 42, 42, 42, 36, 30 };
    const struct story *story = p->story;
    size_t i, n;

    p->room = story->columns < 5 ? rooms[story->columns] : 26;
    p->rows_room = ROWS_ROOM;
    for (i = 0; i < story->lines; i++)
        if (story->line[i].column == story->columns && (n = wrap_width(story->line[i].text)) > p->rows_room)
            p->rows_room = n;
    p->width = life_x(p, story->columns) + (story->has_rows ? box_width(p, story->columns) : 0) + MARGIN;
    if (p->width < LEAST)
        p->width = LEAST;
}

/* ---- text ---- */

/* A paragraph over the whole width, below what was drawn. */
static void put_paragraph(struct picture *p, const char *label, const char *text, int size, const char *style)
{
    size_t margin = label[0] != '\0' ? strlen(label) + 1 : 0,
           room = (size_t)((p->width - 2 * MARGIN) / (size * SANS_WIDTH)), n;

    while (*text != '\0') {
        n = wrap_fit(text, room - margin);
        p->y += size * 1.4;
        fprintf(p->out, "<text x=\"%d\" y=\"%.1f\" font-size=\"%d\" %s %s>", MARGIN, p->y, size, SANS, style);
        if (margin > 0)
            fprintf(p->out, "<tspan font-weight=\"bold\">%s</tspan> ", label);
        put_text(p->out, text, n);
        fputs("</text>\n", p->out);
        text += n;
        text += strspn(text, " ");
        margin = 0;
        label = "";
    }
    p->y += size * 0.4;
}

static const char *piece_style(const struct story_line *line)
{
    if (line->bad)
        return "fill=\"" RED "\" font-weight=\"bold\"";
    switch (line->kind) {
    case STORY_ANSWER:
        return "fill=\"#32557f\"";
    case STORY_WAIT:
    case STORY_WAKE:
        return "fill=\"#8a5300\" font-style=\"italic\"";
    case STORY_TOLD:
        return "fill=\"" INK "\" font-weight=\"bold\"";
    default:
        return "fill=\"" INK "\"";
    }
}

static void put_piece(const struct picture *p, double x, double y, const struct story_piece *piece)
{
    const struct story_line *line = piece->line;
    /* A blank at the end of a tspan would be lost. */
    int name = piece->text == line->text && line->code > 0 && line->code < piece->bytes ? line->code - 1 : 0;

    fprintf(p->out, "<text x=\"%.1f\" y=\"%.1f\" %s>", x + (double)piece->indent * MONO_WIDTH, y, piece_style(line));
    if (name > 0) {
        fputs("<tspan font-weight=\"bold\">", p->out);
        put_text(p->out, piece->text, (size_t)name);
        fputs("</tspan>", p->out);
    }
    put_text(p->out, piece->text + name, (size_t)(piece->bytes - name));
    fputs("</text>\n", p->out);
}

/* ---- steps ---- */

static void put_box(const struct picture *p, int step, int column, double y)
{
    struct story_cell cell;
    struct story_piece piece;
    double x = box_x(p, column);

    fprintf(p->out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"4\" fill=\"%s\" stroke=\"%s\"/>\n",
            x, y, box_width(p, column), cell_height(p, step, column), tint(p, column, 1), tint(p, column, 0));
    if (column < p->story->columns)
        fprintf(p->out, "<path d=\"M%.1f %.1fh%d\" stroke=\"%s\"/>\n", life_x(p, column), y + 14, LIFE,
                tint(p, column, 0));
    story_cell_open(&cell, p->story, step, column, column < p->story->columns ? p->room : p->rows_room);
    y += PAD + MONO_SIZE - 3;
    while (story_cell_next(&cell, &piece)) {
        put_piece(p, x + PAD, y, &piece);
        y += MONO_LINE;
    }
}

/* What goes on in the background of a column. */
static void put_bar(const struct picture *p, int column, enum story_bar bar, double y, double height)
{
    double x = life_x(p, column) - BAR / 2.0;

    if (bar == STORY_IN_TX)
        fprintf(p->out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"%s\"/>\n", x, y, BAR, height,
                tint(p, column, 0));
    else if (bar == STORY_WAITING)
        fprintf(p->out,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"#ffffff\"/>\n"
                "<path d=\"M%.1f %.1fv%.1f\" stroke=\"%s\" stroke-width=\"%d\" stroke-dasharray=\"4 4\"/>\n",
                x, y, BAR, height, life_x(p, column), y, height, tint(p, column, 0), BAR);
}

static void put_step(struct picture *p, int step)
{
    const struct story *story = p->story;
    double height = step_height(p, step), own;
    int column;

    for (column = 0; step > 0 && column < story->columns; column++) {
        put_bar(p, column, story->step[step].during[column], p->y, height);
        if (step < story->steps)
            put_bar(p, column, story->step[step].after[column], p->y + height, BETWEEN);
    }
    if (step > 0)
        fprintf(p->out,
                "<text x=\"%d\" y=\"%.1f\" font-size=\"13\" font-weight=\"bold\" fill=\"" GREY "\" %s>%d</text>\n",
                MARGIN, p->y + PAD + MONO_SIZE - 2, SANS, step);
    own = cell_height(p, step, story->columns);
    if (step > 0 && own > 0)
        fprintf(p->out, "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#8c959f\" stroke-dasharray=\"2 3\"/>\n",
                box_x(p, story->step[step].column), p->y + height - own / 2, box_x(p, story->columns));
    for (column = 0; column <= story->columns; column++) {
        bool is_own = step > 0 && column == story->step[step].column;

        own = cell_height(p, step, column);
        if (own > 0)
            put_box(p, step, column, is_own ? p->y : p->y + height - own);
    }
    p->y += height + BETWEEN;
}

static void put_heads(struct picture *p)
{
    size_t i;

    for (i = 0; i < p->story->lines; i++) {
        const struct story_line *line = &p->story->line[i];
        bool is_actor = line->column < p->story->columns;
        double x = is_actor ? life_x(p, line->column) - BAR : box_x(p, line->column);

        if (line->step != STORY_HEADS)
            continue;
        fprintf(p->out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"4\" fill=\"%s\"/>\n", x, p->y,
                box_x(p, line->column) + box_width(p, line->column) - x, HEAD_HEIGHT,
                is_actor ? tint(p, line->column, 0) : "#57606a");
        fprintf(p->out, "<text x=\"%.1f\" y=\"%.1f\" font-weight=\"bold\" fill=\"#ffffff\">", x + PAD, p->y + 17);
        put_text(p->out, line->text, strlen(line->text));
        fputs("</text>\n", p->out);
    }
    p->y += HEAD_HEIGHT;
}

/* From the heads to below the last step. */
static void put_lives(const struct picture *p, double top)
{
    double bottom = top;
    int column, step;

    for (step = 0; step <= p->story->steps; step++)
        bottom += step_height(p, step) + BETWEEN;
    for (column = 0; column < p->story->columns; column++)
        fprintf(p->out, "<path d=\"M%.1f %.1fV%.1f\" stroke=\"#c4cad1\" stroke-width=\"2\"/>\n", life_x(p, column), top,
                bottom);
}

static void put_steps(struct picture *p)
{
    int step;

    p->y = (int)p->y + 8; /* bars that meet on whole pixels leave no seam */
    fprintf(p->out, "<g %s font-size=\"%d\" fill=\"none\">\n", MONO, MONO_SIZE);
    put_heads(p);
    put_lives(p, p->y);
    p->y += BETWEEN / 2.0;
    for (step = 0; step <= p->story->steps; step++)
        if (step > 0 || p->story->has_rows)
            put_step(p, step);
    fputs("</g>\n", p->out);
    p->y += 8;
}

static void put_ending(struct picture *p)
{
    const struct story *story = p->story;

    put_paragraph(p, "", story->part[STORY_REST], 13, "fill=\"" INK "\"");
    put_paragraph(p, "", story->part[STORY_END], 16,
                  story->ends_bad ? "fill=\"" RED "\" font-weight=\"bold\"" : "fill=\"" INK "\" font-weight=\"bold\"");
    p->y += 6;
}

static void put_all(struct picture *p)
{
    const struct story *story = p->story;

    p->y = MARGIN;
    put_paragraph(p, "", story->part[STORY_HEADLINE], 20, "fill=\"" INK "\" font-weight=\"bold\"");
    fprintf(p->out, "<path d=\"M%d %.1fh48\" stroke=\"#%06x\" stroke-width=\"4\"/>\n", MARGIN, p->y + 2,
            (unsigned)colour_of(story->of->cell->variant.registered->strategy));
    p->y += 6;
    put_paragraph(p, "", story->part[STORY_VERDICT], 14, story->is_broken ? "fill=\"" RED "\"" : "fill=\"#1a7f37\"");
    put_paragraph(p, "", story->part[STORY_LEAD], 13, "fill=\"" INK "\"");
    if (story->steps > 0) {
        put_steps(p);
        put_ending(p);
    }
    put_paragraph(p, "Explored:", story->part[STORY_EXPLORED], 12, "fill=\"" GREY "\"");
    put_paragraph(p, "Not explored:", story->part[STORY_UNEXPLORED], 12, "fill=\"" GREY "\"");
    put_paragraph(p, "Play it again:", story->part[STORY_COMMAND], 12, "fill=\"" GREY "\"");
    p->y += MARGIN;
}

static void put_picture(FILE *out, const struct picture *p, const char *body)
{
    const struct story *story = p->story;

    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
            "role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">",
            p->width, p->y, p->width, p->y);
    put_text(out, story->part[STORY_HEADLINE], strlen(story->part[STORY_HEADLINE]));
    fputs("</title>\n<desc id=\"desc\">", out);
    put_text(out, story->part[STORY_VERDICT], strlen(story->part[STORY_VERDICT]));
    putc(' ', out);
    put_text(out, story->part[STORY_END], strlen(story->part[STORY_END]));
    fprintf(out, "</desc>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n%s</svg>\n", body);
}

/* The height is known when all is drawn. */
void story_svg(FILE *out, const struct exploration *exploration)
{
    struct story story;
    struct picture p = { .story = &story };
    char *body = NULL;
    size_t size;

    if (story_tell(&story, exploration) == 0) {
        p.out = open_memstream(&body, &size);
        if (p.out != NULL) {
            lay_out(&p);
            put_all(&p);
        }
        if (p.out == NULL || fclose(p.out) != 0)
            say_error("%s: out of memory for a picture", exploration->holder);
        else
            put_picture(out, &p, body);
        free(body);
    }
    story_free(&story);
}
