#include <stdio.h>
#include <string.h>

#include "harness/report/paint.h"
#include "harness/report/story.h"
#include "harness/report/story_cell.h"
#include "harness/report/story_verdict.h"
#include "harness/report/wrap.h"

#define WIDTH_LEAST 40
/* Columns before the first actor: a step's number. */
#define MARGIN 4
/* Of an actor's column: "│ " before the text, a blank behind it. */
#define BAR 2
#define GAP 1
/* Columns of text an actor needs beside rows afterwards, and at all; more than the most is hard to read. */
#define ROOM_BESIDE 24
#define ROOM_LEAST  16
#define ROOM_MOST   60

/* What does not find room beside the actors goes below the step; actors who do not stand below each other. */
enum layout { LAYOUT_BESIDE, LAYOUT_BELOW, LAYOUT_LIST };

struct page {
    const struct story *story;
    FILE *out;
    size_t width;
    bool colour;
    enum layout layout;
    size_t room;   /* for the text of an actor     */
    size_t blanks; /* owed before the next text    */
};

static const char *paint(const struct page *page, const char *sequence)
{
    return page->colour ? sequence : "";
}

static void paragraph(const struct page *page, const char *colour, const char *label, const char *text)
{
    size_t margin = strlen(label), n;
    bool first = true;

    while (*text != '\0') {
        n = wrap_fit(text, page->width - margin);
        fprintf(page->out, "%s%s%.*s%s\n",
                first        ? label
                : margin > 0 ? "  "
                             : "",
                paint(page, colour), (int)n, text, colour[0] != '\0' ? paint(page, PLAIN) : "");
        text += n;
        text += strspn(text, " ");
        margin = margin > 0 ? 2 : 0;
        first = false;
    }
}

/* ---- the table ---- */

static size_t widest_row(const struct story *story)
{
    size_t widest = 0, n, i;

    for (i = 0; i < story->lines; i++)
        if (story->line[i].column == story->columns && (n = wrap_width(story->line[i].text)) > widest)
            widest = n;
    return widest;
}

static size_t room_of(size_t width, int columns)
{
    size_t share = columns > 0 ? width / (size_t)columns : width, room = share > BAR + GAP ? share - BAR - GAP : 0;

    return room < ROOM_MOST ? room : ROOM_MOST;
}

static void lay_out(struct page *page)
{
    const struct story *story = page->story;
    size_t all = page->width - MARGIN, rows = story->has_rows ? widest_row(story) : 0;

    page->layout = LAYOUT_BESIDE;
    page->room = room_of(all > rows ? all - rows : 0, story->columns);
    if (page->room >= (story->has_rows ? ROOM_BESIDE : ROOM_LEAST))
        return;
    page->layout = LAYOUT_BELOW;
    page->room = room_of(all, story->columns);
    if (page->room < ROOM_LEAST)
        page->layout = LAYOUT_LIST;
}

static void put(struct page *page, const char *before, const char *text, size_t bytes, const char *after)
{
    fprintf(page->out, "%*s%s%.*s%s", (int)page->blanks, "", paint(page, before), (int)bytes, text, paint(page, after));
    page->blanks = 0;
}

static void end_line(struct page *page)
{
    putc('\n', page->out);
    page->blanks = 0;
}

static void put_bar(struct page *page, enum story_bar bar)
{
    const char *text = bar == STORY_IN_TX ? "│" : "┊";

    if (bar != STORY_IDLE)
        put(page, DIM, text, strlen(text), PLAIN);
    page->blanks += bar != STORY_IDLE ? BAR - 1 : BAR;
}

static void put_piece(struct page *page, const struct story_piece *piece)
{
    const char *colour = piece->line->bad ? RED : "";
    char text[512];

    page->blanks += piece->indent;
    snprintf(text, sizeof text, "%.*s", piece->bytes, piece->text);
    put(page, colour, text, strlen(text), piece->line->bad ? PLAIN : "");
    page->blanks += page->room > wrap_width(text) + piece->indent ? page->room - wrap_width(text) - piece->indent : 0;
    page->blanks += GAP;
}

/* One step, or the heads: each column from its own cursor. Who does something begins at the top; what comes of it
 * stands at the bottom. */
static void put_step(struct page *page, int step)
{
    const struct story *story = page->story;
    int shown = story->columns + (page->layout == LAYOUT_BESIDE && story->has_rows), column, row, rows = 0;
    int height[TRACE_ACTORS + 1], own = step > 0 ? story->step[step].column : -1;
    struct story_cell cell[TRACE_ACTORS + 1];
    struct story_piece piece;
    char number[16];

    for (column = 0; column < shown; column++) {
        size_t room = column < story->columns ? page->room : page->width;

        story_cell_open(&cell[column], story, step, column, room);
        height[column] = story_cell_height(story, step, column, room);
        rows = height[column] > rows ? height[column] : rows;
    }
    for (row = 0; row < rows; row++) {
        snprintf(number, sizeof number, "%2d", step);
        if (row == 0 && step > 0)
            put(page, DIM, number, strlen(number), PLAIN);
        page->blanks += row == 0 && step > 0 ? MARGIN - strlen(number) : MARGIN;
        for (column = 0; column < shown; column++) {
            if (column < story->columns)
                put_bar(page, step > 0 ? story->step[step].during[column] : STORY_IDLE);
            if ((column == own ? row < height[column] : row >= rows - height[column]) &&
                story_cell_next(&cell[column], &piece))
                put_piece(page, &piece);
            else
                page->blanks += page->room + GAP;
        }
        end_line(page);
    }
}

/* Rows afterwards on lines of their own. */
static void put_rows(struct page *page, int step)
{
    const struct story *story = page->story;
    const char *label = step == 0 ? "at first: " : "rows: ";
    size_t at = 0, i;

    for (i = 0; i < story->lines; i++) {
        const struct story_line *line = &story->line[i];
        size_t width = wrap_width(line->text);

        if (line->step != step || line->column != story->columns)
            continue;
        if (at > 0 && at + 3 + width > page->width) {
            end_line(page);
            at = 0;
        }
        if (at == 0) {
            page->blanks = MARGIN + BAR;
            put(page, DIM, label, strlen(label), PLAIN);
            at = MARGIN + BAR + strlen(label);
        } else {
            put(page, "", " · ", strlen(" · "), "");
            at += 3;
        }
        put(page, line->bad ? RED : "", line->text, strlen(line->text), line->bad ? PLAIN : "");
        at += width;
    }
    if (at > 0)
        end_line(page);
}

/* Between two steps: who is in a transaction, who waits. */
static void put_between(struct page *page, int step)
{
    int column;

    page->blanks = MARGIN;
    for (column = 0; page->layout != LAYOUT_LIST && column < page->story->columns; column++) {
        put_bar(page, page->story->step[step].after[column]);
        page->blanks += page->room + GAP;
    }
    end_line(page);
}

static void put_rule(struct page *page)
{
    const struct story *story = page->story;
    size_t n = MARGIN + (size_t)story->columns * (BAR + page->room + GAP);

    if (page->layout == LAYOUT_BESIDE && story->has_rows)
        n += widest_row(story);
    fputs(paint(page, DIM), page->out);
    while (n-- > 0)
        fputs("─", page->out);
    fprintf(page->out, "%s\n", paint(page, PLAIN));
}

/* Who does something, below each other. */
static void put_listed(struct page *page, int step)
{
    const struct story *story = page->story;
    struct story_cell cell;
    struct story_piece piece;
    char number[16];
    int place, column;
    size_t i;

    for (place = 0; place < story->columns; place++) {
        /* The one whose step it is comes first. */
        column = place == 0 ? story->step[step].column : place - (place <= story->step[step].column);
        page->room = page->width - MARGIN - BAR;
        if (story_cell_height(story, step, column, page->room) == 0)
            continue;
        snprintf(number, sizeof number, "%2d", step);
        if (place == 0)
            put(page, DIM, number, strlen(number), PLAIN);
        page->blanks = place == 0 ? MARGIN - strlen(number) : MARGIN;
        for (i = 0; i < story->lines; i++)
            if (story->line[i].step == STORY_HEADS && story->line[i].column == column)
                put(page, "", story->line[i].text, strlen(story->line[i].text), "");
        end_line(page);
        story_cell_open(&cell, story, step, column, page->room);
        while (story_cell_next(&cell, &piece)) {
            page->blanks = MARGIN + BAR;
            put_piece(page, &piece);
            end_line(page);
        }
    }
}

static void put_table(struct page *page)
{
    const struct story *story = page->story;
    int step;

    lay_out(page);
    if (page->layout != LAYOUT_LIST) {
        put_step(page, STORY_HEADS);
        put_rule(page);
    }
    for (step = 0; step <= story->steps; step++) {
        if (page->layout != LAYOUT_LIST)
            put_step(page, step);
        else if (step > 0)
            put_listed(page, step);
        if (page->layout != LAYOUT_BESIDE)
            put_rows(page, step);
        if (step < story->steps && (step > 0 || story->has_rows))
            put_between(page, step);
    }
    putc('\n', page->out);
}

void story_line(FILE *out, const struct exploration *exploration)
{
    story_verdict_line(out, exploration);
    putc('\n', out);
}

void story_text(FILE *out, const struct exploration *exploration, int width, bool colour)
{
    struct story story;
    struct page page = {
        .story = &story, .out = out, .width = (size_t)(width > WIDTH_LEAST ? width : WIDTH_LEAST), .colour = colour
    };

    if (story_tell(&story, exploration) == 0) {
        paragraph(&page, BOLD, "", story.part[STORY_HEADLINE]);
        paragraph(&page, story.is_broken ? RED : GREEN, "", story.part[STORY_VERDICT]);
        putc('\n', out);
        if (story.steps > 0) {
            paragraph(&page, "", "", story.part[STORY_LEAD]);
            putc('\n', out);
            put_table(&page);
            paragraph(&page, "", "", story.part[STORY_REST]);
            paragraph(&page, story.ends_bad ? RED : "", "", story.part[STORY_END]);
            putc('\n', out);
        }
        paragraph(&page, "", "Explored: ", story.part[STORY_EXPLORED]);
        paragraph(&page, "", "Not explored: ", story.part[STORY_UNEXPLORED]);
        if (story.part[STORY_COMMAND][0] != '\0') /* in one line, however long: it is there to be copied */
            fprintf(out, "Play it again:\n  %s\n", story.part[STORY_COMMAND]);
    }
    story_free(&story);
}
