#include "harness/run/closed.h"

#include "harness/base/wait.h"

/* Where the next record goes: NULL when the book is full. scratch serves those of whom only totals are kept. */
static struct record *next_record(struct crew *crew, int book, struct record *scratch)
{
    struct record *record = crew->totals_only ? scratch : recorder_next(&crew->recorder, book);

    if (record == NULL)
        atomic_store(&crew->overfull, 1);
    return record;
}

static void keep(struct worker *worker, int book, const struct record *record)
{
    if (worker->crew->totals_only)
        totals_record(&worker->totals, record);
    else
        recorder_keep(&worker->crew->recorder, book);
}

/* Invoked: to the answer, and where the booking is given back, to the answer to that. A cancel that would be due after
 * the end, or after the program stops, is none. False: the book is full. */
static bool serve(struct worker *worker, int book, struct inflight *flight)
{
    struct crew *crew = worker->crew;
    struct record scratch, *record;
    int64_t due_ns;
    bool cancels;

    worker_serve(crew, flight);
    cancels = inflight_cancels(flight, &due_ns) && due_ns < crew->deadline_ns;
    keep(worker, book, flight->record);
    if (!cancels)
        return true;
    if ((record = next_record(crew, book, &scratch)) == NULL)
        return false;
    if (worker_cancel(crew, flight, record, due_ns))
        keep(worker, book, record);
    return true;
}

static void click(struct hand *hand, int64_t turn, int64_t due_ns, bool over)
{
    hand->turn = turn;
    hand->due_ns = due_ns;
    hand->over = over;
    atomic_fetch_add_explicit(&hand->clicks, 1, memory_order_release);
    wait_wake(&hand->clicks, 1);
}

static void wait_answered(struct hand *hand)
{
    uint32_t clicks = atomic_load_explicit(&hand->clicks, memory_order_relaxed), seen;

    while ((seen = atomic_load_explicit(&hand->answered, memory_order_acquire)) != clicks)
        wait_change(&hand->answered, seen, WAIT_FOREVER);
}

/* One request, twice when the user clicks twice. False: no further one. */
static bool ask(struct worker *worker, struct hand *hand, int64_t turn)
{
    struct crew *crew = worker->crew;
    int book = worker->index;
    struct record scratch, *record = next_record(crew, book, &scratch);
    struct inflight *flight = &crew->flights.places[book];
    bool room;

    if (record == NULL)
        return false;
    worker_prepare(crew, flight, book + 1, turn, false, record);
    inflight_invoke(flight, 0);
    if (record->invoke_ns >= crew->deadline_ns || wait_stopping())
        return false;
    if (hand == NULL || !flight->planned.repeats)
        return serve(worker, book, flight);
    click(hand, turn, record->due_ns, false);
    room = serve(worker, book, flight);
    wait_answered(hand);
    return room;
}

void closed_user(struct worker *worker)
{
    struct crew *crew = worker->crew;
    struct hand *hand = crew->hands != NULL ? &crew->hands[worker->index] : NULL;
    int64_t turn = 0;

    if (start_wait(&crew->start) < 0)
        return;
    while (ask(worker, hand, turn))
        turn++;
    if (hand != NULL)
        click(hand, turn, 0, true);
}

/* The hand that clicks once more: asks when its user says so. */
void closed_second(struct worker *worker)
{
    struct crew *crew = worker->crew;
    struct hand *hand = &crew->hands[worker->index];
    int book = (int)crew->cell->scenario.users + worker->index;
    struct record scratch, *record;
    struct inflight *flight = &crew->flights.places[book];
    uint32_t clicks = 0;

    if (start_wait(&crew->start) < 0)
        return;
    for (;;) {
        wait_change(&hand->clicks, clicks, WAIT_FOREVER);
        clicks = atomic_load_explicit(&hand->clicks, memory_order_acquire);
        if (hand->over)
            return;
        if ((record = next_record(crew, book, &scratch)) != NULL) {
            worker_prepare(crew, flight, worker->index + 1, hand->turn, true, record);
            inflight_invoke(flight, hand->due_ns);
            serve(worker, book, flight);
        }
        atomic_store_explicit(&hand->answered, clicks, memory_order_release);
        wait_wake(&hand->answered, 1);
    }
}
