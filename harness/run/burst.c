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

struct inflight *burst_flight(struct crew *crew, int64_t i)
{
    int64_t sender = crew->senders != NULL ? crew->senders[i] : i + 1;

    return worker_prepare(crew, i, sender < 0 ? -sender : sender, 0, sender < 0, &crew->recorder.books[0].records[i]);
}

void burst_prepare(struct crew *crew)
{
    int64_t i;

    for (i = 0; i < crew->flight_count; i++)
        burst_flight(crew, i);
}

static struct record *cancel_record(const struct crew *crew, const struct inflight *flight)
{
    return &crew->recorder.books[0].records[crew->flight_count + (flight - crew->flights)];
}

void burst_user(struct worker *worker)
{
    struct crew *crew = worker->crew;
    struct inflight *flight = burst_flight(crew, worker->index);
    int64_t t0_ns = start_wait(&crew->start), due_ns;

    if (t0_ns < 0)
        return;
    inflight_invoke(flight, t0_ns);
    worker_serve(crew, flight);
    if (inflight_cancels(flight, &due_ns))
        worker_cancel(crew, flight, cancel_record(crew, flight), due_ns);
}

/* It has its answer: gives its turn away for good, or until it gives the booking back. */
static void settled(struct crew *crew, struct inflight *flight)
{
    int64_t due_ns;

    worker_answered(crew, flight);
    if (inflight_cancels(flight, &due_ns)) {
        inflight_cancel(flight, cancel_record(crew, flight));
        flight->due_again_ns = due_ns;
        turns_delay(&crew->turns, flight);
    } else {
        turns_settled(&crew->turns);
    }
}

void burst_turns(struct worker *worker)
{
    struct crew *crew = worker->crew;
    int64_t t0_ns = start_wait(&crew->start);
    struct inflight *flight;
    bool verdict_is_there;

    if (t0_ns < 0)
        return;
    while ((flight = turns_next(&crew->turns, &verdict_is_there)) != NULL) {
        if (flight->attempt.number == 0)
            inflight_invoke(flight, flight->record->op == OP_CANCEL ? flight->due_again_ns : t0_ns);
        if (!verdict_is_there && inflight_try(flight) == VERDICT_PARKED)
            continue;
        if (inflight_settle(flight))
            turns_delay(&crew->turns, flight);
        else
            settled(crew, flight);
    }
}
