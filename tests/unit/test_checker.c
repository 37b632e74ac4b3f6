/* The history checker: golden histories with a name each, every one of which some mutant of the checker gets wrong
 * (tests/transcript/mutants.sh); and random small histories against a brute force that tries every order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/checker.h"
#include "harness/audit/order.h"
#include "harness/base/rng.h"

#define MOST 12 /* operations of a history */

struct history {
    struct operation ops[MOST];
    size_t n;
    int64_t capacity;
    struct checked checked;
    unsigned char labels[MOST];
};

static struct operation *add(struct history *h, enum operation_kind kind, int64_t invoke_ns, int64_t return_ns,
                             int64_t seats)
{
    assert_true(h->n < MOST);
    h->ops[h->n] = (struct operation){ invoke_ns, return_ns, seats, kind, false };
    return &h->ops[h->n++];
}

static void check(struct history *h)
{
    assert_int_equal(checker_check(&h->checked, h->ops, h->n, h->capacity, h->labels), 0);
}

/* ---- golden histories -------------------------------------------------------------------------------------------- */

static void golden_empty(void **state)
{
    struct history h = { .capacity = 1 };

    (void)state;
    check(&h);
    assert_int_equal(h.checked.peak + h.checked.below + h.checked.false_sold_out + h.checked.windows, 0);
    assert_true(h.checked.worst == CHECKER_NONE);
}

static void golden_oversold_at_one_moment(void **state)
{
    struct history h = { .capacity = 2 };

    (void)state;
    add(&h, OPERATION_TAKEN, 0, 1, 1);
    add(&h, OPERATION_TAKEN, 0, 2, 1);
    add(&h, OPERATION_TAKEN, 0, 3, 1);
    add(&h, OPERATION_GIVEN_BACK, 4, 5, 1);
    check(&h);
    assert_int_equal(h.checked.peak, 3);
    assert_int_equal(h.checked.windows, 0); /* nothing is left to be explained */
}

/* All seats taken, not one more. */
static void golden_exactly_full(void **state)
{
    struct history h = { .capacity = 2 };

    (void)state;
    add(&h, OPERATION_TAKEN, 0, 1, 2);
    add(&h, OPERATION_SOLD_OUT, 2, 3, 1);
    add(&h, OPERATION_GIVEN_BACK, 4, 5, 2);
    check(&h);
    assert_int_equal(h.checked.peak, 2);
    assert_int_equal(h.checked.false_sold_out, 0);
    assert_int_equal(h.checked.below, 0);
}

/* One seat was left, and one was asked for. */
static void golden_one_seat_left(void **state)
{
    struct history h = { .capacity = 2 };

    (void)state;
    add(&h, OPERATION_TAKEN, 0, 1, 1);
    add(&h, OPERATION_SOLD_OUT, 2, 3, 1);
    add(&h, OPERATION_SOLD_OUT, 2, 3, 2); /* who wanted two was told the truth */
    add(&h, OPERATION_TAKEN, 4, 5, 1);
    check(&h);
    assert_int_equal(h.checked.false_sold_out, 1);
    assert_int_equal(h.checked.deficit, 1);
    assert_int_equal(h.labels[1], CHECKER_FALSE);
    assert_int_equal(h.labels[2], CHECKER_FINE);
    assert_int_equal(h.checked.worst, 1);
    assert_int_equal(h.checked.worst_taken, 1);
    assert_int_equal(h.checked.left_out, 0); /* that seat was sold, later */
    h.n = 3;
    check(&h);
    assert_int_equal(h.checked.left_out, 1);
}

/* The last thing that happens is a lie. */
static void golden_last_event(void **state)
{
    struct history h = { .capacity = 1 };

    (void)state;
    add(&h, OPERATION_SOLD_OUT, 0, 1, 1);
    check(&h);
    assert_int_equal(h.checked.false_sold_out, 1);
    assert_int_equal(h.checked.deficit, 1);
}

/* What meets in one moment may have come in either order: nobody is blamed. */
static void golden_same_moment(void **state)
{
    struct history taken = { .capacity = 1 }, given = { .capacity = 1 };

    (void)state;
    add(&taken, OPERATION_SOLD_OUT, 2, 5, 1);
    add(&taken, OPERATION_TAKEN, 5, 9, 1);
    check(&taken);
    assert_int_equal(taken.checked.false_sold_out, 0);

    add(&given, OPERATION_TAKEN, 0, 2, 1);
    add(&given, OPERATION_TAKEN, 3, 5, 1);
    add(&given, OPERATION_GIVEN_BACK, 5, 8, 1);
    check(&given);
    assert_int_equal(given.checked.peak, 1);
}

/* The same moment for the refusal and the end of what gave the seat back. */
static void golden_given_back_at_that_moment(void **state)
{
    struct history h = { .capacity = 1 };

    (void)state;
    add(&h, OPERATION_TAKEN, 0, 1, 1);
    add(&h, OPERATION_GIVEN_BACK, 2, 4, 1);
    add(&h, OPERATION_SOLD_OUT, 4, 6, 1);
    check(&h);
    assert_int_equal(h.checked.false_sold_out, 0);
    h.ops[2].invoke_ns = 5;
    check(&h);
    assert_int_equal(h.checked.false_sold_out, 1);
}

/* Found booked once all was quiet, by a request that never had an answer: it counts against the capacity in the end. */
static void golden_taken_without_an_answer(void **state)
{
    struct history h = { .capacity = 1 };

    (void)state;
    add(&h, OPERATION_TAKEN, 0, OPERATION_NEVER, 1);
    add(&h, OPERATION_TAKEN, 0, 1, 1);
    check(&h);
    assert_int_equal(h.checked.peak, 2);
}

static void golden_negative(void **state)
{
    struct history h = { .capacity = 3 };

    (void)state;
    add(&h, OPERATION_TAKEN, 0, 1, 1);
    add(&h, OPERATION_GIVEN_BACK, 2, 3, 1);
    add(&h, OPERATION_GIVEN_BACK, 4, 5, 2);
    add(&h, OPERATION_TAKEN, 6, 7, 3);
    check(&h);
    assert_int_equal(h.checked.below, 2);
    assert_int_equal(h.checked.windows, 0);
}

/* While the seat is in the hands of somebody who then leaves, "sold out" is the price of holding it, and no lie. */
static void golden_held(void **state)
{
    struct history h = { .capacity = 1 };

    (void)state;
    add(&h, OPERATION_HELD, 0, 10, 1);
    add(&h, OPERATION_SOLD_OUT, 4, 5, 1);
    add(&h, OPERATION_SOLD_OUT, 11, 12, 1); /* it had come back */
    add(&h, OPERATION_TAKEN, 13, 14, 1);
    check(&h);
    assert_int_equal(h.checked.held_refusals, 1);
    assert_int_equal(h.checked.false_sold_out, 1);
    assert_int_equal(h.labels[1], CHECKER_HELD);
    assert_int_equal(h.checked.worst, 2); /* a lie is worse than a price */
}

/* Who had held the seat himself, and is then refused, was not refused because of that. */
static void golden_own_hold(void **state)
{
    struct history h = { .capacity = 1 };

    (void)state;
    add(&h, OPERATION_HELD, 0, 10, 1);
    add(&h, OPERATION_SOLD_OUT, 0, 10, 1)->holds = true;
    check(&h);
    assert_int_equal(h.labels[1], CHECKER_FALSE);
    add(&h, OPERATION_HELD, 5, 6, 1);
    check(&h);
    assert_int_equal(h.labels[1], CHECKER_HELD);
}

/* A permit that is out keeps others from the gate, and nobody from the database. */
static void golden_admitted(void **state)
{
    struct history h = { .capacity = 1 };

    (void)state;
    add(&h, OPERATION_ADMITTED, 0, 10, 1);
    add(&h, OPERATION_SOLD_OUT_AT_GATE, 4, 5, 1);
    add(&h, OPERATION_SOLD_OUT, 4, 5, 1);
    add(&h, OPERATION_SOLD_OUT_AT_GATE, 11, 12, 1);
    check(&h);
    assert_int_equal(h.labels[1], CHECKER_HELD);
    assert_int_equal(h.labels[2], CHECKER_FALSE);
    assert_int_equal(h.labels[3], CHECKER_FALSE);
}

static void golden_turned_away(void **state)
{
    struct history h = { .capacity = 2 };

    (void)state;
    add(&h, OPERATION_TURNED_AWAY, 0, 1, 1);
    add(&h, OPERATION_TAKEN, 1, 3, 1);
    add(&h, OPERATION_TAKEN, 2, 3, 1);
    add(&h, OPERATION_TURNED_AWAY, 0, 2, 1);
    check(&h);
    assert_int_equal(h.checked.turned_away, 1);
    assert_int_equal(h.checked.false_sold_out, 0);
    assert_int_equal(h.labels[0], CHECKER_TURNED_AWAY);
    assert_int_equal(h.labels[3], CHECKER_FINE);
    assert_int_equal(h.checked.worst, 0);
}

/* The worst is the one that would have needed most seats taken; the deficit is that of lies alone. */
static void golden_worst(void **state)
{
    struct history h = { .capacity = 9 };

    (void)state;
    add(&h, OPERATION_TURNED_AWAY, 0, 1, 1);
    add(&h, OPERATION_SOLD_OUT, 2, 3, 5);
    add(&h, OPERATION_SOLD_OUT, 4, 5, 2);
    add(&h, OPERATION_SOLD_OUT, 6, 7, 3);
    check(&h);
    assert_int_equal(h.checked.worst, 2);
    assert_int_equal(h.checked.deficit, 8);
    assert_int_equal(h.checked.worst_label, CHECKER_FALSE);
}

/* The bounds allow this refusal, no order does. */
static void golden_only_a_search_can_tell(void **state)
{
    struct history h = { .capacity = 1 };

    (void)state;
    add(&h, OPERATION_TAKEN, 0, 4, 1);
    add(&h, OPERATION_GIVEN_BACK, 6, 10, 1);
    add(&h, OPERATION_TAKEN, 1, 1, 1);
    add(&h, OPERATION_GIVEN_BACK, 2, 2, 1);
    add(&h, OPERATION_SOLD_OUT, 0, 0, 1);
    check(&h);
    assert_int_equal(h.labels[4], CHECKER_FINE);
    assert_int_equal(h.checked.windows, 1);
    assert_int_equal(h.checked.windows_refuted, 1);
    assert_int_equal(h.checked.false_sold_out, 1);
}

/* Two refusals, each of which is possible, and not both. */
static void golden_each_but_not_both(void **state)
{
    struct history h = { .capacity = 2 };
    size_t last;

    (void)state;
    add(&h, OPERATION_TAKEN, -2, -1, 1); /* Z: held from the start */
    add(&h, OPERATION_TAKEN, 0, 1000, 1);
    add(&h, OPERATION_TAKEN, 110, 120, 1);
    add(&h, OPERATION_GIVEN_BACK, 130, 135, 1);
    add(&h, OPERATION_GIVEN_BACK, 30, 200, 1);
    add(&h, OPERATION_SOLD_OUT, 10, 20, 1);
    last = h.n;
    add(&h, OPERATION_SOLD_OUT, 140, 150, 1);
    check(&h);
    assert_int_equal(h.checked.windows_refuted, 1);
    h.n = last;
    check(&h);
    assert_int_equal(h.checked.windows, 1);
    assert_int_equal(h.checked.windows_refuted, 0);
    h.ops[5] = h.ops[6];
    check(&h);
    assert_int_equal(h.checked.windows_refuted, 0);
    /* Where somebody held a seat that came back, that may be why. */
    h.ops[5] = (struct operation){ 10, 20, 1, OPERATION_SOLD_OUT, false };
    h.n = last + 1;
    add(&h, OPERATION_HELD, 15, 16, 1);
    check(&h);
    assert_int_equal(h.checked.windows_refuted, 0);
    assert_int_equal(h.checked.windows_unknown, 1);
}

/* The same where an order is searched for. */
static void golden_same_moment_in_a_search(void **state)
{
    struct history h = { .capacity = 1 };

    (void)state;
    add(&h, OPERATION_SOLD_OUT, 2, 5, 1);
    add(&h, OPERATION_TAKEN, 5, 9, 1);
    add(&h, OPERATION_GIVEN_BACK, 10, 11, 1);
    check(&h);
    assert_int_equal(h.checked.windows, 1);
    assert_int_equal(h.checked.windows_refuted + h.checked.false_sold_out, 0);
}

/* A cancel without an answer, found done once all was quiet, makes room; and a gate's refusal is one like all others.
 */
static void golden_cancel_without_an_answer(void **state)
{
    struct history h = { .capacity = 1 };

    (void)state;
    add(&h, OPERATION_TAKEN, 0, 1, 1);
    add(&h, OPERATION_GIVEN_BACK, 2, OPERATION_NEVER, 1);
    add(&h, OPERATION_TAKEN, 4, 5, 1);
    add(&h, OPERATION_SOLD_OUT_AT_GATE, 6, 7, 1);
    check(&h);
    assert_int_equal(h.checked.peak, 1);
    assert_int_equal(h.checked.windows, 1);
    assert_int_equal(h.checked.windows_refuted + h.checked.windows_unknown + h.checked.false_sold_out, 0);
}

/* Between two windows it is known how many seats are taken. */
static void golden_windows(void **state)
{
    struct history h = { .capacity = 2 };

    (void)state;
    add(&h, OPERATION_TAKEN, 0, 1, 1);
    add(&h, OPERATION_TAKEN, 2, 3, 1);
    add(&h, OPERATION_SOLD_OUT, 4, 5, 1);
    add(&h, OPERATION_GIVEN_BACK, 6, 7, 2);
    add(&h, OPERATION_TAKEN, 8, 9, 1);
    add(&h, OPERATION_SOLD_OUT, 10, 11, 2);
    check(&h);
    assert_int_equal(h.checked.windows, 2);
    assert_int_equal(h.checked.windows_refuted + h.checked.windows_unknown + h.checked.false_sold_out, 0);
}

/* ---- the search gives up in time --------------------------------------------------------------------------------- */

/* A history that no order explains, and whose states are too many: takings and givings of all even sizes, all open at
 * once, and a refusal that asks for an odd number of seats taken. */
static void test_too_large_is_unknown(void **state)
{
    enum { N = 60 };
    struct operation ops[3 * N];
    const struct operation *pointers[3 * N];
    unsigned char labels[3 * N];
    struct checked checked;
    size_t i, n = 0;
    int64_t steps = INT64_MAX;

    (void)state;
    for (i = 0; i < N; i++) {
        ops[n++] = (struct operation){ 0, 100 + (int64_t)i, 2 + 2 * (int64_t)(i % 7), OPERATION_TAKEN, false };
        ops[n++] = (struct operation){ 0, 300 + (int64_t)i, 2 + 2 * (int64_t)(i % 7), OPERATION_GIVEN_BACK, false };
    }
    ops[n++] = (struct operation){ 200, 901, 1, OPERATION_SOLD_OUT, false };
    for (i = 0; i < n; i++)
        pointers[i] = &ops[i];
    assert_int_equal(order_find(pointers, n, 101, 0, &steps), ORDER_UNKNOWN);
    assert_int_equal(checker_check(&checked, ops, n, 101, labels), 0);
    assert_int_equal(checked.windows_unknown, 1);
    assert_int_equal(checked.false_sold_out, 0);
    steps = 10;
    assert_int_equal(order_find(pointers, n, 101, 0, &steps), ORDER_UNKNOWN);
    steps = INT64_MAX;
    assert_int_equal(order_find(pointers, n - 1, 101, 0, &steps), ORDER_FOUND);
}

/* ---- against brute force ----------------------------------------------------------------------------------------- */

/* Tries every order. What is held is taken and given back somewhere between, or not at all: bits MOST.. of done. */
struct brute {
    const struct history *h;
    const struct operation *refusal; /* the only one that has to be true; NULL: all */
    bool holds;                      /* HELD operations may take seats              */
    unsigned char dead[1 << (MOST + 4)];
    unsigned held_at[MOST]; /* of HELD operations: their bit, from MOST */
};

static bool brute_must(const struct brute *b, const struct operation *op)
{
    if (operation_is_refusal(op))
        return b->refusal == NULL || op == b->refusal;
    return op->kind == OPERATION_TAKEN || op->kind == OPERATION_GIVEN_BACK;
}

static bool brute_from(struct brute *b, unsigned done, int64_t taken);

static bool brute_take(struct brute *b, unsigned done, int64_t taken, size_t i)
{
    const struct operation *op = &b->h->ops[i];
    unsigned bit = 1u << i, held = 1u << b->held_at[i];

    if (op->kind == OPERATION_HELD) {
        if (!b->holds || (done & bit) != 0)
            return false;
        if ((done & held) != 0)
            return brute_from(b, done | bit, taken - op->seats);
        return taken + op->seats <= b->h->capacity && brute_from(b, done | held, taken + op->seats);
    }
    if ((done & bit) != 0 || op->kind == OPERATION_TURNED_AWAY || op->kind == OPERATION_ADMITTED)
        return false;
    if (operation_is_taking(op))
        return taken + op->seats <= b->h->capacity && brute_from(b, done | bit, taken + op->seats);
    if (operation_is_giving(op))
        return taken >= op->seats && brute_from(b, done | bit, taken - op->seats);
    return brute_must(b, op) && taken > b->h->capacity - op->seats && brute_from(b, done | bit, taken);
}

/* A hold that has not begun does not begin after its own end. */
static bool is_too_late(const struct brute *b, unsigned done, const struct operation *op)
{
    size_t i;

    if (op->kind != OPERATION_HELD || (done & 1u << b->held_at[op - b->h->ops]) != 0)
        return false;
    for (i = 0; i < b->h->n; i++) {
        unsigned begun = 1u << (b->h->ops[i].kind == OPERATION_HELD ? b->held_at[i] : i);

        if ((done & begun) != 0 && b->h->ops[i].invoke_ns > op->return_ns)
            return true;
    }
    return false;
}

static bool brute_from(struct brute *b, unsigned done, int64_t taken)
{
    int64_t until = OPERATION_NEVER;
    bool over = true;
    size_t i;

    if (b->dead[done])
        return false;
    for (i = 0; i < b->h->n; i++) {
        const struct operation *op = &b->h->ops[i];
        bool open = brute_must(b, op)
                        ? (done & 1u << i) == 0
                        : op->kind == OPERATION_HELD && (done & 1u << b->held_at[i]) != 0 && (done & 1u << i) == 0;

        if (open && op->return_ns < until)
            until = op->return_ns;
        over = over && !open;
    }
    if (over)
        return true;
    for (i = 0; i < b->h->n; i++) {
        const struct operation *op = &b->h->ops[i];

        if (op->invoke_ns <= until && !is_too_late(b, done, op))
            if (brute_take(b, done, taken, i))
                return true;
    }
    b->dead[done] = 1;
    return false;
}

static bool brute(const struct history *h, const struct operation *refusal, bool holds)
{
    static struct brute b;
    unsigned bits = MOST;
    size_t i;

    b.h = h;
    b.refusal = refusal;
    b.holds = holds;
    for (i = 0; i < h->n; i++)
        if (h->ops[i].kind == OPERATION_HELD)
            b.held_at[i] = bits++;
    assert_true(bits <= MOST + 4);
    memset(b.dead, 0, (size_t)1 << (bits > MOST ? bits : h->n));
    return brute_from(&b, 0, 0);
}

/* An operation whose one moment is `at`: as short, or as long, as it comes. */
static void around(struct rng *rng, struct operation *op, int64_t at)
{
    op->invoke_ns = at - (int64_t)rng_below(rng, 6);
    op->return_ns = at + (int64_t)rng_below(rng, 6);
}

/* What an object that is truly atomic answers: every operation at one moment, in this order. */
static void generate(struct rng *rng, struct history *h, bool gives, bool opens, int64_t sizes)
{
    size_t n = 2 + rng_below(rng, 8), i;
    int64_t at = 10, taken = 0;
    bool given[MOST] = { false };

    memset(h, 0, sizeof *h);
    h->capacity = 1 + (int64_t)rng_below(rng, 4);
    for (i = 0; i < n; i++) {
        int64_t seats = 1 + (int64_t)rng_below(rng, (uint64_t)sizes);
        size_t own = rng_below(rng, n);
        struct operation *op;

        at += (int64_t)rng_below(rng, 4);
        if (gives && own < h->n && h->ops[own].kind == OPERATION_TAKEN && !given[own]) {
            op = add(h, OPERATION_GIVEN_BACK, at, at, h->ops[own].seats);
            around(rng, op, at);
            /* Nobody gives back before he was told that he has it. */
            if (at <= h->ops[own].return_ns)
                at = h->ops[own].return_ns + 1;
            if (op->invoke_ns <= h->ops[own].return_ns)
                op->invoke_ns = h->ops[own].return_ns + 1;
            if (op->return_ns < at)
                op->return_ns = at;
            given[own] = true;
            taken -= op->seats;
            continue;
        }
        op = add(h, taken + seats <= h->capacity ? OPERATION_TAKEN : OPERATION_SOLD_OUT, at, at, seats);
        around(rng, op, at);
        taken += op->kind == OPERATION_TAKEN ? seats : 0;
        /* Never answered, and found in the ledger. */
        if (opens && op->kind == OPERATION_TAKEN && rng_below(rng, 5) == 0) {
            op->return_ns = OPERATION_NEVER;
            given[h->n - 1] = true;
        }
    }
}

/* One answer becomes another, or comes at another time. */
static void corrupt(struct rng *rng, struct history *h)
{
    struct operation *op = &h->ops[rng_below(rng, h->n)];

    switch (rng_below(rng, 5)) {
    case 0:
        if (op->kind == OPERATION_SOLD_OUT)
            op->kind = OPERATION_TAKEN;
        else if (op->kind == OPERATION_TAKEN)
            op->kind = OPERATION_SOLD_OUT;
        break;
    case 1:
        h->capacity += 1;
        break;
    case 2:
        h->capacity -= h->capacity > 1;
        break;
    case 3:
        op->invoke_ns += (int64_t)rng_below(rng, 9);
        op->return_ns =
            op->return_ns == OPERATION_NEVER || op->return_ns > op->invoke_ns ? op->return_ns : op->invoke_ns;
        break;
    default:
        op->return_ns = op->invoke_ns;
        break;
    }
}

/* Every giving back begins after a taking of as many seats has ended that nothing else gives back. */
static bool is_client_order(const struct history *h)
{
    bool used[MOST] = { false };
    size_t i, k;

    for (i = 0; i < h->n; i++) {
        if (!operation_is_giving(&h->ops[i]))
            continue;
        for (k = 0; k < h->n; k++)
            if (h->ops[k].kind == OPERATION_TAKEN && !used[k] && h->ops[k].seats == h->ops[i].seats &&
                h->ops[k].return_ns < h->ops[i].invoke_ns)
                break;
        if (k == h->n)
            return false;
        used[k] = true;
    }
    return true;
}

static bool is_refuted(const struct history *h)
{
    return h->checked.peak > h->capacity || h->checked.below > 0 || h->checked.false_sold_out > 0;
}

static void fail_with(const struct history *h, const char *why)
{
    static const char *const kinds[] = { "+", "-", "F", "G", "N", "h", "a" };
    size_t i;

    printf("%s: capacity %lld, peak %lld, false %lld, windows %lld, refuted %lld\n", why, (long long)h->capacity,
           (long long)h->checked.peak, (long long)h->checked.false_sold_out, (long long)h->checked.windows,
           (long long)h->checked.windows_refuted);
    for (i = 0; i < h->n; i++)
        printf("  %-2s %lld [%lld,%lld] label %d\n", kinds[h->ops[i].kind], (long long)h->ops[i].seats,
               (long long)h->ops[i].invoke_ns, (long long)h->ops[i].return_ns, h->labels[i]);
    fail();
}

static long histories(void)
{
    return getenv("LASTSEAT_LONG") != NULL ? 1000000 : 100000;
}

static void test_agrees_with_brute_force(void **state)
{
    long i, of = histories(), refuted = 0, searched = 0;
    struct rng rng;

    (void)state;
    rng_init(&rng, 1);
    for (i = 0; i < of; i++) {
        struct history h;
        bool possible, gives = rng_below(&rng, 3) > 0, opens = rng_below(&rng, 3) == 0, spoils = rng_below(&rng, 3) > 0;

        generate(&rng, &h, gives, opens, 1 + (int64_t)rng_below(&rng, 3));
        if (spoils)
            corrupt(&rng, &h);
        check(&h);
        possible = brute(&h, NULL, false);
        if (!spoils && (!possible || is_refuted(&h)))
            fail_with(&h, "a false alarm");
        if (is_refuted(&h) && possible)
            fail_with(&h, "refuted, and there is an order");
        if (!is_refuted(&h) && !possible && is_client_order(&h))
            fail_with(&h, "accepted, and there is no order");
        refuted += is_refuted(&h);
        searched += h.checked.windows > 0;
    }
    printf("%ld histories, 0 disagreements with brute force: %ld refuted, %ld searched\n", of, refuted, searched);
    assert_true(refuted > of / 10);
    assert_true(searched > of / 10);
}

/* Where nothing is given back, each refusal is judged by itself, exactly. */
static void test_each_refusal_is_judged_by_itself(void **state)
{
    long i, of = histories() / 10;
    struct rng rng;

    (void)state;
    rng_init(&rng, 2);
    for (i = 0; i < of; i++) {
        struct history h;
        size_t k;

        generate(&rng, &h, false, rng_below(&rng, 2) == 0, 3);
        corrupt(&rng, &h);
        check(&h);
        if (h.checked.peak > h.capacity)
            continue;
        for (k = 0; k < h.n; k++)
            if (operation_is_refusal(&h.ops[k]) && (h.labels[k] == CHECKER_FALSE) != !brute(&h, &h.ops[k], false))
                fail_with(&h, "a refusal is labelled wrongly");
    }
}

/* Holds: a refusal that some order with holds explains is not called false, and one that none without them explains is
 * called held. */
static void test_holds_excuse(void **state)
{
    long i, of = histories() / 10, held = 0, lies = 0;
    struct rng rng;

    (void)state;
    rng_init(&rng, 3);
    for (i = 0; i < of; i++) {
        struct history h;
        size_t k, holds = 0;

        generate(&rng, &h, rng_below(&rng, 2) == 0, false, 2);
        for (k = 0; k < h.n && holds < 3; k++)
            if (h.ops[k].kind == OPERATION_TAKEN && rng_below(&rng, 3) == 0 && is_client_order(&h)) {
                h.ops[k].kind = OPERATION_HELD;
                if (!is_client_order(&h))
                    h.ops[k].kind = OPERATION_TAKEN;
                else
                    holds++;
            }
        check(&h);
        if (h.checked.peak > h.capacity || h.checked.below > 0)
            continue;
        for (k = 0; k < h.n; k++) {
            if (h.labels[k] == CHECKER_FALSE && brute(&h, &h.ops[k], true))
                fail_with(&h, "called false, and a hold explains it");
            if (h.labels[k] == CHECKER_HELD && brute(&h, &h.ops[k], false))
                fail_with(&h, "called held, and it needs no hold");
            held += h.labels[k] == CHECKER_HELD;
            lies += h.labels[k] == CHECKER_FALSE;
        }
        if (h.checked.windows_refuted > 0 && brute(&h, NULL, true))
            fail_with(&h, "refuted, and holds explain it");
    }
    assert_true(held > of / 100);
    assert_true(lies > of / 1000);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_empty),
        cmocka_unit_test(golden_oversold_at_one_moment),
        cmocka_unit_test(golden_exactly_full),
        cmocka_unit_test(golden_one_seat_left),
        cmocka_unit_test(golden_last_event),
        cmocka_unit_test(golden_same_moment),
        cmocka_unit_test(golden_given_back_at_that_moment),
        cmocka_unit_test(golden_taken_without_an_answer),
        cmocka_unit_test(golden_negative),
        cmocka_unit_test(golden_held),
        cmocka_unit_test(golden_own_hold),
        cmocka_unit_test(golden_admitted),
        cmocka_unit_test(golden_turned_away),
        cmocka_unit_test(golden_worst),
        cmocka_unit_test(golden_only_a_search_can_tell),
        cmocka_unit_test(golden_each_but_not_both),
        cmocka_unit_test(golden_same_moment_in_a_search),
        cmocka_unit_test(golden_cancel_without_an_answer),
        cmocka_unit_test(golden_windows),
        cmocka_unit_test(test_too_large_is_unknown),
        cmocka_unit_test(test_agrees_with_brute_force),
        cmocka_unit_test(test_each_refusal_is_judged_by_itself),
        cmocka_unit_test(test_holds_excuse),
    };

    /* For the mutants: only what is named like this. */
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
