#include "harness/audit/seats.h"

#include <stdlib.h>

#include "harness/base/ascending.h"

bool seats_are_whole(const struct witnesses *witnesses)
{
    size_t i = 0, c;
    int64_t k;

    for (c = 0; c < witnesses->counter_count; c++)
        for (k = 1; k <= witnesses->counters[c].capacity; k++, i++)
            if (i == witnesses->seat_count || witnesses->seats[i].event != witnesses->counters[c].event ||
                witnesses->seats[i].seat != k)
                return false;
    return i == witnesses->seat_count;
}

int64_t seats_doubled(const struct witnesses *witnesses)
{
    int64_t doubled = 0;
    size_t i, end, owners;

    for (i = 0; i < witnesses->seat_count; i = end) {
        for (owners = 0, end = i;
             end < witnesses->seat_count && witnesses->seats[end].event == witnesses->seats[i].event &&
             witnesses->seats[end].seat == witnesses->seats[i].seat;
             end++)
            owners += witnesses->seats[end].request != 0;
        doubled += owners > 1;
    }
    return doubled;
}

/* By request, then event. */
static int by_owner(const void *a, const void *b)
{
    const struct seat *left = a, *right = b;

    if (left->request != right->request)
        return ascending(left->request, right->request);
    return ascending(left->event, right->event);
}

int seats_drift(const struct witnesses *witnesses, int64_t *leaked, int64_t *uncounted)
{
    /* .seat: how many more seats the request has than its bookings say */
    struct seat *held =
        malloc((witnesses->seat_count + witnesses->booking_count + witnesses->hold_count + 1) * sizeof *held);
    size_t i, end, n = 0;
    int64_t more;

    if (held == NULL)
        return -1;
    for (i = 0; i < witnesses->seat_count; i++)
        if (witnesses->seats[i].request != 0)
            held[n++] = (struct seat){ witnesses->seats[i].event, 1, witnesses->seats[i].request };
    for (i = 0; i < witnesses->booking_count; i++)
        held[n++] = (struct seat){ witnesses->bookings[i].event, -witnesses->bookings[i].seats,
                                   witnesses->bookings[i].request };
    for (i = 0; i < witnesses->hold_count; i++)
        held[n++] = (struct seat){ witnesses->holds[i].event, -witnesses->holds[i].seats, witnesses->holds[i].request };
    qsort(held, n, sizeof *held, by_owner);
    for (i = 0; i < n; i = end) {
        for (more = 0, end = i; end < n && by_owner(&held[i], &held[end]) == 0; end++)
            more += held[end].seat;
        *leaked += more > 0 ? more : 0;
        *uncounted += more < 0 ? -more : 0;
    }
    free(held);
    return 0;
}
