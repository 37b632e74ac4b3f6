#ifndef RUN_SALE_H
#define RUN_SALE_H

#include "harness/run/trial.h"

/* What clients were told, as it went over time. */
struct sale {
    int64_t at_ns; /* the answer, since the gate opened  */
    int64_t seats; /* booked; below 0: given back        */
};

/* In order of time. Owned by the caller; NULL when out of memory. */
struct sale *sale_list(const struct trial *, size_t *n);

#endif
