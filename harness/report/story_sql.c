#include "harness/report/story_sql.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* An expression up to this long is its own best name: "count(*)". */
#define NAME_MOST 24

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static const char *past_blanks(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* Past a quoted name or string. */
static const char *past_quote(const char *at)
{
    const char *end = strchr(at + 1, *at);

    return end != NULL ? end + 1 : at + strlen(at);
}

void story_sql_write(FILE *out, const char *sql, const int64_t *values, int n)
{
    const char *end;
    long number;

    sql = past_blanks(sql);
    while (*sql != '\0') {
        if (*sql == '\'' || *sql == '"') {
            end = past_quote(sql);
            fwrite(sql, 1, (size_t)(end - sql), out);
            sql = end;
        } else if (*sql == '$' && isdigit((unsigned char)sql[1])) {
            number = strtol(sql + 1, (char **)&end, 10);
            if (number >= 1 && number <= n)
                fprintf(out, "%" PRId64, values[number - 1]);
            else
                fwrite(sql, 1, (size_t)(end - sql), out);
            sql = end;
        } else if (isspace((unsigned char)*sql)) {
            sql = past_blanks(sql);
            if (*sql != '\0')
                putc(' ', out);
        } else {
            putc(*sql++, out);
        }
    }
}

/* The keyword stands here, as a word of its own. */
static bool says(const char *sql, const char *at, const char *keyword)
{
    size_t n = strlen(keyword);

    return strncasecmp(at, keyword, n) == 0 && !is_word(at[n]) && (at == sql || !is_word(at[-1]));
}

/* The first of the keyword outside brackets and quotes, or NULL. */
static const char *find_outside(const char *sql, const char *keyword)
{
    const char *at = sql;
    int depth = 0;

    while (*at != '\0') {
        if (depth == 0 && says(sql, at, keyword))
            return at;
        if (*at == '\'' || *at == '"') {
            at = past_quote(at);
            continue;
        }
        depth += (*at == '(') - (*at == ')');
        at++;
    }
    return NULL;
}

/* Where an item of a list ends: at a comma, FROM or the end. */
static const char *end_of_item(const char *at)
{
    const char *begin = at;
    int depth = 0;

    while (*at != '\0' && (depth > 0 || (*at != ',' && !says(begin, at, "FROM")))) {
        if (*at == '\'' || *at == '"') {
            at = past_quote(at);
            continue;
        }
        depth += (*at == '(') - (*at == ')');
        at++;
    }
    return at;
}

static struct story_sql_column name_of(const char *item, const char *end)
{
    struct story_sql_column column = { .is_constant = true };
    const char *at;

    while (end > item && isspace((unsigned char)end[-1]))
        end--;
    while (item < end && isspace((unsigned char)*item))
        item++;
    for (at = item; at < end; at++)
        column.is_constant = column.is_constant && isdigit((unsigned char)*at);
    at = find_outside(item, "AS");
    if (at != NULL && at < end)
        item = past_blanks(at + 2);
    for (at = end; at > item && is_word(at[-1]); at--)
        ;
    if (at > item && at[-1] == '.')
        item = at; /* "e.available" */
    column.name = item;
    column.length = end - item <= NAME_MOST ? (int)(end - item) : 0;
    return column;
}

int story_sql_columns(const char *sql, struct story_sql_column *column, int most)
{
    const char *at, *end;
    int n = 0;

    sql = past_blanks(sql);
    at = find_outside(sql, "RETURNING");
    if (at != NULL)
        at += strlen("RETURNING");
    else if ((at = find_outside(sql, "SELECT")) != NULL && at == sql)
        at += strlen("SELECT");
    else
        return 0;
    for (; n < most; at = end + 1) {
        end = end_of_item(at);
        column[n++] = name_of(at, end);
        if (*end != ',')
            break;
    }
    return n > 0 && column[0].length == 1 && *column[0].name == '*' ? 0 : n;
}

const char *story_sql_verb(const char *sql)
{
    sql = past_blanks(sql);
    if (says(sql, sql, "INSERT"))
        return "adds";
    return says(sql, sql, "DELETE") ? "deletes" : "changes";
}

bool story_sql_locks(const char *sql)
{
    const char *at = find_outside(sql, "FOR");

    return at != NULL && (find_outside(at, "UPDATE") != NULL || find_outside(at, "SHARE") != NULL);
}
