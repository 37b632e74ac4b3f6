#ifndef AUDIT_OPERATION_H
#define AUDIT_OPERATION_H

#include <stdbool.h>
#include <stdint.h>

/* A history of one event as the checker sees it: nothing but who took, gave back or was refused seats, and when. Made
 * of the records of a trial (answers.h), of a history from elsewhere, or by a test. */

/* An operation that was never answered, or whose answer says nothing of when it took effect. */
#define OPERATION_NEVER INT64_MAX

enum operation_kind {
    OPERATION_TAKEN,            /* seats were taken: told so, or found so once all was quiet                      */
    OPERATION_GIVEN_BACK,       /* seats that had been taken were given back                                      */
    OPERATION_SOLD_OUT,         /* told that there are no such seats: that is a claim                             */
    OPERATION_SOLD_OUT_AT_GATE, /* the same, by what stands in front of the database and has its own idea of it   */
    OPERATION_TURNED_AWAY,      /* told no without a word about seats                                             */
    OPERATION_HELD,             /* came to nothing, and may have kept seats from others all the while             */
    OPERATION_ADMITTED          /* let in by a gate and refused behind it: its permit kept others from the gate   */
};

struct operation {
    int64_t invoke_ns; /* before its first call                       */
    int64_t return_ns; /* after its last answer; or OPERATION_NEVER   */
    int64_t seats;     /* from 1                                      */
    enum operation_kind kind;
    bool holds; /* of a refusal: an operation HELD beside it is of the same request, which does not stand in its own way
                 */
};

static inline bool operation_is_taking(const struct operation *op)
{
    return op->kind == OPERATION_TAKEN;
}
static inline bool operation_is_giving(const struct operation *op)
{
    return op->kind == OPERATION_GIVEN_BACK;
}
static inline bool operation_is_refusal(const struct operation *op)
{
    return op->kind == OPERATION_SOLD_OUT || op->kind == OPERATION_SOLD_OUT_AT_GATE;
}

#endif
