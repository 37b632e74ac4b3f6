#include "harness/audit/peak.h"

#include <stdbool.h>
#include <stdlib.h>

struct step {
    int64_t event, at_ns, seats; /* seats below 0: they begin to be given back */
};

/* What happens at the same moment may have happened in either order: seats are free before they are taken. */
static int by_event_and_time(const void *a, const void *b)
{
    const struct step *x = a, *y = b;

    if (x->event != y->event)
        return (x->event > y->event) - (x->event < y->event);
    if (x->at_ns != y->at_ns)
        return (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);
    return (x->seats > y->seats) - (x->seats < y->seats);
}

static size_t collect(const struct trial *trial, struct step *steps)
{
    size_t i, n = 0;

    for (i = 0; i < trial->record_count; i++) {
        const struct record *r = &trial->records[i];

        if (r->outcome == OUTCOME_BOOKED)
            steps[n++] = (struct step){ r->event, r->return_ns, r->seats };
    }
    for (i = 0; i < trial->cancel_count; i++) {
        const struct record *r = &trial->cancels[i];

        /* One that is unknown may have taken effect. */
        if (r->outcome != ASIDE_FAILED)
            steps[n++] = (struct step){ r->event, r->invoke_ns, -r->seats };
    }
    return n;
}

int peak_seats(const struct trial *trial, int64_t events, int64_t *peaks)
{
    struct step *steps = malloc((trial->record_count + trial->cancel_count + 1) * sizeof *steps);
    size_t i, n;
    int64_t taken = 0, event = 0, peak = 0;
    bool given_back = false;

    for (i = 0; i <= (size_t)events; i++)
        peaks[i] = 0;
    if (steps == NULL)
        return -1;
    n = collect(trial, steps);
    qsort(steps, n, sizeof *steps, by_event_and_time);
    for (i = 0; i < n; i++) {
        if (steps[i].event != event) {
            event = steps[i].event;
            taken = peak = 0;
            given_back = false;
        }
        taken += steps[i].seats;
        given_back |= steps[i].seats < 0;
        if (taken > peak)
            peak = taken;
        if (given_back)
            peaks[event] = peak;
    }
    free(steps);
    return 0;
}
