#include "harness/run/shift.h"

#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"

/* It has its answer: gives its turn away for good, or until it gives the booking back. */
static void settled(struct crew *crew, struct turn *turn)
{
    struct inflight *flight = turn->flight;
    int64_t due_ns;

    worker_answered(crew, flight);
    if (inflight_cancels(flight, &due_ns)) {
        inflight_cancel(flight, worker_cancel_record(crew, flight));
        flight->due_again_ns = due_ns;
        turns_delay(&crew->turns, flight);
    } else {
        turns_settled(&crew->turns, turn);
    }
}

/* False: a cancel that the program's stop has called before it is due. It is not made, and leaves no record. */
static bool begin(struct crew *crew, const struct turn *turn, int64_t t0_ns)
{
    struct inflight *flight = turn->flight;

    if (turn->fresh) {
        worker_prepare_nth(crew, flight, (int64_t)turn->index);
        inflight_invoke(flight, crew->due_ns != NULL ? t0_ns + crew->due_ns[turn->index] : t0_ns);
    } else if (flight->record->op == OP_CANCEL && flight->attempt.number == 0) {
        if (wait_stopping() && clock_now_ns() < flight->due_again_ns) {
            memset(flight->record, 0, sizeof *flight->record);
            return false;
        }
        inflight_invoke(flight, flight->due_again_ns);
    }
    return true;
}

void shift_work(struct worker *worker)
{
    struct crew *crew = worker->crew;
    int64_t t0_ns = start_wait(&crew->start);
    struct turn turn = { .spare = NULL };

    if (t0_ns < 0)
        return;
    turns_begin(&crew->turns, t0_ns, crew->due_ns != NULL ? crew->deadline_ns : WAIT_FOREVER);
    while (turns_next(&crew->turns, &turn)) {
        if (!begin(crew, &turn, t0_ns)) {
            turns_settled(&crew->turns, &turn);
            continue;
        }
        if (!turn.answered && inflight_try(turn.flight) == VERDICT_PARKED)
            continue;
        if (inflight_settle(turn.flight))
            turns_delay(&crew->turns, turn.flight);
        else
            settled(crew, &turn);
    }
}
