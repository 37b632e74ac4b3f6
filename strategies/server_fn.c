/* Idea: the whole booking is a function that lives in the database: one call decides, writes and commits. Between the
 * check and the commit no message crosses the network.
 *
 * Guarantee: never oversells, and sells out, with any number of application servers: inside, it is one conditional
 * UPDATE under the row's lock.
 *
 * Cost: one round trip for a booking and one for a refusal, and the row is locked for as long as the server needs, not
 * the network; the rule lives in the database, where it is deployed and tested apart from the application.
 *
 * Fails when: a decision outside of the database is part of the booking: nobody can pay inside a function, so a user
 * may pay for a seat that is gone. SQLite runs inside the application and has no functions of this kind: there is no
 * network to save. */
#include "strategy.h"

enum { CALL };

static const struct statement server_fn_statements[] = {
    /* A statement of its own is a transaction of its own: nothing is left half done when the connection is lost. */
    [CALL] = { .name = "call",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT_PER(NULL, "SELECT book($1, $2, $3, $4)") },
    STATEMENT_END,
};

static const struct text server_fn_function =
    TEXT_PER(NULL, "CREATE FUNCTION book(who bigint, what bigint, for_user bigint, wanted bigint) RETURNS boolean"
                   " LANGUAGE plpgsql AS $$\n"
                   "BEGIN\n"
                   /* Test and write in one step: nobody can come between. */
                   "    UPDATE events SET available = available - wanted WHERE id = what AND available >= wanted;\n"
                   "    IF NOT FOUND THEN\n"
                   "        RETURN false;\n"
                   "    END IF;\n"
                   "    INSERT INTO bookings (request, event, user_id, seats) VALUES (who, what, for_user, wanted);\n"
                   "    RETURN true;\n"
                   "END $$");

static const struct text *server_fn_ddl(const void *options)
{
    (void)options;
    return &server_fn_function;
}

static unsigned server_fn_promises(const struct app *app)
{
    (void)app;
    return PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING | PROMISE_SELLS_OUT;
}

static enum verdict server_fn_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum db_status st;

    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;
    if ((st = attempt_run(a, CALL, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return a->row.column[0] != 0 ? VERDICT_BOOKED : VERDICT_SOLD_OUT;
}

const struct strategy strategy_server_fn = {
    .name = "server_fn",
    .summary = "the whole booking is one function inside the database",
    .needs = DB_CAN_RUN_FUNCTIONS,
    .colour = 0x661100,
    .promises = server_fn_promises,
    .ddl = server_fn_ddl,
    .statements = server_fn_statements,
    .attempt = server_fn_attempt,
};
