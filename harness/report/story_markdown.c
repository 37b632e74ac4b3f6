#include <stdio.h>
#include <string.h>

#include "harness/report/page.h"
#include "harness/report/story.h"

/* Inside a table a bar ends a cell even in code; a grave accent in code needs a longer fence. */
static void put_code(FILE *out, const char *sql)
{
    const char *fence = strchr(sql, '`') != NULL ? "``" : "`";

    fputs(fence, out);
    for (; *sql != '\0'; sql++) {
        if (*sql == '|')
            putc('\\', out);
        putc(*sql, out);
    }
    fputs(fence, out);
}

static void put_line(FILE *out, const struct story_line *line)
{
    char words[512];

    if (line->bad)
        fputs("**", out);
    if (line->code >= 0) {
        snprintf(words, sizeof words, "%.*s", line->code, line->text);
        page_text(out, words);
        put_code(out, line->text + line->code);
    } else {
        page_text(out, line->text);
    }
    if (line->bad)
        fputs("**", out);
}

static void put_cell(FILE *out, const struct story *story, int step, int column)
{
    const char *between = " ";
    size_t i;

    for (i = 0; i < story->lines; i++)
        if (story->line[i].step == step && story->line[i].column == column) {
            fputs(between, out);
            put_line(out, &story->line[i]);
            between = "<br>";
        }
    fputs(" |", out);
}

static void put_table(FILE *out, const struct story *story)
{
    int columns = story->columns + story->has_rows, step, column;

    for (step = STORY_HEADS; step <= story->steps; step++) {
        if (step == 0 && !story->has_rows)
            continue;
        if (step > 0)
            fprintf(out, "| %d |", step);
        else
            fputs(step == STORY_HEADS ? "| # |" : "| |", out);
        for (column = 0; column < columns; column++)
            put_cell(out, story, step, column);
        putc('\n', out);
        if (step != STORY_HEADS)
            continue;
        fputs("|---:|", out);
        for (column = 0; column < columns; column++)
            fputs("---|", out);
        putc('\n', out);
    }
}

static void put_paragraph(FILE *out, const char *label, const char *text, bool bold)
{
    if (text[0] == '\0')
        return;
    fprintf(out, "%s%s", label, bold ? "**" : "");
    page_text(out, text);
    fprintf(out, "%s\n\n", bold ? "**" : "");
}

void story_markdown(FILE *out, const struct exploration *exploration)
{
    struct story story;

    if (story_tell(&story, exploration) == 0) {
        put_paragraph(out, "## ", story.part[STORY_HEADLINE], false);
        put_paragraph(out, "", story.part[STORY_VERDICT], false);
        if (story.steps > 0) {
            put_paragraph(out, "", story.part[STORY_LEAD], false);
            put_table(out, &story);
            putc('\n', out);
            put_paragraph(out, "", story.part[STORY_REST], false);
            put_paragraph(out, "", story.part[STORY_END], story.ends_bad);
        }
        put_paragraph(out, "Explored: ", story.part[STORY_EXPLORED], false);
        put_paragraph(out, "Not explored: ", story.part[STORY_UNEXPLORED], false);
        if (story.part[STORY_COMMAND][0] != '\0')
            fprintf(out, "```sh\n%s\n```\n", story.part[STORY_COMMAND]);
    }
    story_free(&story);
}
