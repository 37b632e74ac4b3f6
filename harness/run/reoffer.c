#include "harness/run/reoffer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/ascending.h"
#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"
#include "harness/run/inflight.h"

/* A connection that a fault has ended shows it only when it is used: whoever meets one asks once more. */
#define ROUNDS 3

struct reoffer {
    struct trial *trial;
    struct fault_report *report;
    struct app_server *servers;
    struct db *observer;
    void *memory; /* of a request */
    size_t memory_size;
    int64_t began_ns, limit_ns; /* limit: on the clock */
    size_t from, to;            /* records of the last round                                  */
    int64_t *booked;            /* of these, requests in doubt that have a row, ascending */
    size_t booked_count, booked_room;
};

static void keep(void *arg, int columns, const char *const *values)
{
    struct reoffer *r = arg;

    (void)columns;
    if (r->booked_count < r->booked_room && values[0] != NULL)
        r->booked[r->booked_count++] = strtoll(values[0], NULL, 10);
}

static int look_up(struct reoffer *r)
{
    size_t size, i;
    char *sql = NULL;
    FILE *out = open_memstream(&sql, &size);
    int failed = -1;

    if (out == NULL)
        return -1;
    free(r->booked);
    r->booked = NULL;
    r->booked_count = r->booked_room = 0;
    fputs("SELECT DISTINCT request FROM bookings WHERE state = 'CONFIRMED' AND request IN (0", out);
    for (i = r->from; i < r->to; i++)
        if (r->trial->records[i].outcome == OUTCOME_UNKNOWN) {
            fprintf(out, ", %" PRId64, r->trial->records[i].request);
            r->booked_room++;
        }
    fputs(") ORDER BY request", out);
    if (fclose(out) == 0 && (r->booked = calloc(r->booked_room + 1, sizeof *r->booked)) != NULL &&
        db_query(r->observer, sql, keep, r) == DB_OK)
        failed = 0;
    free(sql);
    return failed;
}

static bool wants_more(const struct reoffer *r, const struct record *record)
{
    switch ((enum outcome)record->outcome) {
    case OUTCOME_FAILED:
    case OUTCOME_GAVE_UP:
    case OUTCOME_SHED:
        return true;
    case OUTCOME_TIMED_OUT:
        return record->reason != REASON_PATIENCE;
    case OUTCOME_UNKNOWN:
        return bsearch(&record->request, r->booked, r->booked_count, sizeof *r->booked, ascending_int64) == NULL;
    default:
        return false;
    }
}

static void ask(const struct reoffer *r, struct record *before, struct record *record)
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

    memset(r->memory, 0, r->memory_size);
    inflight_init_again(&flight, &planned, &r->servers[before->app], record, r->memory);
    inflight_invoke(&flight, 0);
    flight.leave_at_ns = r->limit_ns;
    do {
        if (flight.due_again_ns > 0)
            wait_until(flight.due_again_ns);
        if (inflight_try(&flight) == VERDICT_PARKED)
            inflight_wait_parked(&flight);
    } while (inflight_settle(&flight));
    record->return_ns = clock_now_ns();
    before->asked_again = 1;
    totals_record(&r->trial->totals, record);
    r->report->reoffered++;
    r->report->reoffered_booked += record->outcome == OUTCOME_BOOKED;
}

static size_t count(const struct reoffer *r)
{
    size_t i, n = 0;

    for (i = r->from; i < r->to; i++)
        n += wants_more(r, &r->trial->records[i]);
    return n;
}

static bool time_is_up(const struct reoffer *r)
{
    return wait_stopping() || clock_now_ns() >= r->limit_ns;
}

/* Whoever wants more after the last round asks, while there is time; the others of the trial stay where they are. Who
 * never got to ask was refused by a fault alone. */
static int ask_round(struct reoffer *r)
{
    struct trial *trial = r->trial;
    struct record *grown = realloc(trial->records, (r->to + count(r) + 1) * sizeof *grown);
    size_t i;

    if (grown == NULL)
        return -1;
    trial->records = grown;
    for (i = r->from; i < r->to && !time_is_up(r); i++)
        if (wants_more(r, &grown[i]))
            ask(r, &grown[i], &grown[trial->record_count++]);
    for (; i < r->to; i++)
        if (r->from == 0 && wants_more(r, &grown[i]))
            grown[i].asked_again = 1;
    return 0;
}

static int ask_all(struct reoffer *r)
{
    int round;

    for (round = 0;; round++) {
        r->to = r->trial->record_count;
        if (look_up(r) != 0)
            return -1;
        if (count(r) == 0) {
            r->report->recovered = true;
            break;
        }
        if (round == ROUNDS)
            break;
        if (ask_round(r) != 0)
            return -1;
        /* Not all may have been asked, and who was still trying was sent away. */
        if (time_is_up(r))
            break;
        r->from = r->to;
    }
    return 0;
}

int reoffer(struct trial *trial, struct fault_report *report, const struct cell *cell, struct app_server *servers,
            struct db *observer, int64_t limit_ns)
{
    struct reoffer r = { .trial = trial,
                         .report = report,
                         .servers = servers,
                         .observer = observer,
                         .memory_size = cell->variant.registered->strategy->request_size + 1,
                         .began_ns = clock_now_ns() };
    int failed;

    if (trial->records == NULL)
        return 0;
    r.limit_ns = r.began_ns + limit_ns;
    r.memory = calloc(1, r.memory_size);
    if ((failed = r.memory == NULL ? -1 : ask_all(&r)) != 0)
        say_error("%s: cannot ask again after the faults: %s", cell->id, db_last_error(observer));
    report->recover_ns = clock_now_ns() - r.began_ns;
    free(r.booked);
    free(r.memory);
    return failed;
}
