#include "harness/results/calibration.h"

#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/results/environment.h"
#include "harness/results/folder.h"
#include "harness/results/value.h"

#define SCHEMA     "lastseat.calibration/1"
#define JSON_STYLE (JSON_INDENT(1) | JSON_REAL_PRECISION(9))

/* A kernel keeps a little more or less for itself from one start to the next. */
#define MEMORY_SLACK 0.02

char *calibration_path(const char *asked)
{
    const char *named = asked != NULL ? asked : getenv("LASTSEAT_CALIBRATION");
    char *root, *path = NULL;

    if (named != NULL && named[0] != '\0') {
        path = strdup(named);
    } else if ((root = folder_root()) != NULL) {
        if (asprintf(&path, "%s/calibration.json", root) < 0)
            path = NULL;
        free(root);
    }
    if (path == NULL)
        say_error("out of memory for a path");
    return path;
}

json_t *calibration_of(const struct floors *f)
{
    json_t *floors = json_array(), *versions = json_array();

    for (size_t i = 0; i < f->n; i++) {
        const struct floor *floor = &f->floor[i];

        json_array_append_new(floors, json_pack("{s:s, s:s, s:f, s:[f, f], s:I}", "name", floor->name, "unit",
                                                floor->unit == FLOOR_NS ? "ns" : "per_s", "median", floor->of.median,
                                                "ci95", floor->of.lo, floor->of.hi, "n", (json_int_t)floor->of.n));
    }
    for (size_t i = 0; i < sizeof f->versions / sizeof f->versions[0]; i++)
        if (f->versions[i][0] != '\0')
            json_array_append_new(versions, json_string(f->versions[i]));
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "schema", SCHEMA, "tool", environment_tool(), "calibrated_utc",
                     value_utc(time(NULL)), "machine", environment_machine(f->dir), "versions", versions, "floors",
                     floors);
}

/* Under another name first: a calibration that is read is always a whole one. */
int calibration_write(const char *path, const json_t *calibration)
{
    char *copy = strdup(path), *temp = NULL;
    int status = EXIT_ERROR;

    if (copy == NULL || asprintf(&temp, "%s.%ld", path, (long)getpid()) < 0) {
        say_error("calibrate: out of memory");
        free(copy);
        return EXIT_ERROR;
    }
    mkdir(dirname(copy), 0777);
    errno = 0;
    if (json_dump_file(calibration, temp, JSON_STYLE) == 0 && rename(temp, path) == 0) {
        status = EXIT_OK;
    } else {
        say_error("calibrate: %s cannot be written: %s; name another file with --calibration FILE", path,
                  errno != 0 ? strerror(errno) : "the disk is full");
        unlink(temp);
    }
    free(temp);
    free(copy);
    return status;
}

static const char *text_of(const json_t *machine, const char *key)
{
    const char *text = json_string_value(json_object_get(machine, key));

    return text != NULL ? text : "unknown";
}

/* NULL, or what differs between two machines{}: one line in `difference`. */
static const char *differing(const json_t *theirs, const json_t *ours, char *difference, size_t size)
{
    static const struct {
        const char *key, *name;
    } words[] = { { "cpu", "cpu" }, { "kernel", "kernel" }, { "dir_class", "databases' file system" } };
    long long cores[2] = { json_integer_value(json_object_get(theirs, "cores")),
                           json_integer_value(json_object_get(ours, "cores")) };
    double memory[2] = { json_number_value(json_object_get(theirs, "memory_bytes")),
                         json_number_value(json_object_get(ours, "memory_bytes")) };

    if (cores[0] != cores[1]) {
        snprintf(difference, size, "cores: %lld there, %lld here", cores[0], cores[1]);
        return difference;
    }
    if (fabs(memory[0] - memory[1]) > MEMORY_SLACK * memory[1]) {
        snprintf(difference, size, "memory: %.1f GB there, %.1f GB here", memory[0] / 1e9, memory[1] / 1e9);
        return difference;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(text_of(theirs, words[i].key), text_of(ours, words[i].key)) != 0) {
            snprintf(difference, size, "%s: %.80s there, %.80s here", words[i].name, text_of(theirs, words[i].key),
                     text_of(ours, words[i].key));
            return difference;
        }
    return NULL;
}

/* What is wrong with the file's text, or NULL. */
static const char *check(const json_t *file)
{
    const json_t *floor;
    size_t i;

    if (json_string_value(json_object_get(file, "schema")) == NULL ||
        strcmp(json_string_value(json_object_get(file, "schema")), SCHEMA) != 0)
        return "not a calibration: its schema is not " SCHEMA;
    if (!json_is_object(json_object_get(file, "machine")) || !json_is_array(json_object_get(file, "floors")) ||
        !json_is_string(json_object_get(file, "calibrated_utc")))
        return "damaged: machine, floors or calibrated_utc is missing";
    json_array_foreach(json_object_get(file, "floors"), i, floor)
    {
        if (!json_is_string(json_object_get(floor, "name")) || !json_is_string(json_object_get(floor, "unit")) ||
            !json_is_number(json_object_get(floor, "median")) || json_array_size(json_object_get(floor, "ci95")) != 2 ||
            !json_is_integer(json_object_get(floor, "n")))
            return "damaged: a floor is not whole";
    }
    return NULL;
}

/* Refused when it was asked for, else left out with a warning. */
static int refuse(bool asked, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int refuse(bool asked, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (asked)
        say_error("--calibration: %s", text);
    else
        say_warning("no floors are shown: %s", text);
    return asked ? EXIT_USAGE : EXIT_OK;
}

int calibration_read(json_t **out, const char *path, bool asked, const char *db_dir)
{
    json_t *file, *ours;
    char difference[300];
    json_error_t error;
    const char *wrong;
    int status = EXIT_OK;

    *out = NULL;
    if (access(path, R_OK) != 0)
        return errno == ENOENT && !asked ? EXIT_OK : refuse(asked, "%s: %s", path, strerror(errno));
    if ((file = json_load_file(path, 0, &error)) == NULL)
        return refuse(asked, "%s:%d: damaged: %s; lastseat calibrate makes it anew", path, error.line, error.text);
    ours = environment_machine(db_dir);
    if ((wrong = check(file)) != NULL)
        status = refuse(asked, "%s: %s; lastseat calibrate makes it anew", path, wrong);
    else if ((wrong = differing(json_object_get(file, "machine"), ours, difference, sizeof difference)) != NULL)
        status = refuse(asked, "%s is another machine's (%s); lastseat calibrate measures this one", path, wrong);
    json_decref(ours);
    if (wrong == NULL)
        *out = file;
    else
        json_decref(file);
    return status;
}
