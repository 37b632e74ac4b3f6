#include "harness/run/inflight.h"

#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"

void inflight_init(struct inflight *flight, const struct plan *plan, int64_t user, int64_t turn,
                   struct app_server *server, struct record *record, void *memory, struct turns *turns)
{
    const struct request *request = &flight->planned.request;

    memset(flight, 0, sizeof *flight);
    plan_request(plan, user, turn, &flight->planned);
    flight->server = server;
    flight->record = record;
    flight->turns = turns;
    atomic_init(&flight->state, FLIGHT_RUNNING);
    rng_init(&flight->rng, flight->planned.seed);
    flight->attempt.request = request;
    flight->attempt.app = &server->app;
    flight->attempt.memory = memory;
    memset(record, 0, sizeof *record);
    record->request = request->id;
    record->user = request->user;
    record->event = request->event;
    record->seats = (int32_t)request->seats;
    record->app = server->app.index;
}

void inflight_give_back(struct inflight *flight)
{
    struct record *record = flight->record;

    if (flight->db == NULL)
        return;
    if (db_in_transaction(flight->db))
        (void)db_rollback(flight->db); /* a failure shows as db_is_lost() in pool_give() */
    record->conn_ns += clock_now_ns() - flight->borrowed_at_ns;
    record->lock_ns += db_lock_ns(flight->db) - flight->lock_before_ns;
    record->statements += (int32_t)(db_ops(flight->db)->statements - flight->statements_before);
    pool_give(&flight->server->pool, flight->db);
    flight->db = NULL;
}

void inflight_unlock(struct inflight *flight)
{
    const struct call call = { .kind = CALL_UNLOCK, .lock = flight->server->app.lock, .flight = flight };
    struct scheduler *scheduler = flight->server->scheduler;

    if (!flight->locked)
        return;
    scheduler_ask(scheduler, &call);
    applock_give(flight->server->app.lock);
    flight->locked = false;
    scheduler_tell(scheduler, &call, 0);
}

enum verdict inflight_try(struct inflight *flight)
{
    const struct strategy *strategy = flight->server->cell->variant.registered->strategy;
    uint32_t running = FLIGHT_RUNNING;
    enum verdict verdict;

    flight->attempt.number++;
    flight->attempt.reason = REASON_NONE;
    flight->record->attempts++;
    atomic_store_explicit(&flight->state, FLIGHT_RUNNING, memory_order_relaxed);
    flight->parked = false;
    verdict = strategy->attempt(&flight->attempt);
    /* No service knows of it: nobody would ever answer. */
    if (verdict == VERDICT_PARKED && !flight->parked)
        verdict = verdict_of(&flight->attempt, DB_ERROR);
    if (verdict != VERDICT_PARKED) {
        inflight_give_back(flight);
        inflight_unlock(flight);
        flight->verdict = verdict;
    } else if (atomic_compare_exchange_strong_explicit(&flight->state, &running, FLIGHT_PARKED, memory_order_acq_rel,
                                                       memory_order_acquire)) {
        return VERDICT_PARKED; /* from here on it may be in other hands */
    }
    return flight->verdict;
}

enum verdict inflight_wait_parked(struct inflight *flight)
{
    wait_change(&flight->state, FLIGHT_PARKED, WAIT_FOREVER);
    return flight->verdict;
}

/* What a verdict comes to when it is not tried again. */
static const uint8_t outcomes[VERDICT_COUNT] = {
    [VERDICT_BOOKED] = OUTCOME_BOOKED,    [VERDICT_SOLD_OUT] = OUTCOME_SOLD_OUT,
    [VERDICT_CONFLICT] = OUTCOME_GAVE_UP, [VERDICT_TIMED_OUT] = OUTCOME_TIMED_OUT,
    [VERDICT_SHED] = OUTCOME_SHED,        [VERDICT_ABANDONED] = OUTCOME_ABANDONED,
    [VERDICT_UNKNOWN] = OUTCOME_UNKNOWN,  [VERDICT_FAILED] = OUTCOME_FAILED,
    [VERDICT_PARKED] = OUTCOME_FAILED,
};

/* Which RETRY_ON_* a verdict needs to be tried again; the rest are answers. */
static const uint8_t retried_on[VERDICT_COUNT] = {
    [VERDICT_CONFLICT] = RETRY_ON_CONFLICT,
    [VERDICT_UNKNOWN] = RETRY_ON_UNKNOWN,
};

static bool retriable(const struct inflight *flight)
{
    const struct retry_policy *retry = &flight->server->cell->variant.retry;

    return (retry->on & retried_on[flight->verdict]) != 0 && flight->attempt.number < retry->attempts &&
           !wait_stopping();
}

bool inflight_settle(struct inflight *flight)
{
    const struct law *backoff = &flight->server->cell->variant.retry.backoff;
    struct record *record = flight->record;
    int64_t pause_ns;

    if (!retriable(flight)) {
        record->outcome = outcomes[flight->verdict];
        record->reason = (uint8_t)flight->attempt.reason;
        return false;
    }
    record->retries[flight->attempt.reason]++;
    flight->due_again_ns = 0;
    if (backoff->kind != LAW_NONE) {
        pause_ns =
            law_draw(backoff, (int)(flight->attempt.number < 60 ? flight->attempt.number : 60), rng_unit(&flight->rng));
        flight->due_again_ns = clock_now_ns() + pause_ns;
        record->backoff_ns += pause_ns;
    }
    return true;
}
