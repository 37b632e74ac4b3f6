#include "harness/measure/totals.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

#define HISTS (3 * TOTALS_SERIES + 7) /* those of asides apart */
#define ALL   (HISTS + 2)

static void list_hists(struct totals *t, struct hist *list[HISTS])
{
    struct hist *parts[] = { &t->pool_wait, &t->lock_wait, &t->conn, &t->lock, &t->backoff, &t->checkout, &t->wake };
    int n = 0;

    for (int i = 0; i < TOTALS_SERIES; i++) {
        list[n++] = &t->response[i];
        list[n++] = &t->system[i];
        list[n++] = &t->service[i];
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        list[n++] = parts[i];
    assert(n == HISTS);
}

static size_t counts_size(void)
{
    return ALL * (size_t)hist_length() * sizeof(int64_t);
}

int totals_init(struct totals *t)
{
    struct hist *list[HISTS];

    memset(t, 0, sizeof *t);
    t->counts = mmap(NULL, counts_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (t->counts == MAP_FAILED) {
        t->counts = NULL;
        return -1;
    }
    /* A huge page would be all the memory of several. An error: there are none. */
    (void)madvise(t->counts, counts_size(), MADV_NOHUGEPAGE);
    list_hists(t, list);
    for (int i = 0; i < HISTS; i++)
        hist_borrow(list[i], t->counts + i * hist_length());
    hist_borrow(&t->cancels.response, t->counts + HISTS * hist_length());
    hist_borrow(&t->browses.response, t->counts + (HISTS + 1) * hist_length());
    return 0;
}

void totals_destroy(struct totals *t)
{
    if (t == NULL)
        return;
    if (t->counts != NULL)
        munmap(t->counts, counts_size());
    memset(t, 0, sizeof *t);
}

static void record_series(struct hist series[TOTALS_SERIES], int outcome, int64_t ns)
{
    hist_record(&series[TOTALS_ALL], ns);
    hist_record(&series[TOTALS_OUTCOME + outcome], ns);
}

/* Parts a request never had are left out of their histogram: what a person asks is how long those waited that did. */
static void record_parts(struct totals *t, const struct record *r)
{
    if (r->borrows > 0 || r->pool_wait_ns > 0)
        hist_record(&t->pool_wait, r->pool_wait_ns);
    if (r->lock_wait_ns > 0)
        hist_record(&t->lock_wait, r->lock_wait_ns);
    if (r->borrows > 0)
        hist_record(&t->conn, r->conn_ns);
    if (r->lock_ns > 0)
        hist_record(&t->lock, r->lock_ns);
    if (r->backoff_ns > 0)
        hist_record(&t->backoff, r->backoff_ns);
    if (r->checkout_ns > 0)
        hist_record(&t->checkout, r->checkout_ns);
    hist_record(&t->wake, r->invoke_ns - r->due_ns);
}

void totals_record(struct totals *t, const struct record *r)
{
    if (r->op == OP_CANCEL) {
        aside_record(&t->cancels, r);
        return;
    }
    assert(r->op == OP_RESERVE && r->outcome < OUTCOME_COUNT && r->reason < REASON_COUNT);
    t->requests++;
    t->repeats += r->ref != 0;
    t->untried += r->attempts == 0;
    t->uncommitted += r->uncommitted;
    t->attempts += r->attempts;
    t->outcomes[r->outcome]++;
    for (int i = 0; i < REASON_COUNT; i++)
        t->retries[i] += r->retries[i];
    if (r->outcome != OUTCOME_BOOKED && r->outcome != OUTCOME_SOLD_OUT)
        t->reasons[r->reason]++;
    if (r->borrows > 0)
        t->borrowers++;
    t->statements += r->statements;
    record_series(t->response, r->outcome, record_response_ns(r));
    record_series(t->system, r->outcome, record_system_ns(r));
    record_series(t->service, r->outcome, record_service_ns(r));
    record_parts(t, r);
}

void totals_add(struct totals *sum, const struct totals *more)
{
    struct hist *to[HISTS], *from[HISTS];

    sum->requests += more->requests;
    sum->repeats += more->repeats;
    sum->untried += more->untried;
    sum->uncommitted += more->uncommitted;
    sum->attempts += more->attempts;
    sum->borrowers += more->borrowers;
    sum->statements += more->statements;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        sum->outcomes[i] += more->outcomes[i];
    for (int i = 0; i < REASON_COUNT; i++) {
        sum->retries[i] += more->retries[i];
        sum->reasons[i] += more->reasons[i];
    }
    list_hists(sum, to);
    list_hists((struct totals *)more, from); /* only read */
    for (int i = 0; i < HISTS; i++)
        hist_add(to[i], from[i]);
    aside_add(&sum->cancels, &more->cancels);
    aside_add(&sum->browses, &more->browses);
}

static bool samples_match(const struct totals *t, const struct hist series[TOTALS_SERIES])
{
    if (series[TOTALS_ALL].total + series[TOTALS_ALL].over != t->requests)
        return false;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        const struct hist *h = &series[TOTALS_OUTCOME + i];

        if (h->total + h->over != t->outcomes[i])
            return false;
    }
    return true;
}

const char *totals_check(const struct totals *t)
{
    int64_t outcomes = 0, retries = 0, errors = 0, reasons = 0;
    const char *broken;

    for (int i = 0; i < OUTCOME_COUNT; i++) {
        outcomes += t->outcomes[i];
        if (i != OUTCOME_BOOKED && i != OUTCOME_SOLD_OUT)
            errors += t->outcomes[i];
    }
    for (int i = 0; i < REASON_COUNT; i++) {
        retries += t->retries[i];
        reasons += t->reasons[i];
    }
    if (t->requests != outcomes)
        return "requests are not the sum of the outcomes";
    if (t->attempts != t->requests - t->untried + retries)
        return "attempts are not requests plus retries";
    if (reasons != errors)
        return "reasons are not as many as requests answered neither booked nor sold_out";
    if (t->borrowers > t->requests)
        return "more requests borrowed a connection than there were";
    if (!samples_match(t, t->response))
        return "response samples are not as many as outcomes";
    if (!samples_match(t, t->system))
        return "system samples are not as many as outcomes";
    if (!samples_match(t, t->service))
        return "service samples are not as many as outcomes";
    if ((broken = aside_check(&t->cancels)) != NULL || (broken = aside_check(&t->browses)) != NULL)
        return broken;
    if (t->cancels.n > t->outcomes[OUTCOME_BOOKED])
        return "more bookings were given back than were made";
    return NULL;
}
