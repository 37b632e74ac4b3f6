#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/home.h"
#include "harness/base/say.h"
#include "harness/scenario/scenario.h"

#define INI ".ini"

const char *scenario_folder(void)
{
    static char folder[PATH_MAX + 16];

    if (home_part(folder, sizeof(folder), "scenarios", "scenarios") != 0)
        snprintf(folder, sizeof(folder), "scenarios");
    return folder;
}

static bool is_path(const char *name)
{
    size_t length = strlen(name);

    return strchr(name, '/') != NULL || (length > strlen(INI) && strcmp(name + length - strlen(INI), INI) == 0);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int scenario_names(struct text_list *names)
{
    const char *folder = scenario_folder();
    DIR *dir = opendir(folder);
    struct dirent *file;
    int failed = 0;

    if (dir == NULL) {
        say_error("cannot read the scenarios in %s: %s; set LASTSEAT_HOME to the folder that holds scenarios/", folder,
                  strerror(errno));
        return -1;
    }
    while ((file = readdir(dir)) != NULL && !failed)
        if (file->d_name[0] != '.' && is_path(file->d_name))
            failed = text_list_add(names, file->d_name, strlen(file->d_name) - strlen(INI));
    closedir(dir);
    if (failed) {
        say_error("cannot read the scenarios in %s: %s", folder, strerror(ENOMEM));
        return -1;
    }
    qsort(names->items, names->n, sizeof(*names->items), by_name);
    return 0;
}

static int unknown(const char *name, const char *place)
{
    struct text_list names = { 0 };
    const char *near = NULL;

    if (scenario_names(&names) != 0)
        return EXIT_USAGE;
    if (names.n > 0)
        near = text_nearest(name, (const char *const *)names.items, names.n);
    say_error("%s%sunknown scenario '%s'%s%s%s (lastseat list scenarios)", place, place[0] != '\0' ? ": " : "", name,
              near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
    text_list_free(&names);
    return EXIT_USAGE;
}

int scenario_find(char *path, size_t size, const char *name, const char *beside, const char *place)
{
    int length;

    if (is_path(name)) {
        length = beside != NULL && name[0] != '/' ? snprintf(path, size, "%s/%s", beside, name)
                                                  : snprintf(path, size, "%s", name);
        if (length >= 0 && (size_t)length < size)
            return EXIT_OK;
        return unknown(name, place);
    }
    if (name[0] != '\0' && beside != NULL) {
        length = snprintf(path, size, "%s/%s" INI, beside, name);
        if (length >= 0 && (size_t)length < size && access(path, F_OK) == 0)
            return EXIT_OK;
    }
    length = snprintf(path, size, "%s/%s" INI, scenario_folder(), name);
    if (name[0] != '\0' && length >= 0 && (size_t)length < size && access(path, F_OK) == 0)
        return EXIT_OK;
    return unknown(name, place);
}
