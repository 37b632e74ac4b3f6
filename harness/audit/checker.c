#include "harness/audit/checker.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/exact.h"
#include "harness/base/ascending.h"

/* One end of an operation. */
struct moment {
    int64_t at_ns;
    size_t end; /* twice the index of the operation, and one more for its return */
};

/* A number of seats over time, and what its highest value was since any moment that was marked. */
struct summit {
    size_t since; /* number of the moment it was reached at */
    int64_t seats;
};
struct course {
    struct summit *summits; /* falling: each is higher than all that came after it */
    size_t n, room;
};

/* What can be taken, by whom: booked; or in the hands of others as well; or behind the gate as well. */
enum { BOOKED, HELD, ADMITTED, COURSES };

struct sweep {
    const struct operation *ops;
    size_t n;
    int64_t capacity;
    struct moment *moments;
    size_t moment_count;
    size_t *marks; /* of each operation: the number of the moment it was invoked at */
    struct course courses[COURSES];
    int64_t least;                 /* A: must be taken now                             */
    int64_t taken, held, admitted; /* B: can be taken now                              */
    int64_t kept;                  /* A': taken as early as possible, given back as late as possible */
};

/* What happened at the same moment may have overlapped: everything begins before anything ends. */
static int by_moment(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;

    if (x->at_ns != y->at_ns)
        return ascending(x->at_ns, y->at_ns);
    return (int)(x->end & 1) - (int)(y->end & 1);
}

static int course_set(struct course *course, size_t moment, int64_t seats)
{
    while (course->n > 0 && course->summits[course->n - 1].seats <= seats)
        course->n--;
    if (course->n == course->room) {
        size_t room = course->room == 0 ? 64 : 2 * course->room;
        struct summit *more = realloc(course->summits, room * sizeof *more);

        if (more == NULL)
            return -1;
        course->summits = more;
        course->room = room;
    }
    course->summits[course->n++] = (struct summit){ moment, seats };
    return 0;
}

/* The highest value since a moment at which course_set() was called. */
static int64_t course_highest(const struct course *course, size_t since)
{
    size_t lo = 0, hi = course->n - 1;

    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;

        if (course->summits[middle].since < since)
            lo = middle + 1;
        else
            hi = middle;
    }
    return course->summits[lo].seats;
}

static int set_courses(struct sweep *s, size_t moment)
{
    return course_set(&s->courses[BOOKED], moment, s->taken) |
           course_set(&s->courses[HELD], moment, s->taken + s->held) |
           course_set(&s->courses[ADMITTED], moment, s->taken + s->held + s->admitted);
}

static void begin(struct sweep *s, const struct operation *op)
{
    switch (op->kind) {
    case OPERATION_TAKEN:
        s->taken += op->seats;
        s->kept += op->seats;
        break;
    case OPERATION_GIVEN_BACK:
        s->least -= op->seats;
        break;
    case OPERATION_HELD:
        s->held += op->seats;
        break;
    case OPERATION_ADMITTED:
        s->admitted += op->seats;
        break;
    default:
        break;
    }
}

static void end(struct sweep *s, const struct operation *op)
{
    switch (op->kind) {
    case OPERATION_TAKEN:
        s->least += op->seats;
        break;
    case OPERATION_GIVEN_BACK:
        s->taken -= op->seats;
        s->kept -= op->seats;
        break;
    case OPERATION_HELD:
        s->held -= op->seats;
        break;
    case OPERATION_ADMITTED:
        s->admitted -= op->seats;
        break;
    default:
        break;
    }
}

static enum checker_label label_of(const struct sweep *s, size_t i, int64_t *taken)
{
    const struct operation *op = &s->ops[i];
    int64_t most = s->capacity - op->seats; /* may be taken, and there is still enough */
    int64_t in_hands;

    *taken = course_highest(&s->courses[BOOKED], s->marks[i]);
    if (*taken > most)
        return CHECKER_FINE;
    if (op->kind == OPERATION_TURNED_AWAY)
        return CHECKER_TURNED_AWAY;
    in_hands = course_highest(&s->courses[op->kind == OPERATION_SOLD_OUT_AT_GATE ? ADMITTED : HELD], s->marks[i]);
    if (op->holds)
        in_hands -= op->seats;
    return in_hands > most ? CHECKER_HELD : CHECKER_FALSE;
}

static void judge(struct checked *out, struct sweep *s, size_t i, unsigned char *labels)
{
    int64_t taken, deficit;
    enum checker_label label = label_of(s, i, &taken);

    labels[i] = (unsigned char)label;
    if (label == CHECKER_FINE)
        return;
    deficit = s->capacity - s->ops[i].seats + 1 - taken;
    out->false_sold_out += label == CHECKER_FALSE;
    out->held_refusals += label == CHECKER_HELD;
    out->turned_away += label == CHECKER_TURNED_AWAY;
    if (label == CHECKER_FALSE && deficit > out->deficit)
        out->deficit = deficit;
    if (label > out->worst_label || (label == out->worst_label && deficit > out->worst_deficit)) {
        out->worst_label = label;
        out->worst = i;
        out->worst_deficit = deficit;
        out->worst_taken = taken;
    }
}

/* Their courses now tell the highest value until the end. */
static void find_left_out(struct checked *out, const struct sweep *s, const unsigned char *labels)
{
    size_t i;

    for (i = 0; i < s->n; i++)
        if (labels[i] != CHECKER_FINE && (out->left_out == 0 || s->ops[i].seats < out->left_out) &&
            course_highest(&s->courses[BOOKED], s->marks[i]) <= s->capacity - s->ops[i].seats)
            out->left_out = s->ops[i].seats;
}

static int walk(struct checked *out, struct sweep *s, unsigned char *labels)
{
    size_t m;

    for (m = 0; m < s->moment_count; m++) {
        size_t i = s->moments[m].end / 2;

        if ((s->moments[m].end & 1) == 0) {
            s->marks[i] = m;
            begin(s, &s->ops[i]);
        } else {
            if (operation_is_refusal(&s->ops[i]) || s->ops[i].kind == OPERATION_TURNED_AWAY)
                judge(out, s, i, labels);
            end(s, &s->ops[i]);
        }
        if (set_courses(s, m) != 0)
            return -1;
        if (s->least > out->peak)
            out->peak = s->least;
        if (-s->kept > out->below)
            out->below = -s->kept;
    }
    find_left_out(out, s, labels);
    return 0;
}

/* Whether the bounds alone decide (checker.h). */
static bool bounds_decide(const struct operation *ops, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (operation_is_giving(&ops[i]))
            return false;
    return true;
}

static int sweep_open(struct sweep *s)
{
    size_t i;

    s->moments = malloc((2 * s->n + 1) * sizeof *s->moments);
    s->marks = malloc((s->n + 1) * sizeof *s->marks);
    if (s->moments == NULL || s->marks == NULL)
        return -1;
    for (i = 0; i < s->n; i++) {
        s->moments[s->moment_count++] = (struct moment){ s->ops[i].invoke_ns, 2 * i };
        s->moments[s->moment_count++] = (struct moment){ s->ops[i].return_ns, 2 * i + 1 };
    }
    qsort(s->moments, s->moment_count, sizeof *s->moments, by_moment);
    return 0;
}

static void sweep_close(struct sweep *s)
{
    int i;

    free(s->moments);
    free(s->marks);
    for (i = 0; i < COURSES; i++)
        free(s->courses[i].summits);
}

int checker_check(struct checked *out, const struct operation *ops, size_t n, int64_t capacity, unsigned char *labels)
{
    struct sweep s = { .ops = ops, .n = n, .capacity = capacity };
    int status;

    memset(out, 0, sizeof *out);
    out->worst = CHECKER_NONE;
    memset(labels, CHECKER_FINE, n);
    status = sweep_open(&s) == 0 ? walk(out, &s, labels) : -1;
    sweep_close(&s);
    if (status == 0 && out->peak <= capacity && out->below == 0 && !bounds_decide(ops, n)) {
        status = exact_check(out, ops, n, capacity, labels);
        out->false_sold_out += out->windows_refuted;
    }
    return status;
}
