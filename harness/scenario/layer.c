#include "harness/scenario/layer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/scenario/registry.h"

#define STRATEGY "strategy."

static int out_of_memory(const char *place)
{
    say_error("%s: %s", place, strerror(ENOMEM));
    return EXIT_ERROR;
}

const char *layer_split(const char *full, char *section, size_t size)
{
    const char *dot = strchr(full, '.');

    if (dot != NULL && strncmp(full, STRATEGY, strlen(STRATEGY)) == 0)
        dot = strchr(full + strlen(STRATEGY), '.');
    if (dot == NULL || dot == full || dot[1] == '\0' || (size_t)(dot - full) >= size)
        return NULL;
    snprintf(section, size, "%.*s", (int)(dot - full), full);
    return dot + 1;
}

void layer_place(char *out, size_t size, const char *path, int line)
{
    char number[16] = "";
    size_t room, length = strlen(path);

    if (line > 0)
        snprintf(number, sizeof(number), ":%d", line);
    room = size - 1 - strlen(number);
    if (length > room) {
        static const char cut[] = "...";

        path += length - room + strlen(cut);
        snprintf(out, size, "%s%s%s", cut, path, number);
    } else {
        snprintf(out, size, "%s%s", path, number);
    }
}

/* ---- unknown names ----------------------------------------------------------------------------------------------- */

static int unknown_section(const struct layer_line *line)
{
    const char *names[64] = { "sweep", "strategy.NAME" };
    size_t n = 2;
    const char *near;

    for (const struct option *row = scenario_options; row->name != NULL && n < 64; row++)
        if (strcmp(names[n - 1], row->section) != 0)
            names[n++] = row->section;
    near = text_nearest(line->section, names, n);
    if (near != NULL)
        say_error("%s: unknown section [%s]; did you mean [%s]?", line->place, line->section, near);
    else
        say_error("%s: unknown section [%s] (lastseat help scenario)", line->place, line->section);
    return EXIT_USAGE;
}

static int unknown_key(const struct layer_line *line)
{
    const char *names[64], *near;
    size_t n = 0;

    for (const struct option *row = scenario_options; row->name != NULL; row++) {
        if (strcmp(row->section, line->section) == 0 && n < 64)
            names[n++] = row->name;
    }
    if (n == 0)
        return unknown_section(line);
    for (const struct option *row = scenario_options; row->name != NULL; row++)
        if (strcmp(row->name, line->key) == 0) {
            say_error("%s: unknown key '%s' in [%s]; did you mean [%s] %s?", line->place, line->key, line->section,
                      row->section, row->name);
            return EXIT_USAGE;
        }
    near = text_nearest(line->key, names, n);
    if (near != NULL)
        say_error("%s: unknown key '%s' in [%s]; did you mean '%s'?", line->place, line->key, line->section, near);
    else
        say_error("%s: unknown key '%s' in [%s] (lastseat help scenario)", line->place, line->key, line->section);
    return EXIT_USAGE;
}

/* ---- plain keys -------------------------------------------------------------------------------------------------- */

/* A place that quotes the key already (--set load.users=abc) is not told it again. */
static int bad_value(const struct layer_line *line, const char *error)
{
    const char *hint = strstr(line->value, " #") != NULL ? " (a comment behind a value starts with ' ;')" : "";

    if (strncmp(line->place, "--", 2) == 0)
        say_error("%s: %s%s", line->place, error, hint);
    else
        say_error("%s: [%s] %s: %s%s", line->place, line->section, line->key, error, hint);
    return EXIT_USAGE;
}

static void end_sweep(struct scenario *s, const char *section, const char *key)
{
    for (size_t i = 0; i < s->sweep_count; i++) {
        size_t length = strlen(section);
        struct sweep *sweep = &s->sweeps[i];

        if (strncmp(sweep->key, section, length) != 0 || sweep->key[length] != '.' ||
            strcmp(sweep->key + length + 1, key) != 0)
            continue;
        free(sweep->key);
        text_list_free(&sweep->values);
        memmove(sweep, sweep + 1, (s->sweep_count - i - 1) * sizeof(*sweep));
        s->sweep_count--;
        return;
    }
}

int layer_set(struct scenario *s, const struct layer_line *line)
{
    const struct option *row = option_find(scenario_options, line->section, line->key);
    char error[512];

    if (row == NULL)
        return unknown_key(line);
    if (option_parse(row, s, line->value, error, sizeof(error)) != 0)
        return bad_value(line, error);
    return EXIT_OK;
}

static int put_key(struct scenario *s, const struct layer_line *line)
{
    int failed = layer_set(s, line);

    if (failed != EXIT_OK)
        return failed;
    end_sweep(s, line->section, line->key);
    /* Whether there are such strategies is asked when cells are made. */
    if (strcmp(line->section, "run") == 0 && strcmp(line->key, "strategies") == 0)
        layer_place(s->strategies_place, sizeof(s->strategies_place), line->place, 0);
    return EXIT_OK;
}

/* ---- [strategy.NAME] --------------------------------------------------------------------------------------------- */

static struct override *find_override(struct scenario *s, const char *strategy, const char *key)
{
    for (size_t i = 0; i < s->override_count; i++)
        if (strcmp(s->overrides[i].strategy, strategy) == 0 && strcmp(s->overrides[i].key, key) == 0)
            return &s->overrides[i];
    return NULL;
}

static int put_override(struct scenario *s, const struct layer_line *line)
{
    const char *strategy = line->section + strlen(STRATEGY);
    struct override *o = find_override(s, strategy, line->key);
    char *value = strdup(line->value);

    if (value == NULL)
        return out_of_memory(line->place);
    if (o == NULL) {
        struct override *more = realloc(s->overrides, (s->override_count + 1) * sizeof(*more));

        if (more == NULL) {
            free(value);
            return out_of_memory(line->place);
        }
        s->overrides = more;
        o = &more[s->override_count++];
        *o = (struct override){ .strategy = strdup(strategy), .key = strdup(line->key) };
    }
    free(o->value);
    o->value = value;
    layer_place(o->place, sizeof(o->place), line->place, 0);
    if (o->strategy == NULL || o->key == NULL)
        return out_of_memory(line->place);
    end_sweep(s, line->section, line->key);
    return EXIT_OK;
}

/* ---- [sweep] ----------------------------------------------------------------------------------------------------- */

/* Keys that say what is run, not what a cell is. */
static bool is_of_the_run(const struct option *row)
{
    return strcmp(row->section, "scenario") == 0 || strcmp(row->section, "run") == 0 || row->type == OPTION_LIST ||
           row->type == OPTION_TEXT;
}

/* Replaces each value by how it is printed, so that equal ones read alike. */
static int tidy_values(const struct option *row, const struct layer_line *line, struct text_list *values)
{
    struct text_list tidy = { 0 };
    struct scenario scratch = { 0 };
    char error[512], text[OPTION_TEXT_SIZE];
    int failed = EXIT_OK;

    for (size_t i = 0; i < values->n && failed == EXIT_OK; i++) {
        if (option_parse(row, &scratch, values->items[i], error, sizeof(error)) != 0) {
            failed = bad_value(line, error);
            break;
        }
        option_print(row, &scratch, text, sizeof(text));
        if (text_list_has(&tidy, text)) {
            snprintf(error, sizeof(error), "'%s' stands there twice", text);
            failed = bad_value(line, error);
        } else if (text_list_add(&tidy, text, strlen(text)) != 0) {
            failed = out_of_memory(line->place);
        }
    }
    text_list_free(failed == EXIT_OK ? values : &tidy);
    if (failed == EXIT_OK)
        *values = tidy;
    return failed;
}

static int unknown_swept_key(const struct layer_line *line, const char *section, const char *key)
{
    char place[512];

    snprintf(place, sizeof(place), "%s: sweep of %s", line->place, line->key);
    return unknown_key(&(struct layer_line){ section, key, line->value, place });
}

static int check_sweep_key(const struct layer_line *line, const struct option **row)
{
    char section[OPTION_TEXT_SIZE] = "";
    const char *key = layer_split(line->key, section, sizeof(section));

    *row = NULL;
    if (key == NULL) {
        say_error("%s: '%s' cannot be swept; write section.key, such as load.users = 50, 100", line->place, line->key);
        return EXIT_USAGE;
    }
    /* Which strategies and options there are is asked when cells are made. */
    if (strncmp(section, STRATEGY, strlen(STRATEGY)) == 0)
        return EXIT_OK;
    *row = option_find(scenario_options, section, key);
    if (*row == NULL)
        return unknown_swept_key(line, section, key);
    if ((*row)->type == OPTION_SET) {
        say_error("%s: %s cannot be swept: its commas are those of a list", line->place, line->key);
        return EXIT_USAGE;
    }
    if (is_of_the_run(*row)) {
        say_error("%s: %s cannot be swept: it says what runs, not what a cell is", line->place, line->key);
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

/* A resolved scenario writes the values on one line again. */
static int check_length(const struct layer_line *line, const struct text_list *values)
{
    size_t length = strlen(line->key) + strlen(" = ");

    for (size_t i = 0; i < values->n; i++)
        length += strlen(values->items[i]) + strlen(", ");
    if (length <= READER_LINE_MAX)
        return EXIT_OK;
    say_error("%s: %s has more values than a line of %d bytes holds; sweep fewer", line->place, line->key,
              READER_LINE_MAX);
    return EXIT_USAGE;
}

/* The sweep of a key, a new one at the end when there was none; NULL when out of memory. */
static struct sweep *sweep_of(struct scenario *s, const char *key)
{
    struct sweep *more;

    for (size_t i = 0; i < s->sweep_count; i++)
        if (strcmp(s->sweeps[i].key, key) == 0)
            return &s->sweeps[i];
    more = realloc(s->sweeps, (s->sweep_count + 1) * sizeof(*more));
    if (more == NULL)
        return NULL;
    s->sweeps = more;
    more[s->sweep_count] = (struct sweep){ .key = strdup(key) };
    return more[s->sweep_count].key != NULL ? &more[s->sweep_count++] : NULL;
}

static int put_sweep(struct scenario *s, const struct layer_line *line)
{
    const struct option *row;
    struct text_list values = { 0 };
    struct sweep *sweep;
    int failed = check_sweep_key(line, &row);

    if (failed != EXIT_OK)
        return failed;
    if (text_list_split(&values, line->value) != 0)
        return bad_value(line, "an empty place between commas; write 50, 100, …");
    if (row != NULL)
        failed = tidy_values(row, line, &values);
    if (failed == EXIT_OK)
        failed = check_length(line, &values);
    sweep = failed == EXIT_OK ? sweep_of(s, line->key) : NULL;
    if (sweep == NULL) {
        text_list_free(&values);
        return failed != EXIT_OK ? failed : out_of_memory(line->place);
    }
    text_list_free(&sweep->values);
    sweep->values = values;
    layer_place(sweep->place, sizeof(sweep->place), line->place, 0);
    return EXIT_OK;
}

int layer_put(struct scenario *s, const struct layer_line *line)
{
    bool of_strategy =
        strncmp(line->section, STRATEGY, strlen(STRATEGY)) == 0 && strlen(line->section) > strlen(STRATEGY);
    bool of_sweep = strcmp(line->section, "sweep") == 0;

    if (line->key != NULL) {
        if (of_sweep)
            return put_sweep(s, line);
        return of_strategy ? put_override(s, line) : put_key(s, line);
    }
    if (of_sweep)
        return EXIT_OK;
    if (of_strategy)
        return registry_get(line->section + strlen(STRATEGY), line->place) != NULL ? EXIT_OK : EXIT_USAGE;
    for (const struct option *row = scenario_options; row->name != NULL; row++)
        if (strcmp(row->section, line->section) == 0)
            return EXIT_OK;
    return unknown_section(line);
}
