#ifdef HAVE_LIBPQ
#include "harness/db/conninfo.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More options than libpq has. */
#define OPTIONS 96

int conninfo_parse(struct conninfo *info, const char *text, char *reason, size_t reason_size)
{
    char *complaint = NULL;

    if ((info->options = PQconninfoParse(text, &complaint)) != NULL)
        return 0;
    snprintf(reason, reason_size,
             "not a valid libpq connection string (such as: host=localhost dbname=test user=ana; or postgresql://…)");
    PQfreemem(complaint);
    return -1;
}

void conninfo_free(struct conninfo *info)
{
    PQconninfoFree(info->options);
    info->options = NULL;
}

static bool is_secret(const PQconninfoOption *option)
{
    return option->dispchar[0] == '*' || option->dispchar[0] == 'D';
}

void conninfo_describe(const struct conninfo *info, char *out, size_t size)
{
    const PQconninfoOption *option;
    size_t used = 0;

    out[0] = '\0';
    for (option = info->options; option->keyword != NULL; option++)
        if (option->val != NULL && option->val[0] != '\0' && !is_secret(option) && used < size)
            used +=
                (size_t)snprintf(out + used, size - used, "%s%s=%s", used > 0 ? " " : "", option->keyword, option->val);
}

static void blot_out(char *text, const char *secret)
{
    size_t length = secret != NULL ? strlen(secret) : 0, stars;
    char *at;

    while (length > 0 && (at = strstr(text, secret)) != NULL) {
        stars = length < 3 ? length : 3;
        memset(at, '*', stars);
        memmove(at + stars, at + length, strlen(at + length) + 1);
        if (strspn(secret, "*") == length)
            break; /* would be found for ever */
        text = at + stars;
    }
}

static void on_one_line(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' '))
        text[--length] = '\0';
    for (; *text != '\0'; text++)
        if (*text == '\n' || *text == '\t')
            *text = *text == '\n' ? ';' : ' ';
}

void conninfo_scrub(const struct conninfo *info, char *text)
{
    const PQconninfoOption *option;

    for (option = info->options; option != NULL && option->keyword != NULL; option++)
        if (is_secret(option))
            blot_out(text, option->val);
    blot_out(text, getenv("PGPASSWORD"));
    on_one_line(text);
}

static void be_silent(void *arg, const PGresult *notice)
{
    (void)arg;
    (void)notice;
}

static const char *remedy(const char *message)
{
    if (strstr(message, "too many clients") != NULL || strstr(message, "too many connections") != NULL ||
        strstr(message, "connection slots") != NULL)
        return "; raise the server's max_connections or lower [db] pool";
    if (strstr(message, "Too many open files") != NULL)
        return "; raise `ulimit -n` or lower [db] pool";
    return "";
}

PGconn *conninfo_connect(const struct conninfo *info, const char *application, char *error, size_t error_size)
{
    const char *keywords[OPTIONS] = { "connect_timeout", "application_name" };
    const char *values[OPTIONS] = { "10", application };
    const PQconninfoOption *option;
    char message[1024];
    size_t n = 2;
    PGconn *pq;

    for (option = info->options; option->keyword != NULL && n < OPTIONS - 1; option++)
        if (option->val != NULL && strcmp(option->keyword, "application_name") != 0) {
            keywords[n] = option->keyword;
            values[n++] = option->val;
        }
    pq = PQconnectdbParams(keywords, values, 0);
    if (PQstatus(pq) == CONNECTION_OK) {
        PQsetNoticeReceiver(pq, be_silent, NULL);
        return pq;
    }
    snprintf(message, sizeof message, "%s", pq != NULL ? PQerrorMessage(pq) : "out of memory");
    conninfo_scrub(info, message);
    snprintf(error, error_size, "%s%s", message, remedy(message));
    PQfinish(pq);
    return NULL;
}
#endif
