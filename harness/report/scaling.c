#include "harness/report/scaling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/report/gnuplot.h"
#include "harness/report/page.h"
#include "harness/report/styles.h"
#include "harness/report/usl.h"

#define METRIC "decisions_per_s"
/* An interval of no width would weigh for ever: trials that agree to the digit are not known better than this. */
#define LEAST_HALF 0.001
/* An interval of the peak that reaches this many times as far as was measured says nothing. */
#define HARDLY_KNOWN 10

static const char header[] = "variant,points,most,state,lambda,sigma,kappa,peak,peak_lo,peak_hi,lined,h0_ns,h1_ns,"
                             "h1_half_ns";

static const char *const states[] = { "fitted", "few_points", "failed", "no_gnuplot" };

bool scaling_applies(const json_t *scenario)
{
    const json_t *sweep = json_object_get(scenario, "sweep");

    return strcmp(view_text(scenario, "model"), "closed") == 0 && json_object_size(sweep) == 1 &&
           json_object_get(sweep, "load.users") != NULL;
}

/* plots/data/NAME.fit.csv; NULL: out of memory. */
static char *fits_path(const char *dir, const json_t *scenario, const char *db)
{
    char name[200], *path;

    picture_name(name, sizeof name, view_text(scenario, "name"), db, PICTURE_SCALING);
    if (asprintf(&path, "%s/plots/data/%s.fit.csv", dir, name) >= 0)
        return path;
    say_error("report: out of memory");
    return NULL;
}

struct curve {
    size_t points;
    double x1, least, most; /* X at the least N; least and most N */
};

/* The points of a variant as a block of data. */
static struct curve write_block(struct figure *f, const struct pick *all, const char *variant)
{
    struct curve curve = { .least = INFINITY };

    for (size_t c = 0; c < all->n; c++) {
        struct measure m = view_measure(all->cell[c], METRIC);
        double n = view_number(all->cell[c], "users"), half;

        if (strcmp(view_text(all->cell[c], "variant"), variant) != 0 || !m.present || !(m.median > 0))
            continue;
        half = isnan(m.lo) ? 0 : (m.hi - m.lo) / 2;
        fprintf(f->data, "%.9g,%.9g,%.9g,%.9g,%.9g\n", n, m.median, fmax(half, LEAST_HALF * m.median),
                half > 0 ? m.lo : m.median, half > 0 ? m.hi : m.median);
        if (n < curve.least) {
            curve.least = n;
            curve.x1 = m.median / n;
        }
        curve.most = fmax(curve.most, n);
        curve.points++;
    }
    if (curve.points == 0)
        fputs("NaN,NaN,NaN,NaN,NaN\n", f->data); /* an empty block would not count */
    fputs("\n\n", f->data);
    return curve;
}

static void write_fit(FILE *out, const char *variant, const struct curve *curve, const struct usl *u)
{
    fprintf(out, "%s,%zu,%.9g,%s,%.9g,%.9g,%.9g,%.9g,%.9g,%.9g,%d,%.9g,%.9g,%.9g\n", variant, curve->points,
            curve->most, states[u->state], u->lambda, u->sigma, u->kappa, u->peak, u->peak_lo, u->peak_hi, u->lined,
            u->h0_ns, u->h1_ns, u->h1_half_ns);
}

/* "peak N: atomic 3.2, queue >32": one line over the picture. */
static void say_peaks(const struct figure *f, const struct usl *usl, const struct curve *curves)
{
    char text[400] = "peak N:", digits[NUMBER_SIZE];
    size_t used = strlen(text);

    for (size_t i = 0; i < f->n && used < sizeof text - 80; i++) {
        const char *variant = view_text(f->cell[i], "variant");

        if (usl[i].state != USL_FITTED)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s %.40s not fitted", i > 0 ? "," : "", variant);
        else if (usl[i].peak > curves[i].most)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s %.40s >%g", i > 0 ? "," : "", variant,
                                     curves[i].most);
        else
            used += (size_t)snprintf(text + used, sizeof text - used, "%s %.40s %s", i > 0 ? "," : "", variant,
                                     number_real(digits, usl[i].peak));
    }
    gnuplot_text(f->variables, "peaks", text);
}

static void say_fits(const struct figure *f, const struct usl *usl)
{
    fputs("lambdas='", f->variables);
    for (size_t i = 0; i < f->n; i++)
        fprintf(f->variables, "%.9g ", usl[i].state == USL_FITTED ? usl[i].lambda : 0);
    fputs("';sigmas='", f->variables);
    for (size_t i = 0; i < f->n; i++)
        fprintf(f->variables, "%.9g ", usl[i].sigma);
    fputs("';kappas='", f->variables);
    for (size_t i = 0; i < f->n; i++)
        fprintf(f->variables, "%.9g ", usl[i].kappa);
    fputs("';", f->variables);
}

static void say_places(const struct figure *f, const struct pick *all)
{
    double low = INFINITY, high = 1;

    fputs("places='", f->variables);
    for (size_t c = 0; c < all->n; c++) {
        double n = view_number(all->cell[c], "users");
        size_t k = 0;

        while (view_number(all->cell[k], "users") != n)
            k++;
        if (k == c)
            fprintf(f->variables, "%.9g ", n);
        low = fmin(low, n);
        high = fmax(high, n);
    }
    fprintf(f->variables, "';low=%.9g;high=%.9g;", fmin(low, high), high);
}

/* Fits every block of the data that was written, and keeps what came of it. */
static int fit_all(struct figure *f, const struct curve *curves, struct usl *usl)
{
    const char *db = view_text(f->cell[0], "db");
    char name[200], *path = fits_path(f->dir, f->scenario, db), *data = NULL, *folder = NULL;
    FILE *out = path != NULL ? fopen(path, "we") : NULL;
    int status = -1;

    picture_name(name, sizeof name, view_text(f->scenario, "name"), db, PICTURE_SCALING);
    if (out != NULL && asprintf(&data, "%s/plots/data/%s.csv", f->dir, name) >= 0 &&
        asprintf(&folder, "%s/plots/data", f->dir) >= 0) {
        fprintf(out, "%s\n", header);
        for (size_t i = 0; i < f->n; i++) {
            usl_fit(&usl[i], data, i, curves[i].points, curves[i].x1, folder);
            write_fit(out, view_text(f->cell[i], "variant"), &curves[i], &usl[i]);
        }
        status = 0;
    }
    if ((out != NULL && fclose(out) != 0) || status != 0) {
        say_error("report: %s: cannot be written; is the disk full?", path != NULL ? path : "plots/data");
        status = -1;
    }
    free(path);
    free(data);
    free(folder);
    return status;
}

int scaling_draw(struct figure *f)
{
    struct curve *curves = calloc(f->n + 1, sizeof *curves);
    struct usl *usl = calloc(f->n + 1, sizeof *usl);
    struct pick all = { 0 };
    int status = -1;

    if (curves == NULL || usl == NULL) {
        say_error("report: out of memory");
    } else if (view_pick(&all, f->run, view_text(f->scenario, "name"), view_text(f->cell[0], "db"), NULL) == 0) {
        fputs("# users, answers per second, half of its 95 % interval, its ends; one block per variant\n", f->data);
        for (size_t i = 0; i < f->n; i++) {
            curves[i] = write_block(f, &all, view_text(f->cell[i], "variant"));
            f->points += curves[i].points;
        }
        fflush(f->data);
        status = fit_all(f, curves, usl);
        styles_say(f);
        say_fits(f, usl);
        say_peaks(f, usl, curves);
        say_places(f, &all);
        if (f->points == 0)
            snprintf(f->why, sizeof f->why, "no answer at any point");
    }
    view_drop(&all);
    free(curves);
    free(usl);
    return status;
}

/* ---- report.md --------------------------------------------------------------------------------------------------- */

static void write_peak(FILE *out, double most, double peak, double lo, double hi)
{
    char text[128], digits[3][NUMBER_SIZE];

    if (!isfinite(peak))
        snprintf(text, sizeof text, "none: it only grows");
    else if (hi > HARDLY_KNOWN * most)
        snprintf(text, sizeof text, "%s, hardly known: at least %s%s", number_real(digits[0], peak),
                 number_real(digits[1], lo), peak > most ? ", beyond what was measured" : "");
    else
        snprintf(text, sizeof text, "%s [%s..%s]%s", number_real(digits[0], peak), number_real(digits[1], lo),
                 number_real(digits[2], hi), peak > most ? ", beyond what was measured" : "");
    page_number(out, text);
}

/* A line of the file of fits. */
static void write_row(FILE *out, char *line)
{
    char variant[256], state[32], text[NUMBER_SIZE * 3], digits[3][NUMBER_SIZE];
    double most, lambda, sigma, kappa, peak, lo, hi, h0, h1, half;
    size_t points;
    int lined;

    if (sscanf(line, "%255[^,],%zu,%lf,%31[^,],%lf,%lf,%lf,%lf,%lf,%lf,%d,%lf,%lf,%lf", variant, &points, &most, state,
               &lambda, &sigma, &kappa, &peak, &lo, &hi, &lined, &h0, &h1, &half) != 14)
        return;
    page_cell(out, variant);
    fprintf(out, "| %zu ", points);
    if (strcmp(state, states[USL_FITTED]) == 0) {
        page_number(out, number_real(digits[0], lambda));
        snprintf(text, sizeof text, "%.3g", sigma);
        page_number(out, text);
        snprintf(text, sizeof text, "%.3g", kappa);
        page_number(out, text);
        write_peak(out, most, peak, lo, hi);
    } else {
        page_cell(out, "-");
        page_cell(out, "-");
        page_cell(out, "-");
        page_cell(out, strcmp(state, states[USL_FEW_POINTS]) == 0   ? "not fitted: fewer than 6 points"
                       : strcmp(state, states[USL_NO_GNUPLOT]) == 0 ? "not fitted: no gnuplot"
                                                                    : "not fitted: the fit did not converge");
    }
    if (lined != 0) {
        page_number(out, number_duration(digits[0], h0));
        snprintf(text, sizeof text, "%s%s ± %s", h1 < 0 ? "-" : "", number_duration(digits[1], fabs(h1)),
                 number_duration(digits[2], half));
        page_number(out, text);
    } else {
        page_cell(out, "-");
        page_cell(out, "-");
    }
    page_row_end(out);
}

void scaling_write(FILE *out, const char *dir, const json_t *scenario, const char *db)
{
    static const char *const heads[] = { "variant", "points", "lambda /s",   "sigma", "kappa",
                                         "peak N",  "h0",     "h1 per user", NULL };
    char *path = scaling_applies(scenario) ? fits_path(dir, scenario, db) : NULL, line[1024];
    FILE *in = path != NULL ? fopen(path, "re") : NULL;

    free(path);
    if (in == NULL)
        return;
    fputs(
        "\n#### How throughput grows with users\n\nAnswers per second of N users who ask again as soon as answered: "
        "capacity, not what users wait. The Universal Scalability Law X(N) = lambda N / (1 + sigma (N − 1) + kappa N "
        "(N − 1)), fitted by gnuplot with weights from the 95 % intervals: sigma is what is done one after the other, "
        "kappa what users cost each other, and X is highest at the peak. h: time per answer, 1 / X(N) = h0 + h1 N: h1 "
        "is what one more waiter costs everybody, with the half-width of its 95 % interval.\n\n",
        out);
    page_table(out, heads);
    if (fgets(line, sizeof line, in) != NULL)
        while (fgets(line, sizeof line, in) != NULL)
            write_row(out, line);
    fclose(in);
}
