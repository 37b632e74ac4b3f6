#include "harness/audit/fairness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/ascending.h"

struct asker {
    int64_t request, event, seats, came_ns, told_ns;
    bool won, lost, gave_up, may_have_won;
};

/* What is counted in one go, in memory of its own. */
struct count {
    struct asker *askers;
    size_t n;
    int64_t *came;   /* of one event's winners, sorted                                  */
    int64_t *tree;   /* over them: how many of those up to a place are counted already */
    int64_t *values; /* scratch: users, events                                         */
    int64_t *events; /* of which something was given back, sorted                      */
    size_t event_count;
};

static bool is_loser(const struct record *r)
{
    if (r->asked_again != 0)
        return false; /* the last answer counts */
    switch ((enum outcome)r->outcome) {
    case OUTCOME_SOLD_OUT:
    case OUTCOME_GAVE_UP:
    case OUTCOME_SHED:
    case OUTCOME_FAILED:
        return true;
    case OUTCOME_TIMED_OUT:
        return r->reason != REASON_PATIENCE;
    default:
        return false;
    }
}

static int by_event_and_arrival(const void *a, const void *b)
{
    const struct asker *x = a, *y = b;

    if (x->event != y->event)
        return ascending(x->event, y->event);
    if (x->came_ns != y->came_ns)
        return ascending(x->came_ns, y->came_ns);
    return ascending(x->request, y->request);
}

/* Whoever took so many seats is counted before those who wanted them. */
static int by_size(const void *a, const void *b)
{
    const struct asker *x = a, *y = b;

    if (x->seats != y->seats)
        return (x->seats < y->seats) - (x->seats > y->seats);
    return y->won - x->won;
}

/* ---- a tree of counts (Fenwick): node i, from 1, holds those of places i - (i & -i) + 1 .. i --------------------- */

static void tree_add(int64_t *tree, size_t n, size_t place)
{
    for (; place <= n; place += place & -place)
        tree[place]++;
}

static int64_t tree_upto(const int64_t *tree, size_t place)
{
    int64_t sum = 0;

    for (; place > 0; place -= place & -place)
        sum += tree[place];
    return sum;
}

/* How many of n sorted values are below `value`, or not above it. */
static size_t below(const int64_t *values, size_t n, int64_t value, bool or_equal)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;

        if (values[middle] < value || (or_equal && values[middle] == value))
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

/* ---- one event ------------------------------------------------------------------------------------------------- */

static void note_places(struct fairness *fair, const struct asker *askers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (askers[i].won)
            fair->winners_at[i * FAIRNESS_PLACES / n]++;
}

static void note_starved(struct fairness *fair, const struct count *count, const struct asker *askers, size_t n,
                         int64_t seats)
{
    int64_t left = seats;

    if (bsearch(&askers[0].event, count->events, count->event_count, sizeof *count->events, ascending_int64) != NULL)
        return;
    for (size_t i = 0; i < n; i++)
        left -= askers[i].may_have_won ? askers[i].seats : 0;
    for (size_t i = 0; i < n; i++)
        fair->starved += askers[i].gave_up && askers[i].seats <= left;
}

static void compare_loser(struct fairness *fair, const struct count *count, size_t winners, int64_t counted,
                          const struct asker *loser, int64_t *ties)
{
    int64_t upto = tree_upto(count->tree, below(count->came, winners, loser->came_ns, true));
    int64_t before = tree_upto(count->tree, below(count->came, winners, loser->came_ns, false));
    int64_t answered = tree_upto(count->tree, below(count->came, winners, loser->told_ns, true));
    int64_t overtaken = counted - upto;

    fair->losers++;
    fair->pairs += counted;
    fair->overtakes += overtaken;
    fair->inversions += counted - answered;
    if (overtaken > fair->overtaken_most)
        fair->overtaken_most = overtaken;
    *ties += upto - before;
}

/* In order of size: each loser meets the winners that are counted by then. */
static void compare(struct fairness *fair, struct count *count, struct asker *askers, size_t n, int64_t *ties)
{
    size_t winners = 0;
    int64_t counted = 0;

    for (size_t i = 0; i < n; i++)
        if (askers[i].won)
            count->came[winners++] = askers[i].came_ns;
    memset(count->tree, 0, (winners + 1) * sizeof *count->tree);
    qsort(askers, n, sizeof *askers, by_size);
    for (size_t i = 0; i < n; i++) {
        if (askers[i].won) {
            tree_add(count->tree, winners, below(count->came, winners, askers[i].came_ns, false) + 1);
            counted++;
        } else if (askers[i].lost) {
            compare_loser(fair, count, winners, counted, &askers[i], ties);
        }
    }
    fair->winners += counted;
}

/* ---- the trial -------------------------------------------------------------------------------------------------- */

static double jain(struct count *count, const struct trial *trial)
{
    double sum = 0, squares = 0, users = 0;
    size_t booked = 0, run;

    for (size_t i = 0; i < trial->record_count; i++)
        count->values[i] = trial->records[i].user;
    qsort(count->values, trial->record_count, sizeof *count->values, ascending_int64);
    for (size_t i = 0; i < trial->record_count; i++)
        users += i == 0 || count->values[i] != count->values[i - 1];
    for (size_t i = 0; i < trial->record_count; i++)
        if (trial->records[i].outcome == OUTCOME_BOOKED)
            count->values[booked++] = trial->records[i].user;
    qsort(count->values, booked, sizeof *count->values, ascending_int64);
    for (size_t i = 0; i < booked; i += run) {
        for (run = 1; i + run < booked && count->values[i + run] == count->values[i]; run++)
            continue;
        sum += (double)run;
        squares += (double)run * (double)run;
    }
    return booked > 0 ? sum * sum / (users * squares) : NAN;
}

static int gather(struct count *count, const struct trial *trial)
{
    const size_t n = trial->record_count;

    count->askers = malloc((n + 1) * sizeof *count->askers);
    count->came = malloc((n + 1) * sizeof *count->came);
    count->tree = malloc((n + 1) * sizeof *count->tree);
    count->values = malloc((n + 1) * sizeof *count->values);
    count->events = malloc((trial->cancel_count + 1) * sizeof *count->events);
    if (count->askers == NULL || count->came == NULL || count->tree == NULL || count->values == NULL ||
        count->events == NULL)
        return -1;
    for (size_t i = 0; i < n; i++) {
        const struct record *r = &trial->records[i];

        count->askers[i] = (struct asker){ .request = r->request,
                                           .event = r->event,
                                           .seats = r->seats,
                                           .came_ns = r->invoke_ns,
                                           .told_ns = r->return_ns,
                                           .won = r->outcome == OUTCOME_BOOKED,
                                           .lost = is_loser(r),
                                           .gave_up = r->outcome == OUTCOME_GAVE_UP && r->asked_again == 0,
                                           .may_have_won = r->outcome == OUTCOME_BOOKED ||
                                                           (r->outcome == OUTCOME_UNKNOWN && r->asked_again == 0) };
    }
    count->n = n;
    for (size_t i = 0; i < trial->cancel_count; i++)
        if (trial->cancels[i].outcome != ASIDE_FAILED)
            count->events[count->event_count++] = trial->cancels[i].event;
    qsort(count->askers, n, sizeof *count->askers, by_event_and_arrival);
    qsort(count->events, count->event_count, sizeof *count->events, ascending_int64);
    return 0;
}

static void note_waits(struct fairness *fair, const struct trial *trial)
{
    for (size_t i = 0; i < trial->record_count; i++) {
        const struct record *r = &trial->records[i];

        if (record_system_ns(r) > fair->longest_wait_ns)
            fair->longest_wait_ns = record_system_ns(r);
        if (r->attempts > fair->most_attempts)
            fair->most_attempts = r->attempts;
    }
}

void fairness_measure(struct fairness *fair, const struct trial *trial, int64_t seats)
{
    struct count count = { .n = 0 };
    int64_t ties = 0;
    size_t n;

    memset(fair, 0, sizeof *fair);
    fair->order_index = fair->jain_index = NAN;
    if (trial->records != NULL && gather(&count, trial) == 0) {
        for (size_t i = 0; i < count.n; i += n) {
            for (n = 1; i + n < count.n && count.askers[i + n].event == count.askers[i].event; n++)
                continue;
            note_places(fair, &count.askers[i], n);
            note_starved(fair, &count, &count.askers[i], n, seats);
            compare(fair, &count, &count.askers[i], n, &ties);
        }
        note_waits(fair, trial);
        if (fair->pairs > 0)
            fair->order_index = ((double)fair->overtakes + (double)ties / 2) / (double)fair->pairs;
        fair->jain_index = jain(&count, trial);
        fair->known = true;
    }
    free(count.askers);
    free(count.came);
    free(count.tree);
    free(count.values);
    free(count.events);
}
