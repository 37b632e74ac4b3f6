/* Idea: read the counter, subtract in the application, write the result back, and let CHECK (available >= 0) stand
 * guard: "the constraint would refuse it". Comes from object mappers, which load a row, change a field and save it. The
 * audit must find: oversold.
 *
 * Guarantee: none. The counter never goes below zero, and that is all: the constraint judges the number that is
 * written, not the sale.
 *
 * Cost: that of naive, and of a constraint that never fires.
 *
 * Fails when: two users look before either has written: both write the same number, which is not negative, and both are
 * told that the seat is theirs. */
#include "strategies/strategy.h"

enum { LOOK, WRITE, BOOK };

static const struct statement check_absolute_statements[] = {
    [LOOK] = { .name = "look", .kind = STATEMENT_READ, .sql = TEXT("SELECT available FROM events WHERE id = $1") },
    /* Wrong here: an absolute value; available = available - $2 would have met the constraint. */
    [WRITE] = { .name = "write",
                .kind = STATEMENT_WRITE,
                .locks = true,
                .sql = TEXT("UPDATE events SET available = $2 WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

/* SQLite cannot add a constraint to a table that exists; the table is still empty here. */
static const struct text not_negative =
    TEXT_PER("DROP TABLE events;"
             "CREATE TABLE events (id INTEGER PRIMARY KEY, capacity INTEGER NOT NULL,"
             " available INTEGER NOT NULL CHECK (available >= 0), version INTEGER NOT NULL DEFAULT 0)",
             "ALTER TABLE events ADD CONSTRAINT available_not_negative CHECK (available >= 0)");

static const struct text *check_absolute_ddl(const void *options)
{
    (void)options;
    return &not_negative;
}

static enum verdict check_absolute_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;
    int64_t left;

    if ((st = attempt_run(a, LOOK, ARGS(rq->event))) != DB_OK)
        return verdict_of(a, st);
    left = a->row.column[0];
    if (left < rq->seats)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    st = attempt_run(a, WRITE, ARGS(rq->event, left - rq->seats));
    if (st == DB_CONSTRAINT)
        return VERDICT_SOLD_OUT;
    if (st != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_check_absolute = {
    .name = "check_absolute",
    .summary = "write back the counter that was read, behind CHECK (available >= 0)",
    .traits = TRAIT_ROGUE,
    .shows = 1u << ANOMALY_OVERSOLD,
    .ddl = check_absolute_ddl,
    .statements = check_absolute_statements,
    .attempt = check_absolute_attempt,
};
