#include "harness/scenario/option.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/pick.h"
#include "harness/scenario/rate.h"
#include "harness/scenario/sizes.h"

static void *field(const struct option *row, void *target)
{
    return (char *)target + row->offset;
}

static const void *field_of(const struct option *row, const void *target)
{
    return (const char *)target + row->offset;
}

/* ---- parsing ----------------------------------------------------------------------------------------------------- */

static int refuse(const struct option *row, const char *value, const char *why, char *error, size_t error_size)
{
    char domain[OPTION_TEXT_SIZE];

    option_domain(row, domain, sizeof(domain));
    snprintf(error, error_size, "'%s' %s; write %s", value, why, domain);
    return -1;
}

static int parse_int(const struct option *row, int64_t *out, const char *value, char *error, size_t error_size)
{
    const char *digits = value + (*value == '-');
    int64_t number = 0;

    if (row->unlimited != NULL && strcmp(value, row->unlimited) == 0) {
        *out = row->max;
        return 0;
    }
    if (row->zero != NULL && strcmp(value, row->zero) == 0) {
        *out = 0;
        return 0;
    }
    if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
        return refuse(row, value, "is not a whole number", error, error_size);
    for (const char *d = digits; *d != '\0'; d++)
        if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, *d - '0', &number))
            return refuse(row, value, "is out of range", error, error_size);
    if (digits != value)
        number = -number;
    if (number < row->min || number > option_most(row))
        return refuse(row, value, "is out of range", error, error_size);
    *out = number;
    return 0;
}

static int parse_duration(const struct option *row, int64_t *out, const char *value, char *error, size_t error_size)
{
    int64_t ns = 0;

    if (duration_parse(value, strlen(value), &ns, error, error_size) != 0)
        return -1;
    if (ns < row->min || ns > row->max)
        return refuse(row, value, "is out of range", error, error_size);
    *out = ns;
    return 0;
}

static int parse_share(const struct option *row, double *out, const char *value, char *error, size_t error_size)
{
    int64_t parts = 0;
    const char *wrong = share_parse(value, &parts);

    if (wrong != NULL)
        return refuse(row, value, wrong, error, error_size);
    *out = (double)parts / (double)SHARE_PARTS;
    return 0;
}

static int parse_rate(const struct option *row, int64_t *out, const char *value, char *error, size_t error_size)
{
    int64_t rate = 0;
    const char *wrong = rate_parse(value, &rate);

    if (wrong == NULL && (rate < row->min || rate > row->max))
        wrong = "is out of range";
    if (wrong != NULL)
        return refuse(row, value, wrong, error, error_size);
    *out = rate;
    return 0;
}

static size_t words_count(const char *const *words)
{
    size_t n = 0;

    while (words[n] != NULL)
        n++;
    return n;
}

static int unknown_word(const struct option *row, const char *value, char *error, size_t error_size)
{
    const char *near = text_nearest(value, row->words, words_count(row->words));
    char domain[OPTION_TEXT_SIZE];

    option_domain(row, domain, sizeof(domain));
    if (near != NULL)
        snprintf(error, error_size, "unknown value '%s'; did you mean '%s'? (%s)", value, near, domain);
    else
        snprintf(error, error_size, "unknown value '%s'; write %s", value, domain);
    return -1;
}

static int parse_choice(const struct option *row, int *out, const char *value, char *error, size_t error_size)
{
    for (int w = 0; row->words[w] != NULL; w++)
        if (strcmp(row->words[w], value) == 0) {
            *out = w;
            return 0;
        }
    return unknown_word(row, value, error, error_size);
}

/* What an INI line cannot give back: bytes that end it, and a semicolon that would start a comment. */
static bool unwritable(const char *value)
{
    for (const char *c = value; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c) || (*c == ';' && (c == value || c[-1] == ' ')))
            return true;
    return false;
}

static int parse_text(const struct option *row, char *out, const char *value, char *error, size_t error_size)
{
    size_t length;

    value += strspn(value, " ");
    length = strlen(value);
    while (length > 0 && value[length - 1] == ' ')
        length--;
    if (length >= OPTION_TEXT_SIZE) {
        snprintf(error, error_size, "more than %d bytes", OPTION_TEXT_SIZE - 1);
        return -1;
    }
    if (unwritable(value)) {
        snprintf(error, error_size, "'%s' holds a control character or ' ;', which a scenario file cannot", value);
        return -1;
    }
    if (length == 0 && row->fallback[0] != '\0')
        return refuse(row, "", "is no text", error, error_size);
    memcpy(out, value, length);
    out[length] = '\0';
    return 0;
}

static int check_words(const struct option *row, const struct text_list *list, char *error, size_t error_size)
{
    size_t length = 0;

    for (size_t i = 0; i < list->n; i++) {
        struct text_list before = { list->items, i };

        length += strlen(list->items[i]) + 2;
        if (text_list_has(&before, list->items[i])) {
            snprintf(error, error_size, "'%s' stands there twice", list->items[i]);
            return -1;
        }
        if (unwritable(list->items[i])) {
            snprintf(error, error_size, "'%s' holds a control character or ';'", list->items[i]);
            return -1;
        }
        if (row->words != NULL) {
            struct text_list allowed = { (char **)(uintptr_t)row->words, words_count(row->words) };

            if (!text_list_has(&allowed, list->items[i]))
                return unknown_word(row, list->items[i], error, error_size);
        }
    }
    if (length >= OPTION_TEXT_SIZE) {
        snprintf(error, error_size, "a list of more than %d bytes; name fewer", OPTION_TEXT_SIZE - 1);
        return -1;
    }
    return 0;
}

static int parse_list(const struct option *row, struct text_list *out, const char *value, char *error,
                      size_t error_size)
{
    struct text_list list = { 0 };

    if (text_list_split(&list, value) != 0)
        return refuse(row, value, "has an empty place between its commas", error, error_size);
    if (check_words(row, &list, error, error_size) != 0) {
        text_list_free(&list);
        return -1;
    }
    text_list_free(out);
    *out = list;
    return 0;
}

static int parse_set(const struct option *row, unsigned *out, const char *value, char *error, size_t error_size)
{
    struct text_list list = { 0 };
    unsigned set = 0;
    int failed = parse_list(row, &list, value, error, error_size);

    for (size_t w = 0; row->words[w] != NULL && !failed; w++)
        if (text_list_has(&list, row->words[w]))
            set |= 1u << w;
    if (!failed)
        *out = set;
    text_list_free(&list);
    return failed;
}

int option_parse(const struct option *row, void *target, const char *value, char *error, size_t error_size)
{
    void *out = field(row, target);

    switch (row->type) {
    case OPTION_INT:
        return parse_int(row, out, value, error, error_size);
    case OPTION_DURATION:
        return parse_duration(row, out, value, error, error_size);
    case OPTION_SHARE:
        return parse_share(row, out, value, error, error_size);
    case OPTION_RATE:
        return parse_rate(row, out, value, error, error_size);
    case OPTION_CHOICE:
        return parse_choice(row, out, value, error, error_size);
    case OPTION_LAW:
        return law_parse(row, out, value, error, error_size);
    case OPTION_PICK:
        return pick_parse(row, out, value, error, error_size);
    case OPTION_SIZES:
        return sizes_parse(row, out, value, error, error_size);
    case OPTION_TEXT:
        return parse_text(row, out, value, error, error_size);
    case OPTION_LIST:
        return parse_list(row, out, value, error, error_size);
    case OPTION_SET:
        return parse_set(row, out, value, error, error_size);
    }
    snprintf(error, error_size, "an option of no known type");
    return -1;
}

/* ---- printing ---------------------------------------------------------------------------------------------------- */

static void print_int(const struct option *row, int64_t number, char *out, size_t size)
{
    if (row->unlimited != NULL && number == row->max)
        snprintf(out, size, "%s", row->unlimited);
    else if (row->zero != NULL && number == 0)
        snprintf(out, size, "%s", row->zero);
    else
        snprintf(out, size, "%" PRId64, number);
}

static void print_list(const struct text_list *list, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < list->n && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "", list->items[i]);
}

static void print_set(const struct option *row, unsigned set, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t w = 0; row->words[w] != NULL && used < size; w++)
        if ((set & 1u << w) != 0)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", row->words[w]);
}

void option_print(const struct option *row, const void *target, char *out, size_t size)
{
    const void *value = field_of(row, target);

    switch (row->type) {
    case OPTION_INT:
        print_int(row, *(const int64_t *)value, out, size);
        break;
    case OPTION_DURATION:
        text_duration(out, size, *(const int64_t *)value);
        break;
    case OPTION_SHARE:
        share_print((int64_t)(*(const double *)value * (double)SHARE_PARTS + 0.5), out, size);
        break;
    case OPTION_RATE:
        rate_print(*(const int64_t *)value, out, size);
        break;
    case OPTION_CHOICE:
        snprintf(out, size, "%s", row->words[*(const int *)value]);
        break;
    case OPTION_LAW:
        law_print(row, value, out, size);
        break;
    case OPTION_PICK:
        pick_print(value, out, size);
        break;
    case OPTION_SIZES:
        sizes_print(value, out, size);
        break;
    case OPTION_TEXT:
        snprintf(out, size, "%s", (const char *)value);
        break;
    case OPTION_LIST:
        print_list(value, out, size);
        break;
    case OPTION_SET:
        print_set(row, *(const unsigned *)value, out, size);
        break;
    }
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

void option_defaults(const struct option *table, void *target)
{
    char error[OPTION_TEXT_SIZE];

    for (const struct option *row = table; row->name != NULL; row++) {
        int parsed = option_parse(row, target, row->fallback, error, sizeof(error));

        assert(parsed == 0);
        (void)parsed;
    }
}

const struct option *option_find(const struct option *table, const char *section, const char *name)
{
    for (const struct option *row = table; row->name != NULL; row++) {
        bool here =
            section == NULL || row->section == NULL ? section == row->section : strcmp(section, row->section) == 0;

        if (here && strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

void option_free(const struct option *table, void *target)
{
    for (const struct option *row = table; row->name != NULL; row++)
        if (row->type == OPTION_LIST)
            text_list_free(field(row, target));
}

int option_copy(const struct option *table, void *to, const void *from, size_t size)
{
    int failed = 0;

    memcpy(to, from, size);
    for (const struct option *row = table; row->name != NULL; row++) {
        const struct text_list *list = field_of(row, from);
        struct text_list *copy = field(row, to);

        if (row->type != OPTION_LIST)
            continue;
        *copy = (struct text_list){ 0 };
        if (!failed)
            failed = text_list_copy(copy, list);
    }
    if (failed)
        option_free(table, to);
    return failed ? -1 : 0;
}
