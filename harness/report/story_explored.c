#include "harness/report/story_explored.h"

#include <inttypes.h>
#include <math.h>

#include "harness/report/number.h"
#include "harness/report/story_bounds.h"

static void write_replayed(FILE *out, const struct exploration *e)
{
    fputs("one schedule, played again: ", out);
    story_bounds_count(out, (int64_t)e->trace.n, "call");
    fputs(".", out);
}

static void write_sample(FILE *out, const struct exploration *e)
{
    /* A bug may show with one number of seats alone: only the schedules of that house can find it. */
    double in_house = (double)e->tried / e->request.houses;
    char odds[NUMBER_SIZE], percent[NUMBER_SIZE];

    fprintf(out, "%" PRId64 " random schedules", e->tried);
    story_bounds_write(out, e);
    fprintf(out, ", the longest of %" PRId64 " calls. It is a sample", e->longest);
    if (e->chance > 0)
        fprintf(out,
                ": a given bug of the depth that was looked for shows in one of them with a probability of at least "
                "1/%s, and is missed by all with at most %s %%",
                number_count(odds, 1 / e->chance), number_real(percent, 100 * pow(1 - e->chance, in_house)));
    putc('.', out);
}

static void write_search(FILE *out, const struct exploration *e)
{
    fprintf(out, "%s", e->exhausted ? "every schedule" : "not every schedule");
    story_bounds_write(out, e);
    if (story_bounds_varies(e)) {
        fputs(" with ", out);
        story_bounds_seats(out, e);
    }
    fprintf(out,
            ": %" PRId64 " tried, %" PRId64 " pruned (equal to one that was tried, but for the order of calls that do "
            "not touch each other), ",
            e->tried, e->pruned);
    if (e->cut > 0)
        fprintf(out, "%" PRId64 " branch%s cut (one preemption more)", e->cut, e->cut == 1 ? "" : "es");
    else
        fputs("no branch cut: none has more preemptions", out);
    fprintf(out, "; the longest has %" PRId64 " calls.", e->longest);
    if (!e->exhausted)
        fputs(e->endless > 0 ? " The search ended at the first schedule that goes in circles."
                             : " The search ended at the most schedules it was allowed.",
              out);
}

void story_explored_write(FILE *out, const struct exploration *e)
{
    if (e->request.replay != NULL)
        write_replayed(out, e);
    else if (e->is_random)
        write_sample(out, e);
    else
        write_search(out, e);
    if (e->faults == 0)
        return;
    fputs(" Faults: ", out);
    story_bounds_count(out, e->faults, "schedule");
    fputs(" with one call made to fail, before or after it took effect or with an error; ", out);
    if (e->faults_broken > 0)
        fprintf(out, "%" PRId64 " of them left something behind.", e->faults_broken);
    else
        fputs("none left anything behind.", out);
}

void story_explored_not(FILE *out, const struct exploration *e)
{
    const struct scenario *scenario = &e->cell->scenario;

    if (e->request.replay != NULL) {
        fputs("every other schedule.", out);
        return;
    }
    if (e->is_random)
        fputs("schedules that were not drawn; ", out);
    else if (e->cut > 0)
        fprintf(out, "more than %d preemptions; ", e->request.preemptions);
    fputs("more than ", out);
    story_bounds_count(out, scenario->users, "user");
    fputs(", ", out);
    story_bounds_count(out, scenario->events, "event");
    fputs(", ", out);
    story_bounds_count(out, story_bounds_most_seats(e), "seat");
    if (e->cell->variant.retry.attempts < INT64_MAX) {
        fputs(", ", out);
        story_bounds_attempts(out, e);
    }
    fputs(" or ", out);
    story_bounds_count(out, scenario->instances, "application server");
    if ((e->cell->variant.registered->strategy->traits & TRAIT_HOLDS) != 0)
        fputs("; holds that run out at two times", out);
    fprintf(out, "; %s; crashes of the database; time: timeouts, and how often load would make such a schedule happen.",
            e->faults > 0 ? "more than one failing call, or one in a schedule with preemptions" : "calls that fail");
}
