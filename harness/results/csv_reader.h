#ifndef RESULTS_CSV_READER_H
#define RESULTS_CSV_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads what csv.h writes, and what spreadsheets make of it: a header line whose columns may stand in any order, then
 * rows of as many fields. Quotes may stand around a field, not inside one; lines end in LF or CRLF, the last one too,
 * or the file is cut off. Pure: bytes in, fields out; any thread. */

#define CSV_READER_COLUMNS 24

/* A column that is known, by its index in a table that ends in NULL. Needed ones come first in it. */
struct csv_table {
    const char *const *columns;
    int needed;
};

struct csv_reader {
    const struct csv_table *table;
    const char *at, *end;
    int64_t line;                          /* of what is being read, from 1                         */
    int width;                             /* fields in a row                                       */
    int8_t column[CSV_READER_COLUMNS];     /* of a row's n-th field                                 */
    const char *field[CSV_READER_COLUMNS]; /* of a column in this row; not terminated               */
    size_t length[CSV_READER_COLUMNS];     /* 0: empty, or the file has no such column              */
    char error[200];                       /* "" or why the line was refused                        */
};

/* Takes the header. 0, or -1 with error and line set. The bytes must outlive the reader. */
int csv_reader_open(struct csv_reader *, const struct csv_table *, const char *bytes, size_t n);
/* 1: a row is there; 0: the end; -1: refused. */
int csv_reader_next(struct csv_reader *);
bool csv_reader_has(const struct csv_reader *, int column); /* in the header */
/* A whole number from least to most. 0, or -1 with error set. */
int csv_reader_int(struct csv_reader *, int column, int64_t least, int64_t most, int64_t *out);
/* Index of the word, NULL entries aside. 0, or -1 with error set. */
int csv_reader_word(struct csv_reader *, int column, const char *const *words, int n, int *out);
/* Refuses the line: always -1. */
int csv_reader_refuse(struct csv_reader *, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
