/* Idea: look whether a seat is left, let the user decide, then write the booking. The read is a statement of its own
 * and the write a transaction of its own, as in code that was written for one user at a time.
 * form = counter writes back the counter it read, minus the seats sold; form = count counts the bookings and inserts.
 *
 * Guarantee: none. Right with one user at a time.
 *
 * Cost: one read and, for a buyer, one short write transaction; nobody waits for anybody, so it looks fast.
 *
 * Fails when: two users look before either has written: both see the same last seat, and both are told that it is
 * theirs. */
#include "strategy.h"

enum form { FORM_COUNTER, FORM_COUNT };

struct naive_options {
    int form;
};

static const char *const forms[] = { "counter", "count", NULL };

static const struct option naive_rows[] = {
    { .name = "form",
      .type = OPTION_CHOICE,
      .offset = offsetof(struct naive_options, form),
      .fallback = "counter",
      .words = forms,
      .help = "what says how many seats are left: a counter that is written back, or the number of bookings" },
    OPTION_END,
};

enum { LOOK, COUNT, WRITE, BOOK };

static const struct statement naive_statements[] = {
    [LOOK] = { .name = "look", .kind = STATEMENT_READ, .sql = TEXT("SELECT available FROM events WHERE id = $1") },
    [COUNT] = { .name = "count",
                .kind = STATEMENT_READ,
                .sql = TEXT("SELECT capacity - (SELECT CAST(coalesce(sum(seats), 0) AS bigint) FROM bookings "
                            "WHERE event = $1) FROM events WHERE id = $1") },
    /* An absolute value: whatever others wrote since the look is lost. */
    [WRITE] = { .name = "write",
                .kind = STATEMENT_WRITE,
                .locks = true,
                .sql = TEXT("UPDATE events SET available = $2 WHERE id = $1") },
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, $2, $3, $4)") },
    STATEMENT_END,
};

static enum form form_of(const void *options)
{
    return (enum form)((const struct naive_options *)options)->form;
}

static enum ledger naive_ledger(const void *options)
{
    return form_of(options) == FORM_COUNTER ? LEDGER_COUNTER : LEDGER_BOOKINGS;
}

static enum verdict naive_attempt(struct attempt *a)
{
    const struct request *rq = a->request;
    enum form form = form_of(a->app->options);
    enum db_status st;
    int64_t left;

    if ((st = attempt_run(a, form == FORM_COUNTER ? LOOK : COUNT, ARGS(rq->event))) != DB_OK)
        return verdict_of(a, st);
    left = a->row.column[0];
    if (left < rq->seats)
        return VERDICT_SOLD_OUT;
    if (!attempt_checkout(a))
        return VERDICT_ABANDONED;

    if ((st = attempt_begin(a, TX_WRITE)) != DB_OK)
        return verdict_of(a, st);
    if (form == FORM_COUNTER && (st = attempt_run(a, WRITE, ARGS(rq->event, left - rq->seats))) != DB_OK)
        return verdict_of(a, st);
    if ((st = attempt_run(a, BOOK, ARGS(rq->id, rq->event, rq->user, rq->seats))) != DB_OK)
        return verdict_of(a, st);
    return verdict_of(a, attempt_commit(a));
}

const struct strategy strategy_naive = {
    .name = "naive",
    .summary = "look, decide, write: two steps that others can come between",
    .traits = TRAIT_CORE | TRAIT_CONTROL,
    .colour = 0xD55E00,
    .ledger = naive_ledger,
    .statements = naive_statements,
    .options = naive_rows,
    .options_size = sizeof(struct naive_options),
    .attempt = naive_attempt,
};
