#ifndef REPORT_STORY_SQL_H
#define REPORT_STORY_SQL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A strategy's SQL as people read it in a story. */

/* The text with $1, $2, … replaced by values. Runs of blanks become one. */
void story_sql_write(FILE *out, const char *sql, const int64_t *values, int n);
/* One column of what a SELECT, or a RETURNING, answers. */
struct story_sql_column {
    const char *name; /* into the SQL; not terminated */
    int length;       /* 0: it has no name worth reading */
    bool is_constant; /* "SELECT 1 FROM …": its value says nothing */
};
/* Columns found, at most `most`; 0: none can be told from the text. */
int story_sql_columns(const char *sql, struct story_sql_column *, int most);
/* "adds", "changes", "deletes": by what the statement begins with. */
const char *story_sql_verb(const char *sql);
/* It locks the rows it reads. */
bool story_sql_locks(const char *sql);

#endif
