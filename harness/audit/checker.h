#ifndef AUDIT_CHECKER_H
#define AUDIT_CHECKER_H

#include <stddef.h>

#include "harness/audit/operation.h"

/* Whether the answers of a history can all be true: is there an order of its operations, each at one moment between its
 * invoke and its return, in which never more than `capacity` seats are taken and whoever was told "sold out" came when
 * less than he wanted was left? Pure: no clock, no I/O. Moments that are equal may have come in either order.
 *
 * Lowest number of seats that must be taken at t (A): a taking counts from
 * its return, until the invoke of what gives it back. Highest number that can be taken at t (B): from the invoke of the
 * taking to the return of the giving back. A refusal for w seats is false when the highest number stays at or below
 * capacity - w from its invoke to its return. A is exact for histories without refusals; B never calls a true refusal
 * false, and misses none where nothing is given back. What it can miss, the search of exact.h looks for. */

/* What was found of one operation; what says more against whoever gave the answer comes later. */
enum checker_label {
    CHECKER_FINE,        /* can be true                                                                          */
    CHECKER_HELD,        /* SOLD_OUT, while enough seats were not taken, but HELD or ADMITTED ones may have been them */
    CHECKER_TURNED_AWAY, /* TURNED_AWAY, while enough seats were not taken by anybody who got them                */
    CHECKER_FALSE        /* SOLD_OUT, while enough seats were neither taken nor in anybody's hands                */
};

struct checked {
    int64_t peak;           /* the most seats that must have been taken at one moment (A); oversold if above capacity */
    int64_t below;          /* seats given back beyond what can have been taken by then: negative inventory           */
    int64_t false_sold_out; /* operations labelled so, and one for each window refuted                                */
    int64_t deficit; /* how many more seats had to be taken, at least, for the worst of those labelled so to be true */
    int64_t held_refusals, turned_away; /* operations labelled so                                                     */
    int64_t windows; /* stretches between quiet moments in which an order was searched for; 0: no need                */
    int64_t windows_refuted; /* their refusals cannot all be true, though none is labelled false                      */
    int64_t windows_unknown; /* given up as too large, or refuted where holds may be why                              */

    int64_t left_out; /* the fewest seats that somebody was told no to, though from his invoke to the end nobody else
                         can have had them; 0: nobody was                                                          */
    enum checker_label worst_label; /* of all operations                                                         */
    size_t worst;                   /* the one with the largest deficit of that label, the first to return;
                                       CHECKER_NONE */
    int64_t worst_deficit;          /* its own                                                                    */
    int64_t worst_taken;            /* the most seats that can have been taken during it, by those who got them   */
};
#define CHECKER_NONE SIZE_MAX

/* labels: one for each operation, to be filled. O(n log n), then the search. 0, or -1: out of memory. */
int checker_check(struct checked *, const struct operation *, size_t n, int64_t capacity, unsigned char *labels);

#endif
