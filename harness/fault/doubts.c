#include "harness/fault/doubts.h"

#include <stdlib.h>

#include "harness/base/clock.h"

/* An operation learns that it is in doubt on the thread that committed for it, with no commit in between. */
static _Thread_local struct {
    int64_t xid;
    int pid;
} last;

int doubts_init(struct doubts *doubts, size_t room)
{
    *doubts = (struct doubts){ .room = room, .doubt = calloc(room + 1, sizeof *doubts->doubt) };
    return doubts->doubt != NULL ? 0 : -1;
}

void doubts_destroy(struct doubts *doubts)
{
    free(doubts->doubt);
    *doubts = (struct doubts){ .room = 0 };
}

void doubts_name(int64_t xid, int pid)
{
    last.xid = xid;
    last.pid = pid;
}

void doubts_add(struct doubts *doubts, const struct record *record)
{
    size_t i;

    if (doubts == NULL || (i = atomic_fetch_add(&doubts->n, 1)) >= doubts->room)
        return;
    doubts->doubt[i] = (struct doubt){ .request = record->request,
                                       .xid = last.xid,
                                       .at_ns = clock_now_ns(),
                                       .fate = FATE_FORGOTTEN,
                                       .pid = last.pid,
                                       .op = record->op };
}

size_t doubts_count(const struct doubts *doubts)
{
    size_t n = atomic_load(&doubts->n);

    return n < doubts->room ? n : doubts->room;
}
