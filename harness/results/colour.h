#ifndef RESULTS_COLOUR_H
#define RESULTS_COLOUR_H

#include <stdint.h>

#include "strategies/strategy.h"

/* The colour of a strategy in every plot, 0xRRGGBB: its own, or one picked from a palette that colour-blind people can
 * tell apart; the same in every run of the same build. No two that are not rogues share one while there are enough. */
uint32_t colour_of(const struct strategy *);

#endif
