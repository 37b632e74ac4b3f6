#include "harness/explore/best.h"

#include <limits.h>
#include <string.h>

bool best_breaks(const struct trace *trace)
{
    return trace->anomalies != 0 || trace->ending == TRACE_STUCK || trace->ending == TRACE_ENDLESS;
}

/* The fewest calls tell the shortest story; of two with as many, the one with fewer changes from one to another. */
static int turns_of(const struct trace *trace)
{
    int turns = 1;
    size_t i;

    for (i = 1; i < trace->n; i++)
        turns += trace->moves[i].actor != trace->moves[i - 1].actor;
    return turns;
}

/* What a rogue names (shows) comes first; bits of worse anomalies are lower; a schedule that never ends, without any,
 * comes last. */
static unsigned rank_of(unsigned anomalies, unsigned shows)
{
    if ((anomalies & shows) != 0)
        return 0;
    return anomalies == 0 ? UINT_MAX : anomalies & (0u - anomalies);
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

void best_keep(struct best *best, const struct trace *trace, const struct cell *cell)
{
    unsigned shows = cell->variant.registered->strategy->shows;
    int turns = turns_of(trace);
    struct schedule schedule;
    bool better = !best->found;

    schedule_of(&schedule, trace);
    if (best->found && rank_of(trace->anomalies, shows) != rank_of(best->anomalies, shows))
        better = rank_of(trace->anomalies, shows) < rank_of(best->anomalies, shows);
    else if (best->found)
        better = is_shorter(best, trace->n, turns, &schedule);
    if (!better)
        return;
    *best = (struct best){
        .found = true, .seats = cell->scenario.seats, .anomalies = trace->anomalies, .n = trace->n, .turns = turns
    };
    best->schedule = schedule;
}

const struct best *best_choose(const struct best *plain, const struct best *fault, const struct cell *cell)
{
    unsigned shows = cell->variant.registered->strategy->shows;

    if (fault->found && (!plain->found || ((fault->anomalies & shows) != 0 && (plain->anomalies & shows) == 0)))
        return fault;
    return plain->found ? plain : NULL;
}
