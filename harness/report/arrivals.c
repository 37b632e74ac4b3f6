#include "harness/report/arrivals.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/say.h"
#include "harness/report/gnuplot.h"
#include "harness/report/page.h"
#include "harness/report/track.h"

/* ---- the picture ------------------------------------------------------------------------------------------------- */

static void say_words(const struct figure *f, const struct track *track)
{
    char digits[NUMBER_SIZE];
    size_t n = 0;

    fputs("names='", f->variables);
    for (size_t i = 0; i < f->n; i++)
        if (track[i].n > 0)
            gnuplot_word(f->variables, view_text(f->cell[i], "variant"));
    fputs("';notes='", f->variables);
    for (size_t i = 0; i < f->n; i++) {
        struct measure m = view_measure(f->cell[i], "order_index");
        char note[NUMBER_SIZE + 16];

        snprintf(note, sizeof note, "order %s", number_real(digits, m.median));
        if (track[i].n > 0)
            gnuplot_word(f->variables, m.present ? note : " ");
    }
    fputs("';colours='", f->variables);
    for (size_t i = 0; i < f->n; i++) {
        if (track[i].n > 0)
            gnuplot_word(f->variables, view_text(f->cell[i], "colour"));
        n += track[i].n > 0;
    }
    /* Panels half as wide again as the picture is: about as wide as high. */
    fprintf(f->variables, "';n=%zu;columns=%.0f;", n, ceil(sqrt(1.4 * (double)n)));
}

int arrivals_draw(struct figure *f)
{
    struct track *track = calloc(f->n + 1, sizeof *track);
    char *path = NULL;
    int failed = -1;

    if (track == NULL || asprintf(&path, "%s/arrivals.csv", f->dir) < 0) {
        say_error("report: out of memory");
        path = NULL;
    } else {
        failed = track_read(track, f->cell, f->n, path, "place", "winners_share", NULL, f->why, sizeof f->why);
    }
    if (failed == 0) {
        fputs("# place in the line (%), bookings up to there (%); one block per variant that booked any\n", f->data);
        for (size_t i = 0; i < f->n; i++) {
            if (track[i].n == 0)
                continue;
            fprintf(f->data, "# %s\n", view_text(f->cell[i], "variant"));
            for (size_t p = 0; p < track[i].n; p++, f->points++)
                fprintf(f->data, "%.9g,%.9g\n", 100 * track[i].x[p], 100 * track[i].y[p]);
            fputs("\n\n", f->data);
        }
        say_words(f, track);
        if (f->points == 0 && f->why[0] == '\0')
            snprintf(f->why, sizeof f->why, "nobody was booked");
    }
    free(path);
    track_free(track, f->n);
    return failed;
}

/* ---- report.md --------------------------------------------------------------------------------------------------- */

static bool compares(const struct pick *pick)
{
    for (size_t i = 0; i < pick->n; i++)
        if (view_measure(pick->cell[i], "order_index").present)
            return true;
    return false;
}

/* NULL: no honest strategy refused anybody. */
static const json_t *extreme(const struct pick *pick, bool fairest)
{
    const json_t *best = NULL;

    for (size_t i = 0; i < pick->n; i++) {
        struct measure m = view_measure(pick->cell[i], "order_index");
        double so_far = view_measure(best, "order_index").median;

        if (m.present && view_honest(pick->cell[i]) &&
            (best == NULL || (fairest ? m.median < so_far : m.median > so_far)))
            best = pick->cell[i];
    }
    return best;
}

/* One of a hundred refusals is more than chance among neighbours makes. */
#define ORDERLY 0.01
/* From here on who came first had no better chance than who came last. */
#define A_DRAW 0.45

static void say_one(FILE *out, const json_t *cell)
{
    double index = view_measure(cell, "order_index").median;
    char digits[NUMBER_SIZE];

    page_text(out, view_text(cell, "variant"));
    if (index <= ORDERLY)
        fprintf(out, " served in the order of arrival (order index %s)", number_real(digits, index));
    else if (index < A_DRAW)
        fprintf(out, " let later ones pass: a buyer had come after one who was refused in %s %% of the pairs",
                number_real(digits, 100 * index));
    else
        fprintf(out, " dealt seats out regardless of who had come first (order index %s)", number_real(digits, index));
}

static void say_sentence(FILE *out, const struct pick *pick)
{
    const json_t *fairest = extreme(pick, true), *least = extreme(pick, false);
    double served = 0, refused = 0;

    if (fairest == NULL)
        return;
    fputs("\n", out);
    say_one(out, fairest);
    if (least != fairest) {
        fputs("; ", out);
        say_one(out, least);
    }
    for (size_t i = 0; i < pick->n; i++) {
        if (!view_honest(pick->cell[i]))
            continue;
        served += fmax(view_sum(pick->cell[i], "fairness", "inversions"), 0);
        refused += fmax(view_sum(pick->cell[i], "fairness", "starved"), 0);
    }
    fputs(served > 0 ? ". Some were refused and saw a seat go to one who asked only after they had their answer." : ".",
          out);
    fputs(refused > 0 ? " Some used up their tries while seats were left for them.\n" : "\n", out);
}

static void total(FILE *out, const json_t *cell, const char *key)
{
    char text[NUMBER_SIZE];

    page_number(out, number_count(text, view_sum(cell, "fairness", key)));
}

void arrivals_write(FILE *out, const struct pick *pick)
{
    static const char *const heads[] = { "variant",
                                         "n",
                                         "order index",
                                         "winners",
                                         "losers",
                                         "overtakes",
                                         "most overtaken",
                                         "passed after refusal",
                                         "longest wait ms",
                                         "most tries",
                                         "starved",
                                         "Jain index of users",
                                         NULL };

    if (!compares(pick))
        return;
    fputs("\n#### Fairness\n", out);
    say_sentence(out, pick);
    fputs(
        "\nThe order index is the chance that a buyer came to the app later than somebody who was refused the same: 0 "
        "first come first served, 0.5 a lottery, 1 last come first served. One overtakes when he is served and had "
        "come later; he passes after a refusal when he came only after the other had his answer, which no delay "
        "explains. Starved are those whose tries were used up while in the end seats were left for them. The Jain "
        "index is 1 when all users got the same; where each asks once it is the share who were served. Winners, "
        "losers, passes and starved are totals over n trials, the others medians.\n\n",
        out);
    page_table(out, heads);
    for (size_t i = 0; i < pick->n; i++) {
        const json_t *cell = pick->cell[i];

        if (view_trials(cell) == 0)
            continue;
        page_name(out, cell);
        fprintf(out, "| %lld ", (long long)view_trials(cell));
        page_measure(out, cell, "order_index", PAGE_REAL);
        total(out, cell, "winners");
        total(out, cell, "losers");
        page_measure(out, cell, "overtakes", PAGE_COUNT);
        page_measure(out, cell, "overtaken_most", PAGE_COUNT);
        total(out, cell, "inversions");
        page_measure(out, cell, "longest_wait_ns", PAGE_MS);
        page_measure(out, cell, "most_attempts", PAGE_COUNT);
        total(out, cell, "starved");
        page_measure(out, cell, "jain_index", PAGE_REAL);
        page_row_end(out);
    }
}
