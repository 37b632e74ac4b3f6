/* The calls a strategy makes from attempt(): borrowing, statements, checkout, verdicts, parking. */
#include <assert.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"
#include "harness/fault/doubts.h"
#include "harness/run/inflight.h"
#include "harness/run/own.h"
#include "harness/run/turns.h"

static enum db_status borrow(struct inflight *flight)
{
    struct pool *pool = &flight->server->pool;
    struct record *record = flight->record;
    struct scheduler *scheduler = flight->server->scheduler;
    int64_t asked_ns, deadline_ns;
    enum db_status st;

    if (scheduler != NULL && scheduler->borrow != NULL)
        scheduler->borrow(scheduler);
    if (flight->db != NULL)
        return DB_OK;
    asked_ns = clock_now_ns();
    deadline_ns = asked_ns + flight->server->cell->scenario.pool_timeout_ns;
    flight->impatient = flight->leave_at_ns < deadline_ns;
    st = pool_take(pool, &flight->db, flight->impatient ? flight->leave_at_ns : deadline_ns);
    flight->borrowed_at_ns = clock_now_ns();
    record->pool_wait_ns += flight->borrowed_at_ns - asked_ns;
    if (st != DB_OK) {
        flight->db = NULL;
        return st;
    }
    if (record->borrows++ == 0)
        record->first_ns = flight->borrowed_at_ns;
    flight->lock_before_ns = db_lock_ns(flight->db);
    flight->ops_before = *db_ops(flight->db);
    return DB_OK;
}

enum db_status attempt_begin(struct attempt *attempt, enum tx_mode mode)
{
    struct inflight *flight = inflight_of(attempt);
    enum db_status st = borrow(flight);

    return st != DB_OK ? st : db_begin(flight->db, mode);
}

enum db_status attempt_run(struct attempt *attempt, int slot, const int64_t *args, int nargs)
{
    struct inflight *flight = inflight_of(attempt);
    enum db_status st = borrow(flight);

    return st != DB_OK ? st : db_run(flight->db, slot, args, nargs, &attempt->row);
}

enum db_status attempt_commit(struct attempt *attempt)
{
    struct inflight *flight = inflight_of(attempt);
    enum db_status st;

    assert(flight->db != NULL);
    st = db_commit(flight->db);
    flight->commit_refused = flight->commit_refused || (st != DB_OK && st != DB_IN_DOUBT);
    return st;
}

/* A connection given back rolls nothing back here, so under a scheduler the checkout is one call. */
bool attempt_checkout(struct attempt *attempt)
{
    struct inflight *flight = inflight_of(attempt);
    const struct call call = { .kind = CALL_CHECKOUT, .flight = flight };
    struct scheduler *scheduler = flight->server->scheduler;
    int64_t began_ns;

    if (flight->planned.checkout_ns > 0) {
        if (flight->db != NULL && !db_in_transaction(flight->db))
            inflight_give_back(flight);
        began_ns = clock_now_ns();
        scheduler_ask(scheduler, &call);
        if (scheduler == NULL)
            wait_until(began_ns + flight->planned.checkout_ns);
        scheduler_tell(scheduler, &call, !flight->planned.abandons);
        flight->record->checkout_ns += clock_now_ns() - began_ns;
    }
    return !flight->planned.abandons;
}

enum db_status attempt_lock(struct attempt *attempt)
{
    struct inflight *flight = inflight_of(attempt);
    const struct db_settings *settings = &flight->server->settings;
    struct applock *lock = attempt->app->lock;
    const struct call call = { .kind = CALL_LOCK, .lock = lock, .waits = !settings->never_waits, .flight = flight };
    struct scheduler *scheduler = flight->server->scheduler;
    int64_t asked_ns = clock_now_ns(), deadline_ns = WAIT_FOREVER;
    enum db_status st;

    assert(lock != NULL && !flight->locked);
    if (settings->never_waits)
        deadline_ns = APPLOCK_NO_WAIT;
    else if (settings->lock_timeout_ns > 0)
        deadline_ns = asked_ns + settings->lock_timeout_ns;
    scheduler_ask(scheduler, &call);
    if ((st = applock_take(lock, flight, deadline_ns)) == DB_OK)
        flight->locked = true;
    scheduler_tell(scheduler, &call, st);
    flight->record->lock_wait_ns += clock_now_ns() - asked_ns;
    return st;
}

void attempt_unlock(struct attempt *attempt)
{
    assert(inflight_of(attempt)->locked);
    inflight_unlock(inflight_of(attempt));
}

/* What holds the stock before the booking, as everybody locks them who books. */
enum verdict attempt_release(struct attempt *attempt)
{
    enum ledger ledger = cell_ledger(inflight_of(attempt)->server->cell);
    const struct request *rq = attempt->request;
    enum db_status st = DB_OK;
    bool two = ledger == LEDGER_COUNTER || ledger == LEDGER_SEATS;

    if (two && (st = attempt_begin(attempt, TX_WRITE)) != DB_OK)
        return verdict_of(attempt, st);
    if (ledger == LEDGER_COUNTER)
        st = own_run(attempt, OWN_GIVE_BACK, ARGS(rq->event, rq->seats));
    else if (ledger == LEDGER_SEATS)
        st = own_run(attempt, OWN_FREE, ARGS(rq->event, rq->id));
    if (st != DB_OK || (st = own_run(attempt, OWN_ERASE, ARGS(rq->id))) != DB_OK)
        return verdict_of(attempt, st);
    /* No such booking: what was told was not so, and the audit will say it. */
    if (attempt->row.changed == 0)
        return verdict_of(attempt, DB_ERROR);
    return verdict_of(attempt, two ? attempt_commit(attempt) : DB_OK);
}

enum verdict attempt_conflict(struct attempt *attempt, enum reason reason)
{
    attempt->reason = reason;
    return VERDICT_CONFLICT;
}

static const struct {
    enum verdict verdict;
    enum reason reason;
} verdicts[DB_STATUS_COUNT] = {
    [DB_OK] = { VERDICT_BOOKED, REASON_NONE },
    [DB_BUSY] = { VERDICT_CONFLICT, REASON_BUSY },
    [DB_CONFLICT] = { VERDICT_CONFLICT, REASON_SERIALIZATION },
    [DB_DEADLOCK] = { VERDICT_CONFLICT, REASON_DEADLOCK },
    [DB_CONSTRAINT] = { VERDICT_FAILED, REASON_CONSTRAINT },
    [DB_LOCK_TIMEOUT] = { VERDICT_TIMED_OUT, REASON_LOCK_TIMEOUT },
    [DB_STATEMENT_TIMEOUT] = { VERDICT_TIMED_OUT, REASON_STATEMENT_TIMEOUT },
    [DB_POOL_TIMEOUT] = { VERDICT_TIMED_OUT, REASON_POOL_TIMEOUT },
    [DB_ROLLED_BACK] = { VERDICT_FAILED, REASON_ROLLED_BACK },
    [DB_LOST] = { VERDICT_FAILED, REASON_LOST },
    [DB_IN_DOUBT] = { VERDICT_UNKNOWN, REASON_LOST },
    [DB_FULL] = { VERDICT_FAILED, REASON_FULL },
    [DB_ERROR] = { VERDICT_FAILED, REASON_ERROR },
};

enum verdict verdict_of(struct attempt *attempt, enum db_status status)
{
    attempt->reason = verdicts[status].reason;
    return verdicts[status].verdict;
}

const char *reason_name(enum reason reason)
{
    static const char *const names[REASON_COUNT] = {
        [REASON_NONE] = "none",
        [REASON_STALE] = "stale",
        [REASON_HELD] = "held",
        [REASON_EXPIRED] = "expired",
        [REASON_BUSY] = "busy",
        [REASON_SERIALIZATION] = "serialization",
        [REASON_DEADLOCK] = "deadlock",
        [REASON_POOL_TIMEOUT] = "pool_timeout",
        [REASON_LOCK_TIMEOUT] = "lock_timeout",
        [REASON_STATEMENT_TIMEOUT] = "statement_timeout",
        [REASON_PATIENCE] = "patience",
        [REASON_CONSTRAINT] = "constraint",
        [REASON_ROLLED_BACK] = "rolled_back",
        [REASON_QUEUE_FULL] = "queue_full",
        [REASON_LOST] = "lost",
        [REASON_FULL] = "full",
        [REASON_ERROR] = "error",
    };

    return names[reason];
}

/* The connection goes back before the service can see the attempt: from lane_put() on, two threads might touch it. */
enum verdict attempt_park(struct attempt *attempt, struct lane *lane)
{
    struct inflight *flight = inflight_of(attempt);
    const struct call call = { .kind = CALL_PARK, .lane = lane, .flight = flight };
    struct scheduler *scheduler = flight->server->scheduler;
    bool parked;

    inflight_give_back(flight);
    inflight_unlock(flight);
    scheduler_ask(scheduler, &call);
    flight->parked = true; /* beforehand: afterwards it may be in the service's hands */
    parked = lane_put(lane, flight);
    scheduler_tell(scheduler, &call, parked);
    if (parked)
        return VERDICT_PARKED;
    flight->parked = false;
    attempt->reason = REASON_QUEUE_FULL;
    return VERDICT_SHED;
}

void attempt_finish(struct attempt *attempt, enum verdict verdict)
{
    struct inflight *flight = inflight_of(attempt);
    const struct call call = { .kind = CALL_FINISH, .flight = flight };
    struct scheduler *scheduler = flight->server->scheduler;
    struct turns *turns = flight->turns;

    scheduler_ask(scheduler, &call);
    if (verdict == VERDICT_UNKNOWN)
        doubts_add(flight->server->doubts, flight->record);
    flight->verdict = verdict;
    /* Still FLIGHT_RUNNING: the worker has not come back from attempt_park() yet and will see for itself. */
    if (atomic_exchange_explicit(&flight->state, FLIGHT_FINISHED, memory_order_acq_rel) == FLIGHT_PARKED) {
        if (turns != NULL)
            turns_finished(turns, flight);
        else
            wait_wake(&flight->state, 1);
    }
    scheduler_tell(scheduler, &call, verdict);
}
