#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/say.h"
#include "harness/results/results.h"

/* "lastseat.run/1" is what this program reads; the schema's name without its version tells a foreign file from a newer
 * one. */
#define SCHEMA      "lastseat.run/1"
#define SCHEMA_STEM "lastseat.run/"

static int complain_unopened(const char *dir, const char *path, int error)
{
    struct stat st;

    if (error == ENOENT && stat(dir, &st) == 0) {
        say_error("%s: not a run folder: it has no run.json; a run folder is what lastseat run leaves in results/",
                  dir);
        return EXIT_USAGE;
    }
    if (error == ENOENT || error == ENOTDIR) {
        say_error("%s: no such run folder; results/latest is the last one", dir);
        return EXIT_USAGE;
    }
    say_error("%s: cannot be read: %s", path, strerror(error));
    return EXIT_ERROR;
}

/* The keys every reader relies on. */
static const char *missing_key(const json_t *run)
{
    static const struct {
        const char *key;
        json_type type;
    } needed[] = { { "tool", JSON_OBJECT },
                   { "environment", JSON_OBJECT },
                   { "command", JSON_ARRAY },
                   { "scenarios", JSON_ARRAY },
                   { "cells", JSON_ARRAY } };

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        const json_t *value = json_object_get(run, needed[i].key);

        if (value == NULL || json_typeof(value) != needed[i].type)
            return needed[i].key;
    }
    return NULL;
}

static int check_cells(const json_t *run, const char *path)
{
    static const char *const words[] = { "id", "scenario", "db", "variant", "verdict" };
    const json_t *cell;
    const char *wrong = NULL;
    size_t i;

    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
            if (!json_is_string(json_object_get(cell, words[k])))
                wrong = words[k];
        if (!json_is_array(json_object_get(cell, "trials")))
            wrong = "trials";
        if (wrong != NULL) {
            say_error("%s: damaged: \"%s\" of cells[%zu] is missing or of a wrong type", path, wrong, i);
            return EXIT_USAGE;
        }
    }
    return EXIT_OK;
}

static int check(const json_t *run, const char *path)
{
    const char *schema = json_string_value(json_object_get(run, "schema")), *key;

    if (schema == NULL || strncmp(schema, SCHEMA_STEM, strlen(SCHEMA_STEM)) != 0) {
        say_error("%s: not written by lastseat: \"schema\" is not \"%s\"", path, SCHEMA);
        return EXIT_USAGE;
    }
    if (strcmp(schema, SCHEMA) != 0) {
        say_error("%s: written as \"%s\", this lastseat reads \"%s\"; use the version that wrote it", path, schema,
                  SCHEMA);
        return EXIT_USAGE;
    }
    if ((key = missing_key(run)) != NULL) {
        say_error("%s: damaged: \"%s\" is missing or of a wrong type", path, key);
        return EXIT_USAGE;
    }
    return check_cells(run, path);
}

static int read_file(json_t **run, const char *dir, const char *path)
{
    FILE *file = fopen(path, "re");
    json_error_t error;
    int code = EXIT_USAGE;

    if (file == NULL)
        return complain_unopened(dir, path, errno);
    *run = json_loadf(file, 0, &error);
    if (*run != NULL) {
        code = check(*run, path);
    } else if (ferror(file)) {
        say_error("%s: cannot be read; is it a file?", path);
        code = EXIT_ERROR;
    } else {
        say_error("%s:%d: damaged, not whole JSON: %s", path, error.line, error.text);
    }
    fclose(file);
    return code;
}

int results_load_file(json_t **run, const char *path)
{
    struct stat st;
    int code;

    *run = NULL;
    if (stat(path, &st) != 0 || S_ISDIR(st.st_mode))
        return results_load(run, path);
    code = read_file(run, path, path);
    if (code != EXIT_OK) {
        json_decref(*run);
        *run = NULL;
    }
    return code;
}

int results_load(json_t **run, const char *dir)
{
    char *path;
    int code;

    *run = NULL;
    if (asprintf(&path, "%s/run.json", dir) < 0) {
        say_error("results: out of memory");
        return EXIT_ERROR;
    }
    code = read_file(run, dir, path);
    free(path);
    if (code != EXIT_OK) {
        json_decref(*run);
        *run = NULL;
    }
    return code;
}
