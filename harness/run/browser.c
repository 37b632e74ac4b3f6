#include "harness/run/browser.h"

#include "harness/base/wait.h"

static void look(struct worker *worker, int64_t turn, int64_t due_ns)
{
    struct crew *crew = worker->crew;
    struct planned planned;
    struct inflight flight;
    struct record record;

    plan_look(&crew->plan, worker->index, turn, &planned);
    inflight_init_look(&flight, &planned, worker_server(crew, worker->index + 1), &record);
    inflight_invoke(&flight, due_ns);
    worker_serve(crew, &flight);
    aside_record(&worker->looks, &record);
}

void browser_look(struct worker *worker)
{
    struct crew *crew = worker->crew;
    const struct scenario *scenario = &crew->cell->scenario;
    int64_t due_ns = start_wait(&crew->start), turn;

    if (due_ns < 0)
        return;
    /* One after the other, not all in step. */
    due_ns += scenario->browse_every_ns * worker->index / scenario->browsers;
    for (turn = 0; !wait_stopping(); turn++) {
        if (wait_change(&crew->over, 0, due_ns) && due_ns >= crew->over_ns)
            return;
        look(worker, turn, due_ns);
        due_ns += scenario->browse_every_ns;
    }
}
