#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/scenario/cell.h"
#include "tests/support/capture.h"

/* How an option of a variant would be printed. */
static const char *option(const struct variant *v, const char *name)
{
    static char out[OPTION_TEXT_SIZE];
    const struct option *row = option_find(v->registered->strategy->options, NULL, name);

    assert_non_null(row);
    option_print(row, v->options, out, sizeof(out));
    return out;
}

static int parse(const char *text)
{
    struct variant v;
    int status = variant_parse(&v, text, "--strategy");

    variant_free(&v);
    return status;
}

static int override(const char *text, const char *key, const char *value, bool swept)
{
    struct override o = { (char *)(uintptr_t) "queue", (char *)(uintptr_t)key, (char *)(uintptr_t)value, "x.ini:4" };
    struct variant v;
    int status;

    assert_int_equal(variant_parse(&v, text, "--strategy"), EXIT_OK);
    status = variant_override(&v, &o, swept);
    variant_free(&v);
    return status;
}

static void a_name_alone_has_the_defaults(void **state)
{
    struct variant v;

    (void)state;
    assert_int_equal(variant_parse(&v, "queue", "--strategy"), EXIT_OK);
    assert_string_equal(v.registered->strategy->name, "queue");
    assert_string_equal(v.name, "queue");
    assert_int_equal(v.written, 0);
    assert_int_equal(v.retry.attempts, 4);
    assert_int_equal(v.retry.backoff.kind, LAW_JITTER);
    assert_string_equal(option(&v, "batch"), option_find(v.registered->strategy->options, NULL, "batch")->fallback);
    variant_free(&v);
    variant_free(&v);
    variant_free(NULL);
    assert_int_equal(variant_parse(&v, "optimistic", "--strategy"), EXIT_OK);
    assert_string_equal(v.name, "optimistic");
    variant_free(&v);
}

static void the_name_is_canonical(void **state)
{
    struct variant v;

    (void)state;
    /* Options in the order of the table, values as they are printed. */
    assert_int_equal(variant_parse(&v, "queue:cap=007:batch=8", "--strategy"), EXIT_OK);
    assert_string_equal(v.name, "queue:batch=8:cap=7");
    assert_string_equal(option(&v, "batch"), "8");
    assert_string_equal(option(&v, "cap"), "7");
    variant_free(&v);
    /* What is written stays written, the default too. */
    assert_int_equal(variant_parse(&v, "naive:form=counter", "--strategy"), EXIT_OK);
    assert_string_equal(v.name, "naive:form=counter");
    variant_free(&v);
}

static void mistakes(void **state)
{
    (void)state;
    capture_says(parse("pesimistic"), EXIT_USAGE,
                 "--strategy: unknown strategy 'pesimistic'; did you mean 'pessimistic'? (lastseat list strategies)");
    capture_says(parse(""), EXIT_USAGE, "--strategy: unknown strategy '' (lastseat list strategies)");
    capture_says(parse("nosuch:batch=3"), EXIT_USAGE,
                 "--strategy: unknown strategy 'nosuch' (lastseat list strategies)");
    capture_says(parse("queue:bach=8"), EXIT_USAGE,
                 "--strategy: strategy 'queue' has no option 'bach'; did you mean 'batch'?");
    capture_says(parse("queue:zebra=8"), EXIT_USAGE,
                 "--strategy: strategy 'queue' has no option 'zebra' (lastseat show queue)");
    capture_says(parse("null:form=a"), EXIT_USAGE, "--strategy: strategy 'null' has no options, so no 'form'");
    capture_says(parse("queue:batch=8:batch=9"), EXIT_USAGE, "--strategy: 'queue' sets batch twice");
    capture_says(parse("queue:batch="), EXIT_USAGE, "--strategy: queue:batch has no value; write one, or leave it out");
    capture_says(parse("naive:form=sum"), EXIT_USAGE,
                 "--strategy: naive:form: unknown value 'sum'; write counter | count");
    capture_says(parse("queue:"), EXIT_USAGE, "--strategy: '' is not option=value; write name:option=value");
    capture_says(parse("queue:8"), EXIT_USAGE, "--strategy: '8' is not option=value; write name:option=value");
    capture_says(parse("queue:Batch=8"), EXIT_USAGE,
                 "--strategy: 'Batch=8' is not option=value; write name:option=value");
    /* A colon starts an option only before [a-z_]+= */
    capture_says(parse("naive:form=count:er"), EXIT_USAGE,
                 "--strategy: naive:form: unknown value 'count:er'; did you mean 'counter'? (counter | count)");
}

static void overrides_stay_below_the_text(void **state)
{
    struct override batch = { (char *)(uintptr_t) "queue", (char *)(uintptr_t) "batch", (char *)(uintptr_t) "5",
                              "x:1" };
    struct override cap = { (char *)(uintptr_t) "queue", (char *)(uintptr_t) "cap", (char *)(uintptr_t) "6", "x:2" };
    struct variant v;

    (void)state;
    assert_int_equal(variant_parse(&v, "queue:batch=8", "--strategy"), EXIT_OK);
    assert_int_equal(variant_override(&v, &batch, false), EXIT_OK);
    assert_int_equal(variant_override(&v, &cap, false), EXIT_OK);
    assert_string_equal(option(&v, "batch"), "8");
    assert_string_equal(option(&v, "cap"), "6");
    assert_string_equal(v.name, "queue:batch=8");
    /* A sweep may not fight the text. */
    capture_says(variant_override(&v, &batch, true), EXIT_USAGE,
                 "x:1: strategy.queue.batch is swept, and 'queue:batch=8' sets it too; take it out of one of them");
    assert_int_equal(variant_override(&v, &cap, true), EXIT_OK);
    variant_free(&v);
}

static void overrides_reach_the_retry_policy(void **state)
{
    struct override o = { (char *)(uintptr_t) "queue", (char *)(uintptr_t) "retry.attempts",
                          (char *)(uintptr_t) "unlimited", "x:1" };
    struct variant v;

    (void)state;
    assert_int_equal(variant_parse(&v, "queue", "--strategy"), EXIT_OK);
    assert_int_equal(variant_override(&v, &o, false), EXIT_OK);
    assert_int_equal(v.retry.attempts, INT64_MAX);
    assert_int_equal(v.retry.backoff.kind, LAW_JITTER);
    o.key = (char *)(uintptr_t) "retry.backoff";
    o.value = (char *)(uintptr_t) "5ms";
    assert_int_equal(variant_override(&v, &o, true), EXIT_OK);
    assert_int_equal(v.retry.attempts, INT64_MAX);
    assert_int_equal(v.retry.backoff.kind, LAW_FIXED);
    assert_int_equal(v.retry.backoff.lo_ns, 5 * NS_PER_MS);
    assert_int_equal(v.retry.on, RETRY_ON_CONFLICT);
    o.key = (char *)(uintptr_t) "retry.on";
    o.value = (char *)(uintptr_t) "unknown, conflict";
    assert_int_equal(variant_override(&v, &o, false), EXIT_OK);
    assert_int_equal(v.retry.on, RETRY_ON_CONFLICT | RETRY_ON_UNKNOWN);
    variant_free(&v);
}

static void overrides_that_are_wrong(void **state)
{
    (void)state;
    capture_says(override("queue", "bach", "8", false), EXIT_USAGE,
                 "x.ini:4: strategy 'queue' has no option 'bach'; did you mean 'batch'?");
    capture_says(override("queue", "batch", "x", false), EXIT_USAGE,
                 "x.ini:4: [strategy.queue] batch: 'x' is not a whole number; write 1..1024");
    capture_says(
        override("queue", "retry.attemps", "3", false), EXIT_USAGE,
        "x.ini:4: unknown key 'retry.attemps' in [strategy.queue]; write retry.attempts, retry.backoff or retry.on");
    capture_says(override("queue", "retry.on", "unknwon", false), EXIT_USAGE,
                 "x.ini:4: [strategy.queue] retry.on: unknown value 'unknwon'; did you mean 'unknown'? (a list of: "
                 "conflict, unknown)");
    capture_says(override("queue", "retry.on", "unknown", true), EXIT_USAGE,
                 "x.ini:4: strategy.queue.retry.on cannot be swept: its commas are those of a list");
    capture_says(override("queue", "retry.attempts", "0", false), EXIT_USAGE,
                 "x.ini:4: [strategy.queue] retry.attempts: '0' is out of range; write 1 or more | unlimited");
}

static void options_are_the_same_wherever_they_were_written(void **state)
{
    struct override sixteen = { (char *)(uintptr_t) "queue", (char *)(uintptr_t) "batch", (char *)(uintptr_t) "16",
                                "x.ini:4" };
    struct override once = { (char *)(uintptr_t) "queue", (char *)(uintptr_t) "retry.attempts", (char *)(uintptr_t) "1",
                             "x.ini:5" };
    struct variant alone, other, named, naive;

    (void)state;
    assert_int_equal(variant_parse(&alone, "queue", "--strategy"), EXIT_OK);
    assert_int_equal(variant_parse(&other, "queue", "--strategy"), EXIT_OK);
    assert_int_equal(variant_parse(&named, "queue:batch=16", "--strategy"), EXIT_OK);
    assert_int_equal(variant_parse(&naive, "naive", "--strategy"), EXIT_OK);
    assert_true(variant_does_same(&alone, &other));
    assert_false(variant_does_same(&alone, &named));
    assert_false(variant_does_same(&alone, &naive));
    assert_int_equal(variant_override(&other, &sixteen, false), EXIT_OK);
    assert_false(variant_does_same(&alone, &other));
    assert_true(variant_does_same(&other, &named));
    assert_int_equal(variant_override(&other, &once, false), EXIT_OK);
    assert_true(variant_does_same(&other, &named));
    variant_free(&alone);
    variant_free(&other);
    variant_free(&named);
    variant_free(&naive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_alone_has_the_defaults),
        cmocka_unit_test(the_name_is_canonical),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(overrides_stay_below_the_text),
        cmocka_unit_test(overrides_reach_the_retry_policy),
        cmocka_unit_test(overrides_that_are_wrong),
        cmocka_unit_test(options_are_the_same_wherever_they_were_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
