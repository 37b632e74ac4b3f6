#include "harness/scenario/plan.h"

#include "harness/base/rng.h"

/* Streams of one seed that must not meet: user 0 does not exist. */
#define SHUFFLE_USER 0

/* What is drawn beside a request's first stream: its numbers stay what they were before there was a choice of events.
 */
enum { OF_PICK = 1, OF_SECOND, OF_LOOK };

static void stream(struct rng *rng, const struct plan *plan, int64_t user, int64_t turn, uint64_t purpose)
{
    rng_init(rng, rng_mix(rng_mix(plan->seed, (uint64_t)user, (uint64_t)turn), purpose, 0));
}

void plan_init(struct plan *plan, const struct scenario *s, int64_t block)
{
    *plan = (struct plan){
        .seed = rng_mix((uint64_t)s->seed, (uint64_t)block, 0),
        .users = s->users,
        .events = s->events,
        .checkout = s->checkout,
        .patience = s->patience,
        .cancel_after = s->cancel_after,
        .sizes = s->sizes,
        .abandon = s->abandon,
        .repeat = s->repeat,
        .cancel = s->cancel,
    };
    pick_ready(&plan->picker, &s->pick, s->events);
    plan->alike = sizes_largest(&s->sizes) == 1 && s->patience.kind == LAW_NONE && s->repeat <= 0 && s->cancel <= 0;
}

/* What is drawn for newer keys comes last, and in closed load nobody waits for draws that nothing depends on. */
static void draw_users(const struct plan *plan, struct rng *rng, struct planned *out)
{
    double unit;

    if (plan->alike)
        return;
    out->request.seats = sizes_draw(&plan->sizes, rng_unit(rng));
    unit = rng_unit(rng);
    if (plan->patience.kind != LAW_NONE)
        out->patience_ns = law_draw(&plan->patience, 1, unit);
    out->repeats = rng_unit(rng) < plan->repeat;
    out->cancels = rng_unit(rng) < plan->cancel;
    out->cancel_after_ns = law_draw(&plan->cancel_after, 1, rng_unit(rng));
}

void plan_request(const struct plan *plan, int64_t user, int64_t turn, struct planned *out)
{
    struct rng rng;

    rng_init(&rng, rng_mix(plan->seed, (uint64_t)user, (uint64_t)turn));
    *out = (struct planned){
        .request = { .id = turn * plan->users + user, .user = user, .seats = 1 },
        .patience_ns = PLAN_PATIENT,
    };
    /* Always the same draws in the same order: a key that is changed leaves the other draws alone. */
    out->request.event = 1 + (int64_t)rng_below(&rng, (uint64_t)plan->events);
    out->checkout_ns = law_draw(&plan->checkout, 1, rng_unit(&rng));
    out->abandons = rng_unit(&rng) < plan->abandon;
    out->seed = rng_next(&rng);
    draw_users(plan, &rng, out);
    if (plan->picker.law.kind != PICK_UNIFORM) {
        stream(&rng, plan, user, turn, OF_PICK);
        out->request.event = pick_event(&plan->picker, &rng);
    }
}

void plan_second(struct planned *planned)
{
    planned->request.id += PLAN_SECOND;
    planned->seed = rng_mix(planned->seed, OF_SECOND, 0);
    planned->repeats = false;
}

void plan_look(const struct plan *plan, int64_t browser, int64_t turn, struct planned *out)
{
    int64_t user = plan->users + 1 + browser;
    struct rng rng;

    stream(&rng, plan, user, turn, OF_LOOK);
    *out = (struct planned){ .request = { .user = user }, .patience_ns = PLAN_PATIENT };
    out->seed = rng_next(&rng);
    out->request.event = pick_event(&plan->picker, &rng);
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
