#ifndef AUDIT_ORDER_H
#define AUDIT_ORDER_H

#include <stddef.h>

#include "harness/audit/operation.h"

/* The search for an order of operations that explains all of them (Wing and Gong, with Lowe's memory of states). Three
 * shortcuts lose nothing: refusals that are true now come at once, since they change nothing; of the takings of one
 * size only the one that must end first is tried, since in any order that tries another the two can change places; the
 * same of what is given back.
 *
 * States are remembered as 128-bit sums of the operations done: two that differ are taken for the same with a
 * probability below 2^-90. */

/* More states than this, and one for each operation, are given up. */
#define ORDER_STATES 200000

enum order { ORDER_FOUND, ORDER_NONE, ORDER_UNKNOWN, ORDER_NO_MEMORY };

/* Takings, givings back and refusals; `taken` seats are taken before the first. *steps: how many operations may still
 * be looked at, over and over; counted down, and below 0 the answer is ORDER_UNKNOWN. */
enum order order_find(const struct operation *const *ops, size_t n, int64_t capacity, int64_t taken, int64_t *steps);

#endif
