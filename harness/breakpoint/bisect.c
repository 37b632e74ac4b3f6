#include "harness/breakpoint/bisect.h"

#include <assert.h>
#include <math.h>
#include <string.h>

void bisect_init(struct bisect *b, int64_t least, int64_t most, uint64_t seed)
{
    assert(least >= 1 && least <= most);
    memset(b, 0, sizeof *b);
    b->least = least;
    b->most = most;
    rng_init(&b->rng, seed);
}

bool bisect_point_holds(const struct bisect_point *p)
{
    return p->failed == 0;
}

bool bisect_point_broken(const struct bisect_point *p)
{
    return p->failed >= BISECT_BROKEN;
}

bool bisect_point_grey(const struct bisect_point *p)
{
    return p->failed == 1 && p->tests >= BISECT_TESTS;
}

void bisect_ends(const struct bisect *b, struct bisect_ends *ends)
{
    size_t i;

    *ends = (struct bisect_ends){ NULL, NULL };
    for (i = 0; i < b->n && ends->broken == NULL; i++) {
        if (bisect_point_broken(&b->point[i]))
            ends->broken = &b->point[i];
        else if (bisect_point_holds(&b->point[i]))
            ends->holds = &b->point[i];
    }
}

const struct bisect_point *bisect_holds_again(const struct bisect *b)
{
    const struct bisect_point *again = NULL;
    struct bisect_ends ends;
    size_t i;

    bisect_ends(b, &ends);
    for (i = 0; i < b->n; i++)
        if (ends.broken != NULL && &b->point[i] > ends.broken && bisect_point_holds(&b->point[i]))
            again = &b->point[i];
    return again;
}

static const struct bisect_point *find(const struct bisect *b, int64_t level)
{
    size_t i;

    for (i = 0; i < b->n; i++)
        if (b->point[i].level == level)
            return &b->point[i];
    return NULL;
}

/* A level between two that is neither, or 0: they are near enough. */
static int64_t between(int64_t below, int64_t above)
{
    int64_t middle = below > 0 ? llround(sqrt((double)below * (double)above)) : above / 2;

    if (above - below < 2 || (double)above <= (double)below * BISECT_RATIO)
        return 0;
    if (middle <= below)
        middle = below + 1;
    return middle < above ? middle : above - 1;
}

/* A level whose tests so far do not say what it is. */
static int64_t undecided(const struct bisect *b)
{
    size_t i;

    for (i = 0; i < b->n; i++)
        if (b->point[i].failed == 1 && b->point[i].tests < BISECT_TESTS)
            return b->point[i].level;
    return 0;
}

static int64_t doubled(const struct bisect *b)
{
    int64_t highest = b->n > 0 ? b->point[b->n - 1].level : 0;

    if (highest == 0)
        return b->least;
    return highest > b->most / 2 ? b->most : 2 * highest;
}

/* The grey zone lies between the ends: each is brought near to it, or to the other. It may reach up to the most. */
static int64_t halved(const struct bisect *b, const struct bisect_ends *ends)
{
    int64_t holds = ends->holds != NULL ? ends->holds->level : b->least - 1;
    int64_t broken = ends->broken != NULL ? ends->broken->level : b->most + 1;
    int64_t first_grey = broken, last_grey = holds, level;
    size_t i;

    for (i = 0; i < b->n; i++) {
        int64_t at = b->point[i].level;

        if (!bisect_point_grey(&b->point[i]) || at <= holds || at >= broken)
            continue;
        first_grey = at < first_grey ? at : first_grey;
        last_grey = at;
    }
    if (ends->broken == NULL && last_grey == holds)
        return 0;
    level = between(holds, first_grey);
    return level != 0 || ends->broken == NULL ? level : between(last_grey, broken);
}

static bool unverified(const struct bisect_point *p)
{
    return p != NULL && p->tests < BISECT_TESTS;
}

static int64_t to_verify(struct bisect *b, const struct bisect_ends *ends)
{
    if (unverified(ends->holds) && unverified(ends->broken))
        return rng_below(&b->rng, 2) == 0 ? ends->holds->level : ends->broken->level;
    if (unverified(ends->holds))
        return ends->holds->level;
    return unverified(ends->broken) ? ends->broken->level : 0;
}

/* Somewhere below what holds, where nothing was tested yet. */
static int64_t probe(struct bisect *b, const struct bisect_ends *ends)
{
    int64_t range = ends->holds != NULL ? ends->holds->level - b->least : 0, level;
    int tries;

    for (tries = 0; b->probes < BISECT_PROBES && range > 0 && tries < 16; tries++) {
        level = b->least + (int64_t)rng_below(&b->rng, (uint64_t)range);
        if (find(b, level) != NULL)
            continue;
        b->probes++;
        return level;
    }
    return 0;
}

int64_t bisect_next(struct bisect *b)
{
    struct bisect_ends ends;
    int64_t level = undecided(b);
    bool topped = b->n > 0 && b->point[b->n - 1].level == b->most;

    bisect_ends(b, &ends);
    if (level == 0 && ends.broken == NULL && !topped)
        level = doubled(b);
    if (level == 0)
        level = halved(b, &ends);
    if (level == 0)
        level = to_verify(b, &ends);
    if (level == 0)
        level = probe(b, &ends);
    if (find(b, level) == NULL && b->n == BISECT_POINTS)
        level = 0;
    b->asked = level;
    return level;
}

void bisect_tell(struct bisect *b, bool passed)
{
    size_t i = 0;

    assert(b->asked != 0);
    while (i < b->n && b->point[i].level < b->asked)
        i++;
    if (i == b->n || b->point[i].level != b->asked) {
        memmove(&b->point[i + 1], &b->point[i], (b->n - i) * sizeof b->point[0]);
        b->point[i] = (struct bisect_point){ .level = b->asked };
        b->n++;
    }
    b->point[i].tests++;
    b->point[i].failed += !passed;
    b->asked = 0;
}
