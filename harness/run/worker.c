#include "harness/run/worker.h"

#include "harness/base/clock.h"
#include "harness/base/wait.h"

struct app_server *worker_server(struct crew *crew, int64_t user)
{
    return &crew->servers[(user - 1) % crew->cell->scenario.instances];
}

void worker_prepare(struct crew *crew, struct inflight *flight, int64_t user, int64_t turn, bool second,
                    struct record *record)
{
    inflight_init(flight, &crew->plan, user, turn, worker_server(crew, user), record,
                  flights_memory(&crew->flights, flight), crew->taking_turns ? &crew->turns : NULL);
    if (second)
        inflight_second(flight);
}

void worker_prepare_nth(struct crew *crew, struct inflight *flight, int64_t i)
{
    int64_t users = crew->plan.users, sender = crew->senders != NULL ? crew->senders[i] : i + 1;
    int64_t id = sender < 0 ? -sender : sender;

    worker_prepare(crew, flight, (id - 1) % users + 1, (id - 1) / users, sender < 0,
                   &crew->recorder.books[0].records[i]);
}

struct record *worker_cancel_record(const struct crew *crew, const struct inflight *flight)
{
    return flight->record + crew->flight_count;
}

void worker_answered(struct crew *crew, struct inflight *flight)
{
    struct record *record = flight->record;
    int64_t sold = 0;

    record->return_ns = clock_now_ns();
    if (crew->progress == NULL)
        return;
    if (record->op == OP_RESERVE && record->outcome == OUTCOME_BOOKED)
        sold = record->seats;
    else if (record->op == OP_CANCEL && record->outcome == ASIDE_DONE)
        sold = -record->seats;
    if (sold != 0)
        atomic_fetch_add_explicit(&crew->progress->sold, sold, memory_order_release);
}

void worker_serve(struct crew *crew, struct inflight *flight)
{
    for (;;) {
        if (inflight_try(flight) == VERDICT_PARKED)
            inflight_wait_parked(flight);
        if (!inflight_settle(flight))
            break;
        if (flight->due_again_ns > 0)
            wait_until(flight->due_again_ns);
    }
    worker_answered(crew, flight);
}

bool worker_cancel(struct crew *crew, struct inflight *flight, struct record *record, int64_t due_ns)
{
    if (!wait_until(due_ns) && clock_now_ns() < due_ns)
        return false;
    inflight_cancel(flight, record);
    inflight_invoke(flight, due_ns);
    worker_serve(crew, flight);
    return true;
}
