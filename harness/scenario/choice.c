#include "harness/scenario/choice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/scenario/cell.h"

static int out_of_memory(const char *place)
{
    say_error("%s: %s", place, strerror(ENOMEM));
    return EXIT_ERROR;
}

/* ---- which variants ---------------------------------------------------------------------------------------------- */

static bool in_set(const struct strategy *strategy, const char *set)
{
    if (strcmp(set, "core") == 0)
        return (strategy->traits & TRAIT_CORE) != 0;
    if (strcmp(set, "rogues") == 0)
        return (strategy->traits & TRAIT_ROGUE) != 0;
    return (strategy->traits & (TRAIT_ROGUE | TRAIT_FLOOR)) == 0;
}

static int add_variant(struct text_list *variants, const char *text, const char *place)
{
    struct variant v;
    bool floor;
    int failed = variant_parse(&v, text, place);

    if (failed != EXIT_OK)
        return failed;
    /* The floor runs by itself, whatever is chosen. */
    floor = (v.registered->strategy->traits & TRAIT_FLOOR) != 0;
    if (!floor && text_list_has(variants, v.name)) {
        say_error("%s: '%s' is named twice; leave one out", place, v.name);
        failed = EXIT_USAGE;
    } else if (!floor && text_list_add(variants, v.name, strlen(v.name)) != 0) {
        failed = out_of_memory(place);
    }
    variant_free(&v);
    return failed;
}

static int add_set(struct text_list *variants, const char *set, const char *place)
{
    bool found = false;
    int failed = EXIT_OK;

    for (size_t i = 0; i < registry_count && failed == EXIT_OK; i++) {
        if (!in_set(registry[i].strategy, set))
            continue;
        found = true;
        failed = add_variant(variants, registry[i].strategy->name, place);
    }
    if (found || failed != EXIT_OK)
        return failed;
    say_error("%s: there are no strategies in '%s' (lastseat list strategies)", place, set);
    return EXIT_USAGE;
}

int choice_variants(struct text_list *variants, const struct scenario *s, const struct text_list *chosen)
{
    const struct text_list *texts = chosen != NULL ? chosen : &s->strategies;
    const char *place = s->strategies_place;
    int failed = EXIT_OK;

    if (chosen != NULL)
        place = "--strategy";
    else if (place[0] == '\0')
        place = s->place;
    for (size_t i = 0; i < texts->n && failed == EXIT_OK; i++) {
        const char *text = texts->items[i];
        bool set = strcmp(text, "core") == 0 || strcmp(text, "all") == 0 || strcmp(text, "rogues") == 0;

        failed = set ? add_set(variants, text, place) : add_variant(variants, text, place);
    }
    return failed;
}

/* ---- lists of the command line ---------------------------------------------------------------------------------- */

static int check_dbs(const struct text_list *dbs)
{
    const char *const *names = option_find(scenario_options, "db", "use")->words;
    size_t n = 0, known;

    while (names[n] != NULL)
        n++;
    for (size_t i = 0; dbs != NULL && i < dbs->n; i++) {
        const char *near = text_nearest(dbs->items[i], names, n);

        for (known = 0; known < n && strcmp(names[known], dbs->items[i]) != 0; known++)
            ;
        if (known < n)
            continue;
        say_error("--db: unknown database '%s'%s%s%s (lastseat list databases)", dbs->items[i],
                  near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

/* A list of the command line stands in for the scenario's, also in its resolved copy. */
static int take_list(struct scenario *s, const char *section, const char *key, const char *flag,
                     const struct text_list *chosen)
{
    const struct option *row = option_find(scenario_options, section, key);
    size_t length = 1;
    char *text, error[512];
    int failed;

    if (chosen == NULL)
        return EXIT_OK;
    for (size_t i = 0; i < chosen->n; i++)
        length += strlen(chosen->items[i]) + 1;
    text = calloc(1, length);
    if (text == NULL) {
        say_error("%s: out of memory", flag);
        return EXIT_ERROR;
    }
    for (size_t i = 0; i < chosen->n; i++) {
        strcat(text, i > 0 ? "," : "");
        strcat(text, chosen->items[i]);
    }
    failed = option_parse(row, s, text, error, sizeof(error)) == 0 ? EXIT_OK : EXIT_USAGE;
    if (failed != EXIT_OK)
        say_error("%s: %s", flag, error);
    free(text);
    return failed;
}

int choice_take(struct scenario *s, const struct text_list *strategies, const struct text_list *dbs)
{
    int failed = check_dbs(dbs);

    if (failed == EXIT_OK)
        failed = take_list(s, "db", "use", "--db", dbs);
    if (failed == EXIT_OK)
        failed = take_list(s, "run", "strategies", "--strategy", strategies);
    return failed;
}
