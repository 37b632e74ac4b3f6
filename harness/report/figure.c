#include "harness/report/figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/report/arrivals.h"
#include "harness/report/gnuplot.h"
#include "harness/report/number.h"
#include "harness/report/scaling.h"
#include "harness/report/styles.h"
#include "harness/report/sweep.h"
#include "harness/report/track.h"
#include "harness/report/waiting.h"

/* A linear axis hides the smaller of two values that lie further apart. */
#define LOG_RATIO 30

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
    styles_say(f);
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
    styles_say(f);
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
        styles_bar_label(f, f->cell[i]);
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

static double asked_by(const json_t *trial, const char *aside)
{
    return (double)view_int(json_object_get(trial, aside), "statements");
}

/* The share of reads in what requests asked, over all trials that count. What cancels and browses asked is in `ops`,
 * but in no figure of requests: a look reads, giving back writes. */
static double reads_share(const json_t *cell)
{
    double reads = 0, all = 0;
    const json_t *trial;
    size_t i;

    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        const json_t *ops = json_object_get(trial, "ops");
        double looks = asked_by(trial, "browses");

        if (!view_counts(trial))
            continue;
        reads += view_number(ops, "reads") - looks;
        all += view_number(ops, "statements") - looks - asked_by(trial, "cancels");
    }
    return all > 0 && reads > 0 ? fmin(1, reads / all) : 0;
}

static int write_statements(struct figure *f)
{
    double most = 0;

    fputs("# variant, reads, statements, least, most, colour, label; per request\n", f->data);
    for (size_t i = 0; i < f->n; i++) {
        struct measure m = view_measure(f->cell[i], "statements_per_request");
        double reads = reads_share(f->cell[i]);
        char all[NUMBER_SIZE], read[NUMBER_SIZE], written[NUMBER_SIZE];

        if (!m.present)
            continue;
        styles_bar_label(f, f->cell[i]);
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
    case PICTURE_WAITING:
        return waiting_draw(f);
    case PICTURE_SWEEP_P99:
        return sweep_draw(f, "all_p99_ns", 1e6);
    case PICTURE_SWEEP_AMPLIFICATION:
        return sweep_draw(f, "amplification", 1);
    case PICTURE_SWEEP_WAITING:
        return sweep_draw(f, "response_over_service", 1);
    case PICTURE_SCALING:
        return scaling_draw(f);
    case PICTURE_KINDS:
        break;
    }
    return -1;
}
