#include "harness/scenario/registry.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/scenario/cell.h"
#include "harness/scenario/pick.h"
#include "harness/scenario/sizes.h"

static const char *const headings[] = { "Idea", "Guarantee", "Cost", "Fails when" };
#define HEADINGS (sizeof(headings) / sizeof(headings[0]))

/* What stands for several strategies in a list of them. */
static const char *const sets[] = { "core", "all", "rogues" };
#define SETS (sizeof(sets) / sizeof(sets[0]))

const struct registered *registry_find(const char *name)
{
    for (size_t i = 0; i < registry_count; i++)
        if (strcmp(registry[i].strategy->name, name) == 0)
            return &registry[i];
    return NULL;
}

const struct registered *registry_get(const char *name, const char *place)
{
    const struct registered *found = registry_find(name);
    const char **names = found == NULL ? calloc(registry_count + SETS, sizeof(*names)) : NULL;
    const char *near = NULL;

    if (names != NULL) {
        for (size_t i = 0; i < registry_count; i++)
            names[i] = registry[i].strategy->name;
        memcpy(names + registry_count, sets, sizeof(sets));
        near = text_nearest(name, names, registry_count + SETS);
    }
    if (found == NULL)
        say_error("%s: unknown strategy '%s'%s%s%s (lastseat list strategies)", place, name,
                  near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
    free(names);
    return found;
}

/* What follows the heading this line begins with, or NULL. */
static const char *heading_text(const char *line, const char *heading)
{
    size_t length = strlen(heading);

    return strncmp(line, heading, length) == 0 && line[length] == ':' ? line + length + 1 : NULL;
}

static bool is_heading(const char *line)
{
    for (size_t h = 0; h < HEADINGS; h++)
        if (heading_text(line, headings[h]) != NULL)
            return true;
    return false;
}

void registry_heading(const struct registered *r, const char *heading, char *out, size_t size)
{
    const char *line = r->note, *text = NULL;
    size_t used = 0;

    out[0] = '\0';
    while (line != NULL && (text = heading_text(line, heading)) == NULL) {
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    while (text != NULL && *text != '\0') {
        size_t word = strcspn(text, " \t\n");

        if (word > 0 && used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%.*s", used > 0 ? " " : "", (int)word, text);
        text += word;
        if (*text == '\n' && is_heading(text + 1))
            return;
        if (*text != '\0')
            text++;
    }
}

/* ---- the check at program start ---------------------------------------------------------------------------------- */

static bool is_stem_of(const char *name, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *stem = slash != NULL ? slash + 1 : file;
    size_t length = strlen(name);

    return strncmp(stem, name, length) == 0 && strcmp(stem + length, ".c") == 0;
}

static bool is_word(const char *name)
{
    return name[0] != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz_")] == '\0';
}

static size_t size_of(const struct option *row)
{
    switch (row->type) {
    case OPTION_INT:
    case OPTION_DURATION:
    case OPTION_RATE:
        return sizeof(int64_t);
    case OPTION_SHARE:
        return sizeof(double);
    case OPTION_CHOICE:
        return sizeof(int);
    case OPTION_LAW:
        return sizeof(struct law);
    case OPTION_PICK:
        return sizeof(struct pick_law);
    case OPTION_SIZES:
        return sizeof(struct size_law);
    case OPTION_TEXT:
        return OPTION_TEXT_SIZE;
    case OPTION_LIST:
        return sizeof(struct text_list);
    case OPTION_SET:
        return sizeof(unsigned);
    }
    return SIZE_MAX;
}

static const char *check_row(const struct strategy *strategy, const struct option *row, size_t index)
{
    if (index >= VARIANT_OPTIONS_MAX)
        return "is one option too many";
    if (row->section != NULL || !is_word(row->name))
        return "has a section, or a name with more than a-z and _";
    if (row->fallback == NULL || row->help == NULL)
        return "has no default or no help";
    if ((row->type == OPTION_CHOICE || row->type == OPTION_SET || row->type == OPTION_LAW) && row->words == NULL)
        return "has no words";
    if (size_of(row) > strategy->options_size || row->offset > strategy->options_size - size_of(row))
        return "lies outside of options_size";
    for (const struct option *before = strategy->options; before != row; before++)
        if (strcmp(before->name, row->name) == 0)
            return "stands there twice";
    return NULL;
}

/* Where the stock lies in tables of the strategy's own, the audit must be told what is left in every dialect the
 * strategy speaks. options: its defaults. */
static int check_ledger(const struct strategy *strategy, const void *options, char *error, size_t error_size)
{
    const struct statement *statement;

    if (strategy->ledger == NULL || strategy->ledger(options) != LEDGER_OWN)
        return 0;
    for (int d = 0; d < DIALECT_COUNT; d++)
        for (statement = strategy->statements; statement != NULL && statement->name != NULL; statement++)
            if (statement->sql.in[d] != NULL && strategy->remaining.in[d] == NULL) {
                snprintf(error, error_size, "it keeps its own ledger, but does not say what is remaining");
                return -1;
            }
    if (strategy->release != NULL)
        return 0;
    snprintf(error, error_size, "it keeps its own ledger, but does not say how a booking is given back (release)");
    return -1;
}

static int check_options(const struct strategy *strategy, char *error, size_t error_size)
{
    void *scratch = calloc(1, strategy->options_size > 0 ? strategy->options_size : 1);
    char why[256];
    int failed = scratch != NULL ? 0 : -1;

    if (failed)
        snprintf(error, error_size, "no memory to check it");
    for (const struct option *row = strategy->options; row->name != NULL && !failed; row++) {
        const char *wrong = check_row(strategy, row, (size_t)(row - strategy->options));

        if (wrong != NULL) {
            snprintf(error, error_size, "option '%s' %s", row->name, wrong);
            failed = -1;
        } else if (option_parse(row, scratch, row->fallback, why, sizeof(why)) != 0) {
            snprintf(error, error_size, "the default of option '%s' does not parse: %s", row->name, why);
            failed = -1;
        }
    }
    if (!failed)
        failed = check_ledger(strategy, scratch, error, error_size);
    if (scratch != NULL)
        option_free(strategy->options, scratch);
    free(scratch);
    return failed;
}

static const char *check_statements(const struct statement *statement)
{
    for (; statement != NULL && statement->name != NULL; statement++) {
        bool said = false;

        for (int d = 0; d < DIALECT_COUNT; d++)
            said = said || statement->sql.in[d] != NULL;
        if (!said)
            return "it has a statement without SQL in any dialect";
    }
    return NULL;
}

/* No bit, or that of one anomaly. */
static bool is_anomaly(unsigned shows)
{
    return (shows & (shows - 1)) == 0 && shows >> ANOMALY_COUNT == 0;
}

static const char *check_members(const struct registered *r)
{
    const struct strategy *strategy = r->strategy;
    char text[8];

    if (strategy->name == NULL || !is_stem_of(strategy->name, r->file))
        return "its name is not the file's stem";
    if (strategy->summary == NULL || strategy->summary[0] == '\0')
        return "it has no summary";
    if (strategy->attempt == NULL)
        return "it has no attempt()";
    if (strategy->services != NULL && strategy->open == NULL)
        return "it has services but no open() that spawns them";
    if ((strategy->options == NULL) != (strategy->options_size == 0))
        return "options and options_size do not go together";
    if (((strategy->traits & TRAIT_ROGUE) != 0) != (strstr(r->file, "rogues/") != NULL))
        return "rogues, and only rogues, live in strategies/rogues/";
    if ((strategy->shows != 0) != ((strategy->traits & TRAIT_ROGUE) != 0) || !is_anomaly(strategy->shows))
        return "rogues, and only rogues, show one anomaly";
    if (strategy->retry_on != 0 && (strategy->traits & TRAIT_ROGUE) == 0)
        return "only a rogue says what is tried again; for all others the scenario does";
    if ((strategy->traits & TRAIT_CORE) != 0 && (strategy->traits & (TRAIT_ROGUE | TRAIT_FLOOR)) != 0)
        return "a rogue or floor cannot be core";
    for (size_t h = 0; h < HEADINGS; h++) {
        registry_heading(r, headings[h], text, sizeof(text));
        if (text[0] == '\0')
            return "the comment it opens with lacks Idea:, Guarantee:, Cost: or Fails when:";
    }
    return check_statements(strategy->statements);
}

int registry_check_entry(const struct registered *r, char *error, size_t error_size)
{
    const char *wrong = check_members(r);

    if (wrong != NULL) {
        snprintf(error, error_size, "%s", wrong);
        return -1;
    }
    return r->strategy->options != NULL ? check_options(r->strategy, error, error_size)
                                        : check_ledger(r->strategy, NULL, error, error_size);
}

int registry_check(void)
{
    char error[400] = "";

    for (size_t i = 0; i < registry_count && error[0] == '\0'; i++) {
        registry_check_entry(&registry[i], error, sizeof(error));
        for (size_t k = 0; k < SETS && error[0] == '\0'; k++)
            if (strcmp(registry[i].strategy->name, sets[k]) == 0)
                snprintf(error, sizeof(error), "'%s' names a set of strategies", sets[k]);
        if (error[0] == '\0' && registry_find(registry[i].strategy->name) != &registry[i])
            snprintf(error, sizeof(error), "'%s' is registered twice", registry[i].strategy->name);
        if (error[0] != '\0')
            say_error("%s: %s", registry[i].file, error);
    }
    return error[0] == '\0' ? EXIT_OK : EXIT_ERROR;
}
