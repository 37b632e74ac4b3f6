#ifndef MEASURE_RECORD_H
#define MEASURE_RECORD_H

#include <stdint.h>

#include "strategies/strategy.h"

/* What a request came to (results/README.md): requests = the sum of these, always. */
enum outcome {
    OUTCOME_BOOKED,
    OUTCOME_SOLD_OUT,
    OUTCOME_GAVE_UP,   /* tries used up                                   */
    OUTCOME_TIMED_OUT, /* pool, lock or statement wait over its limit     */
    OUTCOME_SHED,      /* refused to protect the system                   */
    OUTCOME_ABANDONED, /* the user left at checkout                       */
    OUTCOME_FAILED,    /* certainly no effect                             */
    OUTCOME_UNKNOWN,   /* connection lost while a commit was under way    */
    OUTCOME_COUNT
};
const char *outcome_name(enum outcome);

/* What a user does. Requests are what everything else is counted apart from. */
enum op { OP_RESERVE, OP_CANCEL, OP_BROWSE, OP_COUNT };
const char *op_name(enum op);

/* One operation, from due to answer. Times are CLOCK_MONOTONIC ns; written by one worker, read after it was joined. */
struct record {
    int64_t request; /* CANCEL: the id of the booking that is given back */
    int64_t ref;     /* RESERVE: of a second click, the request of the first; CANCEL: = request; else 0 */
    int64_t user, event;
    int64_t due_ns;    /* the common start (burst), the call (closed), when it was planned (cancel, browse) */
    int64_t invoke_ns; /* before the first attempt, after waking                         */
    int64_t first_ns;  /* the first connection was in hand; 0: none was ever borrowed    */
    int64_t return_ns; /* the answer was in the user's hands                             */
    int64_t pool_wait_ns, lock_wait_ns, conn_ns, lock_ns, backoff_ns, checkout_ns; /* lock_wait: for app locks */
    int32_t seats, app;
    int32_t attempts; /* 0: the user left before the first one */
    int32_t borrows, statements, round_trips, transactions;
    uint8_t op;                     /* enum op                                       */
    uint8_t outcome;                /* enum outcome, or of other operations enum aside_outcome (aside.h) */
    uint8_t reason;                 /* enum reason of the last attempt               */
    uint8_t asked_again;            /* 1: not his last answer: after faults he asked again, by a request of its own, or
                                       there was no time left for him to */
    uint8_t uncommitted;            /* 1: told booked, and its COMMIT was answered otherwise */
    uint32_t retries[REASON_COUNT]; /* by reason of the attempt that was tried again */
};

static inline int64_t record_response_ns(const struct record *r)
{
    return r->return_ns - r->due_ns;
}
static inline int64_t record_service_ns(const struct record *r)
{
    return r->return_ns - r->invoke_ns;
}
static inline int64_t record_system_ns(const struct record *r)
{
    return record_response_ns(r) - r->checkout_ns;
}

#endif
