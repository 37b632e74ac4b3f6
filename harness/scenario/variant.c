#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/scenario/cell.h"

#define RETRY "retry."

static int unknown_option(const struct strategy *strategy, const char *name, const char *place)
{
    const char *names[VARIANT_OPTIONS_MAX] = { NULL }, *near;
    size_t n = 0;

    for (const struct option *row = strategy->options; row != NULL && row->name != NULL; row++)
        names[n++] = row->name;
    near = text_nearest(name, names, n);
    if (n == 0)
        say_error("%s: strategy '%s' has no options, so no '%s'", place, strategy->name, name);
    else if (near != NULL)
        say_error("%s: strategy '%s' has no option '%s'; did you mean '%s'?", place, strategy->name, name, near);
    else
        say_error("%s: strategy '%s' has no option '%s' (lastseat show %s)", place, strategy->name, name,
                  strategy->name);
    return EXIT_USAGE;
}

static const struct option *row_of(const struct strategy *strategy, const char *name)
{
    return strategy->options != NULL ? option_find(strategy->options, NULL, name) : NULL;
}

static uint64_t bit_of(const struct strategy *strategy, const struct option *row)
{
    return UINT64_C(1) << (row - strategy->options);
}

/* Where the next ":option=" begins, or the end: a colon starts an option only before [a-z_]+= */
static char *next_option(char *text)
{
    for (; *text != '\0'; text++) {
        size_t word = *text == ':' ? strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;

        if (word > 0 && text[1 + word] == '=')
            break;
    }
    return text;
}

/* One "option=value", cut out of the text. */
static int put_option(struct variant *v, char *text, const char *place)
{
    const struct strategy *strategy = v->registered->strategy;
    char *value = strchr(text, '=');
    const struct option *row;
    char error[512];

    *value++ = '\0';
    row = row_of(strategy, text);
    if (row == NULL)
        return unknown_option(strategy, text, place);
    if ((v->written & bit_of(strategy, row)) != 0) {
        say_error("%s: '%s' sets %s twice", place, strategy->name, text);
        return EXIT_USAGE;
    }
    if (value[0] == '\0') {
        say_error("%s: %s:%s has no value; write one, or leave it out", place, strategy->name, text);
        return EXIT_USAGE;
    }
    if (option_parse(row, v->options, value, error, sizeof(error)) != 0) {
        say_error("%s: %s:%s: %s", place, strategy->name, text, error);
        return EXIT_USAGE;
    }
    v->written |= bit_of(strategy, row);
    return EXIT_OK;
}

static int put_options(struct variant *v, char *text, const char *place)
{
    int failed = EXIT_OK;

    while (*text != '\0' && failed == EXIT_OK) {
        char *end = next_option(text + 1);
        char colon = *end;

        *end = '\0';
        failed = put_option(v, text + 1, place);
        *end = colon;
        text = end;
    }
    return failed;
}

static int write_name(struct variant *v, const char *place)
{
    const struct strategy *strategy = v->registered->strategy;
    char value[OPTION_TEXT_SIZE];
    size_t used = (size_t)snprintf(v->name, sizeof(v->name), "%s", strategy->name);

    for (const struct option *row = strategy->options; row != NULL && row->name != NULL; row++) {
        if ((v->written & bit_of(strategy, row)) == 0)
            continue;
        option_print(row, v->options, value, sizeof(value));
        if (used < sizeof(v->name))
            used += (size_t)snprintf(v->name + used, sizeof(v->name) - used, ":%s=%s", row->name, value);
    }
    if (used < sizeof(v->name))
        return EXIT_OK;
    say_error("%s: '%s…' is longer than %zu bytes; put options into [strategy.%s]", place, strategy->name,
              sizeof(v->name) - 1, strategy->name);
    return EXIT_USAGE;
}

static int start(struct variant *v, const struct registered *registered, const char *place)
{
    const struct strategy *strategy = registered->strategy;
    struct scenario scratch = { 0 };

    option_defaults(scenario_options, &scratch);
    *v = (struct variant){ .registered = registered, .retry = scratch.retry };
    scenario_free(&scratch);
    if (strategy->options == NULL)
        return EXIT_OK;
    v->options = calloc(1, strategy->options_size);
    if (v->options == NULL) {
        say_error("%s: out of memory", place);
        return EXIT_ERROR;
    }
    option_defaults(strategy->options, v->options);
    return EXIT_OK;
}

int variant_parse(struct variant *v, const char *text, const char *place)
{
    char *copy = strdup(text), *options, *stray;
    const struct registered *registered;
    int failed;
    char colon;

    *v = (struct variant){ 0 };
    if (copy == NULL) {
        say_error("%s: out of memory", place);
        return EXIT_ERROR;
    }
    options = next_option(copy);
    colon = *options;
    *options = '\0';
    stray = strchr(copy, ':');
    if (stray != NULL) {
        say_error("%s: '%s' is not option=value; write name:option=value", place, stray + 1);
        failed = EXIT_USAGE;
        goto out;
    }
    registered = registry_get(copy, place);
    failed = registered != NULL ? start(v, registered, place) : EXIT_USAGE;
    *options = colon;
    if (failed == EXIT_OK)
        failed = put_options(v, options, place);
    if (failed == EXIT_OK)
        failed = write_name(v, place);
    if (failed != EXIT_OK)
        variant_free(v);
out:
    free(copy);
    return failed;
}

static int override_retry(struct variant *v, const struct override *o, bool swept)
{
    const char *key = o->key + strlen(RETRY);
    const struct option *row = option_find(scenario_options, "retry", key);
    struct scenario scratch = { .retry = v->retry };
    char error[512];

    if (row == NULL) {
        say_error("%s: unknown key '%s' in [strategy.%s]; write retry.attempts, retry.backoff or retry.on", o->place,
                  o->key, o->strategy);
        return EXIT_USAGE;
    }
    if (swept && row->type == OPTION_SET) {
        say_error("%s: strategy.%s.%s cannot be swept: its commas are those of a list", o->place, o->strategy, o->key);
        return EXIT_USAGE;
    }
    if (option_parse(row, &scratch, o->value, error, sizeof(error)) != 0) {
        say_error("%s: [strategy.%s] %s: %s", o->place, o->strategy, o->key, error);
        return EXIT_USAGE;
    }
    v->retry = scratch.retry;
    return EXIT_OK;
}

int variant_override(struct variant *v, const struct override *o, bool swept)
{
    const struct strategy *strategy = v->registered->strategy;
    const struct option *row;
    char error[512];

    if (strncmp(o->key, RETRY, strlen(RETRY)) == 0)
        return override_retry(v, o, swept);
    row = row_of(strategy, o->key);
    if (row == NULL)
        return unknown_option(strategy, o->key, o->place);
    if ((v->written & bit_of(strategy, row)) != 0) {
        if (!swept)
            return EXIT_OK;
        say_error("%s: strategy.%s.%s is swept, and '%s' sets it too; take it out of one of them", o->place,
                  strategy->name, o->key, v->name);
        return EXIT_USAGE;
    }
    if (option_parse(row, v->options, o->value, error, sizeof(error)) != 0) {
        say_error("%s: [strategy.%s] %s: %s", o->place, strategy->name, o->key, error);
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

void variant_print(const struct variant *v, const char *key, char *out, size_t size)
{
    struct scenario scratch = { .retry = v->retry };

    if (strncmp(key, RETRY, strlen(RETRY)) == 0)
        option_print(option_find(scenario_options, "retry", key + strlen(RETRY)), &scratch, out, size);
    else
        option_print(row_of(v->registered->strategy, key), v->options, out, size);
}

bool variant_does_same(const struct variant *a, const struct variant *b)
{
    char of_a[OPTION_TEXT_SIZE], of_b[OPTION_TEXT_SIZE];

    if (a->registered != b->registered)
        return false;
    for (const struct option *row = a->registered->strategy->options; row != NULL && row->name != NULL; row++) {
        option_print(row, a->options, of_a, sizeof(of_a));
        option_print(row, b->options, of_b, sizeof(of_b));
        if (strcmp(of_a, of_b) != 0)
            return false;
    }
    return true;
}

void variant_free(struct variant *v)
{
    if (v == NULL)
        return;
    if (v->options != NULL)
        option_free(v->registered->strategy->options, v->options);
    free(v->options);
    *v = (struct variant){ 0 };
}
