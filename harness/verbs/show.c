#include <stdio.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/report/wrap.h"
#include "harness/scenario/cell.h"
#include "harness/verbs/arguments.h"
#include "harness/verbs/verbs.h"

static void show_note(const struct registered *registered)
{
    static const char *const headings[] = { "Idea", "Guarantee", "Cost", "Fails when" };
    char text[1024], line[1100];
    size_t i;

    printf("%s (%s): %s\n", registered->strategy->name, registered->file, registered->strategy->summary);
    for (i = 0; i < sizeof headings / sizeof headings[0]; i++) {
        registry_heading(registered, headings[i], text, sizeof text);
        snprintf(line, sizeof line, "%s: %s", headings[i], text);
        putchar('\n');
        wrap_print(stdout, 0, 2, "", "", line);
    }
}

static void show_options(const struct option *row)
{
    char domain[160];

    if (row == NULL)
        return;
    printf("\nOptions, written name:option=value\n");
    for (; row->name != NULL; row++) {
        option_domain(row, domain, sizeof domain);
        printf("  %-10s %s (default %s)\n", row->name, domain, row->fallback);
        wrap_print(stdout, 13, 13, "", "", row->help);
    }
}

static void show_script(const char *dialect, const char *sql)
{
    size_t n;

    if (sql == NULL)
        return;
    printf("  -- %s\n", dialect);
    for (; *sql != '\0'; sql += n + (sql[n] == '\n')) {
        n = strcspn(sql, "\n");
        printf("  %.*s%s\n", (int)n, sql, sql[n] == '\0' ? ";" : "");
    }
}

static void show_ddl(const struct text *ddl)
{
    printf("\nTables, constraints and functions of its own\n");
    show_script("postgres", ddl->in[DIALECT_POSTGRES]);
    show_script("sqlite", ddl->in[DIALECT_SQLITE]);
}

static void show_statement(const struct statement *statement)
{
    const char *sqlite = statement->sql.in[DIALECT_SQLITE], *postgres = statement->sql.in[DIALECT_POSTGRES];

    printf("  -- %s%s\n", statement->name, statement->locks ? " (takes the lock)" : "");
    if (sqlite != NULL && postgres != NULL && strcmp(sqlite, postgres) == 0) {
        printf("  %s;\n", sqlite);
        return;
    }
    if (postgres != NULL)
        printf("  %s;  -- postgres\n", postgres);
    if (sqlite != NULL)
        printf("  %s;  -- sqlite\n", sqlite);
}

static void show_promises(const struct strategy *strategy, const struct variant *variant)
{
    const struct app app = {
        .instances = 1, .events = 1, .seats = 10, .group_most = 1, .attempts = 4, .options = variant->options
    };
    unsigned promises = strategy->promises != NULL ? strategy->promises(&app) : 0, b;
    const char *between = "";

    if ((strategy->traits & TRAIT_ROGUE) != 0) {
        printf("\nBroken on purpose, promises nothing; the audit must find: %s\n",
               anomaly_name((enum anomaly)__builtin_ctz(strategy->shows)));
        return;
    }
    printf("\nPromises, with its default options, one server, 4 attempts and 10 seats: ");
    for (b = 0; cell_promise_names[b] != NULL; b++)
        if ((promises & (1u << b)) != 0) {
            printf("%s%s", between, cell_promise_names[b]);
            between = ", ";
        }
    puts(promises == 0 ? "none" : "");
}

static int show_strategy(const struct registered *registered)
{
    const struct strategy *strategy = registered->strategy;
    const struct statement *statement;
    const struct text *ddl;
    struct variant variant;

    if (variant_parse(&variant, strategy->name, "show") != EXIT_OK)
        return EXIT_USAGE;
    show_note(registered);
    show_promises(strategy, &variant);
    show_options(strategy->options);
    if (strategy->ddl != NULL && (ddl = strategy->ddl(variant.options)) != NULL)
        show_ddl(ddl);
    if (strategy->statements != NULL)
        printf("\nSQL\n");
    for (statement = strategy->statements; statement != NULL && statement->name != NULL; statement++)
        show_statement(statement);
    variant_free(&variant);
    return EXIT_OK;
}

int verb_show(int argc, char **argv)
{
    const struct registered *registered;
    struct arguments arguments;
    struct scenario scenario;
    int status = arguments_parse(&arguments, argc, argv, "set");

    if (status == EXIT_OK && arguments.names.n != 1) {
        say_error("show takes one scenario or strategy: lastseat show rush-1000x10");
        status = EXIT_USAGE;
    }
    if (status == EXIT_OK && (registered = registry_find(arguments.names.items[0])) != NULL) {
        status = show_strategy(registered);
    } else if (status == EXIT_OK && (status = scenario_load(&scenario, arguments.names.items[0], arguments.settings,
                                                            arguments.setting_count)) == EXIT_OK) {
        scenario_write(&scenario, stdout);
        scenario_free(&scenario);
    }
    arguments_free(&arguments);
    return status;
}
