#include "harness/report/floor_page.h"

#include <math.h>
#include <string.h>

#include "harness/report/grid.h"

/* A cell whose requests mostly buy is bound by what the database can book; another one by what refusing takes. */
#define MOSTLY_BOOKED 0.5

static const json_t *find(const json_t *run, const char *name)
{
    const json_t *floor;
    size_t i;

    json_array_foreach(json_object_get(run, "floors"), i, floor)
    {
        if (strcmp(view_text(floor, "name"), name) == 0)
            return floor;
    }
    return NULL;
}

/* Of the families whose names end in what was varied, the beginning. */
static void explain(const char *name, char *out, size_t size)
{
    static const struct {
        const char *name, *text;
    } known[] = { { "clock_read", "reading the clock once" },
                  { "fdatasync_4k", "appending 4 kB to a file and flushing it" },
                  { "fdatasync_8k", "appending 8 kB to a file and flushing it" },
                  { "futex_round_trip", "one thread wakes another and is woken by it" },
                  { "hand_off", "threads that ask one thread and sleep until it has answered" },
                  { "wake_skew", "threads at a common start: first to last awake" },
                  { "idle_burst", "users rush a strategy that does nothing: p99" },
                  { "postgres_select_1", "a prepared SELECT 1, there and back" },
                  { "postgres_", "one client: counter and booking in one statement, one commit each" },
                  { "sqlite_", "raw SQLite, one thread: bookings, that many a transaction" } };

    snprintf(out, size, "%s", name);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strncmp(name, known[i].name, strlen(known[i].name)) == 0) {
            snprintf(out, size, "%s", known[i].text);
            return;
        }
}

static const char *in_unit(char *out, const json_t *floor, double value)
{
    char digits[NUMBER_SIZE];

    if (strcmp(view_text(floor, "unit"), "ns") == 0)
        return number_duration(out, value);
    snprintf(out, NUMBER_SIZE, "%.20s/s", number_real(digits, value));
    return out;
}

static double end_of(const json_t *floor, size_t i)
{
    const json_t *end = json_array_get(json_object_get(floor, "ci95"), i);

    return json_is_number(end) ? json_number_value(end) : NAN;
}

void floor_page_table(const json_t *calibration, FILE *out)
{
    struct grid grid = { .columns = 3, .name_head = "floor", .plain = "" };
    char text[NUMBER_SIZE], high[NUMBER_SIZE];
    const json_t *floor;
    size_t i;

    snprintf(grid.head[1][0], GRID_TEXT, "median");
    snprintf(grid.head[0][1], GRID_TEXT, "95 %%");
    snprintf(grid.head[1][1], GRID_TEXT, "interval");
    snprintf(grid.head[1][2], GRID_TEXT, "n");
    json_array_foreach(json_object_get(calibration, "floors"), i, floor)
    {
        struct grid_row *row = grid_add(&grid);

        if (row == NULL)
            break;
        snprintf(row->name, sizeof row->name, "%s", view_text(floor, "name"));
        snprintf(row->text[0], GRID_TEXT, "%s", in_unit(text, floor, view_number(floor, "median")));
        snprintf(row->text[1], GRID_TEXT, "%.13s..%.13s", in_unit(text, floor, end_of(floor, 0)),
                 in_unit(high, floor, end_of(floor, 1)));
        snprintf(row->text[2], GRID_TEXT, "%lld", (long long)view_int(floor, "n"));
    }
    grid_print(&grid, out);
    grid_clear(&grid);
}

void floor_page_machine(FILE *out, const json_t *run)
{
    static const char *const heads[] = { "floor", "median", "95 % interval", "n", "<what", NULL };
    char text[NUMBER_SIZE], what[120];
    const json_t *floor;
    size_t i;

    if (json_array_size(json_object_get(run, "floors")) == 0) {
        fputs("\nThe floors of this machine were not measured: `lastseat calibrate` does, in half a minute.\n", out);
        return;
    }
    fprintf(out,
            "\nWhat this machine allows at best, measured %s by `lastseat calibrate`, with nothing else to do:\n\n",
            view_text(run, "calibrated_utc"));
    page_table(out, heads);
    json_array_foreach(json_object_get(run, "floors"), i, floor)
    {
        page_cell(out, view_text(floor, "name"));
        page_number(out, in_unit(text, floor, view_number(floor, "median")));
        page_number(out, in_unit(text, floor, end_of(floor, 0)));
        fprintf(out, ".. %s ", in_unit(text, floor, end_of(floor, 1)));
        fprintf(out, "| %lld ", (long long)view_int(floor, "n"));
        explain(view_text(floor, "name"), what, sizeof what);
        page_cell(out, what);
        page_row_end(out);
    }
}

/* ---- beside what was measured */

struct beside {
    FILE *out;
    const json_t *run, *cell;
    bool any;
};

/* rate: per second; else ns. */
static void write_row(struct beside *b, const char *figure, bool rate, double measured, double floor, const char *what)
{
    static const char *const heads[] = { "variant", "figure",           "n",        "measured",
                                         "floor",   "measured / floor", "floor of", NULL };
    char text[NUMBER_SIZE];

    if (!(measured > 0) || !(floor > 0))
        return;
    if (!b->any) {
        fputs("\n#### Beside the floors\n\nWhat this machine allows at best, for each figure that has such a floor: a "
              "time cannot fall below it, and a rate not rise above it but for PostgreSQL, where many clients who "
              "commit together may book more than one client's loop.\n\n",
              b->out);
        page_table(b->out, heads);
        b->any = true;
    }
    page_name(b->out, b->cell);
    page_cell(b->out, figure);
    fprintf(b->out, "| %lld ", (long long)view_trials(b->cell));
    page_number(b->out, rate ? number_real(text, measured) : number_duration(text, measured));
    page_number(b->out, rate ? number_real(text, floor) : number_duration(text, floor));
    if (rate)
        fprintf(b->out, "| %.0f %% ", 100 * measured / floor);
    else
        fprintf(b->out, "| %s x ", number_real(text, measured / floor));
    page_cell(b->out, what);
    page_row_end(b->out);
}

/* Bookings per second of a raw loop with k in a transaction: what one takes grows in a straight line between the k that
 * were measured, and per booking stays what it is beyond them. NAN: not calibrated. */
static double loop_rate(const json_t *run, const char *db, const char *durability, double k)
{
    static const int batches[] = { 1, 16, 64, 256 };
    double below_k = NAN, below_ns = NAN;
    char name[64];

    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        double batch = batches[i], rate, ns;

        snprintf(name, sizeof name, "%s_%s_%d", db, durability, batches[i]);
        rate = view_number(find(run, name), "median");
        if (isnan(rate))
            continue;
        ns = batch / rate;
        if (k <= batch)
            return isnan(below_k) ? rate : k / (below_ns + (ns - below_ns) * (k - below_k) / (batch - below_k));
        below_k = batch;
        below_ns = ns;
    }
    return below_k / below_ns;
}

static void write_bookings(struct beside *b)
{
    double booked = view_sum(b->cell, "outcomes", "booked"), transactions = view_sum(b->cell, "ops", "transactions");
    double k = transactions > 0 && booked > transactions ? booked / transactions : 1;
    const char *db = view_text(b->cell, "db");
    char what[160], digits[NUMBER_SIZE];

    if (!(booked >= MOSTLY_BOOKED * view_sum(b->cell, NULL, "requests")))
        return;
    /* One client's loop bounds nobody who books for many in one statement. */
    if (strcmp(db, "postgres") == 0 && k >= 1.5)
        return;
    snprintf(what, sizeof what,
             strcmp(db, "postgres") == 0 ? "one client, one commit each" : "raw loop, %s a transaction",
             number_real(digits, k));
    write_row(b, "bookings /s", true, view_measure(b->cell, "bookings_per_s").median,
              loop_rate(b->run, db, view_text(b->cell, "durability"), k), what);
}

/* Those who are answered by a service thread are handed over to it and back. */
static void write_answers(struct beside *b)
{
    const json_t *trial, *floor;
    double asked = 0;
    size_t i;

    json_array_foreach(json_object_get(b->cell, "trials"), i, trial)
    {
        asked += (double)view_int(json_object_get(json_object_get(trial, "ops"), "service"), "statements");
    }
    if (asked > 0 && (floor = find(b->run, "hand_off_1000")) != NULL)
        write_row(b, "answers /s", true, view_measure(b->cell, "decisions_per_s").median, view_number(floor, "median"),
                  "handing 1000 threads' requests to one and back");
}

static void write_trips(struct beside *b)
{
    double trips = view_measure(b->cell, "round_trips_per_request").median;
    double one = view_number(find(b->run, "postgres_select_1"), "median");
    const json_t *merged = json_object_get(json_object_get(b->cell, "merged"), "service_ns");
    char what[80], digits[NUMBER_SIZE];

    /* With less than one a request most requests make none, and the mean says nothing of those that do. */
    if (strcmp(view_text(b->cell, "db"), "postgres") != 0 || !(trips >= 1))
        return;
    snprintf(what, sizeof what, "%s round trips of SELECT 1", number_real(digits, trips));
    write_row(b, "service time, mean", false, view_number(json_object_get(merged, "all"), "mean"), trips * one, what);
}

void floor_page_cells(FILE *out, const json_t *run, const json_t *scenario, const struct pick *pick)
{
    /* Who asks again as soon as he is answered was never woken by a common start: nothing of it is in his times. */
    bool woken = strcmp(view_text(scenario, "model"), "closed") != 0;
    struct beside b = { .out = out, .run = run };

    for (size_t i = 0; i < pick->n; i++) {
        const json_t *at_best = view_floor(run, pick->cell[i]);

        b.cell = pick->cell[i];
        if (view_trials(b.cell) == 0)
            continue;
        if (woken)
            write_row(&b, "all p99", false, view_measure(b.cell, "all_p99_ns").median,
                      view_measure(at_best, "all_p99_ns").median, "doing nothing, in this run");
        write_bookings(&b);
        write_answers(&b);
        write_trips(&b);
    }
}
