#include "harness/explore/best.h"

#include <limits.h>
#include <string.h>

/* The fewest calls tell the shortest story; of two with as many, the one with fewer changes from one to another. */
static int turns_of(const struct trace *trace)
{
    int turns = 1;
    size_t i;

    for (i = 1; i < trace->n; i++)
        turns += trace->moves[i].actor != trace->moves[i - 1].actor;
    return turns;
}

/* Bits of worse anomalies are lower; a schedule that never ends, without any, comes last. */
static unsigned rank_of(const struct best *best, unsigned anomalies)
{
    if ((anomalies & best->named) != 0)
        return 0;
    return anomalies != 0 ? anomalies & (0u - anomalies) : UINT_MAX;
}

/* Of two as short, the one that A begins: it does not matter, but it is always the same one. */
static bool is_shorter(const struct best *best, size_t n, int turns, const struct schedule *schedule)
{
    if (n != best->n)
        return n < best->n;
    if (turns != best->turns)
        return turns < best->turns;
    return memcmp(schedule->letters, best->schedule.letters, n) < 0;
}

void best_keep(struct best *best, const struct trace *trace, int64_t seats)
{
    int turns = turns_of(trace);
    struct schedule schedule;
    bool better = !best->found;

    schedule_of(&schedule, trace);
    if (best->found && rank_of(best, trace->anomalies) != rank_of(best, best->anomalies))
        better = rank_of(best, trace->anomalies) < rank_of(best, best->anomalies);
    else if (best->found)
        better = is_shorter(best, trace->n, turns, &schedule);
    if (!better)
        return;
    *best = (struct best){ .named = best->named,
                           .found = true,
                           .seats = seats,
                           .schedule = schedule,
                           .anomalies = trace->anomalies,
                           .n = trace->n,
                           .turns = turns };
}
