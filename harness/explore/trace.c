#include "harness/explore/trace.h"

#include <stdlib.h>
#include <string.h>

const char *const fault_names[FAULT_KINDS] = {
    [FAULT_NONE] = "none",
    [FAULT_BEFORE] = "before",
    [FAULT_AFTER] = "after",
    [FAULT_ERROR] = "error",
};

void trace_free(struct trace *trace)
{
    size_t i;

    for (i = 0; i < trace->n; i++)
        witnesses_free(&trace->moves[i].after);
    free(trace->moves);
    memset(trace, 0, sizeof *trace);
}
