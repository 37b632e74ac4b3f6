#include "harness/explore/pct.h"

#include <math.h>

static int highest(const struct pct *pct, unsigned ready)
{
    int who, best = -1;

    for (who = 0; who < TRACE_ACTORS; who++)
        if ((ready & 1u << who) != 0 && (best < 0 || pct->priority[who] > pct->priority[best]))
            best = who;
    return best;
}

static int choose(struct chooser *chooser, const struct players *players, unsigned ready, int last)
{
    struct pct *pct = (struct pct *)chooser;
    int i;

    (void)last;
    for (i = 0; i < PCT_DEPTH - 1; i++)
        if (players->trace->n == pct->change[i])
            pct->priority[highest(pct, ready)] = -1 - i;
    return highest(pct, ready);
}

void pct_init(struct pct *pct, uint64_t seed, int64_t number, size_t calls)
{
    int i;

    pct->chooser = (struct chooser){ .choose = choose, .fault_at = -1 };
    rng_init(&pct->rng, rng_mix(seed, (uint64_t)number, 0));
    for (i = 0; i < TRACE_ACTORS; i++)
        pct->priority[i] = i;
    for (i = TRACE_ACTORS - 1; i > 0; i--) {
        int k = (int)rng_below(&pct->rng, (uint64_t)i + 1), kept = pct->priority[i];

        pct->priority[i] = pct->priority[k];
        pct->priority[k] = kept;
    }
    for (i = 0; i < PCT_DEPTH - 1; i++)
        pct->change[i] = 1 + (size_t)rng_below(&pct->rng, calls > 1 ? calls - 1 : 1);
}

double pct_chance(int actors, size_t calls)
{
    return 1 / (actors * pow((double)calls, PCT_DEPTH - 1));
}
