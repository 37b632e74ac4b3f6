#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/report/counted.h"
#include "harness/report/figure.h"
#include "harness/report/gnuplot.h"
#include "harness/report/report.h"
#include "harness/report/scaling.h"
#include "harness/report/steps.h"
#include "harness/report/waiting.h"
#include "harness/report/wrap.h"

/* A title of more columns would be cut at the picture's edge. */
#define TITLE_COLUMNS    88
#define SUBTITLE_COLUMNS 116

struct plots {
    const json_t *run;
    const char *dir;
    char *scripts; /* the folder of the scripts */
};

/* all: every cell of the database, of a sweep each point. */
static void say_titles(const struct figure *f, const struct pick *all)
{
    const struct pick drawn = { f->cell, f->variants };
    char title[400], where[200], git[80], counted[80], subtitle[400];

    snprintf(title, sizeof title, "%s", view_text(f->scenario, "title"));
    wrap_shorten(title, TITLE_COLUMNS - strlen(picture_kinds[f->kind].title) - 2);
    snprintf(title + strlen(title), sizeof title - strlen(title), ": %s", picture_kinds[f->kind].title);
    view_database(f->run, all, where, sizeof where);
    view_git(f->run, git, sizeof git);
    counted_say(counted, sizeof counted, &drawn, view_int(f->scenario, "trials"));
    snprintf(subtitle, sizeof subtitle, "n = %s trial%s, %s, git %s", counted, strcmp(counted, "1") == 0 ? "" : "s",
             where, git);
    wrap_shorten(subtitle, SUBTITLE_COLUMNS);
    gnuplot_text(f->variables, "title", title);
    gnuplot_text(f->variables, "subtitle", subtitle);
}

/* The cells of a picture: of each variant the one that ran (of a sweep: the last), then the floor. */
static int choose(struct figure *f, const struct pick *pick)
{
    const json_t *at_best;

    f->cell = calloc(pick->n + 1, sizeof *f->cell);
    if (f->cell == NULL) {
        say_error("report: out of memory");
        return -1;
    }
    for (size_t i = 0; i < pick->n; i++) {
        const char *variant = view_text(pick->cell[i], "variant");
        size_t k = 0;

        if (view_trials(pick->cell[i]) == 0)
            continue;
        while (k < f->n && strcmp(view_text(f->cell[k], "variant"), variant) != 0)
            k++;
        f->cell[k] = pick->cell[i];
        f->n += k == f->n;
    }
    f->variants = f->n;
    if (f->n > 0 && (f->kind == PICTURE_SPECTRUM || f->kind == PICTURE_WAITING || f->kind == PICTURE_SWEEP_P99) &&
        (at_best = view_floor(f->run, f->cell[0])) != NULL)
        f->cell[f->n++] = at_best;
    return 0;
}

static int complain(const char *path)
{
    say_error("plots: %s: %s", path, strerror(errno));
    return EXIT_ERROR;
}

static void drop(const char *folder, const char *name)
{
    static const char *const endings[] = { "svg", "png" };
    char *path;

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (asprintf(&path, "%s/plots/%s.%s", folder, name, endings[i]) >= 0) {
            unlink(path);
            free(path);
        }
}

static int run_script(const struct plots *p, const struct figure *f, const char *name, const char *variables,
                      bool *missing)
{
    const char *suffix = f->points > 0 ? picture_kinds[f->kind].suffix : "nodata";
    char *script;
    int status = EXIT_OK;

    if (asprintf(&script, "%s/%s.gp", p->scripts, suffix) < 0) {
        say_error("report: out of memory");
        return EXIT_ERROR;
    }
    switch (gnuplot_run(script, variables, name, GNUPLOT_SECONDS)) {
    case GNUPLOT_DREW:
        break;
    case GNUPLOT_MISSING:
        *missing = true;
        break;
    case GNUPLOT_FAILED:
        drop(p->dir, name);
        status = EXIT_ERROR;
        break;
    }
    free(script);
    return status;
}

static void say_files(const struct plots *p, const struct figure *f, const char *name, const char *data)
{
    static const char *const endings[] = { "svg", "png" };
    char path[4200];

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        snprintf(path, sizeof path, "%s/plots/%s.%s", p->dir, name, endings[i]);
        gnuplot_text(f->variables, endings[i], path);
    }
    gnuplot_text(f->variables, "home", p->scripts);
    gnuplot_text(f->variables, "data", data);
}

static int draw(const struct plots *p, struct figure *f, const struct pick *all, bool *missing)
{
    char name[200], *data = NULL, *variables = NULL;
    size_t size;
    int status = EXIT_ERROR;

    picture_name(name, sizeof name, view_text(f->scenario, "name"), view_text(f->cell[0], "db"), f->kind);
    f->variables = open_memstream(&variables, &size);
    if (f->variables == NULL || asprintf(&data, "%s/plots/data/%s.csv", p->dir, name) < 0) {
        say_error("report: out of memory");
        data = NULL;
        goto done;
    }
    f->data = fopen(data, "we");
    if (f->data == NULL) {
        complain(data);
        goto done;
    }
    say_files(p, f, name, data);
    say_titles(f, all);
    if (figure_write(f) != 0)
        goto done;
    gnuplot_text(f->variables, "why", f->why);
    if (fclose(f->data) != 0) {
        f->data = NULL;
        complain(data);
        goto done;
    }
    f->data = NULL;
    if (fflush(f->variables) == 0)
        status = run_script(p, f, name, variables, missing);
done:
    if (f->data != NULL)
        fclose(f->data);
    if (f->variables != NULL)
        fclose(f->variables);
    free(variables);
    free(data);
    return status;
}

static int draw_database(const struct plots *p, const json_t *scenario, const char *db, bool *missing)
{
    struct pick pick;
    int status = view_pick(&pick, p->run, view_text(scenario, "name"), db, NULL) == 0 ? EXIT_OK : EXIT_ERROR;

    for (int kind = 0; status == EXIT_OK && !*missing && kind < PICTURE_KINDS; kind++) {
        struct figure f = { .run = p->run, .scenario = scenario, .dir = p->dir, .kind = (enum picture)kind };

        if (picture_kinds[kind].sweep != view_sweeps(scenario) ||
            (kind == PICTURE_SCALING && !scaling_applies(scenario)) ||
            ((kind == PICTURE_WAITING || kind == PICTURE_SWEEP_WAITING) && !waiting_applies(scenario)))
            continue;
        if (choose(&f, &pick) != 0)
            status = EXIT_ERROR;
        else if (f.variants > 0)
            status = draw(p, &f, &pick, missing);
        free(f.cell);
    }
    view_drop(&pick);
    return status;
}

static int make_folder(const char *dir, const char *name)
{
    char *path;
    int status = EXIT_OK;

    if (asprintf(&path, "%s/%s", dir, name) < 0) {
        say_error("report: out of memory");
        return EXIT_ERROR;
    }
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        status = complain(path);
    free(path);
    return status;
}

int report_plots(const json_t *run, const char *dir)
{
    struct plots p = { .run = run, .dir = dir, .scripts = gnuplot_folder() };
    bool missing = false;
    const json_t *scenario;
    int status = p.scripts != NULL ? make_folder(dir, "plots") : EXIT_ERROR;
    size_t i;

    if (status == EXIT_OK)
        status = make_folder(dir, "plots/data");
    json_array_foreach(json_object_get(run, "scenarios"), i, scenario)
    {
        struct text_list dbs = { 0 };

        if (steps_apply(scenario))
            continue; /* no times, no pictures */
        if (status == EXIT_OK && view_databases(&dbs, run, view_text(scenario, "name")) != 0)
            status = EXIT_ERROR;
        for (size_t d = 0; status == EXIT_OK && !missing && d < dbs.n; d++)
            status = draw_database(&p, scenario, dbs.items[d], &missing);
        text_list_free(&dbs);
    }
    if (missing)
        say_warning("no pictures: gnuplot is not installed (apt-get install gnuplot-nox); then: lastseat report %s",
                    dir);
    free(p.scripts);
    return status;
}
