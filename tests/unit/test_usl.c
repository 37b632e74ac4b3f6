/* The Universal Scalability Law through points whose parameters are known, and through points that have none. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/report/usl.h"
#include "tests/support/bench.h"

static char data[256];

static int begin(void **state)
{
    (void)state;
    snprintf(data, sizeof data, "%s/usl.csv", bench_scratch());
    return 0;
}

static int end(void **state)
{
    (void)state;
    bench_clean();
    return 0;
}

static bool have_gnuplot(void)
{
    return system("gnuplot --version >/dev/null 2>&1") == 0;
}

/* Points at N = 1, 2, 4, ... of that law, off by noise of its size, and their fit. */
static struct usl fit(double lambda, double sigma, double kappa, size_t points, double noise)
{
    FILE *out = fopen(data, "we");
    struct usl usl;
    double n = 1;

    assert_non_null(out);
    fputs("# another block comes first\n1,1,1\n\n\n", out);
    for (size_t i = 0; i < points; i++, n *= 2) {
        double x = lambda * n / (1 + sigma * (n - 1) + kappa * n * (n - 1));

        fprintf(out, "%g,%.12g,%.12g\n", n, x * (1 + (i % 2 == 0 ? noise : -noise)), 0.05 * x);
    }
    assert_int_equal(fclose(out), 0);
    usl_fit(&usl, data, 1, points, lambda, bench_scratch());
    return usl;
}

static bool near(double value, double expected, double share)
{
    return fabs(value - expected) <= share * fabs(expected);
}

static void known_parameters_are_found(void **state)
{
    struct usl usl = fit(1000, 0.1, 0.002, 7, 0);

    (void)state;
    assert_int_equal(usl.state, USL_FITTED);
    assert_true(near(usl.lambda, 1000, 0.01) && near(usl.sigma, 0.1, 0.02) && near(usl.kappa, 0.002, 0.02));
    assert_true(near(usl.peak, sqrt(0.9 / 0.002), 0.02));

    usl = fit(1000, 0.1, 0.002, 7, 0.03);
    assert_int_equal(usl.state, USL_FITTED);
    assert_true(usl.peak_lo < usl.peak && usl.peak < usl.peak_hi);
    assert_true(usl.peak_lo < sqrt(0.9 / 0.002) && sqrt(0.9 / 0.002) < usl.peak_hi);
}

/* One after the other: 1 / X grows by the same for each user, and nobody is of help. */
static void a_line_of_waiters_costs_each_the_same(void **state)
{
    struct usl usl = fit(1000, 1, 0.1, 6, 0); /* 1 / X = (1 + 0.1 (N - 1)) / 1000 */

    (void)state;
    assert_true(usl.lined);
    assert_true(near(usl.h1_ns, 100e3, 0.01));
    assert_true(near(usl.h0_ns, 900e3, 0.01));
    assert_int_equal(usl.state, USL_FITTED);
    assert_true(usl.peak >= 1 && usl.peak < 1.5);
}

/* A parameter that is 0 has no logarithm. */
static void what_only_grows_has_no_peak_in_sight(void **state)
{
    struct usl usl = fit(1000, 0, 0, 6, 0);

    (void)state;
    assert_true(usl.state == USL_FAILED || usl.peak > 1000);
    usl = fit(1000, 0.2, 0, 6, 0);
    assert_int_equal(usl.state, USL_FITTED);
    assert_true(near(usl.sigma, 0.2, 0.05));
    assert_true(usl.peak > 300);
}

static void what_cannot_be_fitted_is_told(void **state)
{
    struct usl usl = fit(1000, 0.1, 0.002, 5, 0);
    FILE *out;

    (void)state;
    assert_int_equal(usl.state, USL_FEW_POINTS);
    out = fopen(data, "we");
    assert_non_null(out);
    for (int i = 0; i < 6; i++)
        fputs("NaN,NaN,NaN\n", out);
    assert_int_equal(fclose(out), 0);
    usl_fit(&usl, data, 0, 6, 1000, bench_scratch());
    assert_int_equal(usl.state, USL_FAILED);
    assert_false(usl.lined);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_parameters_are_found),
        cmocka_unit_test(a_line_of_waiters_costs_each_the_same),
        cmocka_unit_test(what_only_grows_has_no_peak_in_sight),
        cmocka_unit_test(what_cannot_be_fitted_is_told),
    };

    if (!have_gnuplot()) {
        puts("no gnuplot");
        return 77;
    }
    return cmocka_run_group_tests_name("usl", tests, begin, end);
}
