#ifndef REPORT_SHEET_H
#define REPORT_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A csv file of the run folder (RFC 4180), read row by row; its first row names the columns. */
#define SHEET_COLUMNS 64

struct sheet {
    FILE *file;
    const char *path;
    char *line, *names; /* the current row and the header, cut into fields in place */
    size_t size;
    char *name[SHEET_COLUMNS], *field[SHEET_COLUMNS];
    size_t columns, fields;
};

/* 0; or -1 with errno: no such file, or it has no header. path stays the caller's. sheet_close() only after 0. */
int sheet_open(struct sheet *, const char *path);
/* False at the end. A row that is too short or broken ends the sheet as well: the run was cut there. */
bool sheet_next(struct sheet *);
/* The index of a column, or -1. */
int sheet_column(const struct sheet *, const char *name);
/* "" for an index that is none. */
const char *sheet_text(const struct sheet *, int column);
/* NAN when empty. */
double sheet_number(const struct sheet *, int column);
void sheet_close(struct sheet *);

#endif
