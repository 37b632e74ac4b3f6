#ifndef REPORT_WRAP_H
#define REPORT_WRAP_H

#include <stddef.h>
#include <stdio.h>

/* No line of the terminal report is wider, and none has to be narrower. */
#define WRAP_COLUMNS   100
#define WRAP_NARROWEST 60

/* How wide the lines of `out` may be: as its terminal is, within the two above; WRAP_COLUMNS where it is none. */
size_t wrap_columns(FILE *out);

/* Columns a UTF-8 text takes, one per character. */
size_t wrap_width(const char *text);
/* Bytes of a text that go on a line of `room` columns: all of it, or up to a blank, or, where a word is wider than the
 * line, as much of that as there is room for. Blanks it begins with count; what follows may begin with some. */
size_t wrap_fit(const char *text, size_t room);
/* The most bytes of a text, of at most so many, that are whole characters. */
size_t wrap_whole(const char *text, size_t bytes);
/* Cuts a text wider than `columns`, of which there are more than three, to that: the last three are dots. */
void wrap_shorten(char *text, size_t columns);
/* Prints text between two blanks-indented margins: `first` columns before the first line, `rest` before the others, at
 * most wrap_columns() wide; breaks at blanks, and in a word only where it is wider than a line. Line feeds in the text
 * count as blanks. `before` and `after` go around each line (colour), after its margin. */
void wrap_print(FILE *out, size_t first, size_t rest, const char *before, const char *after, const char *text);

#endif
