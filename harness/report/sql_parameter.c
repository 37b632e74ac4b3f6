#include "harness/report/sql_parameter.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The next $n outside of quotes, or NULL. */
static const char *find_parameter(const char *at, int n)
{
    for (; *at != '\0'; at++) {
        if (*at == '\'' || *at == '"') {
            const char *end = strchr(at + 1, *at);

            if (end == NULL)
                return NULL;
            at = end;
        } else if (*at == '$' && isdigit((unsigned char)at[1]) && strtol(at + 1, NULL, 10) == n) {
            return at;
        }
    }
    return NULL;
}

/* Where what stands before `at` ends: blanks and brackets that open do not count. */
static const char *end_before(const char *sql, const char *at)
{
    while (at > sql && (isspace((unsigned char)at[-1]) || at[-1] == '('))
        at--;
    return at;
}

/* The word that ends at `end`; its length, 0 when there is none. */
static int word_before(const char *sql, const char *end, const char **word)
{
    const char *at = end;

    while (at > sql && is_word(at[-1]))
        at--;
    *word = at;
    return isdigit((unsigned char)*at) ? 0 : (int)(end - at);
}

static bool is_keyword(const char *word, int length, const char *keyword)
{
    return (int)strlen(keyword) == length && strncasecmp(word, keyword, (size_t)length) == 0;
}

/* "available - $2", "id = $1", "LIMIT $2". How much it tells: 0 nothing, 3 most. */
static int by_neighbour(const char *sql, const char *at, char *out, size_t size)
{
    const char *end = end_before(sql, at), *sign = end, *word;
    const char *format = "%.*s";
    int length, tells = 2;

    if (end > sql && strchr("=<>+-", end[-1]) != NULL) {
        while (sign > sql && strchr("=<>+-", sign[-1]) != NULL)
            sign--;
        if (end[-1] == '-' || end[-1] == '+')
            format = end[-1] == '-' ? "off %.*s" : "onto %.*s";
        else if (end - sign == 1 && *sign == '=')
            tells = 3;
        else
            tells = 1;
        length = word_before(sql, end_before(sql, sign), &word);
    } else {
        length = word_before(sql, end, &word);
        if (!is_keyword(word, length, "LIMIT"))
            return 0;
        format = "how many";
    }
    if (length == 0)
        return 0;
    snprintf(out, size, format, length, word);
    return tells;
}

/* Item number `item`, from 0, of a list in brackets that opens at `at`; its length. */
static int item_of(const char *at, int item, const char **word)
{
    const char *end;

    for (at++; item > 0 && *at != ')' && *at != '\0'; at++)
        item -= *at == ',';
    while (isspace((unsigned char)*at))
        at++;
    for (end = at; is_word(*end); end++)
        ;
    *word = at;
    return item == 0 ? (int)(end - at) : 0;
}

/* "INSERT INTO t (a, b) VALUES ($1, $2)", "… SELECT $1, id, $3 FROM …": which item of the list. */
static int by_place(const char *sql, const char *at, char *out, size_t size)
{
    const char *into = strstr(sql, "INSERT INTO "), *columns, *values, *word;
    int depth = 0, item = 0, length;

    if (into == NULL || (columns = strchr(into, '(')) == NULL || (values = strchr(columns, ')')) == NULL)
        return 0;
    values += 1 + strspn(values + 1, " \n");
    if (strncmp(values, "VALUES (", 8) != 0 && strncmp(values, "SELECT ", 7) != 0)
        return 0;
    values += *values == 'V' ? 8 : 7;
    if (at < values || strchr(",(", end_before(sql, at)[-1]) == NULL)
        if (at != values)
            return 0;
    for (; values < at; values++) {
        depth += (*values == '(') - (*values == ')');
        item += *values == ',' && depth == 0;
        if (depth < 0 || strncmp(values, " FROM ", 6) == 0)
            return 0;
    }
    length = depth == 0 ? item_of(columns, item, &word) : 0;
    if (length == 0)
        return 0;
    snprintf(out, size, "%.*s", length, word);
    return 3;
}

void sql_parameter_name(const char *sql, int n, char *out, size_t size)
{
    const char *at = sql;
    char name[80];
    int best = 0, tells;

    out[0] = '\0';
    for (; (at = find_parameter(at, n)) != NULL; at++) {
        if ((tells = by_place(sql, at, name, sizeof name)) == 0)
            tells = by_neighbour(sql, at, name, sizeof name);
        if (tells > best) {
            best = tells;
            snprintf(out, size, "%s", name);
        }
    }
}
