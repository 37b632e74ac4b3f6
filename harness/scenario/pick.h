#ifndef SCENARIO_PICK_H
#define SCENARIO_PICK_H

#include "harness/base/rng.h"
#include "harness/scenario/option.h"

/* Which event a user wants. Zeroed: uniform. */
enum pick_kind {
    PICK_UNIFORM,
    PICK_ZIPF, /* event k is wanted 1 / k^exponent times as often as event 1 */
    PICK_HOT   /* event 1 by `share`, the others alike by the rest            */
};
struct pick_law {
    enum pick_kind kind;
    int64_t exponent; /* ZIPF: in thousandths  */
    int64_t share;    /* HOT: of SHARE_PARTS   */
};

/* Text of a law, as rows parse it: 0, or -1 with one line in error. */
int pick_parse(const struct option *, struct pick_law *, const char *value, char *error, size_t error_size);
void pick_print(const struct pick_law *, char *out, size_t size);

/* Of how many requests, on average, one is for the event that is wanted most. */
double pick_spread(const struct pick_law *, int64_t events);

/* A law over the events 1..events, ready to be drawn from; nothing to free. */
struct picker {
    struct pick_law law;
    int64_t events;
    double exponent, from, to, sure; /* ZIPF: see pick.c */
};
void pick_ready(struct picker *, const struct pick_law *, int64_t events);
/* One draw: takes as many numbers from rng as it needs. Any thread. */
int64_t pick_event(const struct picker *, struct rng *);

#endif
