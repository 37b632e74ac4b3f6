#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/base/rng.h"
#include "harness/scenario/pick.h"
#include "harness/scenario/rate.h"
#include "harness/scenario/sizes.h"

struct sample {
    int64_t number, workers, tries, time_ns;
    double share;
    int64_t rate;
    int choice;
    unsigned set;
    struct law checkout, backoff, busy, wait;
    char text[OPTION_TEXT_SIZE], title[OPTION_TEXT_SIZE];
    struct text_list any, known;
    struct pick_law pick;
    struct size_law sizes;
};

#define AT(member) offsetof(struct sample, member)
static const char *const choices[] = { "full", "async", "off", NULL };
static const char *const known[] = { "sqlite", "postgres", NULL };
static const char *const checkout_laws[] = { "fixed", "exp", "uniform", NULL };
static const char *const backoff_laws[] = { "none", "fixed", "jitter", NULL };
static const char *const busy_laws[] = { "sqlite", "poll", NULL };
static const char *const wait_laws[] = { "block", "timeout", "nowait", NULL };

enum {
    NUMBER,
    WORKERS,
    TRIES,
    TIME,
    SHARE,
    RATE,
    CHOICE,
    CHECKOUT,
    BACKOFF,
    BUSY,
    WAIT,
    PICK,
    SIZES,
    TEXT_ROW,
    TITLE,
    ANY,
    KNOWN,
    SET,
    ROWS
};
static const struct option rows[] = {
    [NUMBER] = { .section = "s",
                 .name = "number",
                 .type = OPTION_INT,
                 .offset = AT(number),
                 .min = -5,
                 .max = 1000,
                 .fallback = "10" },
    [WORKERS] = { .name = "workers",
                  .type = OPTION_INT,
                  .offset = AT(workers),
                  .min = 1,
                  .max = 99,
                  .zero = "auto",
                  .fallback = "auto" },
    [TRIES] = { .name = "tries",
                .type = OPTION_INT,
                .offset = AT(tries),
                .min = 1,
                .max = INT64_MAX,
                .unlimited = "unlimited",
                .fallback = "4" },
    [TIME] = { .name = "time",
               .type = OPTION_DURATION,
               .offset = AT(time_ns),
               .min = NS_PER_MS,
               .max = 3600 * NS_PER_S,
               .fallback = "30s" },
    [SHARE] = { .name = "share", .type = OPTION_SHARE, .offset = AT(share), .fallback = "0%" },
    [RATE] = { .name = "rate",
               .type = OPTION_RATE,
               .offset = AT(rate),
               .max = 1000000 * RATE_SECONDS,
               .fallback = "0/s" },
    [CHOICE] = { .name = "choice", .type = OPTION_CHOICE, .offset = AT(choice), .fallback = "full", .words = choices },
    [CHECKOUT] = { .name = "checkout",
                   .type = OPTION_LAW,
                   .offset = AT(checkout),
                   .max = 600 * NS_PER_S,
                   .fallback = "0ms",
                   .words = checkout_laws },
    [BACKOFF] = { .name = "backoff",
                  .type = OPTION_LAW,
                  .offset = AT(backoff),
                  .max = 600 * NS_PER_S,
                  .fallback = "jitter:1ms..20ms",
                  .words = backoff_laws },
    [BUSY] = { .name = "busy",
               .type = OPTION_LAW,
               .offset = AT(busy),
               .max = NS_PER_S,
               .fallback = "sqlite",
               .words = busy_laws },
    [WAIT] = { .name = "wait",
               .type = OPTION_LAW,
               .offset = AT(wait),
               .min = NS_PER_MS,
               .max = NS_PER_S,
               .fallback = "block",
               .words = wait_laws },
    [PICK] = { .name = "pick", .type = OPTION_PICK, .offset = AT(pick), .fallback = "uniform" },
    [SIZES] = { .name = "sizes", .type = OPTION_SIZES, .offset = AT(sizes), .min = 1, .max = 1000, .fallback = "1" },
    [TEXT_ROW] = { .name = "text", .type = OPTION_TEXT, .offset = AT(text), .fallback = "word" },
    [TITLE] = { .name = "title", .type = OPTION_TEXT, .offset = AT(title), .fallback = "" },
    [ANY] = { .name = "any", .type = OPTION_LIST, .offset = AT(any), .fallback = "core" },
    [KNOWN] = { .name = "known",
                .type = OPTION_LIST,
                .offset = AT(known),
                .fallback = "sqlite, postgres",
                .words = known },
    [SET] = { .name = "set", .type = OPTION_SET, .offset = AT(set), .fallback = "full", .words = choices },
    OPTION_END
};

static char error[512];

/* Parses, prints, and compares; the error stays "" when it parsed. */
static void reads(int row, const char *value, const char *printed)
{
    struct sample sample = { 0 };
    char out[OPTION_TEXT_SIZE];

    error[0] = '\0';
    option_defaults(rows, &sample);
    if (option_parse(&rows[row], &sample, value, error, sizeof(error)) != 0)
        fail_msg("%s = %s: %s", rows[row].name, value, error);
    option_print(&rows[row], &sample, out, sizeof(out));
    assert_string_equal(out, printed);
    option_free(rows, &sample);
}

/* Refuses with these words, and leaves the field as it was. */
static void refuses(int row, const char *value, const char *why)
{
    struct sample sample = { 0 };
    char before[OPTION_TEXT_SIZE], after[OPTION_TEXT_SIZE];

    option_defaults(rows, &sample);
    option_print(&rows[row], &sample, before, sizeof(before));
    if (option_parse(&rows[row], &sample, value, error, sizeof(error)) == 0)
        fail_msg("%s = %s was taken", rows[row].name, value);
    assert_string_equal(error, why);
    option_print(&rows[row], &sample, after, sizeof(after));
    assert_string_equal(after, before);
    option_free(rows, &sample);
}

static void whole_numbers(void **state)
{
    (void)state;
    reads(NUMBER, "1000", "1000");
    reads(NUMBER, "-5", "-5");
    reads(NUMBER, "007", "7");
    reads(WORKERS, "auto", "auto");
    reads(WORKERS, "1", "1");
    reads(TRIES, "unlimited", "unlimited");
    reads(TRIES, "9223372036854775806", "9223372036854775806");
    refuses(NUMBER, "abc", "'abc' is not a whole number; write -5..1000");
    refuses(NUMBER, "", "'' is not a whole number; write -5..1000");
    refuses(NUMBER, "-", "'-' is not a whole number; write -5..1000");
    refuses(NUMBER, "+5", "'+5' is not a whole number; write -5..1000");
    refuses(NUMBER, "1e3", "'1e3' is not a whole number; write -5..1000");
    refuses(NUMBER, "1.5", "'1.5' is not a whole number; write -5..1000");
    refuses(NUMBER, "0x10", "'0x10' is not a whole number; write -5..1000");
    refuses(NUMBER, "1001", "'1001' is out of range; write -5..1000");
    refuses(NUMBER, "-6", "'-6' is out of range; write -5..1000");
    refuses(NUMBER, "99999999999999999999", "'99999999999999999999' is out of range; write -5..1000");
    refuses(NUMBER, "unlimited", "'unlimited' is not a whole number; write -5..1000");
    refuses(WORKERS, "0", "'0' is out of range; write auto | 1..99");
    refuses(TRIES, "0", "'0' is out of range; write 1 or more | unlimited");
}

static void durations(void **state)
{
    (void)state;
    reads(TIME, "20ms", "20ms");
    reads(TIME, "1500us", "1.5ms");
    reads(TIME, "1500.5us", "1500.5us");
    reads(TIME, "0.001s", "1ms");
    reads(TIME, "1.5m", "90s");
    reads(TIME, "60m", "1h");
    reads(TIME, "5.000000000s", "5s");
    refuses(TIME, "20", "'20' has no unit; write 20ms, 5s, …");
    refuses(TIME, "", "'' is not a duration; write 250us, 20ms, 5s or 2m");
    refuses(TIME, "ms", "'ms' is not a duration; write 250us, 20ms, 5s or 2m");
    refuses(TIME, "-1ms", "'-1ms' is not a duration; write 250us, 20ms, 5s or 2m");
    refuses(TIME, "1.ms", "'1.ms' is not a duration; write 250us, 20ms, 5s or 2m");
    refuses(TIME, "5 s", "' s' is not a unit of time; write 250us, 20ms, 5s or 2m");
    refuses(TIME, "5sec", "'sec' is not a unit of time; write 250us, 20ms, 5s or 2m");
    refuses(TIME, "1.0000001us", "'1.0000001us' is finer than a nanosecond");
    refuses(TIME, "1.00000000001m", "'1.00000000001m' is finer than a nanosecond");
    refuses(TIME, "0ms", "'0ms' is out of range; write a duration: 1ms..1h");
    refuses(TIME, "61m", "'61m' is out of range; write a duration: 1ms..1h");
    refuses(TIME, "9223372037s", "'9223372037s' is longer than any clock counts");
    refuses(TIME, "99999999999999999999us", "'99999999999999999999us' is longer than any clock counts");
    refuses(TIME, "9223372036854775.9us", "'9223372036854775.9us' is longer than any clock counts");
}

static void shares(void **state)
{
    (void)state;
    reads(SHARE, "0%", "0%");
    reads(SHARE, "30%", "30%");
    reads(SHARE, "100%", "100%");
    reads(SHARE, "12.50%", "12.5%");
    reads(SHARE, "0.000001%", "0.000001%");
    refuses(SHARE, "30", "'30' has no unit; write a share: 0%..100%");
    refuses(SHARE, "%", "'%' is not a share; write a share: 0%..100%");
    refuses(SHARE, "", "'' is not a share; write a share: 0%..100%");
    refuses(SHARE, "-1%", "'-1%' is not a share; write a share: 0%..100%");
    refuses(SHARE, "1.%", "'1.%' is not a share; write a share: 0%..100%");
    refuses(SHARE, "30%%", "'30%%' is not a share; write a share: 0%..100%");
    refuses(SHARE, "100.000001%", "'100.000001%' is out of range; write a share: 0%..100%");
    refuses(SHARE, "99999999999999999999%", "'99999999999999999999%' is out of range; write a share: 0%..100%");
    refuses(SHARE, "0.0000001%", "'0.0000001%' has more than six decimals; write a share: 0%..100%");
}

static void rates(void **state)
{
    (void)state;
    reads(RATE, "0/s", "0/s");
    reads(RATE, "500/s", "500/s");
    reads(RATE, "12.50/s", "12.5/s");
    reads(RATE, "0.001/s", "0.001/s");
    reads(RATE, "1000000/s", "1000000/s");
    refuses(RATE, "500", "'500' has no unit; write a rate: 0/s..1000000/s");
    refuses(RATE, "500 /s", "'500 /s' is not a rate; write a rate: 0/s..1000000/s");
    refuses(RATE, "-1/s", "'-1/s' is not a rate; write a rate: 0/s..1000000/s");
    refuses(RATE, "1./s", "'1./s' is not a rate; write a rate: 0/s..1000000/s");
    refuses(RATE, "/s", "'/s' is not a rate; write a rate: 0/s..1000000/s");
    refuses(RATE, "", "'' is not a rate; write a rate: 0/s..1000000/s");
    refuses(RATE, "5/m", "'5/m' is not a rate; write a rate: 0/s..1000000/s");
    refuses(RATE, "0.0001/s", "'0.0001/s' has more than three decimals; write a rate: 0/s..1000000/s");
    refuses(RATE, "1000000.001/s", "'1000000.001/s' is out of range; write a rate: 0/s..1000000/s");
    refuses(RATE, "99999999999999999999/s", "'99999999999999999999/s' is out of range; write a rate: 0/s..1000000/s");
    refuses(RATE, "9223372036854775.9/s", "'9223372036854775.9/s' is out of range; write a rate: 0/s..1000000/s");
}

static void choices_and_lists(void **state)
{
    char endless[400];

    (void)state;
    reads(CHOICE, "off", "off");
    refuses(CHOICE, "ful", "unknown value 'ful'; did you mean 'full'? (full | async | off)");
    refuses(CHOICE, "never", "unknown value 'never'; write full | async | off");
    refuses(CHOICE, "", "unknown value ''; write full | async | off");
    reads(ANY, "naive:form=count,queue", "naive:form=count, queue");
    reads(KNOWN, "postgres", "postgres");
    refuses(KNOWN, "postgre", "unknown value 'postgre'; did you mean 'postgres'? (a list of: sqlite, postgres)");
    refuses(KNOWN, "sqlite,", "'sqlite,' has an empty place between its commas; write a list of: sqlite, postgres");
    refuses(KNOWN, "sqlite, sqlite", "'sqlite' stands there twice");
    reads(SET, "off", "off");
    reads(SET, "off,full", "full, off");
    refuses(SET, "full, of", "unknown value 'of'; did you mean 'off'? (a list of: full, async, off)");
    refuses(SET, "", "'' has an empty place between its commas; write a list of: full, async, off");
    refuses(SET, "off, off", "'off' stands there twice");
    refuses(ANY, "a ;b", "'a ;b' holds a control character or ';'");
    memset(endless, 'x', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    refuses(ANY, endless, "a list of more than 159 bytes; name fewer");
}

static void texts(void **state)
{
    char longest[OPTION_TEXT_SIZE], longer[OPTION_TEXT_SIZE + 1];

    (void)state;
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    snprintf(longer, sizeof(longer), "%sx", longest);
    reads(TEXT_ROW, " a # b;c = [d] … ", "a # b;c = [d] …");
    reads(TEXT_ROW, longest, longest);
    reads(TITLE, "", "");
    refuses(TEXT_ROW, longer, "more than 159 bytes");
    refuses(TEXT_ROW, "", "'' is no text; write text");
    refuses(TEXT_ROW, "a ;b", "'a ;b' holds a control character or ' ;', which a scenario file cannot");
    refuses(TEXT_ROW, ";b", "';b' holds a control character or ' ;', which a scenario file cannot");
    refuses(TEXT_ROW, "a\nb", "'a\nb' holds a control character or ' ;', which a scenario file cannot");
}

static void laws(void **state)
{
    static const char checkout[] = "a duration: 0ms..10m | exp:300ms | uniform:1ms..5ms";
    char why[256];

    (void)state;
    reads(CHECKOUT, "100ms", "100ms");
    reads(CHECKOUT, "0ms", "0ms");
    reads(CHECKOUT, "exp:300ms", "exp:300ms");
    reads(CHECKOUT, "uniform:0ms..5ms", "uniform:0ms..5ms");
    reads(CHECKOUT, "uniform:1000us..5ms", "uniform:1ms..5ms");
    reads(BACKOFF, "none", "none");
    reads(BACKOFF, "5ms", "5ms");
    reads(BACKOFF, "jitter:1ms..20ms", "jitter:1ms..20ms");
    reads(BUSY, "sqlite", "sqlite");
    reads(BUSY, "poll:1ms", "poll:1ms");
    reads(WAIT, "block", "block");
    reads(WAIT, "nowait", "nowait");
    reads(WAIT, "timeout:200ms", "timeout:200ms");
    refuses(WAIT, "timeout", "'timeout' is not understood; write block | timeout:200ms | nowait");
    refuses(WAIT, "timeout:1us", "'1us' is out of range; write block | timeout:200ms | nowait");
    refuses(WAIT, "sqlite", "'sqlite' is not understood; write block | timeout:200ms | nowait");
    refuses(CHECKOUT, "20", "'20' has no unit; write 20ms, 5s, …");
    snprintf(why, sizeof(why), "'none' is not understood; write %s", checkout);
    refuses(CHECKOUT, "none", why);
    snprintf(why, sizeof(why), "'fixed:5ms' is not understood; write %s", checkout);
    refuses(CHECKOUT, "fixed:5ms", why);
    snprintf(why, sizeof(why), "'jitter:1ms..5ms' is not understood; write %s", checkout);
    refuses(CHECKOUT, "jitter:1ms..5ms", why);
    snprintf(why, sizeof(why), "'11m' is out of range; write %s", checkout);
    refuses(CHECKOUT, "11m", why);
    snprintf(why, sizeof(why), "'1ms..11m' is out of range; write %s", checkout);
    refuses(CHECKOUT, "uniform:1ms..11m", why);
    refuses(CHECKOUT, "exp:0ms", "exp needs a time above zero; '0ms' has none");
    refuses(CHECKOUT, "exp:", "'' is not a duration; write 250us, 20ms, 5s or 2m");
    refuses(CHECKOUT, "exp:1ms..5ms", "'ms..5ms' is not a unit of time; write 250us, 20ms, 5s or 2m");
    refuses(CHECKOUT, "uniform:5ms", "'5ms' is not a range; write uniform:1ms..20ms");
    refuses(CHECKOUT, "uniform:5ms..1ms", "'5ms..1ms' runs backwards; write the shorter time first");
    refuses(CHECKOUT, "uniform:5..9ms", "'5' has no unit; write 5ms, 5s, …");
    refuses(BACKOFF, "jitter:0ms..20ms", "jitter needs a time above zero; '0ms..20ms' has none");
    refuses(BUSY, "5ms", "'5ms' is not understood; write sqlite | poll:1ms");
    refuses(BUSY, "poll", "'poll' is not understood; write sqlite | poll:1ms");
    refuses(BUSY, "poll:2s", "'2s' is out of range; write sqlite | poll:1ms");
}

/* ---- what is printed is read back to the same value, whatever the value --------------------------------------------
 */

static int64_t any_ns(struct rng *rng, int64_t min, int64_t max)
{
    static const int64_t grains[] = { 1, 10, NS_PER_US, 500 * NS_PER_US, NS_PER_MS, NS_PER_S, 60 * NS_PER_S };
    int64_t grain = grains[rng_below(rng, 7)];
    int64_t ns = min + (int64_t)rng_below(rng, (uint64_t)(max - min + 1));

    ns -= ns % grain;
    return ns < min ? min : ns;
}

static struct law any_law(struct rng *rng, const enum law_kind *kinds, size_t n, int64_t min, int64_t max)
{
    size_t pick = rng_below(rng, n);
    struct law law = { .kind = kinds[pick] };

    if (law.kind == LAW_NONE) {
        law.word = (int)pick;
        return law;
    }
    law.lo_ns = any_ns(rng, min, max);
    if (law.kind == LAW_UNIFORM || law.kind == LAW_JITTER)
        law.hi_ns = any_ns(rng, law.lo_ns, max);
    return law;
}

static void any_workload(struct rng *rng, struct sample *s)
{
    int64_t left = SHARE_PARTS;

    s->pick = (struct pick_law){ .kind = (enum pick_kind)rng_below(rng, 3) };
    if (s->pick.kind == PICK_ZIPF)
        s->pick.exponent = 100 + (int64_t)rng_below(rng, 9901);
    else if (s->pick.kind == PICK_HOT)
        s->pick.share = (int64_t)rng_below(rng, SHARE_PARTS + 1);
    s->sizes.n = 1 + (int)rng_below(rng, SIZES_MOST);
    for (int i = 0; i < s->sizes.n; i++) {
        int64_t others = s->sizes.n - 1 - i; /* each of them gets at least one part */

        s->sizes.of[i].seats = 992 + i;
        s->sizes.of[i].share = others > 0 ? 1 + (int64_t)rng_below(rng, (uint64_t)(left - others)) : left;
        left -= s->sizes.of[i].share;
    }
}

static bool same_sizes(const struct size_law *a, const struct size_law *b)
{
    bool same = a->n == b->n;

    for (int i = 0; same && i < a->n; i++)
        same = a->of[i].seats == b->of[i].seats && a->of[i].share == b->of[i].share;
    return same;
}

static void any_sample(struct rng *rng, struct sample *s)
{
    static const enum law_kind of_checkout[] = { LAW_FIXED, LAW_EXP, LAW_UNIFORM };
    static const enum law_kind of_backoff[] = { LAW_NONE, LAW_FIXED, LAW_JITTER };
    static const enum law_kind of_busy[] = { LAW_NONE, LAW_POLL };
    static const enum law_kind of_wait[] = { LAW_NONE, LAW_TIMEOUT, LAW_NONE };

    s->number = (int64_t)rng_below(rng, 1006) - 5;
    s->workers = (int64_t)rng_below(rng, 100);
    s->tries = 1 + (int64_t)rng_below(rng, INT64_MAX);
    s->time_ns = any_ns(rng, NS_PER_MS, 3600 * NS_PER_S);
    s->share = (double)rng_below(rng, 100000001) / 1e8;
    s->rate = (int64_t)rng_below(rng, 1000000 * RATE_SECONDS + 1);
    s->choice = (int)rng_below(rng, 3);
    s->checkout = any_law(rng, of_checkout, 3, 1, 600 * NS_PER_S);
    s->backoff = any_law(rng, of_backoff, 3, 1, 600 * NS_PER_S);
    s->busy = any_law(rng, of_busy, 2, 1, NS_PER_S);
    s->wait = any_law(rng, of_wait, 3, NS_PER_MS, NS_PER_S);
    any_workload(rng, s);
}

static bool same_law(const struct law *a, const struct law *b)
{
    return a->kind == b->kind && a->lo_ns == b->lo_ns && a->hi_ns == b->hi_ns && a->word == b->word;
}

static void assert_same(const struct sample *a, const struct sample *b)
{
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->workers, b->workers);
    assert_int_equal(a->tries, b->tries);
    assert_int_equal(a->time_ns, b->time_ns);
    assert_true(a->share == b->share);
    assert_int_equal(a->rate, b->rate);
    assert_int_equal(a->choice, b->choice);
    assert_true(same_law(&a->checkout, &b->checkout));
    assert_true(same_law(&a->backoff, &b->backoff));
    assert_true(same_law(&a->busy, &b->busy));
    assert_true(same_law(&a->wait, &b->wait));
    assert_int_equal(a->pick.kind, b->pick.kind);
    assert_int_equal(a->pick.exponent, b->pick.exponent);
    assert_int_equal(a->pick.share, b->pick.share);
    assert_true(same_sizes(&a->sizes, &b->sizes));
}

static void print_and_parse_round_trip(void **state)
{
    struct rng rng;
    char out[OPTION_TEXT_SIZE];

    (void)state;
    rng_init(&rng, 42);
    for (int i = 0; i < 20000; i++) {
        struct sample sample = { 0 }, back = { 0 };

        any_sample(&rng, &sample);
        for (int row = 0; row < TEXT_ROW; row++) {
            option_print(&rows[row], &sample, out, sizeof(out));
            if (option_parse(&rows[row], &back, out, error, sizeof(error)) != 0)
                fail_msg("%s = %s: %s", rows[row].name, out, error);
        }
        assert_same(&sample, &back);
    }
}

static void domains(void **state)
{
    static const char *const expected[ROWS] = {
        "-5..1000",
        "auto | 1..99",
        "1 or more | unlimited",
        "a duration: 1ms..1h",
        "a share: 0%..100%",
        "a rate: 0/s..1000000/s",
        "full | async | off",
        "a duration: 0ms..10m | exp:300ms | uniform:1ms..5ms",
        "none | a duration: 0ms..10m | jitter:1ms..20ms",
        "sqlite | poll:1ms",
        "block | timeout:200ms | nowait",
        "uniform | zipf:1.1 | hot:90%",
        "1..1000 | shares: 1:60%, 2:25%, 4:15%",
        "text",
        "text",
        "a list: a, b, …",
        "a list of: sqlite, postgres",
        "a list of: full, async, off",
    };
    char out[OPTION_TEXT_SIZE];

    (void)state;
    for (int row = 0; row < ROWS; row++) {
        option_domain(&rows[row], out, sizeof(out));
        assert_string_equal(out, expected[row]);
    }
}

static void tables(void **state)
{
    struct sample sample = { 0 }, copy;

    (void)state;
    assert_ptr_equal(option_find(rows, "s", "number"), &rows[NUMBER]);
    assert_null(option_find(rows, NULL, "number"));
    assert_null(option_find(rows, "s", "workers"));
    assert_ptr_equal(option_find(rows, NULL, "workers"), &rows[WORKERS]);
    assert_null(option_find(rows, NULL, "worker"));

    option_defaults(rows, &sample);
    option_defaults(rows, &sample);
    assert_int_equal(sample.number, 10);
    assert_int_equal(sample.workers, 0);
    assert_int_equal(sample.time_ns, 30 * NS_PER_S);
    assert_int_equal(sample.backoff.kind, LAW_JITTER);
    assert_string_equal(sample.text, "word");
    assert_int_equal(sample.known.n, 2);
    assert_int_equal(option_copy(rows, &copy, &sample, sizeof(sample)), 0);
    option_free(rows, &sample);
    assert_int_equal(sample.known.n, 0);
    assert_int_equal(copy.known.n, 2);
    assert_string_equal(copy.known.items[1], "postgres");
    option_free(rows, &copy);
}

static void picks(void **state)
{
    (void)state;
    reads(PICK, "uniform", "uniform");
    reads(PICK, "zipf:1.1", "zipf:1.1");
    reads(PICK, "zipf:1", "zipf:1");
    reads(PICK, "zipf:0.100", "zipf:0.1");
    reads(PICK, "zipf:10", "zipf:10");
    reads(PICK, "zipf:1.005", "zipf:1.005");
    reads(PICK, "hot:90%", "hot:90%");
    reads(PICK, "hot:0%", "hot:0%");
    reads(PICK, "hot:33.333333%", "hot:33.333333%");
    refuses(PICK, "zipf", "'zipf' needs an exponent; write zipf:1.1");
    refuses(PICK, "zipf:", "'zipf:' needs an exponent; write zipf:1.1");
    refuses(PICK, "zipf:x", "'x' is not an exponent; write zipf:1.1");
    refuses(PICK, "zipf:1.", "'1.' is not an exponent; write zipf:1.1");
    refuses(PICK, "zipf:-1", "'-1' is not an exponent; write zipf:1.1");
    refuses(PICK, "zipf:1.1x", "'1.1x' is not an exponent; write zipf:1.1");
    refuses(PICK, "zipf:1.0001", "'1.0001' has more than three decimals; write zipf:1.1");
    refuses(PICK, "zipf:0", "'0' is out of range 0.1..10; write zipf:1.1");
    refuses(PICK, "zipf:10.001", "'10.001' is out of range 0.1..10; write zipf:1.1");
    refuses(PICK, "zipf:99999999999999999999", "'99999999999999999999' is out of range 0.1..10; write zipf:1.1");
    refuses(PICK, "hot", "'hot' needs a share; write hot:90%");
    refuses(PICK, "hot:", "'hot:' needs a share; write hot:90%");
    refuses(PICK, "hot:90", "'90' has no unit; write hot:90%");
    refuses(PICK, "hot:101%", "'101%' is out of range; write hot:90%");
    refuses(PICK, "random", "'random' is not understood; write uniform | zipf:1.1 | hot:90%");
    refuses(PICK, "zipfy:1", "'zipfy:1' is not understood; write uniform | zipf:1.1 | hot:90%");
    refuses(PICK, "", "'' is not understood; write uniform | zipf:1.1 | hot:90%");
}

#define SIZES_DOMAIN "write 1..1000 | shares: 1:60%, 2:25%, 4:15%"

static void sizes(void **state)
{
    (void)state;
    reads(SIZES, "1", "1");
    reads(SIZES, "1000", "1000");
    reads(SIZES, "4:100%", "4");
    reads(SIZES, "1:60%, 2:25%, 4:15%", "1:60%, 2:25%, 4:15%");
    reads(SIZES, "1:60%,2:25% ,4:15%", "1:60%, 2:25%, 4:15%");
    reads(SIZES, "1:99.999999%, 2:0.000001%", "1:99.999999%, 2:0.000001%");
    refuses(SIZES, "0", "'0' is out of range; " SIZES_DOMAIN);
    refuses(SIZES, "1001", "'1001' is out of range; " SIZES_DOMAIN);
    refuses(SIZES, "99999999999999999999", "'99999999999999999999' is out of range; " SIZES_DOMAIN);
    refuses(SIZES, "two", "'two' is no number of seats; " SIZES_DOMAIN);
    refuses(SIZES, "-1", "'-1' is no number of seats; " SIZES_DOMAIN);
    refuses(SIZES, "", "'' has an empty place between its commas; " SIZES_DOMAIN);
    refuses(SIZES, "1:50%,,2:50%", "'1:50%,,2:50%' has an empty place between its commas; " SIZES_DOMAIN);
    refuses(SIZES, "1, 2", "'1' has no share; " SIZES_DOMAIN);
    refuses(SIZES, "1:60%, 2", "'2' has no share; " SIZES_DOMAIN);
    refuses(SIZES, "1:60", "'1:60' has no unit; " SIZES_DOMAIN);
    refuses(SIZES, ":60%", "'' is no number of seats; " SIZES_DOMAIN);
    refuses(SIZES, "1:60%", "the shares come to 60%, not to 100%");
    refuses(SIZES, "1:60%, 2:25%, 4:14.999999%", "the shares come to 99.999999%, not to 100%");
    refuses(SIZES, "1:60%, 2:60%", "the shares come to 120%, not to 100%");
    refuses(SIZES, "1:100%, 2:0%", "'2:0%' is wanted by nobody; " SIZES_DOMAIN);
    refuses(SIZES, "1:50%, 1:50%", "groups of 1 stand there twice");
    refuses(SIZES, "1:10%,2:10%,3:10%,4:10%,5:10%,6:10%,7:10%,8:10%,9:20%", "more than 8 sizes of groups; name fewer");
}

/* ---- draws ------------------------------------------------------------------------------------------------------- */

static void draws_follow_their_law(void **state)
{
    const double almost_one = 1 - 0x1p-53;
    struct law none = { .kind = LAW_NONE, .lo_ns = 0, .hi_ns = 0 },
               fixed = { .kind = LAW_FIXED, .lo_ns = 5, .hi_ns = 0 },
               poll = { .kind = LAW_POLL, .lo_ns = 7, .hi_ns = 0 };
    struct law uniform = { .kind = LAW_UNIFORM, .lo_ns = 10, .hi_ns = 20 },
               jitter = { .kind = LAW_JITTER, .lo_ns = 1000, .hi_ns = 20000 },
               exp = { .kind = LAW_EXP, .lo_ns = 1000000, .hi_ns = 0 };
    struct law endless = { .kind = LAW_JITTER, .lo_ns = INT64_MAX / 2, .hi_ns = INT64_MAX - 1 };
    struct rng rng;
    double sum = 0;

    (void)state;
    assert_int_equal(law_draw(&none, 1, 0.5), 0);
    assert_int_equal(law_longest(&none), 0);
    assert_int_equal(law_longest(&fixed), 5);
    assert_int_equal(law_longest(&uniform), 20);
    assert_int_equal(law_longest(&jitter), jitter.hi_ns);
    assert_in_range(law_longest(&exp), 36 * exp.lo_ns, 37 * exp.lo_ns);
    assert_int_equal(law_draw(&fixed, 9, 0.5), 5);
    assert_int_equal(law_draw(&poll, 9, 0.5), 7);
    assert_int_equal(law_draw(&uniform, 1, 0), 10);
    assert_int_equal(law_draw(&uniform, 1, almost_one), 20);
    assert_int_equal(law_draw(&exp, 1, 0), 0);
    assert_int_equal(law_draw(&exp, 1, 0.5), 693147);
    /* Full jitter: the window doubles with every try, up to the cap. */
    assert_int_equal(law_draw(&jitter, 1, 0), 0);
    assert_int_equal(law_draw(&jitter, 1, almost_one), 1000);
    assert_int_equal(law_draw(&jitter, 2, almost_one), 2000);
    assert_int_equal(law_draw(&jitter, 5, almost_one), 16000);
    assert_int_equal(law_draw(&jitter, 6, almost_one), 20000);
    assert_int_equal(law_draw(&jitter, 1000000, almost_one), 20000);
    assert_in_range(law_draw(&endless, 3, almost_one), INT64_MAX / 2, INT64_MAX - 1);

    rng_init(&rng, 42);
    for (int i = 0; i < 100000; i++)
        sum += (double)law_draw(&exp, 1, rng_unit(&rng));
    assert_in_range((int)(sum / 100000), 985000, 1015000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(durations),
        cmocka_unit_test(shares),
        cmocka_unit_test(rates),
        cmocka_unit_test(choices_and_lists),
        cmocka_unit_test(texts),
        cmocka_unit_test(laws),
        cmocka_unit_test(picks),
        cmocka_unit_test(sizes),
        cmocka_unit_test(print_and_parse_round_trip),
        cmocka_unit_test(domains),
        cmocka_unit_test(tables),
        cmocka_unit_test(draws_follow_their_law),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
