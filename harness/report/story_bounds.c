#include "harness/report/story_bounds.h"

#include <inttypes.h>

void story_bounds_count(FILE *out, int64_t n, const char *noun)
{
    fprintf(out, "%" PRId64 " %s%s", n, noun, n == 1 ? "" : "s");
}

void story_bounds_attempts(FILE *out, const struct exploration *e)
{
    int64_t attempts = e->cell->variant.retry.attempts;

    if (attempts == INT64_MAX)
        fputs("unlimited attempts", out);
    else
        story_bounds_count(out, attempts, "attempt");
}

bool story_bounds_varies(const struct exploration *e)
{
    return e->request.replay == NULL && e->request.houses > 1;
}

int64_t story_bounds_most_seats(const struct exploration *e)
{
    return e->cell->scenario.seats + (story_bounds_varies(e) ? e->request.houses - 1 : 0);
}

void story_bounds_seats(FILE *out, const struct exploration *e)
{
    if (story_bounds_varies(e))
        fprintf(out, "%" PRId64 " %s ", e->cell->scenario.seats, e->request.houses == 2 ? "or" : "to");
    story_bounds_count(out, story_bounds_most_seats(e), "seat");
}

void story_bounds_write(FILE *out, const struct exploration *e)
{
    fputs(" of ", out);
    story_bounds_count(out, e->cell->scenario.users, "user");
    if (e->is_random) {
        fprintf(out, " (PCT, seed %" PRIu64 ")", e->request.seed);
        return;
    }
    fputs(" (at most ", out);
    story_bounds_count(out, e->request.preemptions, "preemption");
    fputs(", ", out);
    story_bounds_attempts(out, e);
    putc(')', out);
}
