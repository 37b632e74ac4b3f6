#include "harness/run/burst.h"

#include <stdlib.h>

/* A second click stands right behind the first, so that both come up together where users take turns. */
int burst_plan(struct crew *crew)
{
    int64_t users = crew->cell->scenario.users, user;
    struct planned planned;

    crew->flight_count = users;
    if (crew->cell->scenario.repeat <= 0)
        return 0;
    if ((crew->senders = malloc(2 * (size_t)users * sizeof *crew->senders)) == NULL)
        return -1;
    crew->flight_count = 0;
    for (user = 1; user <= users; user++) {
        crew->senders[crew->flight_count++] = user;
        plan_request(&crew->plan, user, 0, &planned);
        if (planned.repeats)
            crew->senders[crew->flight_count++] = -user;
    }
    return 0;
}

void burst_user(struct worker *worker)
{
    struct crew *crew = worker->crew;
    struct inflight *flight = &crew->flights.places[worker->index];
    int64_t t0_ns, due_ns;

    worker_prepare_nth(crew, flight, worker->index);
    if ((t0_ns = start_wait(&crew->start)) < 0)
        return;
    inflight_invoke(flight, t0_ns);
    worker_serve(crew, flight);
    if (inflight_cancels(flight, &due_ns))
        (void)worker_cancel(crew, flight, worker_cancel_record(crew, flight), due_ns);
}
