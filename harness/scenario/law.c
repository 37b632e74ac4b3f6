#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/scenario/option.h"

/* What stands before the colon of a drawn duration. LAW_FIXED is written as the bare duration; a word that is not
 * listed here stands for LAW_NONE in the row that allows it. */
static const struct form {
    const char *word;
    enum law_kind kind;
    bool range; /* LO..HI behind the colon, else one duration; from above 0, but for uniform */
} forms[] = {
    { "fixed", LAW_FIXED, false },  { "exp", LAW_EXP, false },   { "uniform", LAW_UNIFORM, true },
    { "jitter", LAW_JITTER, true }, { "poll", LAW_POLL, false }, { "timeout", LAW_TIMEOUT, false },
};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

static const struct form *form_of(const char *word, size_t length)
{
    for (size_t f = 0; f < FORMS; f++)
        if (strlen(forms[f].word) == length && strncmp(forms[f].word, word, length) == 0)
            return &forms[f];
    return NULL;
}

static bool allows(const struct option *row, const char *word, size_t length)
{
    for (const char *const *w = row->words; *w != NULL; w++)
        if (strlen(*w) == length && strncmp(*w, word, length) == 0)
            return true;
    return false;
}

/* Which of the row's words for LAW_NONE this is; -1: none. */
static int none_word(const struct option *row, const char *value)
{
    for (int w = 0; row->words[w] != NULL; w++)
        if (strcmp(row->words[w], value) == 0 && form_of(value, strlen(value)) == NULL)
            return w;
    return -1;
}

static int64_t unit_of(const char *name, size_t length)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {
        { "us", NS_PER_US }, { "ms", NS_PER_MS }, { "s", NS_PER_S }, { "m", 60 * NS_PER_S }, { "h", 3600 * NS_PER_S }
    };

    for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++)
        if (strlen(units[u].name) == length && strncmp(units[u].name, name, length) == 0)
            return units[u].ns;
    return 0;
}

/* Digits, and the decimals behind the point, times the unit, in whole numbers: NULL, or what is wrong. */
static const char *scale(const char *digits, size_t whole, const char *decimals, size_t n, int64_t unit_ns, int64_t *ns)
{
    static const char huge[] = "is longer than any clock counts";
    int64_t total = 0, place_ns = unit_ns;

    for (size_t i = 0; i < whole; i++)
        if (__builtin_mul_overflow(total, 10, &total) || __builtin_add_overflow(total, digits[i] - '0', &total))
            return huge;
    if (__builtin_mul_overflow(total, unit_ns, &total))
        return huge;
    for (size_t i = 0; i < n; i++, place_ns /= 10) {
        int64_t digit = decimals[i] - '0';

        if (place_ns == 0 ? digit != 0 : digit * place_ns % 10 != 0)
            return "is finer than a nanosecond";
        if (__builtin_add_overflow(total, digit * place_ns / 10, &total))
            return huge;
    }
    *ns = total;
    return NULL;
}

int duration_parse(const char *value, size_t length, int64_t *ns, char *error, size_t error_size)
{
    size_t whole = strspn(value, "0123456789"), decimals = 0, end = whole;
    const char *wrong;
    int64_t unit_ns;

    if (whole > 0 && whole < length && value[whole] == '.') {
        decimals = strspn(value + whole + 1, "0123456789");
        end = whole + 1 + decimals;
    }
    if (whole == 0 || end > length || (end > whole && decimals == 0)) {
        snprintf(error, error_size, "'%.*s' is not a duration; write 250us, 20ms, 5s or 2m", (int)length, value);
        return -1;
    }
    if (end == length) {
        snprintf(error, error_size, "'%.*s' has no unit; write %.*sms, 5s, …", (int)length, value, (int)length, value);
        return -1;
    }
    unit_ns = unit_of(value + end, length - end);
    if (unit_ns == 0) {
        snprintf(error, error_size, "'%.*s' is not a unit of time; write 250us, 20ms, 5s or 2m", (int)(length - end),
                 value + end);
        return -1;
    }
    wrong = scale(value, whole, value + whole + 1, decimals, unit_ns, ns);
    if (wrong != NULL) {
        snprintf(error, error_size, "'%.*s' %s", (int)length, value, wrong);
        return -1;
    }
    return 0;
}

static int unknown_form(const struct option *row, const char *value, char *error, size_t error_size)
{
    char domain[OPTION_TEXT_SIZE];

    option_domain(row, domain, sizeof(domain));
    snprintf(error, error_size, "'%s' is not understood; write %s", value, domain);
    return -1;
}

/* The durations of one form, within the row's range. */
static int parse_bounds(const struct option *row, const struct form *form, const char *text, struct law *law,
                        char *error, size_t error_size)
{
    const char *dots = form->range ? strstr(text, "..") : NULL;
    size_t lo_length = dots != NULL ? (size_t)(dots - text) : strlen(text);

    if (form->range && dots == NULL) {
        snprintf(error, error_size, "'%s' is not a range; write %s:1ms..20ms", text, form->word);
        return -1;
    }
    law->kind = form->kind;
    if (duration_parse(text, lo_length, &law->lo_ns, error, error_size) != 0)
        return -1;
    law->hi_ns = 0;
    if (dots != NULL && duration_parse(dots + 2, strlen(dots + 2), &law->hi_ns, error, error_size) != 0)
        return -1;
    if (law->lo_ns < row->min || law->lo_ns > row->max || law->hi_ns > row->max) {
        char domain[OPTION_TEXT_SIZE];

        option_domain(row, domain, sizeof(domain));
        snprintf(error, error_size, "'%s' is out of range; write %s", text, domain);
        return -1;
    }
    if (dots != NULL && law->lo_ns > law->hi_ns) {
        snprintf(error, error_size, "'%s' runs backwards; write the shorter time first", text);
        return -1;
    }
    if (law->lo_ns == 0 && form->kind != LAW_FIXED && form->kind != LAW_UNIFORM) {
        snprintf(error, error_size, "%s needs a time above zero; '%s' has none", form->word, text);
        return -1;
    }
    return 0;
}

int law_parse(const struct option *row, struct law *law, const char *value, char *error, size_t error_size)
{
    const char *colon = strchr(value, ':');
    const struct form *form;
    struct law parsed = { 0 };

    if (colon == NULL) {
        int none = none_word(row, value);

        if (none >= 0) {
            *law = (struct law){ .kind = LAW_NONE, .word = none };
            return 0;
        }
        form = form_of("fixed", strlen("fixed"));
        /* A word where only words and drawn durations are allowed, or a word nobody knows. */
        if (!allows(row, "fixed", strlen("fixed")) || value[strspn(value, "abcdefghijklmnopqrstuvwxyz")] == '\0')
            return unknown_form(row, value, error, error_size);
    } else {
        form = form_of(value, (size_t)(colon - value));
        if (form == NULL || form->kind == LAW_FIXED || !allows(row, form->word, strlen(form->word)))
            return unknown_form(row, value, error, error_size);
    }
    if (parse_bounds(row, form, colon != NULL ? colon + 1 : value, &parsed, error, error_size) != 0)
        return -1;
    *law = parsed;
    return 0;
}

void law_print(const struct option *row, const struct law *law, char *out, size_t size)
{
    char lo[OPTION_DURATION_SIZE], hi[OPTION_DURATION_SIZE];
    const struct form *form = forms;

    if (law->kind == LAW_NONE) {
        snprintf(out, size, "%s", row->words[law->word]);
        return;
    }
    while (form->kind != law->kind)
        form++;
    text_duration(lo, sizeof(lo), law->lo_ns);
    text_duration(hi, sizeof(hi), law->hi_ns);
    snprintf(out, size, "%s%s%s%s%s", form->kind == LAW_FIXED ? "" : form->word, form->kind == LAW_FIXED ? "" : ":", lo,
             form->range ? ".." : "", form->range ? hi : "");
}

/* Uniform in 0 .. top. */
static int64_t spread(int64_t top_ns, double unit)
{
    int64_t drawn = (int64_t)(unit * ((double)top_ns + 1));

    return drawn < top_ns ? drawn : top_ns;
}

int64_t law_draw(const struct law *law, int try, double unit)
{
    int64_t window_ns = law->lo_ns;

    switch (law->kind) {
    case LAW_FIXED:
    case LAW_POLL:
    case LAW_TIMEOUT:
        return law->lo_ns;
    case LAW_EXP:
        return (int64_t)(-log1p(-unit) * (double)law->lo_ns);
    case LAW_UNIFORM:
        return law->lo_ns + spread(law->hi_ns - law->lo_ns, unit);
    case LAW_JITTER:
        for (int k = 1; k < try && window_ns < law->hi_ns; k++)
            window_ns *= 2;
        return spread(window_ns < law->hi_ns ? window_ns : law->hi_ns, unit);
    case LAW_NONE:
        break;
    }
    return 0;
}

/* unit is a multiple of 2^-53 (rng_unit()): an exponential draw ends somewhere too, at 36.7 times its mean. */
int64_t law_longest(const struct law *law)
{
    switch (law->kind) {
    case LAW_EXP:
        return law_draw(law, 1, 1 - 0x1p-53);
    case LAW_UNIFORM:
    case LAW_JITTER:
        return law->hi_ns;
    default:
        return law_draw(law, 1, 0);
    }
}
