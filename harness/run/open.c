#include "harness/run/open.h"

#include <stdlib.h>

#include "harness/scenario/timetable.h"

/* A second click is due with the first, and stands right behind it. */
static int plan_clicks(struct crew *crew, const struct timetable *timetable)
{
    int64_t users = crew->plan.users;
    struct planned planned;
    size_t k, n = 0;

    crew->senders = malloc((2 * timetable->n + 1) * sizeof *crew->senders);
    crew->due_ns = malloc((2 * timetable->n + 1) * sizeof *crew->due_ns);
    if (crew->senders == NULL || crew->due_ns == NULL)
        return -1;
    for (k = 0; k < timetable->n; k++) {
        int64_t id = (int64_t)k + 1;

        crew->due_ns[n] = timetable->due_ns[k];
        crew->senders[n++] = id;
        plan_request(&crew->plan, (id - 1) % users + 1, (id - 1) / users, &planned);
        if (!planned.repeats)
            continue;
        crew->due_ns[n] = timetable->due_ns[k];
        crew->senders[n++] = -id;
    }
    crew->flight_count = (int64_t)n;
    return 0;
}

int open_plan(struct crew *crew, int64_t block)
{
    struct timetable timetable;
    int status = timetable_draw(&timetable, &crew->cell->scenario, block);

    if (status != 0)
        return -1;
    if (crew->cell->scenario.repeat > 0) {
        status = plan_clicks(crew, &timetable);
        timetable_free(&timetable);
        return status;
    }
    crew->due_ns = timetable.due_ns;
    crew->flight_count = (int64_t)timetable.n;
    return 0;
}
