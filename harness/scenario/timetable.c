#include "harness/scenario/timetable.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/clock.h"
#include "harness/base/rng.h"
#include "harness/scenario/rate.h"

/* The stream of arrivals: user 0 does not exist, and its turn 0 is the shuffle of the block (plan.c). */
enum { NOBODY = 0, NOBODYS_TURN = 1 };

double timetable_expected(const struct scenario *s)
{
    return (double)s->rate / (double)RATE_SECONDS * ((double)s->duration_ns / (double)NS_PER_S);
}

/* 0 / -1 */
static int put(struct timetable *timetable, size_t *room, double due_ns)
{
    if (timetable->n == *room) {
        size_t more = 2 * *room;
        int64_t *grown = realloc(timetable->due_ns, more * sizeof *grown);

        if (grown == NULL)
            return -1;
        timetable->due_ns = grown;
        *room = more;
    }
    timetable->due_ns[timetable->n++] = (int64_t)due_ns;
    return 0;
}

int timetable_draw(struct timetable *timetable, const struct scenario *s, int64_t block)
{
    double gap_ns = (double)RATE_SECONDS * (double)NS_PER_S / (double)s->rate, expected = timetable_expected(s);
    double due_ns = 0, end_ns = (double)s->duration_ns;
    size_t room = (size_t)(expected + 8 * sqrt(expected)) + 16;
    struct rng rng;

    rng_init(&rng, rng_mix(rng_mix((uint64_t)s->seed, (uint64_t)block, 0), NOBODY, NOBODYS_TURN));
    *timetable = (struct timetable){ .due_ns = malloc(room * sizeof(int64_t)) };
    if (timetable->due_ns == NULL)
        return -1;
    for (;;) {
        if (s->arrivals == ARRIVALS_CONSTANT)
            due_ns = (double)timetable->n * gap_ns;
        else
            due_ns -= gap_ns * log1p(-rng_unit(&rng));
        if (due_ns >= end_ns)
            return 0;
        if (put(timetable, &room, due_ns) != 0) {
            timetable_free(timetable);
            return -1;
        }
    }
}

void timetable_free(struct timetable *timetable)
{
    if (timetable == NULL)
        return;
    free(timetable->due_ns);
    *timetable = (struct timetable){ 0 };
}
