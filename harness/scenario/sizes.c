#include "harness/scenario/sizes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int refuse(const struct option *row, const char *value, const char *wrong, char *error, size_t error_size)
{
    char domain[OPTION_TEXT_SIZE];

    option_domain(row, domain, sizeof(domain));
    snprintf(error, error_size, "'%s' %s; write %s", value, wrong, domain);
    return -1;
}

static int parse_seats(const struct option *row, int64_t *seats, const char *text, size_t length, char *error,
                       size_t error_size)
{
    char number[OPTION_TEXT_SIZE];

    snprintf(number, sizeof(number), "%.*s", (int)length, text);
    if (length == 0 || strspn(number, "0123456789") != length)
        return refuse(row, number, "is no number of seats", error, error_size);
    *seats = length > 10 ? INT64_MAX : strtoll(number, NULL, 10);
    if (*seats < row->min || *seats > row->max)
        return refuse(row, number, "is out of range", error, error_size);
    return 0;
}

/* "4:15%", or "4" when it stands alone. */
static int parse_piece(const struct option *row, struct size_law *law, const char *piece, bool alone, char *error,
                       size_t error_size)
{
    const char *colon = strchr(piece, ':'), *wrong;
    size_t length = colon != NULL ? (size_t)(colon - piece) : strlen(piece);
    int64_t share = SHARE_PARTS, seats;

    if (parse_seats(row, &seats, piece, length, error, error_size) != 0)
        return -1;
    if (colon == NULL && !alone)
        return refuse(row, piece, "has no share", error, error_size);
    if (colon != NULL && (wrong = share_parse(colon + 1, &share)) != NULL)
        return refuse(row, piece, wrong, error, error_size);
    if (share == 0)
        return refuse(row, piece, "is wanted by nobody", error, error_size);
    for (int i = 0; i < law->n; i++)
        if (law->of[i].seats == seats) {
            snprintf(error, error_size, "groups of %" PRId64 " stand there twice", seats);
            return -1;
        }
    if (law->n == SIZES_MOST) {
        snprintf(error, error_size, "more than %d sizes of groups; name fewer", SIZES_MOST);
        return -1;
    }
    law->of[law->n].seats = seats;
    law->of[law->n++].share = share;
    return 0;
}

int sizes_parse(const struct option *row, struct size_law *law, const char *value, char *error, size_t error_size)
{
    struct text_list pieces = { 0 };
    struct size_law parsed = { 0 };
    int64_t sum = 0;
    char text[OPTION_DURATION_SIZE];
    int failed = 0;

    if (text_list_split(&pieces, value) != 0)
        return refuse(row, value, "has an empty place between its commas", error, error_size);
    for (size_t i = 0; i < pieces.n && failed == 0; i++)
        failed = parse_piece(row, &parsed, pieces.items[i], pieces.n == 1, error, error_size);
    text_list_free(&pieces);
    for (int i = 0; i < parsed.n; i++)
        sum += parsed.of[i].share;
    if (failed == 0 && sum != SHARE_PARTS) {
        share_print(sum, text, sizeof(text));
        snprintf(error, error_size, "the shares come to %s, not to 100%%", text);
        failed = -1;
    }
    if (failed == 0)
        *law = parsed;
    return failed;
}

void sizes_print(const struct size_law *law, char *out, size_t size)
{
    char share[OPTION_DURATION_SIZE];
    size_t used = 0;

    if (law->n < 2) {
        snprintf(out, size, "%" PRId64, sizes_largest(law));
        return;
    }
    for (int i = 0; i < law->n && used < size; i++) {
        share_print(law->of[i].share, share, sizeof(share));
        used +=
            (size_t)snprintf(out + used, size - used, "%s%" PRId64 ":%s", i > 0 ? ", " : "", law->of[i].seats, share);
    }
}

int64_t sizes_draw(const struct size_law *law, double unit)
{
    double below = unit * (double)SHARE_PARTS;

    for (int i = 0; i + 1 < law->n; i++) {
        if (below < (double)law->of[i].share)
            return law->of[i].seats;
        below -= (double)law->of[i].share;
    }
    return law->n > 0 ? law->of[law->n - 1].seats : 1;
}

int64_t sizes_largest(const struct size_law *law)
{
    int64_t largest = 1;

    for (int i = 0; i < law->n; i++)
        if (law->of[i].seats > largest)
            largest = law->of[i].seats;
    return largest;
}

double sizes_mean(const struct size_law *law)
{
    double sum = 0;

    for (int i = 0; i < law->n; i++)
        sum += (double)law->of[i].seats * (double)law->of[i].share;
    return law->n > 0 ? sum / (double)SHARE_PARTS : 1;
}
