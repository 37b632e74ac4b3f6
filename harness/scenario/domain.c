#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/scenario/option.h"
#include "harness/scenario/rate.h"

static void join_words(const char *const *words, const char *between, char *out, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; words[i] != NULL && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? between : "", words[i]);
}

int64_t option_most(const struct option *row)
{
    return row->unlimited != NULL ? row->max - 1 : row->max;
}

static void int_domain(const struct option *row, char *out, size_t size)
{
    char range[64];

    if (row->max == INT64_MAX)
        snprintf(range, sizeof(range), "%" PRId64 " or more", row->min);
    else
        snprintf(range, sizeof(range), "%" PRId64 "..%" PRId64, row->min, option_most(row));
    snprintf(out, size, "%s%s%s%s%s", row->zero != NULL ? row->zero : "", row->zero != NULL ? " | " : "", range,
             row->unlimited != NULL ? " | " : "", row->unlimited != NULL ? row->unlimited : "");
}

static void law_domain(const struct option *row, char *out, size_t size)
{
    static const struct {
        const char *word, *sample;
    } samples[] = { { "exp", "exp:300ms" },
                    { "uniform", "uniform:1ms..5ms" },
                    { "jitter", "jitter:1ms..20ms" },
                    { "poll", "poll:1ms" },
                    { "timeout", "timeout:200ms" } };
    size_t used = 0;

    for (size_t i = 0; row->words[i] != NULL && used < size; i++) {
        const char *sample = row->words[i];
        char lo[OPTION_DURATION_SIZE], hi[OPTION_DURATION_SIZE], fixed[80];

        for (size_t k = 0; k < sizeof(samples) / sizeof(samples[0]); k++)
            if (strcmp(sample, samples[k].word) == 0)
                sample = samples[k].sample;
        if (strcmp(sample, "fixed") == 0) {
            text_duration(lo, sizeof(lo), row->min);
            text_duration(hi, sizeof(hi), row->max);
            snprintf(fixed, sizeof(fixed), "a duration: %s..%s", lo, hi);
            sample = fixed;
        }
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? " | " : "", sample);
    }
}

void option_domain(const struct option *row, char *out, size_t size)
{
    char lo[OPTION_DURATION_SIZE], hi[OPTION_DURATION_SIZE], words[OPTION_TEXT_SIZE];

    switch (row->type) {
    case OPTION_INT:
        int_domain(row, out, size);
        break;
    case OPTION_DURATION:
        text_duration(lo, sizeof(lo), row->min);
        text_duration(hi, sizeof(hi), row->max);
        snprintf(out, size, "a duration: %s..%s", lo, hi);
        break;
    case OPTION_SHARE:
        snprintf(out, size, "a share: 0%%..100%%");
        break;
    case OPTION_RATE:
        rate_print(row->min, lo, sizeof(lo));
        rate_print(row->max, hi, sizeof(hi));
        snprintf(out, size, "a rate: %s..%s", lo, hi);
        break;
    case OPTION_CHOICE:
        join_words(row->words, " | ", out, size);
        break;
    case OPTION_LAW:
        law_domain(row, out, size);
        break;
    case OPTION_PICK:
        snprintf(out, size, "uniform | zipf:1.1 | hot:90%%");
        break;
    case OPTION_SIZES:
        snprintf(out, size, "%" PRId64 "..%" PRId64 " | shares: 1:60%%, 2:25%%, 4:15%%", row->min, row->max);
        break;
    case OPTION_TEXT:
        snprintf(out, size, "text");
        break;
    case OPTION_LIST:
    case OPTION_SET:
        if (row->words == NULL) {
            snprintf(out, size, "a list: a, b, …");
            break;
        }
        join_words(row->words, ", ", words, sizeof(words));
        snprintf(out, size, "a list of: %s", words);
        break;
    }
}
