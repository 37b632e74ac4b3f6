#include <stdio.h>

#include "harness/base/say.h"
#include "harness/scenario/cell.h"
#include "harness/verbs/arguments.h"
#include "harness/verbs/verbs.h"

static int check_one(const char *name, const struct arguments *arguments)
{
    struct cells cells = { 0 };
    const struct scenario *only;
    struct scenario scenario;
    size_t i, skipped = 0;
    int status = scenario_load(&scenario, name, arguments->settings, arguments->setting_count);

    if (status != EXIT_OK)
        return status;
    only = &scenario;
    status = cells_expand(&cells, &only, 1, arguments->strategies.n > 0 ? &arguments->strategies : NULL,
                          arguments->databases.n > 0 ? &arguments->databases : NULL);
    if (status == EXIT_OK) {
        for (i = 0; i < cells.n; i++)
            skipped += cells.cell[i].skip[0] != '\0';
        printf("%s: ok, %zu cells of %lld trials each", name, cells.n - skipped, (long long)scenario.trials);
        if (skipped > 0)
            printf(", %zu cells skipped", skipped);
        putchar('\n');
    }
    cells_free(&cells);
    scenario_free(&scenario);
    return status;
}

int verb_check(int argc, char **argv)
{
    struct arguments arguments;
    size_t i;
    int status = arguments_parse(&arguments, argc, argv, CHECK_OPTIONS);

    if (status == EXIT_OK && arguments.names.n == 0) {
        say_error("check needs a scenario: lastseat check scenarios/mine.ini");
        status = EXIT_USAGE;
    }
    for (i = 0; i < arguments.names.n && status == EXIT_OK; i++)
        status = check_one(arguments.names.items[i], &arguments);
    arguments_free(&arguments);
    return status;
}
