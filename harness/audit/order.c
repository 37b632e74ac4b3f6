#include "harness/audit/order.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/ascending.h"

/* The ends of a window's operations that are not done yet, in time: a ring, with a head of its own. */
struct link {
    size_t next, prev;
};

/* What is tried at one state: choices[first .. last), the next one first. */
struct frame {
    size_t trail, first, last;
    int64_t taken;
};

struct sum {
    uint64_t a, b;
};

struct search {
    const struct operation *const *ops;
    size_t n;
    int64_t capacity, taken;
    struct link *links; /* 2 i + 1: invoke of i; 2 i + 2: its return; 0: the head */
    size_t *trail;      /* operations done, in order                             */
    size_t done;
    struct sum sum;       /* of those                                              */
    struct frame *frames; /* open choices                                          */
    size_t depth;
    size_t *choices;
    size_t choice_count, choice_room;
    struct sum *seen; /* open addressing; a is odd, or 0: free */
    size_t seen_count, seen_room;
    int64_t *steps; /* left to all windows */
};

/* splitmix64: any two operations differ in about half of all bits. */
static uint64_t mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static void add_to_sum(struct search *s, size_t i)
{
    s->sum.a ^= mix(2 * (uint64_t)i);
    s->sum.b ^= mix(2 * (uint64_t)i + 1);
}

static void unlink_end(struct search *s, size_t at)
{
    s->links[s->links[at].prev].next = s->links[at].next;
    s->links[s->links[at].next].prev = s->links[at].prev;
}

static void relink_end(struct search *s, size_t at)
{
    s->links[s->links[at].prev].next = at;
    s->links[s->links[at].next].prev = at;
}

/* The order of a ring's ends is undone in the reverse order of its making. */
static void take(struct search *s, size_t i)
{
    const struct operation *op = s->ops[i];

    unlink_end(s, 2 * i + 1);
    unlink_end(s, 2 * i + 2);
    if (operation_is_taking(op))
        s->taken += op->seats;
    else if (operation_is_giving(op))
        s->taken -= op->seats;
    s->trail[s->done++] = i;
    add_to_sum(s, i);
}

static void untake(struct search *s, const struct frame *frame)
{
    while (s->done > frame->trail) {
        size_t i = s->trail[--s->done];

        relink_end(s, 2 * i + 2);
        relink_end(s, 2 * i + 1);
        add_to_sum(s, i);
    }
    s->taken = frame->taken;
}

/* Refusals that are true now: they change nothing, so nobody loses by their coming first. */
static void take_refusals(struct search *s)
{
    size_t before = 0, at;

    while ((at = s->links[before].next) % 2 == 1) {
        const struct operation *op = s->ops[at / 2];

        --*s->steps;
        if (operation_is_refusal(op) && op->seats > s->capacity - s->taken)
            take(s, at / 2);
        else
            before = at;
    }
}

static bool choose(struct search *s, size_t first, size_t i)
{
    const struct operation *op = s->ops[i];
    size_t c;

    if (operation_is_taking(op) ? s->taken + op->seats > s->capacity : op->seats > s->taken)
        return true;
    for (c = first; c < s->choice_count; c++) {
        const struct operation *other = s->ops[s->choices[c]];

        if (operation_is_taking(op) == operation_is_taking(other) && op->seats == other->seats) {
            if (op->return_ns < other->return_ns)
                s->choices[c] = i;
            return true;
        }
    }
    if (s->choice_count == s->choice_room) {
        size_t room = s->choice_room == 0 ? 64 : 2 * s->choice_room;
        size_t *more = realloc(s->choices, room * sizeof *more);

        if (more == NULL)
            return false;
        s->choices = more;
        s->choice_room = room;
    }
    s->choices[s->choice_count++] = i;
    return true;
}

/* Takings first, the larger before the smaller: most refusals ask for a full house. */
static int64_t urge(const struct search *s, size_t i)
{
    return operation_is_taking(s->ops[i]) ? s->ops[i]->seats : -s->ops[i]->seats;
}

static void sort_choices(const struct search *s, size_t first)
{
    size_t i, k;

    for (i = first + 1; i < s->choice_count; i++)
        for (k = i; k > first && urge(s, s->choices[k]) > urge(s, s->choices[k - 1]); k--) {
            size_t swap = s->choices[k];

            s->choices[k] = s->choices[k - 1];
            s->choices[k - 1] = swap;
        }
}

/* Opens the choices of this state: what may be next is whatever began before anything undone had to end. */
static bool open_frame(struct search *s)
{
    size_t first = s->choice_count, at;

    for (at = s->links[0].next; at % 2 == 1; at = s->links[at].next) {
        const struct operation *op = s->ops[at / 2];

        --*s->steps;
        if ((operation_is_taking(op) || operation_is_giving(op)) && !choose(s, first, at / 2))
            return false;
    }
    sort_choices(s, first);
    s->frames[s->depth++] = (struct frame){ s->done, first, s->choice_count, s->taken };
    return true;
}

static struct sum *place_of(struct sum *seen, size_t room, struct sum sum)
{
    size_t at = sum.a & (room - 1);

    while (seen[at].a != 0 && memcmp(&seen[at], &sum, sizeof sum) != 0)
        at = (at + 1) & (room - 1);
    return &seen[at];
}

/* False: out of memory. *fresh: this state was never seen before. */
static bool remember(struct search *s, bool *fresh)
{
    const struct sum sum = { s->sum.a | 1, s->sum.b };
    struct sum *place;
    size_t i;

    if (2 * (s->seen_count + 1) > s->seen_room) {
        size_t room = s->seen_room == 0 ? 1024 : 2 * s->seen_room;
        struct sum *more = calloc(room, sizeof *more);

        if (more == NULL)
            return false;
        for (i = 0; i < s->seen_room; i++)
            if (s->seen[i].a != 0)
                *place_of(more, room, s->seen[i]) = s->seen[i];
        free(s->seen);
        s->seen = more;
        s->seen_room = room;
    }
    place = place_of(s->seen, s->seen_room, sum);
    *fresh = place->a == 0;
    if (*fresh) {
        *place = sum;
        s->seen_count++;
    }
    return true;
}

/* On to the next state that was never seen; false where there is none left. */
static bool go_on(struct search *s)
{
    while (s->depth > 0) {
        struct frame *frame = &s->frames[s->depth - 1];

        untake(s, frame);
        if (frame->first < frame->last) {
            take(s, s->choices[frame->first++]);
            return true;
        }
        s->depth--;
        s->choice_count = s->depth > 0 ? s->frames[s->depth - 1].last : 0;
    }
    return false;
}

static enum order explore(struct search *s)
{
    bool fresh;

    do {
        take_refusals(s);
        if (s->done == s->n)
            return ORDER_FOUND;
        if (s->seen_count > ORDER_STATES + s->n || *s->steps < 0)
            return ORDER_UNKNOWN;
        if (!remember(s, &fresh) || (fresh && !open_frame(s)))
            return ORDER_NO_MEMORY;
    } while (go_on(s));
    return ORDER_NONE;
}

struct end {
    int64_t at_ns;
    size_t link;
};

static int by_time(const void *a, const void *b)
{
    const struct end *x = a, *y = b;

    if (x->at_ns != y->at_ns)
        return ascending(x->at_ns, y->at_ns);
    /* Invokes, whose links are odd, before returns. */
    return (int)(y->link % 2) - (int)(x->link % 2);
}

static bool make_ring(struct search *s)
{
    struct end *ends = malloc((2 * s->n + 1) * sizeof *ends);
    size_t i, n = 0, last = 0;

    if (ends == NULL)
        return false;
    for (i = 0; i < s->n; i++) {
        ends[n++] = (struct end){ s->ops[i]->invoke_ns, 2 * i + 1 };
        ends[n++] = (struct end){ s->ops[i]->return_ns, 2 * i + 2 };
    }
    qsort(ends, n, sizeof *ends, by_time);
    for (i = 0; i < n; i++) {
        s->links[last].next = ends[i].link;
        s->links[ends[i].link].prev = last;
        last = ends[i].link;
    }
    s->links[last].next = 0;
    s->links[0].prev = last;
    free(ends);
    return true;
}

enum order order_find(const struct operation *const *ops, size_t n, int64_t capacity, int64_t taken, int64_t *steps)
{
    struct search s = { .ops = ops, .n = n, .capacity = capacity, .taken = taken, .steps = steps };
    enum order answer = ORDER_NO_MEMORY;

    s.links = malloc((2 * n + 1) * sizeof *s.links);
    s.trail = malloc((n + 1) * sizeof *s.trail);
    s.frames = malloc((n + 1) * sizeof *s.frames);
    if (s.links != NULL && s.trail != NULL && s.frames != NULL && make_ring(&s))
        answer = explore(&s);
    free(s.links);
    free(s.trail);
    free(s.frames);
    free(s.choices);
    free(s.seen);
    return answer;
}
