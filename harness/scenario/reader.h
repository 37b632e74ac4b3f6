#ifndef SCENARIO_READER_H
#define SCENARIO_READER_H

#include <stddef.h>

/* Reads one INI file into its lines, as strictly as libinih is lenient: what it would cut, merge or skip without a word
 * is refused here. What the keys mean is none of the reader's business. */

/* libinih cuts what is longer than this. */
#define READER_LINE_MAX 199
#define READER_FILE_MAX (1024 * 1024)

/* section.key = value. A [section] without keys is one entry with key NULL. */
struct entry {
    char *section, *key, *value;
    int line;
};

struct ini {
    char *path;     /* as it is shown: without the current folder in front */
    char *question; /* the first comment, on one line; "" when there is none */
    struct entry *entries;
    size_t n;
    /* The first error of the text: entries end before it. "" when there was none. */
    int error_line;
    char error[256];
};

/* EXIT_OK, though error may be set: an earlier entry may be the first mistake of the file, so its meaning is checked
 * first. EXIT_USAGE after one line when the file cannot be read at all. place begins that line ("" when it is not named
 * by a file). */
int reader_read(struct ini *, const char *path, const char *place);
/* The path without the current folder in front: part of it. */
const char *reader_shown(const char *path);
void reader_free(struct ini *); /* NULL and zeroed are no-ops */

#endif
