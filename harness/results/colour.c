#include "harness/results/colour.h"

#include <stdbool.h>
#include <stddef.h>

#include "harness/scenario/registry.h"

/* Okabe and Ito's eight, then Paul Tol's muted set. */
static const uint32_t palette[] = { 0xe69f00, 0x56b4e9, 0x009e73, 0xf0e442, 0x0072b2, 0xd55e00, 0xcc79a7, 0x332288,
                                    0x117733, 0x44aa99, 0x88ccee, 0xddcc77, 0xcc6677, 0xaa4499, 0x882255, 0x999933 };
#define COLOURS (sizeof palette / sizeof palette[0])

static bool is_rogue(const struct strategy *s)
{
    return (s->traits & TRAIT_ROGUE) != 0;
}

/* Lets those that have no colour of their own choose, in the order of the registry, until s has; 0: s is none of them.
 */
static uint32_t choose(const struct strategy *s, bool rogues, bool taken[COLOURS])
{
    for (size_t i = 0; i < registry_count; i++) {
        size_t c = 0;

        if (registry[i].strategy->colour != 0 || is_rogue(registry[i].strategy) != rogues)
            continue;
        while (c < COLOURS && taken[c])
            c++;
        if (c == COLOURS)
            c = i % COLOURS; /* more strategies than colours */
        if (registry[i].strategy == s)
            return palette[c];
        taken[c] = true;
    }
    return 0;
}

/* Rogues choose last: they alone are more than there are colours, and pictures show them among themselves. */
uint32_t colour_of(const struct strategy *s)
{
    bool taken[COLOURS] = { false };
    uint32_t chosen;

    if (s->colour != 0)
        return s->colour;
    for (size_t i = 0; i < registry_count; i++)
        for (size_t c = 0; c < COLOURS; c++)
            taken[c] = taken[c] || palette[c] == registry[i].strategy->colour;
    chosen = choose(s, false, taken);
    if (chosen == 0)
        chosen = choose(s, true, taken);
    return chosen != 0 ? chosen : palette[0];
}
