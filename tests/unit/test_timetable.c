/* When requests of open load are due: gaps of the exponential distribution or all alike, always the same for a seed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/scenario/rate.h"
#include "harness/scenario/timetable.h"
#include "tests/support/bench.h"

/* 1 % point of the Anderson-Darling statistic against a distribution that is known altogether. */
#define ANDERSON_DARLING_1_PERCENT 3.857

static struct timetable draw(int kind, int64_t per_s, int64_t duration_ns, int64_t seed, int64_t block)
{
    struct scenario s = {
        .model = LOAD_OPEN, .arrivals = kind, .rate = per_s * RATE_SECONDS, .duration_ns = duration_ns, .seed = seed
    };
    struct timetable timetable;

    assert_int_equal(timetable_draw(&timetable, &s, block), 0);
    for (size_t i = 0; i < timetable.n; i++) {
        assert_true(timetable.due_ns[i] >= (i > 0 ? timetable.due_ns[i - 1] : 0));
        assert_true(timetable.due_ns[i] < duration_ns);
    }
    return timetable;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Of the gaps against the exponential distribution with that rate. */
static double anderson_darling(const struct timetable *timetable, double per_s)
{
    size_t n = timetable->n;
    double *u = calloc(n, sizeof *u), sum = 0;

    assert_non_null(u);
    for (size_t i = 0; i < n; i++) {
        int64_t gap_ns = timetable->due_ns[i] - (i > 0 ? timetable->due_ns[i - 1] : 0);

        /* Whole nanoseconds: the middle of the one that was meant. */
        u[i] = -expm1(-((double)gap_ns + 0.5) / 1e9 * per_s);
    }
    qsort(u, n, sizeof *u, by_value);
    for (size_t i = 0; i < n; i++)
        sum += (2 * (double)i + 1) * (log(u[i]) + log1p(-u[n - 1 - i]));
    free(u);
    return -(double)n - sum / (double)n;
}

static void gaps_are_exponential(void **state)
{
    double mean = 0, square = 0, n;
    struct timetable timetable;

    (void)state;
    for (int64_t seed = 1; seed <= 5; seed++) {
        timetable = draw(ARRIVALS_POISSON, 500, 20 * NS_PER_S, seed, 0);
        n = (double)timetable.n;
        assert_true(fabs(n - 10000) < 5 * 100); /* sd = sqrt(10000) */
        mean = square = 0;
        for (size_t i = 0; i < timetable.n; i++) {
            double gap_s = (double)(timetable.due_ns[i] - (i > 0 ? timetable.due_ns[i - 1] : 0)) / 1e9;

            mean += gap_s / n;
            square += gap_s * gap_s / n;
        }
        assert_true(fabs(mean * 500 - 1) < 0.05);
        /* The variance of an exponential distribution is its mean squared; sd of this estimate: sqrt(8 / n). */
        assert_true(fabs((square - mean * mean) * 500 * 500 - 1) < 5 * sqrt(8 / n));
        assert_true(anderson_darling(&timetable, 500) < ANDERSON_DARLING_1_PERCENT);
        assert_true(anderson_darling(&timetable, 550) >
                    ANDERSON_DARLING_1_PERCENT); /* it would have seen another rate */
        timetable_free(&timetable);
    }
}

static void constant_gaps_are_all_alike(void **state)
{
    struct timetable timetable = draw(ARRIVALS_CONSTANT, 300, NS_PER_S, 1, 0);

    (void)state;
    assert_int_equal(timetable.n, 300);
    for (size_t i = 0; i < timetable.n; i++)
        assert_true(llabs(timetable.due_ns[i] - (int64_t)i * NS_PER_S / 300) <= 1);
    assert_true(anderson_darling(&timetable, 300) > ANDERSON_DARLING_1_PERCENT);
    timetable_free(&timetable);
    timetable = draw(ARRIVALS_CONSTANT, 1, NS_PER_S, 1, 0); /* the one at the start */
    assert_int_equal(timetable.n, 1);
    timetable_free(&timetable);
}

static bool same(struct timetable a, struct timetable b)
{
    bool alike = a.n == b.n && memcmp(a.due_ns, b.due_ns, a.n * sizeof *a.due_ns) == 0;

    timetable_free(&a);
    timetable_free(&b);
    return alike;
}

static void seed_and_block_alone_decide(void **state)
{
    (void)state;
    assert_true(same(draw(ARRIVALS_POISSON, 900, NS_PER_S, 7, 3), draw(ARRIVALS_POISSON, 900, NS_PER_S, 7, 3)));
    assert_false(same(draw(ARRIVALS_POISSON, 900, NS_PER_S, 7, 3), draw(ARRIVALS_POISSON, 900, NS_PER_S, 7, 4)));
    assert_false(same(draw(ARRIVALS_POISSON, 900, NS_PER_S, 7, 3), draw(ARRIVALS_POISSON, 900, NS_PER_S, 8, 3)));
}

static void none_may_come(void **state)
{
    bool none = false;

    (void)state;
    for (int64_t seed = 0; seed < 100 && !none; seed++) {
        struct timetable timetable = draw(ARRIVALS_POISSON, 1, NS_PER_S, seed, 0);

        none = timetable.n == 0;
        timetable_free(&timetable);
    }
    assert_true(none);
    timetable_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(gaps_are_exponential),
                                        cmocka_unit_test(constant_gaps_are_all_alike),
                                        cmocka_unit_test(seed_and_block_alone_decide),
                                        cmocka_unit_test(none_may_come) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
