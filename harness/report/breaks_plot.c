#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/ascending.h"
#include "harness/base/say.h"
#include "harness/report/breaks.h"
#include "harness/report/gnuplot.h"
#include "harness/report/wrap.h"

struct drawing {
    const json_t *dossier;
    const char *dir, *db;
    const json_t **cell; /* those that were searched */
    size_t n;
    FILE *data, *variables;
};

static int complain(const char *path)
{
    say_error("plots: %s: %s", path, strerror(errno));
    return EXIT_ERROR;
}

static int choose(struct drawing *d)
{
    const json_t *cells = json_object_get(d->dossier, "cells"), *cell;
    size_t i;

    d->n = 0;
    if ((d->cell = calloc(json_array_size(cells) + 1, sizeof *d->cell)) == NULL)
        return say_out_of_memory("report");
    json_array_foreach(cells, i, cell)
    {
        if (strcmp(view_text(cell, "db"), d->db) == 0 && json_array_size(json_object_get(cell, "levels")) > 0)
            d->cell[d->n++] = cell;
    }
    return EXIT_OK;
}

/* level, ms of median, least and most, then the median again where it is grey and where it broke. */
static void write_block(const struct drawing *d, const json_t *cell)
{
    const json_t *level;
    char name[512];
    size_t i;

    view_name(cell, name, sizeof name);
    fprintf(d->data, "# %s\n", name);
    json_array_foreach(json_object_get(cell, "levels"), i, level)
    {
        const json_t *p99 = json_object_get(level, "p99_ns");
        const char *state = view_text(level, "state");
        double median = view_number(p99, "median") / 1e6;

        fprintf(d->data, "%lld,%.9g,%.9g,%.9g,%.9g,%.9g\n", (long long)view_int(level, "level"), median,
                view_number(p99, "min") / 1e6, view_number(p99, "max") / 1e6, strcmp(state, "grey") == 0 ? median : NAN,
                strcmp(state, "broken") == 0 ? median : NAN);
    }
    fputs("\n\n", d->data);
}

/* The floor at every level that any cell was tested at. */
static int write_floor(const struct drawing *d)
{
    double(*at)[2] = NULL;
    size_t room = 0, n = 0, i, k;
    const json_t *level;

    for (i = 0; i < d->n; i++)
        room += json_array_size(json_object_get(d->cell[i], "levels"));
    if ((at = calloc(room + 1, sizeof *at)) == NULL)
        return say_out_of_memory("report");
    for (i = 0; i < d->n; i++)
        json_array_foreach(json_object_get(d->cell[i], "levels"), k, level)
        {
            at[n][0] = view_number(level, "level");
            at[n][1] = view_number(level, "floor_p99_ns") / 1e6;
            n += isnan(at[n][1]) ? 0 : 1;
        }
    /* Each by what it begins with, its level. */
    qsort(at, n, sizeof *at, ascending_double);
    fputs("# null\nNaN,NaN\n", d->data);
    for (i = 0; i < n; i++)
        if (i == 0 || at[i][0] > at[i - 1][0])
            fprintf(d->data, "%.9g,%.9g\n", at[i][0], at[i][1]);
    free(at);
    return EXIT_OK;
}

static void say_lines(const struct drawing *d)
{
    char name[512], line[700];
    size_t i, k, same;

    fputs("names='", d->variables);
    for (i = 0; i < d->n; i++) {
        view_name(d->cell[i], name, sizeof name);
        snprintf(line, sizeof line, "%s: %s", name, view_text(d->cell[i], "text"));
        gnuplot_word(d->variables, line);
    }
    fputs("';colours='", d->variables);
    for (i = 0; i < d->n; i++)
        gnuplot_word(d->variables, view_text(d->cell[i], "colour"));
    fputs("';dashes='", d->variables);
    for (i = 0; i < d->n; i++) {
        for (same = k = 0; k < i; k++)
            same += strcmp(view_text(d->cell[k], "colour"), view_text(d->cell[i], "colour")) == 0;
        fprintf(d->variables, "%zu ", same % 5 + 1);
    }
    fprintf(d->variables, "';n=%zu;slo=%.9g;", d->n,
            view_number(json_object_get(d->dossier, "limits"), "slo_ns") / 1e6);
}

static void say_titles(const struct drawing *d)
{
    const json_t *scenario = json_array_get(json_object_get(d->dossier, "scenarios"), 0);
    char title[400], where[300], git[80], subtitle[500];
    const char *name = view_text(scenario, "name");

    snprintf(title, sizeof title, "%.*s: how many %s, and what breaks first", (int)wrap_whole(name, 60), name,
             breaks_is_rate(d->dossier) ? "requests a second" : "users at once");
    view_database(d->dossier, &(struct pick){ d->cell, 1 }, where, sizeof where);
    view_git(d->dossier, git, sizeof git);
    snprintf(subtitle, sizeof subtitle, "%lld seats, %s, git %s", (long long)view_int(scenario, "seats"), where, git);
    gnuplot_text(d->variables, "axis", breaks_is_rate(d->dossier) ? "requests per second" : "users in one burst");
    gnuplot_text(d->variables, "title", title);
    gnuplot_text(d->variables, "subtitle", subtitle);
}

static int run_script(const struct drawing *d, const char *variables, bool *missing)
{
    char *scripts = gnuplot_folder(), *script = NULL;
    int status = EXIT_ERROR;

    if (scripts == NULL || asprintf(&script, "%s/breakpoint.gp", scripts) < 0) {
        free(scripts);
        return EXIT_ERROR;
    }
    switch (gnuplot_run(script, variables, d->db, GNUPLOT_SECONDS)) {
    case GNUPLOT_MISSING:
        *missing = true;
        status = EXIT_OK;
        break;
    case GNUPLOT_DREW:
        status = EXIT_OK;
        break;
    case GNUPLOT_FAILED:
        break;
    }
    free(script);
    free(scripts);
    return status;
}

static int write_data(struct drawing *d, const char *path)
{
    int status;
    size_t i;

    if ((d->data = fopen(path, "we")) == NULL)
        return complain(path);
    fputs(
        "# level, p99 ms: median, least, most, where it is grey, where it broke; one block per variant, then the floor "
        "(level, ms)\n",
        d->data);
    for (i = 0; i < d->n; i++)
        write_block(d, d->cell[i]);
    status = write_floor(d);
    return fclose(d->data) == 0 || status != EXIT_OK ? status : complain(path);
}

static int draw(struct drawing *d, bool *missing)
{
    static const char *const endings[] = { "svg", "png" };
    char path[4200], *variables = NULL, *scripts = gnuplot_folder();
    size_t size, i;
    int status = EXIT_ERROR;

    if (scripts == NULL)
        return EXIT_ERROR;
    if ((d->variables = open_memstream(&variables, &size)) == NULL) {
        free(scripts);
        return say_out_of_memory("report");
    }
    for (i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        snprintf(path, sizeof path, "%s/plots/%s.%s", d->dir, d->db, endings[i]);
        gnuplot_text(d->variables, endings[i], path);
    }
    snprintf(path, sizeof path, "%s/plots/data/%s.csv", d->dir, d->db);
    gnuplot_text(d->variables, "home", scripts);
    gnuplot_text(d->variables, "data", path);
    say_titles(d);
    say_lines(d);
    if (fclose(d->variables) != 0)
        say_out_of_memory("report");
    else if ((status = write_data(d, path)) == EXIT_OK)
        status = run_script(d, variables, missing);
    free(variables);
    free(scripts);
    return status;
}

static int make_folder(const char *dir, const char *name)
{
    char path[4200];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return mkdir(path, 0777) == 0 || errno == EEXIST ? EXIT_OK : complain(path);
}

int breaks_plots(const json_t *dossier, const char *dir)
{
    const json_t *scenario = json_array_get(json_object_get(dossier, "scenarios"), 0);
    struct drawing d = { .dossier = dossier, .dir = dir };
    struct text_list dbs = { 0 };
    bool missing = false;
    int status = make_folder(dir, "plots");
    size_t i;

    if (status == EXIT_OK)
        status = make_folder(dir, "plots/data");
    if (status == EXIT_OK && view_databases(&dbs, dossier, view_text(scenario, "name")) != 0)
        status = EXIT_ERROR;
    for (i = 0; i < dbs.n && status == EXIT_OK && !missing; i++) {
        d.db = dbs.items[i];
        if ((status = choose(&d)) == EXIT_OK && d.n > 0)
            status = draw(&d, &missing);
        free(d.cell);
    }
    text_list_free(&dbs);
    if (missing)
        say_warning("no pictures: gnuplot is not installed (apt-get install gnuplot-nox)");
    return status;
}
