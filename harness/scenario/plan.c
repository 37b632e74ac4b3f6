#include "harness/scenario/plan.h"

#include "harness/base/rng.h"

/* Streams of one seed that must not meet: user 0 does not exist. */
#define SHUFFLE_USER 0

void plan_init(struct plan *plan, const struct scenario *s, int64_t block)
{
    *plan = (struct plan){
        .seed = rng_mix((uint64_t)s->seed, (uint64_t)block, 0),
        .users = s->users,
        .events = s->events,
        .checkout = s->checkout,
        .abandon = s->abandon,
    };
}

void plan_request(const struct plan *plan, int64_t user, int64_t turn, struct planned *out)
{
    struct rng rng;

    rng_init(&rng, rng_mix(plan->seed, (uint64_t)user, (uint64_t)turn));
    *out = (struct planned){
        .request = { .id = turn * plan->users + user, .user = user, .seats = 1 },
    };
    /* Always the same draws in the same order: a key that is changed leaves the other draws alone. */
    out->request.event = 1 + (int64_t)rng_below(&rng, (uint64_t)plan->events);
    out->checkout_ns = law_draw(&plan->checkout, 1, rng_unit(&rng));
    out->abandons = rng_unit(&rng) < plan->abandon;
    out->seed = rng_next(&rng);
}

void plan_shuffle(size_t *order, size_t n, uint64_t seed, int64_t block)
{
    struct rng rng;

    rng_init(&rng, rng_mix(rng_mix(seed, (uint64_t)block, 0), SHUFFLE_USER, 0));
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    for (size_t i = n; i > 1; i--) {
        size_t k = rng_below(&rng, i);
        size_t last = order[i - 1];

        order[i - 1] = order[k];
        order[k] = last;
    }
}
