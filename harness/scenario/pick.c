#include "harness/scenario/pick.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MILLI          1000
#define EXPONENT_LEAST (MILLI / 10)
#define EXPONENT_MOST  (10 * MILLI)

/* ---- text -------------------------------------------------------------------------------------------------------- */

/* Digits with up to three decimals, in thousandths: NULL, or what is wrong. */
static const char *exponent_parse(const char *text, int64_t *milli)
{
    size_t whole = strspn(text, "0123456789"), decimals = 0;
    int64_t total = 0, place = MILLI;

    if (whole > 0 && text[whole] == '.') {
        decimals = strspn(text + whole + 1, "0123456789");
        if (decimals == 0)
            return "is not an exponent";
    }
    if (whole == 0 || text[whole + (decimals > 0 ? 1 + decimals : 0)] != '\0')
        return "is not an exponent";
    if (decimals > 3)
        return "has more than three decimals";
    for (size_t i = 0; i < whole && total <= EXPONENT_MOST; i++)
        total = total * 10 + (text[i] - '0');
    total *= MILLI;
    for (size_t i = 0; i < decimals; i++) {
        place /= 10;
        total += place * (text[whole + 1 + i] - '0');
    }
    if (total < EXPONENT_LEAST || total > EXPONENT_MOST)
        return "is out of range 0.1..10";
    *milli = total;
    return NULL;
}

static int refuse(const char *value, const char *wrong, const char *sample, char *error, size_t error_size)
{
    snprintf(error, error_size, "'%s' %s; write %s", value, wrong, sample);
    return -1;
}

int pick_parse(const struct option *row, struct pick_law *law, const char *value, char *error, size_t error_size)
{
    struct pick_law parsed = { 0 };
    const char *wrong;
    char domain[OPTION_TEXT_SIZE];

    if (strcmp(value, "uniform") == 0) {
        *law = parsed;
        return 0;
    }
    if (strcmp(value, "zipf") == 0 || strcmp(value, "zipf:") == 0)
        return refuse(value, "needs an exponent", "zipf:1.1", error, error_size);
    if (strcmp(value, "hot") == 0 || strcmp(value, "hot:") == 0)
        return refuse(value, "needs a share", "hot:90%", error, error_size);
    if (strncmp(value, "zipf:", strlen("zipf:")) == 0) {
        parsed.kind = PICK_ZIPF;
        wrong = exponent_parse(value + strlen("zipf:"), &parsed.exponent);
        if (wrong != NULL)
            return refuse(value + strlen("zipf:"), wrong, "zipf:1.1", error, error_size);
    } else if (strncmp(value, "hot:", strlen("hot:")) == 0) {
        parsed.kind = PICK_HOT;
        wrong = share_parse(value + strlen("hot:"), &parsed.share);
        if (wrong != NULL)
            return refuse(value + strlen("hot:"), wrong, "hot:90%", error, error_size);
    } else {
        option_domain(row, domain, sizeof(domain));
        return refuse(value, "is not understood", domain, error, error_size);
    }
    *law = parsed;
    return 0;
}

void pick_print(const struct pick_law *law, char *out, size_t size)
{
    char share[OPTION_DURATION_SIZE];
    int length;

    switch (law->kind) {
    case PICK_UNIFORM:
        snprintf(out, size, "uniform");
        break;
    case PICK_ZIPF:
        length = snprintf(out, size, "zipf:%" PRId64 ".%03" PRId64, law->exponent / MILLI, law->exponent % MILLI);
        while (out[length - 1] == '0')
            out[--length] = '\0';
        if (out[length - 1] == '.')
            out[--length] = '\0';
        break;
    case PICK_HOT:
        share_print(law->share, share, sizeof(share));
        snprintf(out, size, "hot:%s", share);
        break;
    }
}

/* ---- draws ------------------------------------------------------------------------------------------------------- */

/* Zipf by rejection from the area below x^-s (Hörmann and Derflinger 1996): exact for any exponent, without a table.
 * area(x) is that area from 1 on, so event k stands for the slice k - 1/2 .. k + 1/2, of which 1 / k^s counts. */
static double area(double exponent, double x)
{
    double t = 1 - exponent;

    return t == 0 ? log(x) : expm1(t * log(x)) / t;
}

/* Where area() comes to that. */
static double reach(double exponent, double y)
{
    double t = 1 - exponent;

    return t == 0 ? exp(y) : exp(log1p(y * t) / t);
}

void pick_ready(struct picker *picker, const struct pick_law *law, int64_t events)
{
    *picker = (struct picker){ .law = *law, .events = events };
    if (law->kind != PICK_ZIPF)
        return;
    picker->exponent = (double)law->exponent / MILLI;
    /* Event 1 gets exactly its weight of 1 of the axis, though its slice has more area. */
    picker->from = area(picker->exponent, 1.5) - 1;
    picker->to = area(picker->exponent, (double)events + 0.5);
    /* What lies this near below its event counts in every slice: the test costs a power. */
    picker->sure = 2 - reach(picker->exponent, area(picker->exponent, 2.5) - pow(2, -picker->exponent));
}

static int64_t zipf_event(const struct picker *picker, struct rng *rng)
{
    for (;;) {
        double at = picker->to + rng_unit(rng) * (picker->from - picker->to);
        double x = reach(picker->exponent, at), k = floor(x + 0.5);

        if (k < 1)
            k = 1;
        else if (!(k <= (double)picker->events))
            k = (double)picker->events;
        if (k - x <= picker->sure || at >= area(picker->exponent, k + 0.5) - pow(k, -picker->exponent))
            return (int64_t)k;
    }
}

double pick_spread(const struct pick_law *law, int64_t events)
{
    double sum = 0, first = (double)law->share / (double)SHARE_PARTS, other = (1 - first) / (double)(events - 1);

    switch (law->kind) {
    case PICK_ZIPF:
        for (int64_t k = events; k > 0; k--)
            sum += pow((double)k, -(double)law->exponent / MILLI);
        return sum;
    case PICK_HOT:
        if (events == 1)
            return 1;
        return 1 / (first > other ? first : other);
    case PICK_UNIFORM:
        break;
    }
    return (double)events;
}

int64_t pick_event(const struct picker *picker, struct rng *rng)
{
    switch (picker->law.kind) {
    case PICK_ZIPF:
        return zipf_event(picker, rng);
    case PICK_HOT:
        if (picker->events == 1 || rng_unit(rng) * (double)SHARE_PARTS < (double)picker->law.share)
            return 1;
        return 2 + (int64_t)rng_below(rng, (uint64_t)picker->events - 1);
    case PICK_UNIFORM:
        break;
    }
    return 1 + (int64_t)rng_below(rng, (uint64_t)picker->events);
}
