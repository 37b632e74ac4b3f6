#include "harness/audit/gates.h"

#include <stdlib.h>

#include "harness/measure/aside.h"

/* Seats that went through the gates of every app and event, as bookings rows say. */
struct passage {
    int64_t *through, *unknown; /* unknown: of these, not told whether they are booked, or given back */
    int64_t apps, events;
};

static size_t at(const struct passage *p, int64_t app, int64_t event)
{
    return (size_t)(app * (p->events + 1) + event);
}

static bool is_unknown(const struct record *record, const struct record *cancel)
{
    return record->outcome == OUTCOME_UNKNOWN || (cancel != NULL && cancel->outcome == ASIDE_UNKNOWN);
}

static void count_passage(const struct passage *p, const struct matter *m)
{
    size_t r;

    for (r = 0; r < m->record_count; r++) {
        const struct record *record = m->records[r];

        if (m->rows[r] == 0 || record->app >= p->apps)
            continue;
        p->through[at(p, record->app, record->event)] += record->seats;
        if (is_unknown(record, m->given_back[r]))
            p->unknown[at(p, record->app, record->event)] += record->seats;
    }
}

static bool is_whole(const struct passage *p, const struct gate_witness *gate)
{
    return gate->app >= 0 && gate->app < p->apps && gate->event >= 1 && gate->event <= p->events;
}

/* Whoever is not told whether a booking stands has to give its seats back to the gate, or might strand them: a surplus
 * of that many is no drift. */
static void judge(struct audit *audit, const struct passage *p, const struct matter *m, const struct gate_witness *gate)
{
    size_t place = at(p, gate->app, gate->event);
    int64_t drift = gate->initial - gate->left - p->through[place];

    if (drift > 0)
        m->stock[gate->event].gate_short += drift;
    else if (drift < 0)
        drift = drift + p->unknown[place] < 0 ? -(drift + p->unknown[place]) : 0;
    audit->gate_drift += drift;
}

int gates_judge(struct audit *audit, const struct trial *trial, const struct matter *m, int64_t apps)
{
    struct passage p = { .events = m->events, .apps = apps };
    size_t g;

    if (trial->gate_count == 0)
        return 0;
    if ((p.through = calloc(2 * (size_t)(apps * (m->events + 1)), sizeof *p.through)) == NULL)
        return -1;
    p.unknown = p.through + apps * (m->events + 1);
    count_passage(&p, m);
    for (g = 0; g < trial->gate_count; g++) {
        if (is_whole(&p, &trial->gates[g]))
            judge(audit, &p, m, &trial->gates[g]);
        else
            audit->malformed++;
    }
    free(p.through);
    return 0;
}
