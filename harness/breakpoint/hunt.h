#ifndef BREAKPOINT_HUNT_H
#define BREAKPOINT_HUNT_H

#include "harness/breakpoint/bisect.h"
#include "harness/breakpoint/predicate.h"
#include "harness/scenario/cell.h"

/* The search of one cell: trials of as many users at once, or in open load of as many requests per second, as the
 * bisection asks for, on a real database, each audited and held against the limits. Main thread. */

/* What users who do nothing take at a level, measured once for all variants. */
struct hunt_floors {
    struct floor_at {
        const struct cell *cell;
        int64_t level, p99_ns;
    } * at;
    size_t n, room;
};
void hunt_floors_free(struct hunt_floors *); /* zeroed is a no-op */

/* What a scenario says of its load before a search changes it. */
struct hunt_load {
    int64_t users, workers, rate;
};
struct hunt_load hunt_load(const struct scenario *);

struct hunt {
    struct cell *cell;       /* its scenario's users, or its rate, are what changes        */
    struct cell *floor_cell; /* the strategy that does nothing at the same sweep point; NULL: none */
    struct database *database, *floor_database;
    struct hunt_floors *floors;
    const struct limits *limits;
    double solo; /* statements per request with one user and one seat */
    void (*watch)(void *arg, const struct hunt *, const struct observation *); /* after every trial; NULL: nobody */
    void *arg;
    /* From here on by hunt_run(). */
    struct hunt_load load, floor_load;
    struct bisect bisect;
    struct observation *seen; /* in order of time */
    size_t n, room;
    bool finished;
};

/* What a level is to a scenario: requests per second of open load; users of a burst, with the threads its load says
 * where there are so many users, or one per user. */
void hunt_set_level(struct scenario *, const struct hunt_load *, int64_t level);
/* Levels from least to most. EXIT_OK; EXIT_ERROR after one line; EXIT_INTERRUPTED: what was seen until then stands. */
int hunt_run(struct hunt *, int64_t least, int64_t most);
void hunt_free(struct hunt *); /* zeroed is a no-op */

enum hunt_end {
    HUNT_BREAKS,
    HUNT_HOLDS,        /* up to the most that was asked for, or what lies above it is grey         */
    HUNT_UNMEASURABLE, /* above a level, nothing but the generator broke: the machine's limit */
    HUNT_UNFINISHED,
    HUNT_ENDS
};
extern const char *const hunt_end_names[HUNT_ENDS];
enum hunt_end hunt_end(const struct hunt *);
/* In how many trials of a level each predicate broke. */
void hunt_causes(const struct hunt *, int64_t level, int broke[PREDICATE_COUNT]);
/* The one that broke in most trials of a level; of equals, the one that stands first. PREDICATE_COUNT: none did. */
enum predicate hunt_first_cause(const struct hunt *, int64_t level);

#endif
