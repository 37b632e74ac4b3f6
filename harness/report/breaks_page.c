#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/report/breaks.h"
#include "harness/report/page.h"
#include "harness/report/publish.h"

static void write_level(FILE *out, const json_t *level)
{
    char digits[NUMBER_SIZE];

    page_number(out, json_is_integer(level) ? number_grouped(digits, json_integer_value(level)) : "-");
}

/* "97.1 [90.2..104]" of a spread; scale: 1e6 for milliseconds of nanoseconds. */
static void write_spread(FILE *out, const json_t *spread, double scale)
{
    char median[NUMBER_SIZE], least[NUMBER_SIZE], most[NUMBER_SIZE], text[3 * NUMBER_SIZE];

    number_real(median, view_number(spread, "median") / scale);
    if (view_number(spread, "min") < view_number(spread, "max"))
        snprintf(text, sizeof text, "%s [%s..%s]", median, number_real(least, view_number(spread, "min") / scale),
                 number_real(most, view_number(spread, "max") / scale));
    else
        snprintf(text, sizeof text, "%s", median);
    page_number(out, text);
}

static bool is_of(const json_t *cell, const char *db)
{
    return strcmp(view_text(cell, "db"), db) == 0;
}

static void write_answers(FILE *out, const json_t *dossier, const char *db)
{
    static const char *const heads[] = { "variant",    "tries",         "backoff",        "holds up to", "breaks at",
                                         "what broke", "p99 ms, holds", "p99 ms, breaks", "trials",      "remark",
                                         NULL };
    const json_t *cell;
    char text[512];
    size_t i;

    page_table(out, heads);
    json_array_foreach(json_object_get(dossier, "cells"), i, cell)
    {
        const json_t *params = json_object_get(cell, "params");

        if (!is_of(cell, db))
            continue;
        page_name(out, cell);
        page_number(out, view_text(params, "retry.attempts"));
        page_number(out, view_text(params, "retry.backoff"));
        write_level(out, json_object_get(cell, "holds"));
        write_level(out, json_object_get(cell, "breaks"));
        breaks_causes(cell, text, sizeof text);
        page_cell(out, text);
        write_spread(out, json_object_get(breaks_level(cell, "holds"), "p99_ns"), 1e6);
        write_spread(out, json_object_get(breaks_level(cell, "breaks"), "p99_ns"), 1e6);
        fprintf(out, "| %lld ", (long long)view_int(cell, "trials"));
        breaks_remark(cell, text, sizeof text);
        page_cell(out, strcmp(view_text(cell, "end"), "skipped") == 0 ? view_text(cell, "reason") : text);
        page_row_end(out);
    }
}

static void write_curve(FILE *out, const json_t *cell)
{
    static const char *const heads[] = { "level",          "trials",         "failed",       "state",
                                         "broke",          "p99 ms",         "floor p99 ms", "statements /request",
                                         "errors (share)", "oversold, most", "unsold, most", NULL };
    const json_t *level, *n;
    const char *name;
    char text[NUMBER_SIZE];
    size_t i;

    page_table(out, heads);
    json_array_foreach(json_object_get(cell, "levels"), i, level)
    {
        bool first = true;

        fprintf(out, "| %lld | %lld | %lld | %s | ", (long long)view_int(level, "level"),
                (long long)view_int(level, "trials"), (long long)view_int(level, "failed"), view_text(level, "state"));
        json_object_foreach((json_t *)(uintptr_t)json_object_get(level, "broke"), name, n)
        {
            fprintf(out, "%s%s %lld", first ? "" : ", ", name, (long long)json_integer_value(n));
            first = false;
        }
        putc(' ', out);
        write_spread(out, json_object_get(level, "p99_ns"), 1e6);
        page_number(out, number_ms(text, view_number(level, "floor_p99_ns")));
        write_spread(out, json_object_get(level, "statements_per_request"), 1);
        write_spread(out, json_object_get(level, "errors_share"), 1);
        fprintf(out, "| %lld | %lld ", (long long)view_int(level, "oversold_most"),
                (long long)view_int(level, "unsold_most"));
        page_row_end(out);
    }
}

static void write_database(FILE *out, const json_t *dossier, const char *dir, const char *db)
{
    const json_t *cell, *first = NULL;
    char title[300], name[512], path[4200];
    size_t i;

    json_array_foreach(json_object_get(dossier, "cells"), i, cell)
    {
        if (first == NULL && is_of(cell, db))
            first = cell;
    }
    view_database(dossier, &(struct pick){ &first, 1 }, title, sizeof title);
    fputs("\n## ", out);
    page_text(out, title);
    fputs("\n\n", out);
    write_answers(out, dossier, db);
    snprintf(path, sizeof path, "%s/plots/%s.svg", dir, db);
    if (access(path, R_OK) == 0)
        fprintf(out,
                "\n![p99 against load, %s](plots/%s.svg)\n\n*p99 of the system time against the load: "
                "median, whiskers from the least to the most of the trials at that level. Crosses are levels where it "
                "broke, circles the grey zone. The red line is the slo, the grey one users who do nothing.* "
                "([png](plots/%s.png), [data](plots/data/%s.csv))\n",
                db, db, db, db);
    json_array_foreach(json_object_get(dossier, "cells"), i, cell)
    {
        if (!is_of(cell, db) || json_array_size(json_object_get(cell, "levels")) == 0)
            continue;
        view_name(cell, name, sizeof name);
        fputs("\n### ", out);
        page_text(out, name);
        fprintf(out, ", %s\n\n", db);
        write_curve(out, cell);
    }
}

struct page {
    const json_t *dossier;
    const char *dir;
};

static int write_all(void *arg, FILE *out)
{
    const struct page *page = arg;
    const json_t *dossier = page->dossier;
    const json_t *scenario = json_array_get(json_object_get(dossier, "scenarios"), 0);
    struct text_list dbs = { 0 };
    char text[600];
    size_t i;

    fputs("# lastseat: breaking points of ", out);
    page_text(out, view_text(scenario, "name"));
    fputs("\n", out);
    if (json_is_true(json_object_get(dossier, "partial")))
        fputs("\n**Interrupted: this is what was found until then.**\n", out);
    fputs("\n", out);
    page_text(out, view_text(scenario, "title"));
    breaks_range(dossier, text, sizeof text);
    fprintf(out, ": %s for %lld seats.\n\n", text, (long long)view_int(scenario, "seats"));
    breaks_rule(dossier, text, sizeof text);
    page_text(out, text);
    fputs(
        " One of five is the grey zone, between the two numbers. The search doubles the load until it breaks, halves "
        "the interval until its ends are within 5 %, tries both ends five times, and two levels below at random. What "
        "broke is counted over the trials at the level where it breaks. The p99 of a trial is that of rank ceil(0.99 "
        "n): of fewer than 100 requests the slowest answer.\n",
        out);
    if (view_databases(&dbs, dossier, view_text(scenario, "name")) == 0)
        for (i = 0; i < dbs.n; i++)
            write_database(out, dossier, page->dir, dbs.items[i]);
    text_list_free(&dbs);
    page_repeat(out, dossier);
    fputs("\n## What is not shown\n\n"
          "- Client and database share this machine; bursts of threads contain what waking them takes (floor).\n"
          "- A breaking point belongs to these limits, this number of seats, this pool and this machine.\n"
          "- Levels between those tested were not tested, and five trials do not see what happens once in a hundred.\n"
          "\nEvery number here stands in [breakpoint.json](breakpoint.json), every trial in [curve.csv](curve.csv).\n",
          out);
    return 0;
}

int breaks_pages(const json_t *dossier, const char *dir)
{
    struct page page = { .dossier = dossier, .dir = dir };

    return publish(dir, write_all, &page);
}
