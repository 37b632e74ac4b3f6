/* Idea: answer "sold out" at once, without looking at anything.
 *
 * Guarantee: none; it sells nothing.
 *
 * Cost: what the harness itself takes: starting the users, waking them, two clock readings and a record each. Every
 * other figure is read against this floor.
 *
 * Fails when: somebody wants a seat. */
#include "strategy.h"

static enum verdict null_attempt(struct attempt *a)
{
    (void)a;
    return VERDICT_SOLD_OUT;
}

const struct strategy strategy_null = {
    .name = "null",
    .summary = "answers no without any work: the floor",
    .traits = TRAIT_FLOOR,
    .colour = 0x999999,
    .attempt = null_attempt,
};
