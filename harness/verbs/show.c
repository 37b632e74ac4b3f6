#include <stdio.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/db/schema.h"
#include "harness/report/sql_parameter.h"
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

/* On SQLite the clock of a place is a function of this program's: elsewhere the same microseconds are an expression. */
static void put_sql(const char *sql, enum dialect dialect)
{
    static const char call[] = SCHEMA_CLOCK "()";
    const char *at;

    while (dialect == DIALECT_SQLITE && (at = strstr(sql, call)) != NULL) {
        printf("%.*sCAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)", (int)(at - sql), sql);
        sql = at + sizeof call - 1;
    }
    fputs(sql, stdout);
}

static void show_script(const char *title, const char *sql)
{
    size_t n = strlen(sql);

    printf("\n-- %s\n%s%s", title, sql, n > 0 && sql[n - 1] == '\n' ? "" : ";\n");
}

static void show_statement(const struct statement *statement, enum dialect dialect)
{
    const char *sql = statement->sql.in[dialect];
    int n = schema_params(sql), i;
    const char *between = ": ";
    char name[80];

    printf("\n-- %s%s", statement->name, statement->locks ? " (takes the lock)" : "");
    for (i = 1; i <= n; i++) {
        sql_parameter_name(sql, i, name, sizeof name);
        if (name[0] == '\0')
            continue;
        printf("%s$%d %s", between, i, name);
        between = ", ";
    }
    putchar('\n');
    put_sql(sql, dialect);
    puts(";");
}

/* What to type to have it in a database of one's own, but for what attempt() decides between two statements. */
static void show_sql(const struct variant *variant, enum dialect dialect, const char *db)
{
    const struct strategy *strategy = variant->registered->strategy;
    const struct text *ddl = strategy->ddl != NULL ? strategy->ddl(variant->options) : NULL;
    const struct statement *statement = strategy->statements;
    struct cell cell = { .variant = *variant };

    snprintf(cell.db, sizeof cell.db, "%s", db);
    cell_explain_skip(&cell);
    printf("\nSQL for %s", db);
    if (cell.skip[0] != '\0') {
        printf(": none; %s\n", cell.skip);
        return;
    }
    puts(", ready to copy; $1, $2, … are parameters");
    show_script("tables that every strategy has", schema_tables(dialect));
    if (ddl != NULL && ddl->in[dialect] != NULL)
        show_script("tables, constraints and functions of its own", ddl->in[dialect]);
    for (; statement != NULL && statement->name != NULL; statement++)
        if (statement->sql.in[dialect] != NULL)
            show_statement(statement, dialect);
}

static void show_needs(const struct variant *variant)
{
    const struct cell cell = { .variant = *variant };
    unsigned needs = cell_needs(&cell), b;
    const char *between = "";

    printf("\nNeeds of the database: ");
    for (b = 0; cell_cap_names[b] != NULL; b++)
        if ((needs & (1u << b)) != 0) {
            printf("%s%s", between, cell_cap_names[b]);
            between = ", ";
        }
    puts(needs == 0 ? "nothing" : "");
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
    printf("\nPromises of %s, with one server, 4 attempts and 10 seats: ", variant->name);
    for (b = 0; cell_promise_names[b] != NULL; b++)
        if ((promises & (1u << b)) != 0) {
            printf("%s%s", between, cell_promise_names[b]);
            between = ", ";
        }
    puts(promises == 0 ? "none" : "");
}

static int show_variant(const char *text)
{
    const struct strategy *strategy;
    struct variant variant;
    int status;

    if ((status = variant_parse(&variant, text, "show")) != EXIT_OK)
        return status;
    strategy = variant.registered->strategy;
    show_note(variant.registered);
    show_promises(strategy, &variant);
    show_needs(&variant);
    show_options(strategy->options);
    if (strategy->statements != NULL) {
        show_sql(&variant, DIALECT_POSTGRES, "postgres");
        show_sql(&variant, DIALECT_SQLITE, "sqlite");
        printf("\nIn which order, call by call: lastseat explain %s --replay A\n", variant.name);
    }
    variant_free(&variant);
    return EXIT_OK;
}

/* "pessimistic", or "pessimistic:wait=nowait": the name of a strategy, then perhaps its options. */
static bool names_strategy(const char *text)
{
    size_t n = strcspn(text, ":"), i;

    for (i = 0; i < registry_count; i++)
        if (strncmp(registry[i].strategy->name, text, n) == 0 && registry[i].strategy->name[n] == '\0')
            return true;
    return false;
}

int verb_show(int argc, char **argv)
{
    struct arguments arguments;
    struct scenario scenario;
    int status = arguments_parse(&arguments, argc, argv, SHOW_OPTIONS);

    if (status == EXIT_OK && arguments.names.n != 1) {
        say_error(
            "show takes one scenario or strategy: lastseat show rush-1000x10, lastseat show pessimistic:wait=nowait");
        status = EXIT_USAGE;
    }
    if (status == EXIT_OK && names_strategy(arguments.names.items[0])) {
        status = show_variant(arguments.names.items[0]);
    } else if (status == EXIT_OK && (status = scenario_load(&scenario, arguments.names.items[0], arguments.settings,
                                                            arguments.setting_count)) == EXIT_OK) {
        scenario_write(&scenario, stdout);
        scenario_free(&scenario);
    }
    arguments_free(&arguments);
    return status;
}
