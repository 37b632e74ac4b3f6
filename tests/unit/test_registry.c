#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/say.h"
#include "harness/results/colour.h"
#include "harness/scenario/registry.h"
#include "tests/support/capture.h"

struct options {
    int64_t batch;
    int form;
};

static const char *const forms[] = { "a", "b", NULL };

static enum verdict attempt(struct attempt *a)
{
    (void)a;
    return VERDICT_FAILED;
}

static int open_app(struct app *app)
{
    (void)app;
    return 0;
}

static int services(const void *options)
{
    (void)options;
    return 1;
}

/* A sound entry, for each test to break in one place. */
struct entry {
    struct option options[3];
    struct statement statements[2];
    struct strategy strategy;
    struct registered registered;
};

static void make(struct entry *e)
{
    *e = (struct entry){
        .options = { { .name = "batch",
                       .type = OPTION_INT,
                       .offset = offsetof(struct options, batch),
                       .min = 1,
                       .max = 9,
                       .fallback = "3",
                       .help = "h" },
                     { .name = "form",
                       .type = OPTION_CHOICE,
                       .offset = offsetof(struct options, form),
                       .fallback = "a",
                       .words = forms,
                       .help = "h" },
                     OPTION_END },
        .statements = { { .name = "look", .sql = TEXT_PER(NULL, "SELECT 1") }, STATEMENT_END },
        .strategy = { .name = "sample",
                      .summary = "one line",
                      .options_size = sizeof(struct options),
                      .services = services,
                      .open = open_app,
                      .attempt = attempt },
        .registered = { .note = "Idea: look,\n\nthen  write.\nGuarantee: none.\nCost: little\nFails when: two\ncome.\n",
                        .file = "strategies/sample.c" },
    };
    e->strategy.options = e->options;
    e->strategy.statements = e->statements;
    e->registered.strategy = &e->strategy;
}

static void headings_are_cut_out_of_the_note(void **state)
{
    char out[64], small[8];
    struct entry e;

    (void)state;
    make(&e);
    registry_heading(&e.registered, "Idea", out, sizeof(out));
    assert_string_equal(out, "look, then write.");
    registry_heading(&e.registered, "Guarantee", out, sizeof(out));
    assert_string_equal(out, "none.");
    registry_heading(&e.registered, "Fails when", out, sizeof(out));
    assert_string_equal(out, "two come.");
    registry_heading(&e.registered, "Fails", out, sizeof(out));
    assert_string_equal(out, "");
    registry_heading(&e.registered, "Idea", small, sizeof(small));
    assert_string_equal(small, "look, t");
}

#define broken(change, why)                                                                                            \
    do {                                                                                                               \
        struct entry e;                                                                                                \
        char error[256] = "";                                                                                          \
        make(&e);                                                                                                      \
        change;                                                                                                        \
        assert_int_equal(registry_check_entry(&e.registered, error, sizeof(error)), -1);                               \
        assert_string_equal(error, why);                                                                               \
    } while (0)

static void a_sound_entry_passes(void **state)
{
    char error[256];
    struct entry e;

    (void)state;
    make(&e);
    assert_int_equal(registry_check_entry(&e.registered, error, sizeof(error)), 0);
    e.strategy.options = NULL;
    e.strategy.options_size = 0;
    e.strategy.statements = NULL;
    assert_int_equal(registry_check_entry(&e.registered, error, sizeof(error)), 0);
    e.strategy.traits = TRAIT_ROGUE;
    e.strategy.shows = 1u << (ANOMALY_COUNT - 1);
    e.registered.file = "strategies/rogues/sample.c";
    assert_int_equal(registry_check_entry(&e.registered, error, sizeof(error)), 0);
}

static void bad_members_are_named(void **state)
{
    (void)state;
    broken(e.strategy.name = NULL, "its name is not the file's stem");
    broken(e.strategy.name = "samples", "its name is not the file's stem");
    broken(e.strategy.name = "", "its name is not the file's stem");
    broken(e.strategy.summary = "", "it has no summary");
    broken(e.strategy.attempt = NULL, "it has no attempt()");
    broken(e.strategy.open = NULL, "it has services but no open() that spawns them");
    broken(e.strategy.options = NULL, "options and options_size do not go together");
    broken(e.strategy.options_size = 0, "options and options_size do not go together");
    broken(e.strategy.traits = TRAIT_ROGUE, "rogues, and only rogues, live in strategies/rogues/");
    broken(e.registered.file = "strategies/rogues/sample.c", "rogues, and only rogues, live in strategies/rogues/");
    broken(e.strategy.shows = 1u << ANOMALY_LOST, "rogues, and only rogues, show one anomaly");
    broken((e.strategy.traits = TRAIT_ROGUE, e.registered.file = "strategies/rogues/sample.c"),
           "rogues, and only rogues, show one anomaly");
    broken((e.strategy.traits = TRAIT_ROGUE, e.registered.file = "strategies/rogues/sample.c",
            e.strategy.shows = 1u << ANOMALY_LOST | 1u << ANOMALY_GHOST),
           "rogues, and only rogues, show one anomaly");
    broken((e.strategy.traits = TRAIT_ROGUE, e.registered.file = "strategies/rogues/sample.c",
            e.strategy.shows = 1u << ANOMALY_COUNT),
           "rogues, and only rogues, show one anomaly");
    broken(e.strategy.retry_on = RETRY_ON_UNKNOWN,
           "only a rogue says what is tried again; for all others the scenario does");
    broken(e.strategy.traits = TRAIT_CORE | TRAIT_FLOOR, "a rogue or floor cannot be core");
    broken(e.registered.note = "Idea: x\nGuarantee: y\nCost: z\n",
           "the comment it opens with lacks Idea:, Guarantee:, Cost: or Fails when:");
    broken(e.registered.note = "Idea: x\nGuarantee: y\nCost:\nFails when: z\n",
           "the comment it opens with lacks Idea:, Guarantee:, Cost: or Fails when:");
    broken(e.statements[0].sql.in[DIALECT_POSTGRES] = NULL, "it has a statement without SQL in any dialect");
}

static enum ledger own_ledger(const void *options)
{
    return ((const struct options *)options)->batch == 3 ? LEDGER_OWN : LEDGER_COUNTER;
}

static enum ledger always_own(const void *options)
{
    (void)options;
    return LEDGER_OWN;
}

/* The sample speaks PostgreSQL alone, so its remainder need not be known in SQLite. */
static void an_own_ledger_says_what_is_left(void **state)
{
    static const char why[] = "it keeps its own ledger, but does not say what is remaining";
    static const char no_release[] = "it keeps its own ledger, but does not say how a booking is given back (release)";
    const struct text postgres = TEXT_PER(NULL, "SELECT 1, 2"), sqlite = TEXT_PER("SELECT 1, 2", NULL);
    char why_not[256];
    struct entry sound;

    (void)state;
    broken(e.strategy.ledger = own_ledger, why);
    broken(e.strategy.ledger = own_ledger; e.strategy.remaining = sqlite, why);
    broken(e.strategy.ledger = always_own; e.strategy.options = NULL; e.strategy.options_size = 0, why);
    broken(e.strategy.ledger = own_ledger; e.strategy.remaining = postgres, no_release);
    make(&sound);
    sound.strategy.ledger = own_ledger;
    sound.strategy.remaining = postgres;
    sound.strategy.release = sound.strategy.attempt;
    assert_int_equal(registry_check_entry(&sound.registered, why_not, sizeof(why_not)), 0);
}

static void bad_options_are_named(void **state)
{
    (void)state;
    broken(e.options[0].fallback = "10",
           "the default of option 'batch' does not parse: '10' is out of range; write 1..9");
    broken(e.options[1].name = "Form", "option 'Form' has a section, or a name with more than a-z and _");
    broken(e.options[1].section = "s", "option 'form' has a section, or a name with more than a-z and _");
    broken(e.options[1].words = NULL, "option 'form' has no words");
    broken(e.options[1].help = NULL, "option 'form' has no default or no help");
    broken(e.options[1].fallback = NULL, "option 'form' has no default or no help");
    broken(e.options[1].name = "batch", "option 'batch' stands there twice");
    broken(e.options[1].offset = sizeof(struct options) - 3, "option 'form' lies outside of options_size");
    broken(e.options[0].type = OPTION_TEXT, "option 'batch' lies outside of options_size");
}

static void the_table_of_this_build_is_sound(void **state)
{
    (void)state;
    assert_int_equal(registry_check(), EXIT_OK);
    assert_true(registry_count > 0);
    for (size_t i = 0; i < registry_count; i++)
        assert_ptr_equal(registry_find(registry[i].strategy->name), &registry[i]);
    assert_null(registry_find("nosuch"));
    assert_null(registry_find(""));
}

/* sRGB to CIE L*a*b*, under D65. */
static void lab_of(uint32_t colour, double lab[3])
{
    static const double xyz_of[3][3] = { { 0.4124, 0.3576, 0.1805 },
                                         { 0.2126, 0.7152, 0.0722 },
                                         { 0.0193, 0.1192, 0.9505 } };
    static const double white[3] = { 0.95047, 1, 1.08883 };
    double linear[3], f[3];

    for (int i = 0; i < 3; i++) {
        double c = (colour >> (16 - 8 * i) & 0xff) / 255.0;

        linear[i] = c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
    }
    for (int i = 0; i < 3; i++) {
        double t = (xyz_of[i][0] * linear[0] + xyz_of[i][1] * linear[1] + xyz_of[i][2] * linear[2]) / white[i];

        f[i] = t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
    }
    lab[0] = 116 * f[1] - 16;
    lab[1] = 500 * (f[0] - f[1]);
    lab[2] = 200 * (f[1] - f[2]);
}

/* 2 is the least an eye can tell; thin lines in a plot need more. */
static void strategies_can_be_told_apart_by_colour(void **state)
{
    (void)state;
    for (size_t i = 0; i < registry_count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct strategy *a = registry[i].strategy, *b = registry[k].strategy;
            double x[3], y[3];

            if (a->colour == 0 || b->colour == 0)
                continue; /* the harness picks one that is free */
            lab_of(a->colour, x);
            lab_of(b->colour, y);
            if (sqrt(pow(x[0] - y[0], 2) + pow(x[1] - y[1], 2) + pow(x[2] - y[2], 2)) < 12)
                fail_msg("%s and %s look alike", a->name, b->name);
        }
}

static void an_unknown_name_says_what_was_meant(void **state)
{
    (void)state;
    capture_begin();
    assert_null(registry_get("pesimistic", "--strategy"));
    assert_null(registry_get("corr", "--strategy"));
    assert_null(registry_get("nosuch", "x.ini:3"));
    assert_string_equal(
        capture_end(),
        "lastseat: --strategy: unknown strategy 'pesimistic'; did you mean 'pessimistic'? (lastseat list "
        "strategies)\n"
        "lastseat: --strategy: unknown strategy 'corr'; did you mean 'core'? (lastseat list strategies)\n"
        "lastseat: x.ini:3: unknown strategy 'nosuch' (lastseat list strategies)\n");
    assert_non_null(registry_get("naive", "x"));
}

static void rogues_say_what_must_be_found(void **state)
{
    char idea[1024], says[64];
    size_t rogues = 0;

    (void)state;
    for (size_t i = 0; i < registry_count; i++) {
        const struct strategy *strategy = registry[i].strategy;

        if ((strategy->traits & TRAIT_ROGUE) == 0)
            continue;
        rogues++;
        snprintf(says, sizeof(says), "The audit must find: %s.",
                 anomaly_name((enum anomaly)__builtin_ctz(strategy->shows)));
        registry_heading(&registry[i], "Idea", idea, sizeof(idea));
        if (strstr(idea, says) == NULL)
            fail_msg("%s: its Idea does not say '%s'", registry[i].file, says);
    }
    assert_true(rogues > 0);
}

/* There are more rogues than colours: those who choose after them would share one with a strategy of the same picture.
 */
static void honest_strategies_share_no_colour(void **state)
{
    (void)state;
    for (size_t i = 0; i < registry_count; i++)
        for (size_t k = 0; k < i; k++)
            if (((registry[i].strategy->traits | registry[k].strategy->traits) & TRAIT_ROGUE) == 0 &&
                colour_of(registry[i].strategy) == colour_of(registry[k].strategy))
                fail_msg("%s and %s are both #%06x", registry[k].strategy->name, registry[i].strategy->name,
                         (unsigned)colour_of(registry[i].strategy));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headings_are_cut_out_of_the_note),
        cmocka_unit_test(a_sound_entry_passes),
        cmocka_unit_test(bad_members_are_named),
        cmocka_unit_test(an_own_ledger_says_what_is_left),
        cmocka_unit_test(bad_options_are_named),
        cmocka_unit_test(the_table_of_this_build_is_sound),
        cmocka_unit_test(strategies_can_be_told_apart_by_colour),
        cmocka_unit_test(honest_strategies_share_no_colour),
        cmocka_unit_test(rogues_say_what_must_be_found),
        cmocka_unit_test(an_unknown_name_says_what_was_meant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
