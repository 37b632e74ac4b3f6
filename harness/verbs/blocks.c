#include "harness/verbs/blocks.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"

enum { WARMUP_BLOCKS = 2, WARMUP_FROM = 10 };

static int64_t least(const struct scenario *s)
{
    return s->precision > 0 && s->trials < BLOCKS_LEAST ? BLOCKS_LEAST : s->trials;
}

static int64_t most(const struct scenario *s)
{
    return s->precision > 0 && s->trials < BLOCKS_MOST ? BLOCKS_MOST : s->trials;
}

int64_t blocks_warmup(const struct scenario *s)
{
    if (s->warmup != WARMUP_AUTO)
        return s->warmup;
    return least(s) >= WARMUP_FROM ? WARMUP_BLOCKS : 0;
}

int blocks_open(struct blocks *blocks, const struct cells *cells)
{
    *blocks = (struct blocks){ .of = calloc(cells->n, sizeof *blocks->of), .n = cells->n };
    if (blocks->of == NULL)
        return -1;
    for (size_t i = 0; i < cells->n; i++) {
        const struct cell *cell = &cells->cell[i];

        blocks->of[i] = cell->skip[0] != '\0' ? 0 : blocks_warmup(&cell->scenario) + least(&cell->scenario);
    }
    return 0;
}

int64_t blocks_last(const struct blocks *blocks)
{
    int64_t last = 0;

    for (size_t i = 0; i < blocks->n; i++)
        if (blocks->of[i] > last)
            last = blocks->of[i];
    return last;
}

int64_t blocks_trials(const struct blocks *blocks)
{
    int64_t sum = 0;

    for (size_t i = 0; i < blocks->n; i++)
        sum += blocks->of[i];
    return sum;
}

/* Blocks are complete: a scenario's cells go on together, or none does. */
static void extend_group(struct blocks *blocks, const struct cells *cells, const char *group, int64_t done)
{
    for (size_t i = 0; i < blocks->n; i++)
        if (blocks->of[i] == done && strcmp(cells->cell[i].group, group) == 0)
            blocks->of[i] = done + 1;
}

int blocks_extend(struct blocks *blocks, const struct cells *cells, struct results *results, int64_t done)
{
    for (size_t i = 0; i < blocks->n; i++) {
        const struct cell *cell = &cells->cell[i];
        const struct scenario *s = &cell->scenario;
        bool precise;

        if (s->precision <= 0 || blocks->of[i] != done || done >= blocks_warmup(s) + most(s))
            continue;
        if (results_precise(results, i, &precise) != EXIT_OK)
            return EXIT_ERROR;
        if (!precise)
            extend_group(blocks, cells, cell->group, done);
    }
    return EXIT_OK;
}

void blocks_close(struct blocks *blocks)
{
    if (blocks == NULL)
        return;
    free(blocks->of);
    *blocks = (struct blocks){ 0 };
}
