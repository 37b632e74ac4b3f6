#include "harness/report/figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/report/arrivals.h"
#include "harness/report/gnuplot.h"
#include "harness/report/number.h"
#include "harness/report/track.h"

/* A linear axis hides the smaller of two values that lie further apart. */
#define LOG_RATIO 30

static bool is_floor(const json_t *cell)
{
    return view_is(cell, "floor");
}

static size_t earlier_of_strategy(const struct figure *f, size_t i)
{
    size_t n = 0;

    for (size_t k = 0; k < i; k++)
        n += strcmp(view_text(f->cell[k], "strategy"), view_text(f->cell[i], "strategy")) == 0;
    return n;
}

/* names, colours and dashes of the lines. A strategy has one colour; its variants differ in dashes. */
static void say_styles(const struct figure *f)
{
    char name[256];

    fputs("names='", f->variables);
    for (size_t i = 0; i < f->n; i++) {
        const char *verdict = view_text(f->cell[i], "verdict");
        bool shown = view_fails(f->cell[i]) || is_floor(f->cell[i]);

        snprintf(name, sizeof name, "%.200s%s%s%s", view_text(f->cell[i], "variant"), shown ? " (" : "",
                 shown ? verdict : "", shown ? ")" : "");
        gnuplot_word(f->variables, name);
    }
    fputs("';colours='", f->variables);
    for (size_t i = 0; i < f->n; i++)
        gnuplot_word(f->variables, view_text(f->cell[i], "colour"));
    fputs("';dashes='", f->variables);
    for (size_t i = 0; i < f->n; i++)
        fprintf(f->variables, "%zu ", is_floor(f->cell[i]) ? (size_t)2 : earlier_of_strategy(f, i) % 5 + 1);
    fprintf(f->variables, "';n=%zu;", f->n);
}

static void end_block(const struct figure *f)
{
    fputs("\n\n", f->data);
}

static char *path_of(const struct figure *f, const char *file)
{
    char *path;

    if (asprintf(&path, "%s/%s", f->dir, file) >= 0)
        return path;
    say_error("report: out of memory");
    return NULL;
}

static struct track *tracks_of(struct figure *f, const char *file, const char *x, const char *y, const char *trial)
{
    struct track *track = calloc(f->n + 1, sizeof *track);
    char *path = path_of(f, file);

    if (track == NULL)
        say_error("report: out of memory");
    if (track != NULL && path != NULL &&
        track_read(track, f->cell, f->n, path, x, y, trial, f->why, sizeof f->why) == 0) {
        free(path);
        return track;
    }
    free(path);
    track_free(track, track != NULL ? f->n : 0);
    return NULL;
}

static int write_spectrum(struct figure *f)
{
    struct track *track = tracks_of(f, "spectrum.csv", "inverse", "system_ns", NULL);

    if (track == NULL)
        return -1;
    fputs("# inverse = 1 / (1 - quantile), ms; one block per variant\n", f->data);
    for (size_t i = 0; i < f->n; i++) {
        /* A block must not be empty, or gnuplot counts the next one in its place. */
        fprintf(f->data, "# %s\nNaN,NaN\n", view_text(f->cell[i], "variant"));
        for (size_t p = 0; p < track[i].n; p++) {
            if (!(track[i].y[p] > 0) || !(track[i].x[p] >= 1))
                continue;
            fprintf(f->data, "%.9g,%.9g\n", track[i].x[p], track[i].y[p] / 1e6);
            f->points++;
        }
        end_block(f);
    }
    say_styles(f);
    track_free(track, f->n);
    return 0;
}

/* The axis of seats left reaches so many capacities below zero: who oversold a hundredfold would flatten all others. */
#define DEPTH 3
/* With more than this share of the seats left at the end there is no curve to see. */
#define ENDLESS 0.9

static void say_seats_axis(const struct figure *f, double capacity, double lowest)
{
    double bottom = fmax(lowest, -DEPTH * capacity);
    char below[160] = "", digits[NUMBER_SIZE];

    if (lowest < bottom)
        snprintf(below, sizeof below, "(the lowest goes on to -%s, below this picture)", number_count(digits, -lowest));
    fprintf(f->variables, "top=%.9g;bottom=%.9g;", capacity * 1.08,
            bottom < 0 ? bottom - 0.04 * capacity : -0.06 * capacity);
    gnuplot_text(f->variables, "below", below);
}

static int write_seats(struct figure *f)
{
    struct track *track = tracks_of(f, "timeline.csv", "t_ns", "seats_left", "trial");
    double first = INFINITY, last = 0, quickest = INFINITY, lowest, fewest_left = INFINITY, capacity = 1, start = 0;

    if (track == NULL)
        return -1;
    for (size_t i = 0; i < f->n; i++) {
        capacity = fmax(capacity, view_number(f->cell[i], "capacity"));
        for (size_t p = 0; p < track[i].n; p++) {
            if (track[i].x[p] > 0)
                first = fmin(first, track[i].x[p]);
            fewest_left = fmin(fewest_left, track[i].y[p]);
        }
        if (track[i].n > 1) {
            last = fmax(last, track[i].x[track[i].n - 1]);
            quickest = fmin(quickest, track[i].x[track[i].n - 1]);
            f->points += track[i].n;
        }
    }
    lowest = fmin(0, fewest_left);
    if (last > LOG_RATIO * quickest)
        start = first / 2; /* a logarithmic axis has no zero */
    fputs("# ms, seats left; one block per variant, then the last sale of each with its colour\n", f->data);
    for (size_t i = 0; i < f->n; i++) {
        fprintf(f->data, "# %s\nNaN,NaN\n", view_text(f->cell[i], "variant"));
        for (size_t p = 0; p < track[i].n; p++)
            fprintf(f->data, "%.9g,%.9g\n", fmax(track[i].x[p], start) / 1e6, track[i].y[p]);
        end_block(f);
    }
    fputs("NaN,NaN,0\n", f->data);
    for (size_t i = 0; i < f->n; i++)
        if (track[i].n > 1)
            fprintf(f->data, "%.9g,%.9g,0x%s\n", track[i].x[track[i].n - 1] / 1e6, track[i].y[track[i].n - 1],
                    view_text(f->cell[i], "colour") + 1);
    say_styles(f);
    fprintf(f->variables, "log=%d;start=%.9g;", start > 0, start / 1e6);
    say_seats_axis(f, capacity, lowest);
    if (f->points == 0 && f->why[0] == '\0') {
        snprintf(f->why, sizeof f->why, "nobody bought a seat, or the history was not kept");
    } else if (fewest_left > capacity * ENDLESS) {
        f->points = 0;
        snprintf(f->why, sizeof f->why, "the stock is meant not to run out, and hardly moved");
    }
    track_free(track, f->n);
    return 0;
}

/* A long name is broken in two before the option nearest its middle: gnuplot reads \n in a quoted field. */
#define LABEL_COLUMNS 28

static void add_bar_label(const struct figure *f, const json_t *cell)
{
    const char *variant = view_text(cell, "variant"), *cut = NULL;
    ptrdiff_t length = (ptrdiff_t)strlen(variant), best = length;

    for (const char *c = variant; length > LABEL_COLUMNS && (c = strchr(c + 1, ':')) != NULL;) {
        ptrdiff_t off = labs(length - 2 * (c - variant));

        if (off < best) {
            best = off;
            cut = c;
        }
    }
    putc('"', f->data);
    for (const char *c = variant; *c != '\0'; c++) {
        if (c == cut)
            fputs("\\n", f->data);
        if (*c != '"' && *c != '\\')
            putc(*c, f->data);
    }
    fputs("\",", f->data);
}

static int write_oversold(struct figure *f)
{
    double most = 0, capacity = 0;
    char stock[NUMBER_SIZE];

    fputs("# variant, seats sold (median), least, most, colour, label\n", f->data);
    for (size_t i = 0; i < f->n; i++) {
        struct measure m = view_measure(f->cell[i], "sold");
        char median[NUMBER_SIZE], least[NUMBER_SIZE], highest[NUMBER_SIZE];

        if (!m.present)
            continue;
        add_bar_label(f, f->cell[i]);
        fprintf(f->data, "%.9g,%.9g,%.9g,0x%s,\"%s", m.median, m.min, m.max, view_text(f->cell[i], "colour") + 1,
                number_count(median, m.median));
        if (m.min < m.max)
            fprintf(f->data, " [%s..%s]", number_count(least, m.min), number_count(highest, m.max));
        fputs("\"\n", f->data);
        most = fmax(most, m.max);
        capacity = fmax(capacity, view_number(f->cell[i], "capacity"));
        f->points++;
    }
    /* Stock that never runs out would squeeze every bar to nothing. */
    gnuplot_text(f->variables, "stock", number_grouped(stock, (int64_t)capacity));
    fprintf(f->variables, "n=%zu;capacity=%.9g;reach=%.9g;", f->points, capacity,
            capacity > 4 * most ? fmax(most, 1) : fmax(most, capacity));
    if (f->points == 0)
        snprintf(f->why, sizeof f->why, "no trial was audited");
    return 0;
}

/* The share of what a trial's connections sent, over all trials that count. */
static double share_of(const json_t *cell, const char *kind)
{
    double part = 0, all = 0;
    const json_t *trial;
    size_t i;

    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        const json_t *ops = json_object_get(trial, "ops");

        if (json_is_true(json_object_get(trial, "void")))
            continue;
        part += view_number(ops, kind);
        all += view_number(ops, "statements");
    }
    return all > 0 && !isnan(part) ? part / all : 0;
}

static int write_statements(struct figure *f)
{
    double most = 0;

    fputs("# variant, reads, statements, least, most, colour, label; per request\n", f->data);
    for (size_t i = 0; i < f->n; i++) {
        struct measure m = view_measure(f->cell[i], "statements_per_request");
        double reads = share_of(f->cell[i], "reads");
        char all[NUMBER_SIZE], read[NUMBER_SIZE], written[NUMBER_SIZE];

        if (!m.present)
            continue;
        add_bar_label(f, f->cell[i]);
        fprintf(f->data, "%.9g,%.9g,%.9g,%.9g,0x%s,\"%s", m.median * reads, m.median, m.min, m.max,
                view_text(f->cell[i], "colour") + 1, number_real(all, m.median));
        if (m.median > 0)
            fprintf(f->data, " = %s read + %s written", number_real(read, m.median * reads),
                    number_real(written, m.median * (1 - reads)));
        fputs("\"\n", f->data);
        most = fmax(most, m.max);
        f->points++;
    }
    fprintf(f->variables, "n=%zu;reach=%.9g;", f->points, most > 0 ? most : 1);
    if (f->points == 0)
        snprintf(f->why, sizeof f->why, "no statement was counted");
    return 0;
}

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

/* One key, and plain numbers. */
static bool all_numeric(const struct text_list *points)
{
    for (size_t i = 0; i < points->n; i++) {
        const char *equals = strchr(points->items[i], '=');
        char *end;

        if (equals == NULL || strchr(points->items[i], ',') != NULL)
            return false;
        if (strtod(equals + 1, &end) <= 0 || end == equals + 1 || *end != '\0')
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
static int write_sweep(struct figure *f, const char *metric, double unit)
{
    const char *db = f->variants > 0 ? view_text(f->cell[0], "db") : "";
    struct text_list points = { 0 };
    struct pick all;
    double least = INFINITY, most = 0;
    bool numeric;
    int failed = view_pick(&all, f->run, view_text(f->scenario, "name"), db, NULL) | view_points(&points, &all);

    numeric = all_numeric(&points);
    fputs("# place, median, least, most; one block per variant\n", f->data);
    for (size_t i = 0; failed == 0 && i < f->n; i++) {
        fprintf(f->data, "# %s\nNaN,NaN,NaN,NaN\n", view_text(f->cell[i], "variant"));
        for (size_t c = 0; c < points.n; c++) {
            const json_t *cell = view_at(&all, view_text(f->cell[i < f->variants ? i : 0], "variant"), points.items[c]);
            struct measure m = view_measure(i < f->variants || cell == NULL ? cell : view_floor(f->run, cell), metric);

            if (cell == NULL || !m.present || !(m.median > 0))
                continue;
            fprintf(f->data, "%.9g,%.9g,%.9g,%.9g\n", place_of(cell, &points, numeric), m.median / unit,
                    (isnan(m.min) ? m.median : m.min) / unit, (isnan(m.max) ? m.median : m.max) / unit);
            least = fmin(least, m.median);
            most = fmax(most, m.median);
            f->points++;
        }
        end_block(f);
    }
    if (failed == 0 && points.n > 0) {
        say_styles(f);
        say_sweep_axis(f, &points, numeric);
        fprintf(f->variables, "logy=%d;", most > LOG_RATIO * least);
    }
    if (f->points == 0)
        snprintf(f->why, sizeof f->why, "too few requests at every point for this number");
    text_list_free(&points);
    view_drop(&all);
    return failed;
}

int figure_write(struct figure *f)
{
    switch (f->kind) {
    case PICTURE_SPECTRUM:
        return write_spectrum(f);
    case PICTURE_OVERSOLD:
        return write_oversold(f);
    case PICTURE_STATEMENTS:
        return write_statements(f);
    case PICTURE_SEATS:
        return write_seats(f);
    case PICTURE_ARRIVALS:
        return arrivals_draw(f);
    case PICTURE_SWEEP_P99:
        return write_sweep(f, "all_p99_ns", 1e6);
    case PICTURE_SWEEP_AMPLIFICATION:
        return write_sweep(f, "amplification", 1);
    case PICTURE_KINDS:
        break;
    }
    return -1;
}
