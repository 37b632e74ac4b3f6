/* Fuzz target: any bytes as a small history, judged by the checker and by trying every order. A byte of capacity, then
 * three bytes an operation. They must agree: what is refuted has no order, and what is not refuted has one. */
#include <stdlib.h>
#include <string.h>

#include "harness/audit/checker.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define MOST 8
/* Which of the eight kinds below has no answer, and was found in the ledger. */
#define NEVER_ANSWERED 5

struct history {
    struct operation ops[MOST];
    size_t n;
    int64_t capacity;
    unsigned char dead[1 << MOST]; /* sets of operations that no order can go on from */
};

static void decode(struct history *h, const uint8_t *bytes, size_t n)
{
    static const enum operation_kind kinds[] = { OPERATION_TAKEN,      OPERATION_SOLD_OUT,        OPERATION_GIVEN_BACK,
                                                 OPERATION_TAKEN,      OPERATION_SOLD_OUT,        OPERATION_TAKEN,
                                                 OPERATION_GIVEN_BACK, OPERATION_SOLD_OUT_AT_GATE };

    memset(h, 0, sizeof *h);
    h->capacity = 1 + (bytes[0] & 3);
    for (bytes++, n--; n >= 3 && h->n < MOST; bytes += 3, n -= 3) {
        struct operation *op = &h->ops[h->n++];

        op->kind = kinds[bytes[0] & 7];
        op->seats = 1 + ((bytes[0] >> 3) & 3);
        op->invoke_ns = bytes[1] & 63;
        op->return_ns = (bytes[0] & 7) == NEVER_ANSWERED ? OPERATION_NEVER : op->invoke_ns + (bytes[2] & 63);
    }
}

/* Every giving back begins after a taking of as many seats has ended that nothing else gives back: what clients do, and
 * what the checker takes for granted where it finds nothing wrong. */
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

/* Whether this operation can be the next one, with so many seats taken; changes that number. */
static bool can_be_next(const struct history *h, const struct operation *op, int64_t *taken)
{
    if (operation_is_refusal(op))
        return *taken > h->capacity - op->seats;
    *taken += operation_is_taking(op) ? op->seats : -op->seats;
    return *taken >= 0 && *taken <= h->capacity;
}

/* Whether some order of those that are not done, at their times, makes all answers true. */
static bool has_order(struct history *h, unsigned done, int64_t taken)
{
    int64_t until = OPERATION_NEVER;
    bool over = true;
    size_t i;

    if (h->dead[done] != 0)
        return false;
    for (i = 0; i < h->n; i++) {
        if ((done & 1u << i) != 0)
            continue;
        over = false;
        if (h->ops[i].return_ns < until)
            until = h->ops[i].return_ns;
    }
    if (over)
        return true;
    for (i = 0; i < h->n; i++) {
        int64_t then = taken;

        if ((done & 1u << i) == 0 && h->ops[i].invoke_ns <= until && can_be_next(h, &h->ops[i], &then) &&
            has_order(h, done | 1u << i, then))
            return true;
    }
    h->dead[done] = 1;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    unsigned char labels[MOST];
    struct checked checked;
    struct history h;
    bool refuted, possible;

    if (n < 4)
        return 0;
    decode(&h, bytes, n);
    if (checker_check(&checked, h.ops, h.n, h.capacity, labels) != 0)
        abort();
    refuted = checked.peak > h.capacity || checked.below > 0 || checked.false_sold_out > 0;
    possible = has_order(&h, 0, 0);
    if (refuted ? possible : !possible && checked.windows_unknown == 0 && is_client_order(&h))
        abort();
    return 0;
}
