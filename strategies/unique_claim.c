/* Idea: a booking claims its seats by inserting a row per seat into a table where (event, seat) is unique: INSERT ...
 * ON CONFLICT DO NOTHING. Nothing is locked beforehand; the constraint decides who was first. A user starts at a seat
 * of his own (by the request's number), and where somebody was faster he goes on to the next free one: one try walks
 * along the seats until it has enough, or none is left.
 *
 * Guarantee: never oversells, with any number of application servers, and whatever else is wrong: the database refuses
 * a second row for a seat. Sells out: an insert waits for a rival who has not committed yet, so a seat is passed by
 * only when it is gone.
 *
 * Cost: a row per seat and a unique index over them; a statement or two more for each seat that was lost on the way.
 * The seats to choose from are a table of their own. Giving back looks through all claims of the event: an index by
 * request would be paid for by every booking.
 *
 * Fails when: many want the last seats at once, and each walks past all that are gone; groups start at the first seat,
 * so that two of them cannot wait for each other, and therefore meet there. */
#include "strategy.h"

enum { FILL, LOOK, CLAIM, BOOK, UNCLAIM, ERASE };

static const struct statement unique_claim_statements[] = {
    [FILL] = { .name = "fill",
               .kind = STATEMENT_WRITE,
               .sql = TEXT_PER("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)"
                               " INSERT INTO seat_map (event, seat) SELECT id, i FROM events CROSS JOIN n",
                               "INSERT INTO seat_map (event, seat) SELECT id, i FROM events CROSS JOIN"
                               " generate_series(1, $1) AS n(i) ORDER BY id, i") },
    [LOOK] = { .name = "look",
               .kind = STATEMENT_READ,
               .sql = TEXT("SELECT capacity - $2 + 1 - (SELECT count(*) FROM claims WHERE event = $1 AND seat >= $2)"
                           " FROM events WHERE id = $1") },
    /* Two users who see the same seat free both insert it; without the constraint both would have it. In the order of
       seats: two who want several cannot each have what the other waits for. */
    [CLAIM] = { .name = "claim",
                .kind = STATEMENT_WRITE,
                .locks = true,
                .sql = TEXT("INSERT INTO claims (event, seat, request) SELECT m.event, m.seat, $2 FROM seat_map AS m"
                            " WHERE m.event = $1 AND m.seat >= $4 AND NOT EXISTS (SELECT 1 FROM claims AS c WHERE"
                            " c.event = m.event AND c.seat = m.seat) ORDER BY m.seat LIMIT $3"
                            " ON CONFLICT (event, seat) DO NOTHING") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    [UNCLAIM] = { .name = "unclaim",
                  .kind = STATEMENT_WRITE,
                  .locks = true,
                  .sql = TEXT("DELETE FROM claims WHERE event = $1 AND request = $2") },
    [ERASE] = { .name = "erase", .kind = STATEMENT_WRITE, .sql = TEXT("DELETE FROM bookings WHERE request = $1") },
    STATEMENT_END,
};

static const struct text unique_claim_tables =
    TEXT_PER("CREATE TABLE seat_map (event INTEGER NOT NULL, seat INTEGER NOT NULL, PRIMARY KEY (event, seat))"
             " WITHOUT ROWID;\n"
             "CREATE TABLE claims (event INTEGER NOT NULL, seat INTEGER NOT NULL, request INTEGER NOT NULL,"
             " PRIMARY KEY (event, seat)) WITHOUT ROWID",
             "CREATE TABLE seat_map (event bigint NOT NULL, seat bigint NOT NULL, PRIMARY KEY (event, seat));\n"
             "CREATE TABLE claims (event bigint NOT NULL, seat bigint NOT NULL, request bigint NOT NULL,"
             " PRIMARY KEY (event, seat))");

static const struct text *unique_claim_ddl(const void *options)
{
    (void)options;
    return &unique_claim_tables;
}

static enum ledger unique_claim_ledger(const void *options)
{
    (void)options;
    return LEDGER_OWN;
}

static unsigned unique_claim_promises(const struct app *app)
{
    (void)app;
    return PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING | PROMISE_SELLS_OUT;
}

static enum db_status unique_claim_setup(struct db *db, const struct app *app)
{
    return db_run(db, FILL, ARGS(app->seats), NULL);
}

/* Walks along the free seats until all that are wanted are claimed: VERDICT_BOOKED, in a transaction that is still
 * open. Each turn but one has lost a seat to somebody who has committed, so there are no more turns than seats, unless
 * seats come back meanwhile. */
static enum verdict claim(struct attempt *a)
{
    const struct request *rq = a->request;
    int64_t from = rq->seats == 1 ? 1 + rq->id % a->app->seats : 1, wanted = rq->seats, turns = 0;
    enum db_status st;

    for (;;) {
        if ((st = attempt_run(a, CLAIM, ARGS(rq->event, rq->id, wanted, from))) != DB_OK)
            return verdict_of(a, st);
        if ((wanted -= a->row.changed) == 0)
            return VERDICT_BOOKED;
        if ((st = attempt_run(a, LOOK, ARGS(rq->event, from))) != DB_OK)
            return verdict_of(a, st);
        if (a->row.column[0] < wanted) {
            if (from == 1)
                return VERDICT_SOLD_OUT;
            from = 1;
        }
        if (++turns > a->app->seats + 1)
            return attempt_conflict(a, REASON_STALE);
    }
}

static enum verdict unique_claim_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum verdict verdict;
    enum db_status st;

    if ((st = attempt_run(a, LOOK, ARGS(rq->event, 1))) != DB_OK)
        return verdict_of(a, st);
    if (a->row.column[0] < rq->seats)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((verdict = claim(a)) != VERDICT_BOOKED)
        return verdict;
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

static enum verdict unique_claim_release(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, UNCLAIM, ARGS(rq->event, rq->id))) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, ERASE, ARGS(rq->id))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_unique_claim = {
    .name = "unique_claim",
    .summary = "insert a row per seat, and a unique constraint decides who was first",
    .colour = 0x882255,
    .traits = TRAIT_SEAT_ROWS,
    .ledger = unique_claim_ledger,
    .remaining = TEXT("SELECT id, capacity - (SELECT count(*) FROM claims WHERE event = events.id) FROM events"),
    .promises = unique_claim_promises,
    .ddl = unique_claim_ddl,
    .statements = unique_claim_statements,
    .setup = unique_claim_setup,
    .attempt = unique_claim_attempt,
    .release = unique_claim_release,
};
