#include "harness/run/reoffer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"
#include "harness/run/inflight.h"

/* Requests in doubt that have a row, ascending. */
struct found {
    int64_t *requests;
    size_t n, room;
};

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void keep(void *arg, int columns, const char *const *values)
{
    struct found *found = arg;

    (void)columns;
    if (found->n < found->room && values[0] != NULL)
        found->requests[found->n++] = strtoll(values[0], NULL, 10);
}

static int look_up(struct found *found, const struct trial *trial, struct db *observer)
{
    size_t size, i;
    char *sql = NULL;
    FILE *out = open_memstream(&sql, &size);
    int failed = -1;

    if (out == NULL)
        return -1;
    fputs("SELECT DISTINCT request FROM bookings WHERE state = 'CONFIRMED' AND request IN (0", out);
    for (i = 0; i < trial->record_count; i++)
        if (trial->records[i].outcome == OUTCOME_UNKNOWN) {
            fprintf(out, ", %" PRId64, trial->records[i].request);
            found->room++;
        }
    fputs(") ORDER BY request", out);
    if (fclose(out) == 0 && (found->requests = calloc(found->room + 1, sizeof *found->requests)) != NULL &&
        db_query(observer, sql, keep, found) == DB_OK)
        failed = 0;
    free(sql);
    return failed;
}

static bool wants_more(const struct record *record, const struct found *found)
{
    switch ((enum outcome)record->outcome) {
    case OUTCOME_FAILED:
    case OUTCOME_GAVE_UP:
    case OUTCOME_SHED:
        return true;
    case OUTCOME_TIMED_OUT:
        return record->reason != REASON_PATIENCE;
    case OUTCOME_UNKNOWN:
        return bsearch(&record->request, found->requests, found->n, sizeof *found->requests, by_number) == NULL;
    default:
        return false;
    }
}

static void ask(struct trial *trial, struct fault_report *report, struct record *before, struct record *record,
                struct app_server *server, void *memory)
{
    const struct planned planned = {
        .request = { .id = before->request + PLAN_AGAIN,
                     .user = before->user,
                     .event = before->event,
                     .seats = before->seats },
        .seed = (uint64_t)before->request,
        .patience_ns = PLAN_PATIENT,
    };
    struct inflight flight;

    inflight_init_again(&flight, &planned, server, record, memory);
    inflight_invoke(&flight, 0);
    do {
        if (flight.due_again_ns > 0)
            wait_until(flight.due_again_ns);
        if (inflight_try(&flight) == VERDICT_PARKED)
            inflight_wait_parked(&flight);
    } while (inflight_settle(&flight));
    record->return_ns = clock_now_ns();
    before->asked_again = 1;
    totals_record(&trial->totals, record);
    report->reoffered++;
    report->reoffered_booked += record->outcome == OUTCOME_BOOKED;
}

static size_t count(const struct trial *trial, const struct found *found)
{
    size_t i, n = 0;

    for (i = 0; i < trial->record_count; i++)
        n += wants_more(&trial->records[i], found);
    return n;
}

static int ask_all(struct trial *trial, struct fault_report *report, const struct cell *cell,
                   struct app_server *servers, const struct found *found)
{
    size_t size = cell->variant.registered->strategy->request_size, n = trial->record_count, i;
    struct record *grown = realloc(trial->records, (n + count(trial, found) + 1) * sizeof *grown);
    int64_t began_ns = clock_now_ns();
    void *memory = calloc(1, size + 1);

    if (grown != NULL)
        trial->records = grown;
    if (grown == NULL || memory == NULL) {
        free(memory);
        return -1;
    }
    report->recovered = true;
    for (i = 0; i < n; i++) {
        if (!wants_more(&grown[i], found))
            continue;
        if (wait_stopping() || clock_now_ns() - began_ns > REOFFER_LIMIT_NS) {
            report->recovered = false;
            break;
        }
        memset(memory, 0, size + 1);
        ask(trial, report, &grown[i], &grown[trial->record_count++], &servers[grown[i].app], memory);
    }
    report->recover_ns = clock_now_ns() - began_ns;
    free(memory);
    return 0;
}

int reoffer(struct trial *trial, struct fault_report *report, const struct cell *cell, struct app_server *servers,
            struct db *observer)
{
    struct found found = { .n = 0 };
    int failed = 0;

    if (trial->records == NULL)
        return 0;
    if ((failed = look_up(&found, trial, observer)) != 0 ||
        (failed = ask_all(trial, report, cell, servers, &found)) != 0)
        say_error("%s: cannot ask again after the faults: %s", cell->id, db_last_error(observer));
    free(found.requests);
    return failed;
}
