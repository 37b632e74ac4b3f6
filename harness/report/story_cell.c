#include "harness/report/story_cell.h"

#include <ctype.h>
#include <string.h>

#include "harness/report/wrap.h"

void story_cell_open(struct story_cell *cell, const struct story *story, int step, int column, size_t room)
{
    *cell = (struct story_cell){ .story = story, .step = step, .column = column, .room = room };
}

static bool is_one_of(char c, const char *chars)
{
    return c != '\0' && strchr(chars, c) != NULL;
}

/* "SELECT", "WHERE": what follows belongs to it. */
static bool ends_keyword(const char *text, size_t n)
{
    size_t begin = n;

    while (begin > 0 && isupper((unsigned char)text[begin - 1]))
        begin--;
    return n - begin > 1 && (begin == 0 || text[begin - 1] == ' ');
}

/* A blank between what is read together: "id = 1", "(1, 1, 2)", "WHERE id". */
static bool joins(const char *text, size_t n)
{
    return is_one_of(text[n - 1], "=<>+-") || is_one_of(text[n + 1], "=<>+-") ||
           (text[n - 1] == ',' && isdigit((unsigned char)text[n + 1])) || ends_keyword(text, n);
}

/* Bytes that go on a line: such blanks are kept where enough of it is left. */
static size_t fit(const char *text, size_t room)
{
    size_t most = wrap_fit(text, room), n;

    if (text[most] == '\0')
        return most;
    for (n = most; n > most / 4; n--)
        if (text[n] == ' ' && !joins(text, n))
            return n;
    return most;
}

bool story_cell_next(struct story_cell *cell, struct story_piece *piece)
{
    const struct story *story = cell->story;
    size_t indent = cell->at != NULL ? STORY_CELL_INDENT : 0, n;

    while (cell->at == NULL) {
        if (cell->next == story->lines)
            return false;
        if (story->line[cell->next].step == cell->step && story->line[cell->next].column == cell->column)
            cell->at = story->line[cell->next].text;
        cell->next++;
    }
    n = fit(cell->at, cell->room - indent);
    *piece = (struct story_piece){
        .line = &story->line[cell->next - 1], .text = cell->at, .bytes = (int)n, .indent = indent
    };
    cell->at += n;
    cell->at += strspn(cell->at, " ");
    if (*cell->at == '\0')
        cell->at = NULL;
    return true;
}

int story_cell_height(const struct story *story, int step, int column, size_t room)
{
    struct story_cell cell;
    struct story_piece piece;
    int n = 0;

    story_cell_open(&cell, story, step, column, room);
    while (story_cell_next(&cell, &piece))
        n++;
    return n;
}
