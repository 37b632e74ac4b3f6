#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/base/text.h"
#include "harness/scenario/cell.h"
#include "harness/verbs/verbs.h"

/* A program that reads the list finds an item on a line. */
static void describe(size_t margin, const char *text)
{
    if (isatty(STDOUT_FILENO))
        text_wrap(stdout, margin, text);
    else
        puts(text);
}

static int list_strategies(void)
{
    static const struct {
        const char *title;
        unsigned trait; /* 0: honest ones */
    } kinds[] = {
        { "honest", 0 },
        { "control (honest, but known to break)", TRAIT_CONTROL },
        { "rogues (deliberately broken: the controls of the audit)", TRAIT_ROGUE },
        { "floor (runs by itself in every run)", TRAIT_FLOOR },
    };
    const unsigned apart = TRAIT_CONTROL | TRAIT_ROGUE | TRAIT_FLOOR;
    size_t k, i, widest = 0;
    bool titled;

    for (i = 0; i < registry_count; i++)
        if (strlen(registry[i].strategy->name) > widest)
            widest = strlen(registry[i].strategy->name);

    for (k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (titled = false, i = 0; i < registry_count; i++) {
            const struct strategy *strategy = registry[i].strategy;

            if ((strategy->traits & apart) != kinds[k].trait)
                continue;
            if (!titled)
                printf("  %s\n", kinds[k].title);
            titled = true;
            printf("    %-*s ", (int)widest, strategy->name);
            describe(widest + 5, strategy->summary);
        }
    return EXIT_OK;
}

static int list_scenarios(void)
{
    struct text_list names = { 0 };
    struct scenario scenario;
    size_t i, widest = 0;
    int status = EXIT_OK;

    if (scenario_names(&names) != 0)
        return EXIT_ERROR;
    for (i = 0; i < names.n; i++)
        if (strlen(names.items[i]) > widest)
            widest = strlen(names.items[i]);
    for (i = 0; i < names.n; i++) {
        if ((status = scenario_load(&scenario, names.items[i], NULL, 0)) != EXIT_OK)
            break;
        printf("    %-*s ", (int)widest, names.items[i]);
        describe(widest + 5, scenario.title);
        scenario_free(&scenario);
    }
    text_list_free(&names);
    return status;
}

static int list_databases(void)
{
    size_t i;

    for (i = 0; database_names[i] != NULL; i++)
        printf("    %-14s %s\n", database_names[i], database_about(database_names[i]));
    return EXIT_OK;
}

static const struct {
    const char *name;
    int (*list)(void);
} topics[] = { { "strategies", list_strategies }, { "scenarios", list_scenarios }, { "databases", list_databases } };
enum { TOPICS = sizeof topics / sizeof topics[0] };

int verb_list(int argc, char **argv)
{
    bool found = false;
    int status = EXIT_OK;
    size_t i;

    if (argc > 2) {
        say_error("list takes one of strategies, scenarios, databases, or nothing");
        return EXIT_USAGE;
    }
    for (i = 0; i < TOPICS && status == EXIT_OK; i++) {
        if (argc == 2 && strcmp(argv[1], topics[i].name) != 0)
            continue;
        found = true;
        printf("%s\n", topics[i].name);
        status = topics[i].list();
    }
    if (!found) {
        say_error("list: '%s' is not one of strategies, scenarios, databases", argv[1]);
        return EXIT_USAGE;
    }
    return status;
}
