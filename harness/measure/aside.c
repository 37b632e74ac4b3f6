#include "harness/measure/aside.h"

#include <assert.h>
#include <string.h>

const char *aside_name(enum op op, enum aside_outcome outcome)
{
    static const char *const names[OP_COUNT][ASIDE_OUTCOMES] = {
        [OP_CANCEL] = { "released", "failed", "unknown" },
        [OP_BROWSE] = { "read", "failed", NULL },
    };

    assert((int)op >= 0 && op < OP_COUNT && (int)outcome >= 0 && outcome < ASIDE_OUTCOMES);
    return names[op][outcome];
}

int aside_init(struct aside *aside)
{
    memset(aside, 0, sizeof *aside);
    return hist_init(&aside->response);
}

void aside_destroy(struct aside *aside)
{
    if (aside == NULL)
        return;
    hist_destroy(&aside->response);
    memset(aside, 0, sizeof *aside);
}

void aside_record(struct aside *aside, const struct record *record)
{
    assert(record->op != OP_RESERVE && record->outcome < ASIDE_OUTCOMES && record->reason < REASON_COUNT);
    aside->n++;
    aside->attempts += record->attempts;
    aside->outcomes[record->outcome]++;
    for (int i = 0; i < REASON_COUNT; i++)
        aside->retries[i] += record->retries[i];
    if (record->outcome != ASIDE_DONE)
        aside->reasons[record->reason]++;
    aside->statements += record->statements;
    aside->round_trips += record->round_trips;
    aside->transactions += record->transactions;
    hist_record(&aside->response, record_response_ns(record));
}

void aside_add(struct aside *sum, const struct aside *more)
{
    sum->n += more->n;
    sum->attempts += more->attempts;
    for (int i = 0; i < ASIDE_OUTCOMES; i++)
        sum->outcomes[i] += more->outcomes[i];
    for (int i = 0; i < REASON_COUNT; i++) {
        sum->retries[i] += more->retries[i];
        sum->reasons[i] += more->reasons[i];
    }
    sum->statements += more->statements;
    sum->round_trips += more->round_trips;
    sum->transactions += more->transactions;
    hist_add(&sum->response, &more->response);
}

const char *aside_check(const struct aside *aside)
{
    int64_t outcomes = 0, retries = 0, reasons = 0;

    for (int i = 0; i < ASIDE_OUTCOMES; i++)
        outcomes += aside->outcomes[i];
    for (int i = 0; i < REASON_COUNT; i++) {
        retries += aside->retries[i];
        reasons += aside->reasons[i];
    }
    if (aside->n != outcomes)
        return "other operations are not the sum of their outcomes";
    if (aside->attempts != aside->n + retries)
        return "attempts of other operations are not these plus their retries";
    if (reasons != aside->n - aside->outcomes[ASIDE_DONE])
        return "reasons of other operations are not as many as were not done";
    if (aside->response.total + aside->response.over != aside->n)
        return "response samples of other operations are not as many as these";
    return NULL;
}
