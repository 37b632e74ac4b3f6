/* Two sections of report.md, made of small runs: who was turned away while seats were free, and the catalogue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/catalogue.h"
#include "harness/report/turned.h"

struct page {
    json_t *run;
    struct pick pick;
    char *text;
    char sentence[1024];
};

/* A trial of 10 requests for 5 seats, 3 booked: counts of its audit, unsold_by, example. */
static json_t *trial(int number, int lies, int held, int turned, const char *unsold_by, const char *example)
{
    char text[1600];
    json_t *made;

    snprintf(text, sizeof text,
             "{\"trial\": %d, \"void\": false, \"requests\": 10, \"outcomes\": {\"booked\": 3, \"sold_out\": 7},"
             " \"audit\": {\"capacity\": 5, \"sold\": 3, \"oversold\": 0, \"oversold_peak\": 0, \"unsold\": 2,"
             " \"unjudged\": 0, \"false_sold_out\": %d, \"deficit\": %d, \"held_refusals\": %d, \"turned_away\": %d,"
             " \"unsold_by\": %s, \"example\": %s}}",
             number, lies, lies > 0 ? 2 : 0, held, turned, unsold_by, example);
    made = json_loads(text, 0, NULL);
    assert_non_null(made);
    return made;
}

static const char lie[] = "{\"kind\": \"false_sold_out\", \"request\": 812, \"user\": 812, \"event\": 1, \"seats\": 2,"
                          " \"outcome\": \"sold_out\", \"reason\": \"\", \"attempts\": 1, \"due_ns\": 0,"
                          " \"invoke_ns\": 1200000, \"first_ns\": 3400000, \"return_ns\": 5900000, \"capacity\": 5,"
                          " \"taken_most\": 3}";
static const char worse_lie[] =
    "{\"kind\": \"false_sold_out\", \"request\": 9, \"user\": 9, \"event\": 1, \"seats\": 1,"
    " \"outcome\": \"sold_out\", \"reason\": \"\", \"attempts\": 1, \"due_ns\": 0, \"invoke_ns\": 1, \"first_ns\": "
    "null,"
    " \"return_ns\": 5900000, \"capacity\": 5, \"taken_most\": 3}";
static const char tired[] = "{\"kind\": \"turned_away\", \"request\": 4, \"user\": 4, \"event\": 2, \"seats\": 1,"
                            " \"outcome\": \"gave_up\", \"reason\": \"stale\", \"attempts\": 4, \"due_ns\": 0,"
                            " \"invoke_ns\": 0, \"first_ns\": 1, \"return_ns\": 2000000, \"capacity\": 5,"
                            " \"taken_most\": 4}";
static const char held[] = "{\"kind\": \"held\", \"request\": 5, \"user\": 5, \"event\": 1, \"seats\": 1,"
                           " \"outcome\": \"sold_out\", \"reason\": \"\", \"attempts\": 1, \"due_ns\": 0,"
                           " \"invoke_ns\": 0, \"first_ns\": 1, \"return_ns\": 2000000, \"capacity\": 5,"
                           " \"taken_most\": 4}";

static json_t *cell(const char *variant, json_t *trials)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:[s], s:{}, s:o}", "id", variant, "scenario", "rush", "db", "sqlite",
                     "variant", variant, "verdict", "holds", "traits", "core", "sweep", "trials", trials);
}

static void add(struct page *page, const char *variant, int trials, ...)
{
    json_t *list = json_array();
    va_list args;

    va_start(args, trials);
    for (; trials > 0; trials--)
        json_array_append_new(list, va_arg(args, json_t *));
    va_end(args);
    if (page->run == NULL)
        page->run = json_pack("{s:[]}", "cells");
    json_array_append_new(json_object_get(page->run, "cells"), cell(variant, list));
}

static const char *write_page(struct page *page, void (*write)(FILE *, const struct pick *))
{
    size_t size;
    FILE *out = open_memstream(&page->text, &size);

    assert_int_equal(view_pick(&page->pick, page->run, NULL, NULL, NULL), 0);
    write(out, &page->pick);
    fclose(out);
    turned_say(page->sentence, sizeof page->sentence, &page->pick);
    return page->text;
}

static void drop(struct page *page)
{
    view_drop(&page->pick);
    free(page->text);
    json_decref(page->run);
    memset(page, 0, sizeof *page);
}

static void prints(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in:\n%s", part, text);
}

static void test_nobody(void **state)
{
    struct page page = { 0 };

    (void)state;
    add(&page, "atomic", 1, trial(1, 0, 0, 0, "{}", "null"));
    prints(write_page(&page, turned_write), "Nobody was, in 1 trial of each variant, which bounds nothing yet.\n");
    assert_string_equal(page.sentence, "");
    drop(&page);

    add(&page, "atomic", 4, trial(1, 0, 0, 0, "{}", "null"), trial(2, 0, 0, 0, "{}", "null"),
        trial(3, 0, 0, 0, "{}", "null"), trial(4, 0, 0, 0, "{}", "null"));
    prints(write_page(&page, turned_write),
           "Nobody was, in 4 trials of each variant: the rate of trials in which it happens is below 3/4 = 75 % at 95");
    drop(&page);
}

static void test_older_runs_say_nothing(void **state)
{
    struct page page = { 0 };

    (void)state;
    add(&page, "atomic", 1, json_loads("{\"trial\": 1, \"void\": false, \"audit\": {\"capacity\": 5}}", 0, NULL));
    assert_string_equal(write_page(&page, turned_write), "");
    drop(&page);
}

static void test_table_and_examples(void **state)
{
    struct page page = { 0 };
    const char *text;

    (void)state;
    add(&page, "atomic", 2, trial(1, 0, 0, 0, "{}", "null"), trial(2, 0, 0, 0, "{}", "null"));
    add(&page, "cut", 2, trial(1, 6, 1, 0, "{\"stranded\": 2}", lie), trial(2, 5, 0, 0, "{\"gate\": 2}", worse_lie));
    add(&page, "tired", 2, trial(1, 0, 0, 0, "{}", "null"), trial(2, 0, 0, 1, "{\"gave_up\": 2}", tired));
    add(&page, "holder", 1, trial(1, 0, 3, 0, "{}", held));
    text = write_page(&page, turned_write);
    prints(text, "\n| atomic | 2 | 14 | 0 | 0 | 0 | 0 | 0 |\n");
    prints(text, "\n| cut | 2 | 14 | 11 (2 of 2) | 2 | 1 (1 of 2) | 0 | gate 2, stranded 2 |\n");
    prints(text, "\n| tired | 2 | 14 | 0 | 0 | 0 | 1 (1 of 2) | gave\\_up 2 |\n");
    prints(text, "- **cut**, trial 2, request 9, which wanted 1 seat of event 1: due at 0 ms, first call at");
    prints(text,
           ", never a connection, told sold\\_out at 5.90 ms after 1 try. At no moment in between can more than 3 of 5 "
           "seats have been taken: 2 were free.\n");
    prints(text,
           "- **tired**, trial 2, request 4, which wanted 1 seat of event 2: due at 0 ms, first call at 0 ms, first "
           "connection at");
    prints(text,
           ", told gave\\_up (stale) at 2.00 ms after 4 tries. At no moment in between can more than 4 of 5 seats have "
           "been taken: 1 was free.\n");
    prints(text, "1 was free, or in the hands of somebody who then came to nothing.\n");
    assert_null(strstr(text, "**atomic**"));
    assert_string_equal(page.sentence,
                        "cut (11 told \"sold out\", in 2 of 2 trials), tired (1 without a word about seats, "
                        "in 1 of 2 trials)");
    drop(&page);
}

static void test_many_names_are_counted(void **state)
{
    struct page page = { 0 };
    char name[2] = "a";

    (void)state;
    for (; name[0] < 'g'; name[0]++)
        add(&page, name, 1, trial(1, 1, 0, 0, "{}", lie));
    prints(write_page(&page, turned_write), "first connection at 3.40 ms");
    prints(page.sentence, "d (1 told \"sold out\", in 1 of 1 trials) and 2 more");
    drop(&page);
}

static void test_catalogue(void **state)
{
    struct page page = { 0 };
    const char *text;

    (void)state;
    add(&page, "atomic", 4, trial(1, 0, 0, 0, "{}", "null"), trial(2, 0, 0, 0, "{}", "null"),
        trial(3, 0, 0, 0, "{}", "null"), trial(4, 0, 0, 0, "{}", "null"));
    add(&page, "cut", 2, trial(1, 6, 1, 0, "{}", lie), trial(2, 0, 0, 0, "{}", "null"));
    json_object_set_new(
        json_object_get(
            json_array_get(json_object_get(json_array_get(json_object_get(page.run, "cells"), 1), "trials"), 0),
            "audit"),
        "oversold", json_integer(3));
    text = write_page(&page, catalogue_write);
    prints(text, "\n| D1 | oversold | 30 seats | cut oversold 3 (1 of 2) | 0 of 4: below 75 % |\n");
    prints(
        text,
        "\n| D9 | told \"sold out\" falsely | 42 refusals | cut false\\_sold\\_out 6, held\\_refusals 1 (1 of 2) | 0 "
        "of 4: below 75 % |\n");
    prints(text,
           "\n| D10 | seats left that somebody wanted | 30 seats | atomic unsold 8 (4 of 4); cut unsold 4 (2 of 2) | "
           "- |\n");
    assert_null(strstr(text, "| D16 |")); /* the run does not know it */
    drop(&page);

    add(&page, "atomic", 1, trial(1, 0, 0, 0, "{}", "null"));
    prints(write_page(&page, catalogue_write), "| D1 | oversold | 5 seats | none | 0 of 1: no bound yet |\n");
    drop(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_older_runs_say_nothing),
        cmocka_unit_test(test_table_and_examples),
        cmocka_unit_test(test_many_names_are_counted),
        cmocka_unit_test(test_catalogue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
