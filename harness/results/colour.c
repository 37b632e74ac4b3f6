#include "harness/results/colour.h"

#include <stdbool.h>
#include <stddef.h>

#include "harness/scenario/registry.h"

/* Okabe and Ito's eight, then Paul Tol's muted set. */
static const uint32_t palette[] = { 0xe69f00, 0x56b4e9, 0x009e73, 0xf0e442, 0x0072b2, 0xd55e00, 0xcc79a7, 0x332288,
                                    0x117733, 0x44aa99, 0x88ccee, 0xddcc77, 0xcc6677, 0xaa4499, 0x882255, 0x999933 };
#define COLOURS (sizeof palette / sizeof palette[0])

uint32_t colour_of(const struct strategy *s)
{
    bool taken[COLOURS] = { false };

    if (s->colour != 0)
        return s->colour;
    for (size_t i = 0; i < registry_count; i++)
        for (size_t c = 0; c < COLOURS; c++)
            taken[c] = taken[c] || palette[c] == registry[i].strategy->colour;
    /* The others choose in the order of the registry, so that no two of them get the same. */
    for (size_t i = 0; i < registry_count; i++) {
        size_t c = 0;

        if (registry[i].strategy->colour != 0)
            continue;
        while (c < COLOURS && taken[c])
            c++;
        if (c == COLOURS)
            c = i % COLOURS; /* more strategies than colours */
        if (registry[i].strategy == s)
            return palette[c];
        taken[c] = true;
    }
    return palette[0];
}
