#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The nearest of n names to a misspelt word, or NULL when none is near enough to be meant. */
const char *text_nearest(const char *word, const char *const *names, size_t n);

/* 1500000 -> "1.5ms", 0 -> "0ms", 120000000000 -> "2m": what the scenario reader reads back to the same number. */
void text_duration(char *out, size_t size, int64_t ns);

/* snprintf() for what must not be cut, such as a path: 0, or -1 when it does not fit. */
int text_format(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What follows "name: " in a text that begins with it; else the text. */
const char *text_behind(const char *name, const char *text);

/* Columns of what help prints: the narrowest terminal in common use. */
#define TEXT_COLUMNS 80

/* Prints words of text, and a line feed, TEXT_COLUMNS to a line; the cursor is at `indent`, and so do further lines
 * begin. Characters are counted as bytes. */
void text_wrap(FILE *, size_t indent, const char *text);

/* A list of words: owned copies, in order. Zeroed = empty; text_list_free(NULL) is a no-op. */
struct text_list {
    char **items;
    size_t n;
};
int text_list_add(struct text_list *, const char *word, size_t length);
/* Appends copies of the words of another list: 0, or -1 when out of memory (what was appended so far stays). */
int text_list_copy(struct text_list *to, const struct text_list *from);
/* Splits at commas, trims blanks; empty pieces are refused (-1), as is an allocation that fails. */
int text_list_split(struct text_list *, const char *text);
bool text_list_has(const struct text_list *, const char *word);
void text_list_free(struct text_list *);

#endif
