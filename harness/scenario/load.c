#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/say.h"
#include "harness/scenario/layer.h"

/* The files on the way from the one that was named to the one being read: extends must not come back to them. */
struct chain {
    const struct chain *from;
    const char *path; /* as it is shown */
    dev_t device;
    ino_t inode;
};

static int load_file(struct scenario *s, const char *path, const char *place, const struct chain *from);

static void line_place(char *out, size_t size, const struct ini *ini, int line)
{
    snprintf(out, size, "%s:%d", ini->path, line);
}

static int put_entries(struct scenario *s, const struct ini *ini)
{
    char place[PATH_MAX + 16];

    /* Sweeps come last: in one file a plain key does not end the sweep of that key. */
    for (int sweeps = 0; sweeps < 2; sweeps++)
        for (size_t i = 0; i < ini->n; i++) {
            const struct entry *e = &ini->entries[i];
            int failed;

            if ((strcmp(e->section, "sweep") == 0) != (sweeps == 1))
                continue;
            line_place(place, sizeof(place), ini, e->line);
            failed = layer_put(s, &(struct layer_line){ e->section, e->key, e->value, place });
            if (failed != EXIT_OK)
                return failed;
        }
    return EXIT_OK;
}

/* Finds the first mistake of a file, in the order of its lines, before anything of it is used. */
static int check_file(const struct ini *ini)
{
    struct scenario scratch = { 0 };
    char place[PATH_MAX + 16];
    int failed = EXIT_OK;

    for (size_t i = 0; i < ini->n && failed == EXIT_OK; i++) {
        const struct entry *e = &ini->entries[i];

        line_place(place, sizeof(place), ini, e->line);
        failed = layer_put(&scratch, &(struct layer_line){ e->section, e->key, e->value, place });
    }
    scenario_free(&scratch);
    if (failed == EXIT_OK && ini->error[0] != '\0') {
        line_place(place, sizeof(place), ini, ini->error_line);
        say_error("%s: %s", place, ini->error);
        failed = EXIT_USAGE;
    }
    return failed;
}

static int load_parent(struct scenario *s, const char *path, const struct ini *ini, const struct chain *chain)
{
    char place[PATH_MAX + 16], folder[PATH_MAX], parent[PATH_MAX];
    const char *slash = strrchr(path, '/');
    struct stat st;

    for (size_t i = 0; i < ini->n; i++) {
        const struct entry *e = &ini->entries[i];
        int failed;

        if (e->key == NULL || strcmp(e->section, "scenario") != 0 || strcmp(e->key, "extends") != 0)
            continue;
        line_place(place, sizeof(place), ini, e->line);
        snprintf(folder, sizeof(folder), "%.*s", slash != NULL ? (int)(slash - path) : 1, slash != NULL ? path : ".");
        failed = scenario_find(parent, sizeof(parent), e->value, slash == path ? "" : folder, place);
        if (failed != EXIT_OK)
            return failed;
        if (stat(parent, &st) == 0)
            for (const struct chain *c = chain; c != NULL; c = c->from)
                if (c->device == st.st_dev && c->inode == st.st_ino) {
                    say_error("%s: extends = %s leads back to %s; a scenario cannot extend itself", place, e->value,
                              c->path);
                    return EXIT_USAGE;
                }
        return load_file(s, parent, place, chain);
    }
    return EXIT_OK;
}

static int load_file(struct scenario *s, const char *path, const char *place, const struct chain *from)
{
    struct chain chain = { .from = from };
    struct stat st;
    struct ini ini;
    int failed = reader_read(&ini, path, place);

    if (failed != EXIT_OK)
        return failed;
    chain.path = ini.path;
    if (stat(path, &st) == 0) {
        chain.device = st.st_dev;
        chain.inode = st.st_ino;
    }
    failed = check_file(&ini);
    if (failed == EXIT_OK)
        failed = load_parent(s, path, &ini, &chain);
    if (failed == EXIT_OK)
        failed = put_entries(s, &ini);
    if (failed == EXIT_OK) {
        /* The question is the file's own, never its parent's. */
        free(s->question);
        s->question = ini.question;
        ini.question = NULL;
    }
    reader_free(&ini);
    return failed;
}

/* ---- --set ------------------------------------------------------------------------------------------------------- */

static int no_section(const struct setting *setting, const char *place)
{
    for (const struct option *row = scenario_options; row->name != NULL; row++)
        if (strcmp(row->name, setting->key) == 0) {
            say_error("%s: '%s' has no section; did you mean '%s.%s'?", place, setting->key, row->section, row->name);
            return EXIT_USAGE;
        }
    say_error("%s: '%s' is not section.key; write --set load.users=50", place, setting->key);
    return EXIT_USAGE;
}

static int put_setting(struct scenario *s, const struct setting *setting)
{
    char place[512], section[OPTION_TEXT_SIZE];
    const char *key = layer_split(setting->key, section, sizeof(section));

    snprintf(place, sizeof(place), "--set %s=%s", setting->key, setting->value);
    if (key == NULL)
        return no_section(setting, place);
    if (strcmp(section, "scenario") == 0 && strcmp(key, "extends") == 0) {
        say_error("%s: extends belongs into a file; run the other scenario instead", place);
        return EXIT_USAGE;
    }
    if (setting->value[strspn(setting->value, " ")] == '\0') {
        say_error("%s: no value; write one, or leave --set out", place);
        return EXIT_USAGE;
    }
    return layer_put(s, &(struct layer_line){ section, key, setting->value, place });
}

/* ---- a scenario -------------------------------------------------------------------------------------------------- */

/* The stem names files, ids and schemas. */
static int take_name(struct scenario *s, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *stem = slash != NULL ? slash + 1 : path;
    size_t length = strlen(stem);

    if (length > 4 && strcmp(stem + length - 4, ".ini") == 0)
        length -= 4;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)stem[i]) && strchr("._-", stem[i]) == NULL)
            length = sizeof(s->name);
    if (length == 0 || length >= sizeof(s->name)) {
        say_error("%s: a scenario's name has letters, digits, '.', '_' and '-', at most %zu; rename the file",
                  reader_shown(path), sizeof(s->name) - 1);
        return EXIT_USAGE;
    }
    snprintf(s->name, sizeof(s->name), "%.*s", (int)length, stem);
    return EXIT_OK;
}

/* A sweep decides what its key is, so the keys are checked against each other at each of its points. */
static bool is_swept(const struct scenario *s)
{
    for (size_t i = 0; i < s->sweep_count; i++)
        if (strncmp(s->sweeps[i].key, "strategy.", strlen("strategy.")) != 0)
            return true;
    return false;
}

int scenario_load(struct scenario *s, const char *name, const struct setting *settings, size_t n)
{
    char path[PATH_MAX];
    int failed;

    *s = (struct scenario){ 0 };
    failed = scenario_find(path, sizeof(path), name, NULL, "");
    if (failed != EXIT_OK)
        return failed;
    option_defaults(scenario_options, s);
    failed = load_file(s, path, "", NULL);
    if (failed == EXIT_OK)
        failed = take_name(s, path);
    for (size_t i = 0; i < n && failed == EXIT_OK; i++)
        failed = put_setting(s, &settings[i]);
    layer_place(s->place, sizeof(s->place), reader_shown(path), 0);
    if (failed == EXIT_OK && !is_swept(s))
        failed = scenario_check(s, s->place);
    if (failed != EXIT_OK)
        scenario_free(s);
    return failed;
}
