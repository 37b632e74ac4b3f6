/* Idea: optimistic locking that reads the version and writes it back one higher, with the version missing from the
 * UPDATE's predicate. Happens where the column was added to a table whose statements are written by hand, or where an
 * object mapper is told of it as an ordinary column. The rows look right: the version goes up.
 * The audit must find: oversold.
 *
 * Guarantee: none. The UPDATE always finds its row, so the conflict it is asked about never comes.
 *
 * Cost: that of optimistic, without the conflicts: it looks like the better one of the two.
 *
 * Fails when: two users look before either has written: the second overwrites the first's counter with its own, and
 * both are told that the seat is theirs. */
#include "strategies/strategy.h"

enum { LOOK, TAKE, BOOK };

static const struct statement version_unchecked_statements[] = {
    [LOOK] = { .name = "look",
               .kind = STATEMENT_READ,
               .sql = TEXT("SELECT available, version FROM events WHERE id = $1") },
    /* Wrong here: AND version = $4 is missing, or whatever others wrote since the look is lost. */
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE events SET available = $2, version = $3 WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum verdict version_unchecked_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;
    int64_t left, version;

    if ((st = attempt_run(a, LOOK, ARGS(rq->event))) != DB_OK)
        return verdict_of(a, st);
    left = a->row.column[0];
    version = a->row.column[1];
    if (left < rq->seats)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, TAKE, ARGS(rq->event, left - rq->seats, version + 1))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.changed == 0)
        return attempt_conflict(a, REASON_STALE);
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_version_unchecked = {
    .name = "version_unchecked",
    .summary = "optimistic, with the version missing from the predicate",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_OVERSOLD,
    .statements = version_unchecked_statements,
    .attempt = version_unchecked_attempt,
};
