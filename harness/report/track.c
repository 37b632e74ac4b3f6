#include "harness/report/track.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/report/sheet.h"

static int append(struct track *track, double x, double y)
{
    if (track->n == track->room) {
        size_t room = track->room == 0 ? 64 : 2 * track->room;
        double *xs = realloc(track->x, room * sizeof *xs), *ys;

        if (xs != NULL)
            track->x = xs;
        ys = xs == NULL ? NULL : realloc(track->y, room * sizeof *ys);
        if (ys == NULL) {
            say_error("report: out of memory");
            return -1;
        }
        track->y = ys;
        track->room = room;
    }
    track->x[track->n] = x;
    track->y[track->n++] = y;
    return 0;
}

static size_t cell_of(const json_t *const *cell, size_t n, const char *id, size_t guess)
{
    if (guess < n && strcmp(view_text(cell[guess], "id"), id) == 0)
        return guess;
    for (guess = 0; guess < n && strcmp(view_text(cell[guess], "id"), id) != 0; guess++)
        ;
    return guess;
}

int track_read(struct track *track, const json_t *const *cell, size_t n, const char *path, const char *x, const char *y,
               const char *trial, char *why, size_t why_size)
{
    const char *file = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    int id_column, x_column, y_column, trial_column, failed = 0;
    struct sheet sheet;
    size_t at = 0;

    if (sheet_open(&sheet, path) != 0) {
        snprintf(why, why_size, "%s: %s", file, strerror(errno));
        return 0;
    }
    id_column = sheet_column(&sheet, "cell");
    x_column = sheet_column(&sheet, x);
    y_column = sheet_column(&sheet, y);
    trial_column = trial != NULL ? sheet_column(&sheet, trial) : -1;
    if (id_column < 0 || x_column < 0 || y_column < 0)
        snprintf(why, why_size, "%s has no column %s", file, id_column < 0 ? "cell" : x_column < 0 ? x : y);
    while (why[0] == '\0' && failed == 0 && sheet_next(&sheet)) {
        const char *of_trial = sheet_text(&sheet, trial_column);

        at = cell_of(cell, n, sheet_text(&sheet, id_column), at);
        if (at == n)
            continue;
        if (track[at].n == 0)
            snprintf(track[at].trial, sizeof track[at].trial, "%s", of_trial);
        if (strcmp(track[at].trial, of_trial) == 0)
            failed = append(&track[at], sheet_number(&sheet, x_column), sheet_number(&sheet, y_column));
    }
    sheet_close(&sheet);
    return failed;
}

void track_free(struct track *track, size_t n)
{
    for (size_t i = 0; track != NULL && i < n; i++) {
        free(track[i].x);
        free(track[i].y);
    }
    free(track);
}
