#include "harness/run/own.h"

#include <stdlib.h>
#include <string.h>

#include "harness/run/inflight.h"

static const struct statement own_statements[] = {
    [OWN_GIVE_BACK] = { .name = "give back",
                        .kind = STATEMENT_WRITE,
                        .locks = true,
                        .sql = TEXT("UPDATE events SET available = available + $2 WHERE id = $1") },
    [OWN_FREE] = { .name = "free",
                   .kind = STATEMENT_WRITE,
                   .locks = true,
                   .sql = TEXT("UPDATE seats SET request = NULL WHERE event = $1 AND request = $2") },
    [OWN_ERASE] = { .name = "erase", .kind = STATEMENT_WRITE, .sql = TEXT("DELETE FROM bookings WHERE request = $1") },
    [OWN_LOOK] = { .name = "browse",
                   .kind = STATEMENT_READ,
                   .sql = TEXT("SELECT available FROM events WHERE id = $1") },
    [OWN_COUNT] = { .name = "browse by bookings",
                    .kind = STATEMENT_READ,
                    .sql = TEXT("SELECT capacity - (SELECT CAST(coalesce(sum(seats), 0) AS bigint) FROM bookings "
                                "WHERE event = $1) FROM events WHERE id = $1") },
    STATEMENT_END,
};

#define OWN (sizeof own_statements / sizeof own_statements[0])

int own_join(const struct cell *cell, struct statement **joined, int *first)
{
    const struct statement *strategys = cell->variant.registered->strategy->statements;
    size_t n = 0;

    *joined = NULL;
    if (cell->scenario.cancel <= 0 && cell->scenario.browsers == 0)
        return 0;
    while (strategys != NULL && strategys[n].name != NULL)
        n++;
    if ((*joined = calloc(n + OWN, sizeof **joined)) == NULL)
        return -1;
    if (n > 0)
        memcpy(*joined, strategys, n * sizeof **joined);
    memcpy(*joined + n, own_statements, sizeof own_statements);
    *first = (int)n;
    return 0;
}

enum db_status own_run(struct attempt *attempt, enum own_slot slot, const int64_t *args, int nargs)
{
    return attempt_run(attempt, app_server_of(attempt->app)->own_first + (int)slot, args, nargs);
}

enum verdict own_look(struct attempt *attempt)
{
    enum ledger ledger = cell_ledger(app_server_of(attempt->app)->cell);

    return verdict_of(attempt,
                      own_run(attempt, ledger == LEDGER_COUNTER ? OWN_LOOK : OWN_COUNT, ARGS(attempt->request->event)));
}
