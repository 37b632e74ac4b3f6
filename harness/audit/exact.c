#include "harness/audit/exact.h"

#include <stdbool.h>
#include <stdlib.h>

#include "harness/audit/order.h"
#include "harness/base/ascending.h"

/* Looking at this many operations over and over, at some ns each, is enough for one history. */
#define STEPS 100000000

static int by_invoke(const void *a, const void *b)
{
    const struct operation *const *x = a, *const *y = b;

    return ascending((*x)->invoke_ns, (*y)->invoke_ns);
}

/* What a window holds that is to be put in order moves to its front; *excused: others may have held seats meanwhile. */
static size_t pick(const struct operation **ops, size_t n, const struct operation *all, const unsigned char *labels,
                   bool *excused)
{
    size_t i, kept = 0;

    *excused = false;
    for (i = 0; i < n; i++) {
        *excused |= ops[i]->kind == OPERATION_HELD || ops[i]->kind == OPERATION_ADMITTED;
        if (operation_is_taking(ops[i]) || operation_is_giving(ops[i]) ||
            (operation_is_refusal(ops[i]) && labels[ops[i] - all] == CHECKER_FINE))
            ops[kept++] = ops[i];
    }
    return kept;
}

static int64_t after(const struct operation *const *ops, size_t n, int64_t taken)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (ops[i]->kind == OPERATION_TAKEN)
            taken += ops[i]->seats;
        else if (ops[i]->kind == OPERATION_GIVEN_BACK)
            taken -= ops[i]->seats;
    }
    return taken;
}

static bool has_refusal(const struct operation *const *ops, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (operation_is_refusal(ops[i]))
            return true;
    return false;
}

/* Where the window that begins at `from` ends: nothing in it is open when the next one begins. */
static size_t window_end(const struct operation *const *ops, size_t from, size_t n)
{
    int64_t open_until = ops[from]->return_ns;
    size_t end;

    for (end = from + 1; end < n && ops[end]->invoke_ns <= open_until; end++)
        if (ops[end]->return_ns > open_until)
            open_until = ops[end]->return_ns;
    return end;
}

int exact_check(struct checked *out, const struct operation *all, size_t n, int64_t capacity,
                const unsigned char *labels)
{
    const struct operation **ops = malloc((n + 1) * sizeof *ops);
    int64_t taken = 0, steps = STEPS;
    enum order answer = ORDER_FOUND;
    size_t i, from, end, kept;
    bool excused;

    if (ops == NULL)
        return -1;
    for (i = 0; i < n; i++)
        ops[i] = &all[i];
    qsort(ops, n, sizeof *ops, by_invoke);
    for (from = 0; from < n && answer != ORDER_NO_MEMORY; from = end) {
        end = window_end(ops, from, n);
        kept = pick(ops + from, end - from, all, labels, &excused);
        /* Without a refusal the bounds have decided: no more than there are, none given back that was not taken. */
        if (has_refusal(ops + from, kept)) {
            answer = order_find(ops + from, kept, capacity, taken, &steps);
            out->windows++;
            out->windows_refuted += answer == ORDER_NONE && !excused;
            out->windows_unknown += answer == ORDER_UNKNOWN || (answer == ORDER_NONE && excused);
        }
        taken = after(ops + from, kept, taken);
    }
    free(ops);
    return answer == ORDER_NO_MEMORY ? -1 : 0;
}
