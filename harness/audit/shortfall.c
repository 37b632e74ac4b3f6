#include "harness/audit/shortfall.h"

#include <stdlib.h>

_Static_assert(SHORTFALL_COUNT == AUDIT_SHORTFALLS, "struct audit has room for each");

static const struct {
    const char *name;
    int outcome; /* enum outcome; -1: none */
} shortfalls[SHORTFALL_COUNT] = {
    [SHORTFALL_GATE] = { "gate", -1 },
    [SHORTFALL_LEDGER] = { "ledger", -1 },
    [SHORTFALL_HOLD] = { "hold", -1 },
    [SHORTFALL_STRANDED] = { "stranded", OUTCOME_SOLD_OUT },
    [SHORTFALL_GAVE_UP] = { "gave_up", OUTCOME_GAVE_UP },
    [SHORTFALL_TIMED_OUT] = { "timed_out", OUTCOME_TIMED_OUT },
    [SHORTFALL_SHED] = { "shed", OUTCOME_SHED },
    [SHORTFALL_FAILED] = { "failed", OUTCOME_FAILED },
    [SHORTFALL_UNKNOWN] = { "unknown", OUTCOME_UNKNOWN },
};

const char *shortfall_name(enum shortfall shortfall)
{
    return shortfalls[shortfall].name;
}

/* By event, from 1: how many requests came to this, of those who could have had what is unsold. */
struct refused {
    int64_t outcomes[OUTCOME_COUNT];
};

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What an event has left over, and whom it is to be held against. */
static void judge_event(struct audit *audit, struct stock *event)
{
    int64_t left = event->capacity - event->sold - event->held;

    if (left <= 0 || event->smallest_refused == 0 || event->smallest_refused > left)
        return;
    if (!event->given_back || (event->left_out > 0 && event->left_out <= left))
        event->unsold = left;
    else if (event->doubtful)
        audit->unjudged += left;
    audit->unsold += event->unsold;
}

static void count_refused(struct refused *refused, const struct matter *m)
{
    size_t r;

    for (r = 0; r < m->record_count; r++) {
        const struct record *record = m->records[r];

        if (record->seats <= m->stock[record->event].unsold && matter_refused(record, m->rows[r]))
            refused[record->event].outcomes[record->outcome]++;
    }
}

static enum shortfall most_were_told(const struct refused *refused)
{
    enum shortfall most = SHORTFALL_STRANDED, i;

    for (i = SHORTFALL_STRANDED + 1; i < SHORTFALL_COUNT; i++)
        if (refused->outcomes[shortfalls[i].outcome] > refused->outcomes[shortfalls[most].outcome])
            most = i;
    return most;
}

static void split(struct audit *audit, const struct stock *event, const struct refused *refused)
{
    const int64_t missing[] = {
        [SHORTFALL_GATE] = event->gate_short,
        [SHORTFALL_LEDGER] = event->leaked,
        [SHORTFALL_HOLD] = event->pending - event->held,
    };
    int64_t rest = event->unsold;
    enum shortfall i;

    for (i = SHORTFALL_GATE; i <= SHORTFALL_HOLD; i++) {
        int64_t its = lesser(rest, missing[i]);

        audit->unsold_by[i] += its;
        rest -= its;
    }
    audit->unsold_by[most_were_told(refused)] += rest;
}

int shortfall_judge(struct audit *audit, const struct matter *m)
{
    struct refused *refused = calloc((size_t)m->events + 1, sizeof *refused);
    int64_t e;

    if (refused == NULL)
        return -1;
    for (e = 1; e <= m->events; e++)
        judge_event(audit, &m->stock[e]);
    count_refused(refused, m);
    for (e = 1; e <= m->events; e++)
        split(audit, &m->stock[e], &refused[e]);
    free(refused);
    return 0;
}
