#include "harness/audit/passed.h"

#include <stdlib.h>

#include "harness/base/ascending.h"

struct claim {
    int64_t event, seats, came_ns, told_ns;
    int64_t row; /* the first of its rows; INT64_MAX: it has none */
    bool won, refused;
};

static int by_request(const void *a, const void *b)
{
    const struct booking *x = a, *y = b;

    return x->request != y->request ? ascending(x->request, y->request) : ascending(x->id, y->id);
}

/* Whoever took so many seats comes before those who wanted them. */
static int by_event_and_size(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;

    if (x->event != y->event)
        return ascending(x->event, y->event);
    return x->seats != y->seats ? ascending(y->seats, x->seats) : y->won - x->won;
}

static int by_event_and_answer(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;

    return x->event != y->event ? ascending(x->event, y->event) : ascending(x->told_ns, y->told_ns);
}

static int by_event_and_arrival(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;

    return x->event != y->event ? ascending(x->event, y->event) : ascending(x->came_ns, y->came_ns);
}

static int64_t first_row(const struct booking *rows, size_t n, int64_t request)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;

        if (rows[middle].request < request)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo < n && rows[lo].request == request ? rows[lo].id : INT64_MAX;
}

/* Refusals that somebody who came later was not told. */
static int64_t refused_first(struct claim *claims, size_t n)
{
    int64_t count = 0, latest_ns = INT64_MIN;

    qsort(claims, n, sizeof *claims, by_event_and_size);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || claims[i].event != claims[i - 1].event)
            latest_ns = INT64_MIN;
        if (claims[i].won && claims[i].came_ns > latest_ns)
            latest_ns = claims[i].came_ns;
        count += claims[i].refused && latest_ns > claims[i].told_ns;
    }
    return count;
}

/* Told booked, by a row behind that of somebody who came afterwards: the smallest row of those who came last, first. */
static int64_t booked_behind(struct claim *told, struct claim *came, size_t n)
{
    int64_t count = 0, event = 0, least = INT64_MAX;
    size_t c = n;

    qsort(told, n, sizeof *told, by_event_and_answer);
    qsort(came, n, sizeof *came, by_event_and_arrival);
    for (size_t t = n; t-- > 0;) {
        if (t == n - 1 || told[t].event != event) {
            event = told[t].event;
            least = INT64_MAX;
            while (came[c - 1].event > event) /* this claim stands there too */
                c--;
        }
        for (; c > 0 && came[c - 1].event == event && came[c - 1].came_ns > told[t].told_ns; c--)
            least = came[c - 1].row < least ? came[c - 1].row : least;
        count += told[t].row != INT64_MAX && told[t].row > least;
    }
    return count;
}

/* Those who were booked or refused for good, events with something given back left out. */
static size_t gather(struct claim *claims, const struct trial *trial, const struct booking *rows, size_t row_count,
                     const int64_t *events, size_t event_count)
{
    size_t n = 0;

    for (size_t i = 0; i < trial->record_count; i++) {
        const struct record *r = &trial->records[i];
        int64_t row = first_row(rows, row_count, r->request);
        bool won = r->outcome == OUTCOME_BOOKED || (r->outcome == OUTCOME_UNKNOWN && row != INT64_MAX);

        if ((!won && r->outcome != OUTCOME_SOLD_OUT) ||
            bsearch(&r->event, events, event_count, sizeof *events, ascending_int64) != NULL)
            continue;
        claims[n++] = (struct claim){ .event = r->event,
                                      .seats = r->seats,
                                      .came_ns = r->invoke_ns,
                                      /* An unknown one has no answer to come after. */
                                      .told_ns = r->outcome == OUTCOME_UNKNOWN ? INT64_MAX : r->return_ns,
                                      .row = won ? row : INT64_MAX,
                                      .won = won,
                                      .refused = !won };
    }
    return n;
}

int64_t passed_over(const struct trial *trial, const struct witnesses *witnesses)
{
    const size_t most = trial->record_count + 1, row_count = witnesses->booking_count;
    struct claim *claims = malloc(2 * most * sizeof *claims);
    struct booking *rows = malloc((row_count + 1) * sizeof *rows);
    int64_t *events = malloc((trial->cancel_count + 1) * sizeof *events), count = -1;
    size_t n, event_count = 0;

    if (claims != NULL && rows != NULL && events != NULL) {
        for (size_t i = 0; i < row_count; i++)
            rows[i] = witnesses->bookings[i];
        for (size_t i = 0; i < trial->cancel_count; i++)
            if (trial->cancels[i].outcome != ASIDE_FAILED)
                events[event_count++] = trial->cancels[i].event;
        qsort(rows, row_count, sizeof *rows, by_request);
        qsort(events, event_count, sizeof *events, ascending_int64);
        n = gather(claims, trial, rows, row_count, events, event_count);
        count = refused_first(claims, n);
        for (size_t i = 0; i < n; i++)
            claims[most + i] = claims[i];
        count += booked_behind(claims, claims + most, n);
    }
    free(claims);
    free(rows);
    free(events);
    return count;
}
