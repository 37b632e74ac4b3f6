#include "harness/results/redact.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void blank(char *from, const char *to)
{
    while (from < to)
        *from++ = '*';
}

/* The end of a value that begins at `at`: libpq allows 'quoted values' with \ before a quote; otherwise it ends at a
 * blank, in a URI also at the next parameter. */
static char *value_end(char *at, bool uri)
{
    if (*at == '\'') {
        for (at++; *at != '\0' && *at != '\''; at++)
            if (*at == '\\' && at[1] != '\0')
                at++;
        return at;
    }
    while (*at != '\0' && !isspace((unsigned char)*at) && !(uri && *at == '&')) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        at++;
    }
    return at;
}

/* PGPASSWORD=x, password = x, sslpassword=x, pwd=x, … */
static void blank_keys(char *text, bool uri)
{
    static const char *const words[] = { "password", "passwd", "pwd", "passphrase", "secret" };

    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
        char *at = text;

        while ((at = strcasestr(at, words[w])) != NULL) {
            at += strlen(words[w]);
            at += strspn(at, " \t");
            if (*at != '=')
                continue;
            at++;
            at += strspn(at, " \t");
            blank(*at == '\'' ? at + 1 : at, value_end(at, uri));
        }
    }
}

/* scheme://user:password@host: up to the last @ of the word, as a password may hold one. */
static void blank_authority(char *text)
{
    for (char *at = strstr(text, "://"); at != NULL; at = strstr(at + 3, "://")) {
        char *user = at + 3, *end = user + strcspn(user, " \t\r\n"), *colon, *host = NULL;

        for (char *c = user; c < end; c++)
            if (*c == '@')
                host = c;
        if (host == NULL)
            continue;
        colon = memchr(user, ':', (size_t)(host - user));
        if (colon != NULL)
            blank(colon + 1, host);
    }
}

void redact_text(char *text)
{
    blank_authority(text);
    blank_keys(text, strstr(text, "://") != NULL);
}

json_t *redact_string(const char *text)
{
    json_t *string = json_string(text);
    char *copy;

    if (string != NULL || (copy = strdup(text)) == NULL)
        return string;
    for (char *c = copy; *c != '\0'; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    string = json_string(copy);
    free(copy);
    return string;
}

json_t *redact_command(int argc, char *const *argv)
{
    json_t *command = json_array();

    for (int i = 0; i < argc; i++) {
        const char *slash = i == 0 ? strrchr(argv[i], '/') : NULL;
        char *copy = strdup(slash != NULL ? slash + 1 : argv[i]);

        if (copy == NULL) {
            json_decref(command);
            return NULL;
        }
        redact_text(copy);
        if (json_array_append_new(command, redact_string(copy)) != 0) {
            free(copy);
            json_decref(command);
            return NULL;
        }
        free(copy);
    }
    return command;
}
