#include "harness/run/inflight.h"

#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"
#include "harness/fault/doubts.h"
#include "harness/measure/aside.h"
#include "harness/run/own.h"

/* planned is filled. */
static void set_up(struct inflight *flight, struct app_server *server, struct record *record)
{
    flight->server = server;
    flight->record = record;
    flight->leave_at_ns = WAIT_FOREVER;
    atomic_init(&flight->state, FLIGHT_RUNNING);
    rng_init(&flight->rng, flight->planned.seed);
    flight->attempt.request = &flight->planned.request;
    flight->attempt.app = &server->app;
}

static void begin_record(const struct inflight *flight, enum op op)
{
    const struct request *request = &flight->planned.request;
    struct record *record = flight->record;

    memset(record, 0, sizeof *record);
    record->op = (uint8_t)op;
    record->request = request->id;
    record->user = request->user;
    record->event = request->event;
    record->seats = (int32_t)request->seats;
    record->app = flight->server->app.index;
}

void inflight_init(struct inflight *flight, const struct plan *plan, int64_t user, int64_t turn,
                   struct app_server *server, struct record *record, void *memory, struct turns *turns)
{
    memset(flight, 0, sizeof *flight);
    plan_request(plan, user, turn, &flight->planned);
    set_up(flight, server, record);
    flight->attempt.memory = memory;
    flight->turns = turns;
    begin_record(flight, OP_RESERVE);
}

void inflight_second(struct inflight *flight)
{
    int64_t first = flight->planned.request.id;

    plan_second(&flight->planned);
    rng_init(&flight->rng, flight->planned.seed);
    begin_record(flight, OP_RESERVE);
    flight->record->ref = first;
}

void inflight_init_again(struct inflight *flight, const struct planned *planned, struct app_server *server,
                         struct record *record, void *memory)
{
    memset(flight, 0, sizeof *flight);
    flight->planned = *planned;
    set_up(flight, server, record);
    flight->attempt.memory = memory;
    begin_record(flight, OP_RESERVE);
}

void inflight_init_look(struct inflight *flight, const struct planned *planned, struct app_server *server,
                        struct record *record)
{
    memset(flight, 0, sizeof *flight);
    flight->planned = *planned;
    set_up(flight, server, record);
    begin_record(flight, OP_BROWSE);
}

void inflight_invoke(struct inflight *flight, int64_t due_ns)
{
    struct record *record = flight->record;

    record->invoke_ns = clock_now_ns();
    record->due_ns = due_ns > 0 ? due_ns : record->invoke_ns;
    if (record->op == OP_RESERVE && flight->planned.patience_ns != PLAN_PATIENT)
        flight->leave_at_ns = record->due_ns + flight->planned.patience_ns;
}

bool inflight_cancels(const struct inflight *flight, int64_t *due_ns)
{
    const struct record *record = flight->record;

    *due_ns = record->return_ns + flight->planned.cancel_after_ns;
    return flight->planned.cancels && record->op == OP_RESERVE && record->outcome == OUTCOME_BOOKED;
}

void inflight_cancel(struct inflight *flight, struct record *record)
{
    flight->record = record;
    flight->attempt.number = 0;
    flight->leave_at_ns = WAIT_FOREVER;
    begin_record(flight, OP_CANCEL);
    record->ref = record->request;
}

void inflight_give_back(struct inflight *flight)
{
    struct record *record = flight->record;
    const struct db_ops *before = &flight->ops_before, *after;

    if (flight->db == NULL)
        return;
    if (db_in_transaction(flight->db))
        (void)db_rollback(flight->db); /* a failure shows as db_is_lost() in pool_give() */
    after = db_ops(flight->db);
    record->conn_ns += clock_now_ns() - flight->borrowed_at_ns;
    record->lock_ns += db_lock_ns(flight->db) - flight->lock_before_ns;
    record->statements += (int32_t)(after->statements - before->statements);
    record->round_trips += (int32_t)(after->round_trips - before->round_trips);
    record->transactions += (int32_t)(after->transactions - before->transactions);
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

static enum verdict call(struct inflight *flight)
{
    const struct strategy *strategy = flight->server->cell->variant.registered->strategy;

    switch ((enum op)flight->record->op) {
    case OP_CANCEL:
        return strategy->release != NULL ? strategy->release(&flight->attempt) : attempt_release(&flight->attempt);
    case OP_BROWSE:
        return own_look(&flight->attempt);
    default:
        return strategy->attempt(&flight->attempt);
    }
}

static enum verdict leave(struct inflight *flight)
{
    flight->attempt.reason = REASON_PATIENCE;
    flight->verdict = VERDICT_TIMED_OUT;
    return flight->verdict;
}

enum verdict inflight_try(struct inflight *flight)
{
    uint32_t running = FLIGHT_RUNNING;
    enum verdict verdict;

    if (flight->leave_at_ns != WAIT_FOREVER && clock_now_ns() >= flight->leave_at_ns)
        return leave(flight);
    if (flight->attempt.number++ > 0)
        flight->record->retries[flight->attempt.reason]++;
    flight->attempt.reason = REASON_NONE;
    flight->record->attempts++;
    atomic_store_explicit(&flight->state, FLIGHT_RUNNING, memory_order_relaxed);
    flight->parked = flight->commit_refused = false;
    verdict = call(flight);
    /* No service knows of it: nobody would ever answer. */
    if (verdict == VERDICT_PARKED && !flight->parked)
        verdict = verdict_of(&flight->attempt, DB_ERROR);
    if (verdict == VERDICT_BOOKED)
        flight->record->uncommitted = flight->commit_refused;
    if (verdict == VERDICT_UNKNOWN)
        doubts_add(flight->server->doubts, flight->record);
    if (verdict != VERDICT_PARKED) {
        inflight_give_back(flight);
        inflight_unlock(flight);
        flight->verdict = verdict;
        /* It was not the pool's limit that this wait ran into. */
        if (verdict == VERDICT_TIMED_OUT && flight->attempt.reason == REASON_POOL_TIMEOUT && flight->impatient)
            leave(flight);
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

/* A cancel in doubt may have given the booking back: a further try would find none and report a failure that was none.
 */
static bool retriable(const struct inflight *flight)
{
    const struct retry_policy *retry = &flight->server->cell->variant.retry;

    if (flight->verdict == VERDICT_UNKNOWN && flight->record->op != OP_RESERVE)
        return false;
    return (retry->on & retried_on[flight->verdict]) != 0 && flight->attempt.number < retry->attempts &&
           !wait_stopping();
}

/* No effect is certain of a try alone where an earlier one may have booked. Booked, sold out and abandoned are said of
 * the request: a strategy that says sold out to somebody who has a seat did not look for his booking. */
static bool stays_in_doubt(const struct inflight *flight)
{
    switch (flight->verdict) {
    case VERDICT_CONFLICT:
    case VERDICT_TIMED_OUT:
    case VERDICT_SHED:
    case VERDICT_FAILED:
        return flight->doubted && flight->record->op == OP_RESERVE;
    default:
        return false;
    }
}

static uint8_t outcome_of(const struct inflight *flight)
{
    if (flight->record->op == OP_RESERVE)
        return outcomes[flight->verdict];
    if (flight->verdict == VERDICT_BOOKED)
        return ASIDE_DONE;
    return flight->verdict == VERDICT_UNKNOWN && flight->record->op == OP_CANCEL ? ASIDE_UNKNOWN : ASIDE_FAILED;
}

bool inflight_settle(struct inflight *flight)
{
    const struct law *backoff = &flight->server->cell->variant.retry.backoff;
    struct record *record = flight->record;
    int64_t now_ns, again_ns;

    flight->doubted = flight->doubted || flight->verdict == VERDICT_UNKNOWN;
    if (!retriable(flight)) {
        if (stays_in_doubt(flight))
            flight->verdict = verdict_of(&flight->attempt, DB_IN_DOUBT);
        record->outcome = outcome_of(flight);
        record->reason = (uint8_t)flight->attempt.reason;
        return false;
    }
    flight->due_again_ns = 0;
    if (backoff->kind != LAW_NONE) {
        now_ns = clock_now_ns();
        again_ns = now_ns + law_draw(backoff, (int)(flight->attempt.number < 60 ? flight->attempt.number : 60),
                                     rng_unit(&flight->rng));
        /* Nobody waits longer than he will: the next try is then none. */
        if (again_ns > flight->leave_at_ns)
            again_ns = flight->leave_at_ns > now_ns ? flight->leave_at_ns : now_ns;
        flight->due_again_ns = again_ns;
        record->backoff_ns += again_ns - now_ns;
    }
    return true;
}
