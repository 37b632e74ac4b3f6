/* Idea: take the seat in one guarded statement, write the booking, commit; and when the connection goes down during the
 * commit, do all of it again. In real life an HTTP client or a message queue that repeats what has timed out, or a
 * driver that reconnects and replays, where no idempotency key (here: the request's id) is unique. The mistake is one
 * line in the retry policy: an unknown outcome is treated as a failure.
 * The audit must find: duplicate.
 *
 * Guarantee: none for whoever loses a connection. Everybody else is served by the guarded statement.
 *
 * Cost: that of atomic.
 *
 * Fails when: the commit has happened and only its answer is lost: the further try books a second time, or, where the
 * first took the last seat, says "sold out" to somebody who has one. */
#include "strategies/strategy.h"

enum { TAKE, BOOK };

static const struct statement insert_again_statements[] = {
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1 AND available >= $2") },
    /* Wrong here: nothing asks whether this request has a row already. */
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum verdict insert_again_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, TAKE, ARGS(rq->event, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.changed == 0)
        return VERDICT_SOLD_OUT;
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_insert_again = {
    .name = "insert_again",
    .summary = "atomic, and books again when the answer to a commit is lost",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_DUPLICATE,
    .retry_on = RETRY_ON_CONFLICT | RETRY_ON_UNKNOWN,
    .statements = insert_again_statements,
    .attempt = insert_again_attempt,
};
