#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/report/appendix.h"
#include "harness/report/arrivals.h"
#include "harness/report/catalogue.h"
#include "harness/report/closing.h"
#include "harness/report/counted.h"
#include "harness/report/faults.h"
#include "harness/report/floor_page.h"
#include "harness/report/mix.h"
#include "harness/report/page.h"
#include "harness/report/picture.h"
#include "harness/report/probed.h"
#include "harness/report/publish.h"
#include "harness/report/report.h"
#include "harness/report/scaling.h"
#include "harness/report/steps.h"
#include "harness/report/turned.h"
#include "harness/report/validity_page.h"
#include "harness/report/waiting.h"

struct markdown {
    const json_t *run;
    const char *dir;
    FILE *out;
};

static void write_sentence(void *arg, enum closing_kind kind, const char *text)
{
    const struct markdown *m = arg;
    bool loud = kind == CLOSING_BROKEN || kind == CLOSING_NOTHING;

    fputs(loud ? "- **" : "- ", m->out);
    page_text(m->out, text);
    fputs(loud ? "**\n" : "\n", m->out);
}

static int write_answer_on(struct markdown *m, const json_t *scenario, const char *db)
{
    char counted[80];

    if (counted_on(counted, sizeof counted, m->run, scenario, db) != 0)
        return -1;
    fputs("\n**", m->out);
    page_text(m->out, view_text(scenario, "title"));
    fprintf(m->out, ", on %s** (n = %s)\n\n", db, counted);
    return closing_say(m->run, view_text(scenario, "name"), db, write_sentence, m);
}

static int write_answer(struct markdown *m)
{
    const json_t *scenario;
    size_t i;
    int failed = 0;

    fputs("\n## The answer\n", m->out);
    json_array_foreach(json_object_get(m->run, "scenarios"), i, scenario)
    {
        const char *name = view_text(scenario, "name");
        struct text_list dbs = { 0 };

        failed |= view_databases(&dbs, m->run, name);
        for (size_t d = 0; failed == 0 && d < dbs.n; d++)
            failed = write_answer_on(m, scenario, dbs.items[d]);
        text_list_free(&dbs);
    }
    return failed;
}

static const struct {
    const char *head, *metric;
    enum page_unit unit;
} columns[] = {
    { "sold", "sold", PAGE_COUNT },
    { "oversold", "oversold", PAGE_COUNT },
    { "unsold", "unsold", PAGE_COUNT },
    { "buyers p50 ms", "buyers_p50_ns", PAGE_MS },
    { "buyers max ms", "buyers_max_ns", PAGE_MS },
    { "refused p50 ms", "refused_p50_ns", PAGE_MS },
    { "refused p99 ms", "refused_p99_ns", PAGE_MS },
    { "all p50 ms", "all_p50_ns", PAGE_MS },
    { "all p99 ms", "all_p99_ns", PAGE_MS },
    { "response p99 ms", "response_all_p99_ns", PAGE_MS },
    { "service p99 ms", "service_all_p99_ns", PAGE_MS },
    { "statements /request", "statements_per_request", PAGE_REAL },
    { "round trips /request", "round_trips_per_request", PAGE_REAL },
    { "transactions /request", "transactions_per_request", PAGE_REAL },
    { "amplification", "amplification", PAGE_REAL },
    { "retries /request", "retries_per_request", PAGE_REAL },
    { "sold out after ms", "sold_out_ns", PAGE_MS },
    { "bookings /s", "bookings_per_s", PAGE_REAL },
    { "answers /s", "decisions_per_s", PAGE_REAL },
    { "errors (share)", "errors_share", PAGE_REAL },
};
#define COLUMNS (sizeof columns / sizeof columns[0])

static void write_row(const struct markdown *m, const json_t *cell, bool sweeps)
{
    char point[256];

    view_point(cell, point, sizeof point);
    page_cell(m->out, view_text(cell, "variant"));
    if (sweeps)
        page_cell(m->out, point);
    fprintf(m->out, "| %lld ", (long long)view_trials(cell));
    for (size_t c = 0; c < COLUMNS; c++)
        page_measure(m->out, cell, columns[c].metric, columns[c].unit);
    page_cell(m->out, view_text(cell, "verdict"));
    page_row_end(m->out);
}

static void write_table(const struct markdown *m, const struct pick *pick, bool sweeps)
{
    const char *heads[COLUMNS + 5];
    size_t n = 0;

    heads[n++] = "variant";
    if (sweeps)
        heads[n++] = "point";
    heads[n++] = "n";
    for (size_t c = 0; c < COLUMNS; c++)
        heads[n++] = columns[c].head;
    heads[n++] = "verdict";
    heads[n] = NULL;
    fputs("\n", m->out);
    page_table(m->out, heads);
    for (size_t i = 0; i < pick->n; i++) {
        const json_t *at_best = view_floor(m->run, pick->cell[i]);

        write_row(m, pick->cell[i], sweeps);
        /* Once below the last cell it goes with. */
        if (at_best != NULL && (i + 1 == pick->n || view_floor(m->run, pick->cell[i + 1]) != at_best))
            write_row(m, at_best, sweeps);
    }
    fputs("\nMedians over n trials, or over fewer where it says (n = ...): those that have the number. In square "
          "brackets: "
          "the range for seats, else the 95 % interval of the median. \\~ from all trials merged, as a single one has "
          "too "
          "few samples; - not available. Times are system times (answer minus due time, less checkout) unless response "
          "or service is said.\n",
          m->out);
}

static void write_reasons(const struct markdown *m, const struct pick *pick)
{
    char point[256];

    fputs("\nVerdicts:\n\n", m->out);
    for (size_t i = 0; i < pick->n; i++) {
        const json_t *cell = pick->cell[i], *flag;
        size_t f;

        view_point(cell, point, sizeof point);
        fputs("- ", m->out);
        page_text(m->out, view_text(cell, "variant"));
        fputs(point[0] != '\0' ? ", " : "", m->out);
        page_text(m->out, point);
        fprintf(m->out, ": **%s**: ", view_text(cell, "verdict"));
        page_text(m->out, view_text(cell, "reason"));
        json_array_foreach(json_object_get(cell, "flags"), f, flag)
        {
            fprintf(m->out, "%s%s", f == 0 ? "; flags: " : ", ", json_string_value(flag));
        }
        fputs("\n", m->out);
    }
}

static bool file_exists(const struct markdown *m, const char *name, const char *ending)
{
    char *path;
    bool found;

    if (asprintf(&path, "%s/plots/%s.%s", m->dir, name, ending) < 0)
        return false;
    found = access(path, R_OK) == 0;
    free(path);
    return found;
}

static void write_pictures(const struct markdown *m, const json_t *scenario, const char *db)
{
    for (int kind = 0; kind < PICTURE_KINDS; kind++) {
        char name[200];

        if (picture_kinds[kind].sweep != view_sweeps(scenario) ||
            (kind == PICTURE_SCALING && !scaling_applies(scenario)) ||
            ((kind == PICTURE_WAITING || kind == PICTURE_SWEEP_WAITING) && !waiting_applies(scenario)))
            continue;
        picture_name(name, sizeof name, view_text(scenario, "name"), db, (enum picture)kind);
        if (!file_exists(m, name, "svg"))
            continue;
        fputs("\n![", m->out);
        page_text(m->out, view_text(scenario, "title"));
        fprintf(m->out, ", %s: %s](plots/%s.svg)\n\n*%s* ([png](plots/%s.png), [data](plots/data/%s.csv))\n", db,
                picture_kinds[kind].title, name, picture_kinds[kind].caption, name, name);
    }
}

static int write_database(const struct markdown *m, const json_t *scenario, const char *db)
{
    char title[300];
    struct pick pick;
    size_t ran = 0;

    if (view_pick(&pick, m->run, view_text(scenario, "name"), db, NULL) != 0)
        return -1;
    for (size_t i = 0; i < pick.n; i++)
        ran += view_trials(pick.cell[i]) > 0;
    view_database(m->run, &pick, title, sizeof title);
    fputs("\n### ", m->out);
    page_text(m->out, title);
    fputs("\n", m->out);
    if (ran > 0)
        write_table(m, &pick, view_sweeps(scenario));
    write_reasons(m, &pick);
    if (ran > 0) {
        steps_write(m->out, scenario, &pick);
        write_pictures(m, scenario, db);
        turned_write(m->out, &pick);
        page_audit(m->out, &pick);
        catalogue_write(m->out, &pick);
        page_outcomes(m->out, &pick);
        arrivals_write(m->out, &pick);
        probed_write(m->out, &pick);
        scaling_write(m->out, m->dir, scenario, db);
        waiting_write(m->out, m->run, scenario, &pick);
        mix_write(m->out, &pick);
        faults_write(m->out, &pick);
        page_resources(m->out, &pick);
        validity_page_write(m->out, m->run, &pick);
        floor_page_cells(m->out, m->run, scenario, &pick);
    }
    view_drop(&pick);
    return 0;
}

/* The line of a swept scenario has one value of what has several. */
static void write_swept(FILE *out, const json_t *scenario)
{
    json_t *sweep = json_object_get(scenario, "sweep"), *values, *value;
    const char *key;
    size_t n = 0, i;

    json_object_foreach(sweep, key, values)
    {
        fputs(n++ == 0 ? " Swept (before this with the first value): " : "; ", out);
        page_text(out, key);
        json_array_foreach(values, i, value)
        {
            fputs(i == 0 ? " = " : ", ", out);
            page_text(out, json_is_string(value) ? json_string_value(value) : "");
        }
    }
    fputs(n > 0 ? ".\n" : "\n", out);
}

static int write_scenario(const struct markdown *m, const json_t *scenario)
{
    const char *name = view_text(scenario, "name");
    struct text_list dbs = { 0 };
    int failed = view_databases(&dbs, m->run, name);
    char users[NUMBER_SIZE], seats[NUMBER_SIZE], counted[80] = "0";

    failed |= counted_on(counted, sizeof counted, m->run, scenario, NULL);

    fputs("\n## ", m->out);
    page_text(m->out, view_text(scenario, "title"));
    fprintf(m->out, " (%s)\n\n", name);
    page_text(m->out, view_text(scenario, "question"));
    fprintf(
        m->out,
        "\n\n%s load, %s users, %lld event%s of %s seats, %lld app server%s with %lld connections each, workers %s, %s "
        "attempts with backoff %s, checkout %s, durability %s, n = %s trials",
        view_text(scenario, "model"), number_grouped(users, view_int(scenario, "users")),
        (long long)view_int(scenario, "events"), view_int(scenario, "events") == 1 ? "" : "s",
        number_grouped(seats, view_int(scenario, "seats")), (long long)view_int(scenario, "instances"),
        view_int(scenario, "instances") == 1 ? "" : "s", (long long)view_int(scenario, "pool"),
        view_text(scenario, "workers"), view_text(scenario, "attempts"), view_text(scenario, "backoff"),
        view_text(scenario, "checkout"), view_text(scenario, "durability"), counted);
    mix_users(m->out, scenario);
    faults_users(m->out, scenario);
    putc('.', m->out);
    write_swept(m->out, scenario);
    for (size_t i = 0; failed == 0 && i < dbs.n; i++)
        failed = write_database(m, scenario, dbs.items[i]);
    text_list_free(&dbs);
    return failed;
}

static const char ending[] =
    "\n## Flags\n\n"
    "- near\\_floor: the strategy that does nothing takes more than 20 % of this one's all p99: the difference to "
    "others "
    "is mostly the machine's.\n"
    "- few\\_samples: too few requests for some percentiles; they are merged over trials (\\~) or absent.\n"
    "- lag, behind: in open load, requests began too late to say how fast answers are, or fewer began than were due.\n"
    "- steal, hiccups: the host took processors away, or the whole machine stood still: times are longer than the "
    "strategy made them.\n"
    "- void\\_trials: some trials did not count (a worker failed, a limit was hit); run.json says why.\n"
    "- proved\\_nothing: a control that should oversell here never did, so nobody else's zero means much.\n"
    "- errors: more than 1 % of the requests ended in gave\\_up, timed\\_out, shed, failed or unknown.\n"
    "- unjudged: seats were left over where bookings had been given back, and it cannot be said whether whoever was "
    "refused came while they were taken: nobody is blamed for them.\n"
    "- imprecise: the scenario asks for a precision ([run] precision) that was not reached within 30 blocks.\n"
    "- trend: the headline rises or falls from block to block (p < 0.01): something drifts, and the interval claims "
    "too "
    "much.\n"
    "- slow\\_first: the first block that counts is far above the others: more warm-up was needed (run.warmup).\n"
    "- not\\_sustained: in open load, the requests came faster than they could be answered, and waiting grew to the "
    "end.\n"
    "\n## What is not shown\n\n"
    "- Client and database share this machine: they compete for its CPU, and no network lies between them.\n"
    "- The seed fixes choices (who wants what, backoffs, the order of trials), not how threads interleave: a second "
    "run "
    "asks the same and may see other races.\n"
    "- In a burst of threads, times contain what waking them takes: the null floor shows how much.\n"
    "- Zero anomalies in N trials bound their rate below 3/N at 95 %; they do not show that there is none.\n"
    "- One machine, one file system, one version of each database: ratios may travel, milliseconds do not.\n"
    "- Server CPU and WAL are those of the whole server where it runs nothing else, and are absent elsewhere.\n";

static int write_all(void *arg, FILE *out)
{
    struct markdown *m = arg;
    const json_t *scenario;
    size_t i;

    m->out = out;
    fputs("# lastseat: ", m->out);
    json_array_foreach(json_object_get(m->run, "scenarios"), i, scenario)
    {
        fputs(i > 0 ? "; " : "", m->out);
        page_text(m->out, view_text(scenario, "title"));
    }
    fputs("\n", m->out);
    if (json_is_true(json_object_get(m->run, "partial")))
        fputs("\n**Interrupted: this is what was measured until then.**\n", m->out);
    if (write_answer(m) != 0)
        return -1;
    page_repeat(m->out, m->run);
    floor_page_machine(m->out, m->run);
    json_array_foreach(json_object_get(m->run, "scenarios"), i, scenario)
    {
        if (write_scenario(m, scenario) != 0)
            return -1;
    }
    if (appendix_write(m->out, m->run) != 0)
        return -1;
    fputs(ending, m->out);
    fputs("\nEvery number here stands in [run.json](run.json); what each means, and the csv files, are described in "
          "results/README.md.\n",
          m->out);
    return 0;
}

int report_pages(const json_t *run, const char *dir)
{
    struct markdown m = { .run = run, .dir = dir };

    return publish(dir, write_all, &m);
}
