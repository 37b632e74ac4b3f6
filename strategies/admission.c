/* Idea: a counter in front of the database, in the application's memory, admits as many users as there are seats;
 * everybody else is refused without touching the database. Behind the gate the conditional UPDATE still has the last
 * word. What the gate gave is given back when the database says no or fails, or the user leaves.
 *
 * Guarantee: never oversells, because the database decides. Sells out with one application server, or with share =
 * whole where everybody wants one seat, as long as nobody leaves before he has paid: who was refused while a seat was
 * held does not come back.
 *
 * Cost: a refusal costs one memory access; the database sees only those who will very likely buy. The counter is state
 * outside the database: it must be filled at start and repaired after a failure.
 *
 * Fails when: there are several application servers: with share = split a gate refuses its users while another gate
 * still has seats, with share = whole the gates together admit too many and the database is asked in vain; or the
 * counter and the database drift apart. */
#include "strategy.h"

enum share { SHARE_SPLIT, SHARE_WHOLE };

struct admission_options {
    int share;
};

static const char *const shares[] = { "split", "whole", NULL };

static const struct option admission_rows[] = {
    { .name = "share",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct admission_options, share),
      .fallback = "split",
      .words = shares,
      .help = "with several application servers: each gate holds its share of the seats, or each the whole" },
    OPTION_END,
};

enum { TAKE, BOOK };

static const struct statement admission_statements[] = {
    /* The gate is only a promise: two application servers, or a gate that was filled wrongly, must not sell a seat
       twice. */
    [TAKE] = { .name = "take",
               .kind = STATEMENT_WRITE,
               .locks = true,
               .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1 AND available >= $2") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum share share_of(const struct app *app)
{
    return (enum share)((const struct admission_options *)app->options)->share;
}

static unsigned admission_promises(const struct app *app)
{
    /* A group that the gate admits and the database refuses held seats that others, in want of fewer, were denied. */
    bool one_count = app->instances == 1 || (share_of(app) == SHARE_WHOLE && app->group_most == 1);

    return PROMISE_NO_OVERSELL | PROMISE_ALL_OR_NOTHING | (one_count && !app->users_may_leave ? PROMISE_SELLS_OUT : 0u);
}

static int admission_open(struct app *app)
{
    int64_t share = app->seats, event;

    if (share_of(app) == SHARE_SPLIT)
        share = app->seats / app->instances + (app->index < app->seats % app->instances);
    for (event = 1; event <= app->events; event++)
        gate_fill(app, event, share);
    return 0;
}

/* Behind the gate. */
static enum verdict buy(struct attempt *a)
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

static enum verdict admission_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum verdict verdict;

    if (!gate_take(a->app, rq->event, rq->seats))
        return VERDICT_SOLD_OUT;
    verdict = buy(a);
    /* Also when it is unknown whether the booking stands: one too many at the gate is refused by the database, one too
     * few would leave a seat unsold for good. */
    if (verdict != VERDICT_BOOKED)
        gate_give(a->app, rq->event, rq->seats);
    return verdict;
}

static enum verdict admission_release(struct attempt *a)
{
    enum verdict verdict = attempt_release(a);

    /* After the commit: before it, the gate would admit somebody to a seat that is not free. Also when it is unknown
     * whether that commit was made, as above. */
    if (verdict == VERDICT_BOOKED || verdict == VERDICT_UNKNOWN)
        gate_give(a->app, a->request->event, a->request->seats);
    return verdict;
}

const struct strategy strategy_admission = {
    .name = "admission",
    .summary = "a counter in memory admits as many as there are seats, the database decides",
    .traits = TRAIT_CORE,
    .colour = 0xCC79A7,
    .promises = admission_promises,
    .statements = admission_statements,
    .options = admission_rows,
    .options_size = sizeof(struct admission_options),
    .open = admission_open,
    .attempt = admission_attempt,
    .release = admission_release,
};
