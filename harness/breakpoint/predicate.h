#ifndef BREAKPOINT_PREDICATE_H
#define BREAKPOINT_PREDICATE_H

#include "harness/audit/audit.h"

/* What a strategy must keep to at a level, trial by trial. Pure. */

enum predicate {
    PREDICATE_OVERSOLD,  /* oversold = 0                                                                    */
    PREDICATE_LEDGER,    /* lost = ghost = duplicate = torn = 0                                             */
    PREDICATE_UNDERSOLD, /* unsold = 0; a void trial says nothing of that                                   */
    PREDICATE_TIME,      /* p99 of the system time of all requests within the slo, cut short by run.timeout or not */
    PREDICATE_ERRORS,    /* errors, as results/README.md has them, at most a share of the requests    */
    PREDICATE_AMPLIFICATION, /* statements per request at most so many times those of one user and one seat     */
    PREDICATE_BEHIND,        /* open load: the rate was sustained (measure/pace.h)                              */
    PREDICATE_GENERATOR,     /* users who do nothing at all meet the slo at this level, and counts add up: else times
                                say nothing of the strategy, and PREDICATE_TIME and _BEHIND are not judged. Nor is
                                PREDICATE_TIME where the p99 is over the slo by less than the machine stood still */
    PREDICATE_COUNT
};
extern const char *const predicate_names[PREDICATE_COUNT];

struct limits {
    int64_t slo_ns;
    double errors_share, amplification;
};
#define LIMITS_SLO_NS        INT64_C(100000000)
#define LIMITS_ERRORS_SHARE  0.01
#define LIMITS_AMPLIFICATION 2.0
/* A shorter stall is no excuse. */
#define LIMITS_STALL_NS INT64_C(5000000)

/* One trial of one variant at a level. */
struct observation {
    int64_t level;                                    /* users of a burst, or requests per second of open load */
    int64_t requests, errors, sold, oversold, astray; /* astray: lost + ghost + duplicate + torn */
    int64_t unsold;                                   /* 0 of a void trial */
    int64_t p99_ns;       /* rank ceil(0.99 n): of fewer than 100 requests the slowest one's                */
    int64_t floor_p99_ns; /* of the strategy that does nothing, at the same level; -1: not known            */
    double statements;    /* per request */
    double amplification; /* NAN: nothing to compare with */
    int64_t stall_ns;     /* the longest the machine stood still meanwhile (run/weather.h); 0: not that it is known */
    bool set_aside;       /* only the generator broke: tried again, and counted nowhere                             */
    bool fell_behind;     /* open load that was not sustained */
    bool cut_short;       /* it ran into run.timeout */
    bool miscounted;      /* void for another reason */
    unsigned broken;      /* bit per predicate; predicate_judge() */
};

/* solo: statements per request with one user and one seat; 0 or NAN: not known. Fills everything but `broken`. */
void predicate_observe(struct observation *, const struct trial *, const struct audit *, int64_t level, double solo,
                       int64_t floor_p99_ns, int64_t timeout_ns);
void predicate_judge(struct observation *, const struct limits *);

#endif
