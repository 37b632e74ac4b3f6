#include "harness/report/usl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/report/gnuplot.h"

/* Two-sided 95 % points of Student's t; with more degrees of freedom the normal distribution's. */
static double student(int freedom)
{
    static const double points[] = { 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228 };
    const int n = sizeof points / sizeof points[0];

    return freedom < 1 ? NAN : freedom <= n ? points[freedom - 1] : 1.96;
}

static void find_peak(struct usl *usl, double kappa_err, int freedom)
{
    double off = exp(student(freedom) * kappa_err / 2);

    usl->peak = usl->peak_lo = usl->peak_hi = INFINITY;
    if (usl->sigma >= 1)
        usl->peak = usl->peak_lo = usl->peak_hi = 1;
    else if (usl->kappa > 0) {
        usl->peak = fmax(1, sqrt((1 - usl->sigma) / usl->kappa));
        usl->peak_lo = fmax(1, usl->peak / off);
        usl->peak_hi = usl->peak * off;
    }
}

/* What plots/usl.gp printed. */
static void read_fit(struct usl *usl, const char *path)
{
    FILE *in = fopen(path, "re");
    char line[256];
    double slope_err, kappa_err;
    int freedom = 0, converged;

    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        if (sscanf(line, "line %lf %lf %lf %d", &usl->h0_ns, &usl->h1_ns, &slope_err, &freedom) == 4) {
            usl->lined = isfinite(usl->h1_ns);
            usl->h0_ns *= 1e9;
            usl->h1_ns *= 1e9;
            usl->h1_half_ns = slope_err * 1e9 * student(freedom);
        }
        if (sscanf(line, "usl %lf %lf %lf %lf %d %d", &usl->lambda, &usl->sigma, &usl->kappa, &kappa_err, &freedom,
                   &converged) == 6 &&
            converged != 0 && usl->lambda > 0 && isfinite(usl->lambda + usl->sigma + usl->kappa)) {
            usl->state = USL_FITTED;
            find_peak(usl, kappa_err, freedom);
        }
    }
    if (in != NULL)
        fclose(in);
}

/* True: it went as far as it can. */
static bool fit_with(struct usl *usl, const char *folder, const char *variables, const char *out)
{
    char *script;
    enum gnuplot_status status = GNUPLOT_FAILED;

    if (asprintf(&script, "%s/usl.gp", folder) < 0)
        return true;
    unlink(out);
    status = gnuplot_run(script, variables, NULL, GNUPLOT_SECONDS);
    free(script);
    if (status == GNUPLOT_MISSING)
        usl->state = USL_NO_GNUPLOT;
    else
        read_fit(usl, out);
    unlink(out);
    return usl->state != USL_FAILED;
}

void usl_fit(struct usl *usl, const char *data, size_t block, size_t points, double x1, const char *dir)
{
    /* A parameter at 0 has no logarithm, and gnuplot's matrix none of full rank: then it is held there. */
    static const char *const held[] = { "", "sigma", "kappa" };
    char *folder, *out = NULL;

    *usl = (struct usl){ .state = points < USL_FEWEST ? USL_FEW_POINTS : USL_FAILED };
    if (points < USL_FEWEST || (folder = gnuplot_folder()) == NULL)
        return;
    for (size_t i = 0; i < sizeof held / sizeof held[0] && asprintf(&out, "%s/usl.fit", dir) >= 0; i++) {
        char *variables = NULL;
        size_t size;
        FILE *to = open_memstream(&variables, &size);
        bool done = to == NULL;

        if (to != NULL) {
            gnuplot_text(to, "data", data);
            gnuplot_text(to, "out", out);
            gnuplot_text(to, "fixed", held[i]);
            fprintf(to, "block=%zu;x1=%.9g;", block, x1);
            done = fclose(to) != 0 || fit_with(usl, folder, variables, out);
        }
        free(variables);
        free(out);
        out = NULL;
        if (done)
            break;
    }
    free(out);
    free(folder);
}
