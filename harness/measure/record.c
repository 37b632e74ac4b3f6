#include "harness/measure/record.h"

#include <assert.h>

const char *outcome_name(enum outcome outcome)
{
    static const char *const names[OUTCOME_COUNT] = {
        [OUTCOME_BOOKED] = "booked",       [OUTCOME_SOLD_OUT] = "sold_out", [OUTCOME_GAVE_UP] = "gave_up",
        [OUTCOME_TIMED_OUT] = "timed_out", [OUTCOME_SHED] = "shed",         [OUTCOME_ABANDONED] = "abandoned",
        [OUTCOME_FAILED] = "failed",       [OUTCOME_UNKNOWN] = "unknown",
    };

    assert((int)outcome >= 0 && outcome < OUTCOME_COUNT);
    return names[outcome];
}

const char *op_name(enum op op)
{
    static const char *const names[OP_COUNT] = {
        [OP_RESERVE] = "reserve",
        [OP_CANCEL] = "cancel",
        [OP_BROWSE] = "browse",
    };

    assert((int)op >= 0 && op < OP_COUNT);
    return names[op];
}
