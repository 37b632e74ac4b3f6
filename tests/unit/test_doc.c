#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/say.h"
#include "harness/base/text.h"
#include "harness/scenario/doc.h"
#include "harness/scenario/registry.h"
#include "harness/scenario/scenario.h"
#include "tests/support/capture.h"

/* Run in the project's root: what is committed there is compared. */

static char *read_all(FILE *file)
{
    char *text = calloc(1, 1 << 20);

    assert_non_null(file);
    assert_non_null(text);
    rewind(file);
    assert_in_range(fread(text, 1, (1 << 20) - 1, file), 1, (1 << 20) - 2);
    assert_int_equal(fclose(file), 0);
    return text;
}

static void the_readme_is_what_the_tables_say(void **state)
{
    FILE *made = tmpfile();
    char *expected, *committed;

    (void)state;
    assert_int_equal(doc_scenario_readme(made), EXIT_OK);
    expected = read_all(made);
    committed = read_all(fopen("scenarios/README.md", "r"));
    if (strcmp(committed, expected) != 0)
        fail_msg("scenarios/README.md has fallen behind: ./lastseat help readme >scenarios/README.md");
    free(expected);
    free(committed);
}

static void a_bar_does_not_break_a_table(void **state)
{
    FILE *made = tmpfile();
    char *text;

    (void)state;
    assert_int_equal(doc_scenario_readme(made), EXIT_OK);
    text = read_all(made);
    assert_non_null(strstr(text, "| `model` | burst \\| closed"));
    free(text);
}

/* Whether a text begins with these words, whatever blanks and line feeds are between them. */
static bool begins_with_words(const char *text, const char *words)
{
    for (; *words != '\0'; words++) {
        if (*words != ' ') {
            if (*text++ != *words)
                return false;
            continue;
        }
        if (*text != ' ' && *text != '\n')
            return false;
        text += strspn(text, " \n");
    }
    return true;
}

static void help_names_every_key(void **state)
{
    FILE *made = tmpfile();
    char *text, line[256];

    (void)state;
    doc_scenario_help(made);
    text = read_all(made);
    for (const struct option *row = scenario_options; row->name != NULL; row++) {
        char domain[OPTION_TEXT_SIZE], want[256], *at;

        option_domain(row, domain, sizeof(domain));
        snprintf(line, sizeof(line), "\n  %-18s ", row->name);
        snprintf(want, sizeof(want), "%s (default %s)", domain, row->fallback[0] != '\0' ? row->fallback : "none");
        /* Somewhere: names are not unique among the sections. A line that is broken is so after a blank. */
        for (at = strstr(text, line); at != NULL && !begins_with_words(at + strlen(line), want);)
            at = strstr(at + 1, line);
        assert_non_null(at);
        snprintf(line, sizeof(line), "[%s]\n", row->section);
        assert_non_null(strstr(text, line));
    }
    for (char *rest, *l = strtok_r(text, "\n", &rest); l != NULL; l = strtok_r(NULL, "\n", &rest))
        assert_in_range(strlen(l), 1, TEXT_COLUMNS);
    free(text);
}

static void the_catalogue_names_every_strategy(void **state)
{
    FILE *made = tmpfile();
    char *text, *rogues, line[256];

    (void)state;
    doc_strategy_catalogue(made);
    text = read_all(made);
    rogues = strstr(text, "| Rogue |");
    assert_non_null(rogues);
    for (size_t i = 0; i < registry_count; i++) {
        const struct strategy *strategy = registry[i].strategy;
        bool is_rogue = (strategy->traits & TRAIT_ROGUE) != 0;

        snprintf(line, sizeof(line), "\n| `%s` | %s | ", strategy->name, strategy->summary);
        assert_non_null(strstr(text, line));
        assert_int_equal(strstr(rogues, line) != NULL, is_rogue);
        snprintf(line, sizeof(line), "| `%s` | %s | %s |", strategy->name, strategy->summary,
                 is_rogue ? anomaly_name((enum anomaly)__builtin_ctz(strategy->shows)) : "");
        assert_int_equal(strstr(rogues, line) != NULL, is_rogue);
    }
    assert_non_null(
        strstr(text, " | no oversell, sells out, all or nothing | any number | nothing | `check` = counter \\| count "
                     "(counter); `wait` = "));
    assert_non_null(strstr(text, " | none | - | nothing | `form` = counter \\| count (counter) |\n"));
    assert_non_null(strstr(text, " | one; with more: no oversell, all or nothing | nothing | `share` = "));
    assert_non_null(strstr(text, " | row locks | `pick` = skip_locked"));
    assert_non_null(strstr(text, " | server-side functions | none |\n"));
    free(text);
}

/* Every row of the table keeps the promises of the header. */
static void the_table_is_sound(void **state)
{
    struct scenario s = { 0 }, again = { 0 };
    char value[OPTION_TEXT_SIZE], error[512];

    (void)state;
    option_defaults(scenario_options, &s);
    for (const struct option *row = scenario_options; row->name != NULL; row++) {
        assert_ptr_equal(option_find(scenario_options, row->section, row->name), row);
        assert_int_equal(row->help[strlen(row->help) - 1], '.');
        option_print(row, &s, value, sizeof(value));
        assert_string_equal(value, row->fallback);
        assert_int_equal(option_parse(row, &again, value, error, sizeof(error)), 0);
    }
    scenario_free(&s);
    scenario_free(&again);
}

static void every_shipped_scenario_asks_a_question(void **state)
{
    struct text_list names = { 0 };

    (void)state;
    assert_int_equal(scenario_names(&names), 0);
    assert_in_range(names.n, 9, 99);
    for (size_t i = 0; i < names.n; i++) {
        struct scenario s;

        assert_int_equal(scenario_load(&s, names.items[i], NULL, 0), EXIT_OK);
        assert_non_null(strchr(s.question, '?'));
        assert_string_not_equal(s.title, "");
        scenario_free(&s);
    }
    text_list_free(&names);
}

static void a_missing_folder_is_said(void **state)
{
    FILE *made = tmpfile();

    (void)state;
    assert_int_equal(setenv("LASTSEAT_HOME", "/nonexistent", 1), 0);
    capture_says(doc_scenario_readme(made), EXIT_ERROR,
                 "cannot read the scenarios in /nonexistent/scenarios: No such file or directory; set LASTSEAT_HOME to "
                 "the folder that holds scenarios/");
    assert_int_equal(ftell(made), 0);
    assert_int_equal(unsetenv("LASTSEAT_HOME"), 0);
    fclose(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_readme_is_what_the_tables_say),
        cmocka_unit_test(a_bar_does_not_break_a_table),
        cmocka_unit_test(help_names_every_key),
        cmocka_unit_test(the_catalogue_names_every_strategy),
        cmocka_unit_test(the_table_is_sound),
        cmocka_unit_test(every_shipped_scenario_asks_a_question),
        cmocka_unit_test(a_missing_folder_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
