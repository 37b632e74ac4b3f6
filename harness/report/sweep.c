#include "harness/report/sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/gnuplot.h"
#include "harness/report/styles.h"

/* A linear axis hides the smaller of two values that lie further apart. */
#define LOG_RATIO 30

/* Where a point stands: the number its only key has; else its place in the order of points. */
static double place_of(const json_t *cell, const struct text_list *points, bool numeric)
{
    char point[256];
    const char *equals;

    view_point(cell, point, sizeof point);
    equals = strchr(point, '=');
    if (numeric)
        return strtod(equals + 1, NULL);
    for (size_t i = 0; i < points->n; i++)
        if (strcmp(points->items[i], point) == 0)
            return (double)i + 1;
    return NAN;
}

/* One key, and plain numbers or rates. */
static bool all_numeric(const struct text_list *points)
{
    for (size_t i = 0; i < points->n; i++) {
        const char *equals = strchr(points->items[i], '=');
        char *end;

        if (equals == NULL || strchr(points->items[i], ',') != NULL)
            return false;
        if (strtod(equals + 1, &end) <= 0 || end == equals + 1 || (*end != '\0' && strcmp(end, "/s") != 0))
            return false;
    }
    return points->n > 0;
}

static void say_sweep_axis(const struct figure *f, const struct text_list *points, bool numeric)
{
    double low = INFINITY, high = 0;
    char key[64];

    fputs("places='", f->variables);
    for (size_t i = 0; i < points->n; i++) {
        double x = numeric ? strtod(strchr(points->items[i], '=') + 1, NULL) : (double)i + 1;

        fprintf(f->variables, "%.9g ", x);
        low = fmin(low, x);
        high = fmax(high, x);
    }
    fputs("';labels='", f->variables);
    for (size_t i = 0; i < points->n; i++)
        gnuplot_word(f->variables, numeric                       ? strchr(points->items[i], '=') + 1
                                   : points->items[i][0] != '\0' ? points->items[i]
                                                                 : "as is");
    snprintf(key, sizeof key, "%.*s", (int)strcspn(points->items[0], "="), points->items[0]);
    fprintf(f->variables, "';low=%.9g;high=%.9g;logx=%d;", low, high, numeric && high > 8 * low);
    gnuplot_text(f->variables, "key", numeric ? key : "point of the sweep");
}

/* f->cell holds one cell per variant (for the styles); the points come from all cells of the database. */
int sweep_draw(struct figure *f, const char *metric, double unit)
{
    const char *db = f->variants > 0 ? view_text(f->cell[0], "db") : "";
    struct text_list points = { 0 };
    struct pick all;
    double least = INFINITY, most = 0;
    bool numeric;
    int failed = view_pick(&all, f->run, view_text(f->scenario, "name"), db, NULL);

    if (failed == 0)
        failed = view_points(&points, &all);
    numeric = all_numeric(&points);
    fputs("# place, median, 95 % interval; one block per variant\n", f->data);
    for (size_t i = 0; failed == 0 && i < f->n; i++) {
        fprintf(f->data, "# %s\nNaN,NaN,NaN,NaN\n", view_text(f->cell[i], "variant"));
        for (size_t c = 0; c < points.n; c++) {
            const json_t *cell = view_at(&all, view_text(f->cell[i < f->variants ? i : 0], "variant"), points.items[c]);
            struct measure m = view_measure(i < f->variants || cell == NULL ? cell : view_floor(f->run, cell), metric);

            if (cell == NULL || !m.present || !(m.median > 0))
                continue;
            fprintf(f->data, "%.9g,%.9g,%.9g,%.9g\n", place_of(cell, &points, numeric), m.median / unit,
                    (isnan(m.lo) ? m.median : m.lo) / unit, (isnan(m.hi) ? m.median : m.hi) / unit);
            least = fmin(least, m.median);
            most = fmax(most, m.median);
            f->points++;
        }
        fputs("\n\n", f->data);
    }
    if (failed == 0 && points.n > 0) {
        styles_say(f);
        say_sweep_axis(f, &points, numeric);
        fprintf(f->variables, "logy=%d;", most > LOG_RATIO * least);
    }
    if (f->points == 0)
        snprintf(f->why, sizeof f->why, "too few requests at every point for this number");
    text_list_free(&points);
    view_drop(&all);
    return failed;
}
