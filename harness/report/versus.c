#include "harness/report/versus.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/number.h"
#include "harness/report/paint.h"
#include "harness/report/view.h"
#include "harness/report/wrap.h"

/* The width of a terminal nobody has touched. */
#define COLUMNS 80
#define NAME    24

struct versus {
    const json_t *document;
    FILE *out;
    bool colour;
};

static const char *paint(const struct versus *v, const char *sequence)
{
    return v->colour ? sequence : "";
}

/* wrap_print() for these columns. */
static void say(const struct versus *v, const char *sequence, size_t first, size_t rest, const char *text)
{
    size_t margin = first;

    while (*text != '\0') {
        size_t n = wrap_fit(text, COLUMNS - margin);

        fprintf(v->out, "%*s%s%.*s%s\n", (int)margin, "", paint(v, sequence), (int)n, text,
                sequence[0] != '\0' ? paint(v, PLAIN) : "");
        text += n;
        text += strspn(text, " ");
        margin = rest;
    }
}

static void head(const struct versus *v, const char *text)
{
    putc('\n', v->out);
    say(v, BOLD, 0, 4, text);
}

static void print_side(const struct versus *v, const char *key, const char *name)
{
    const json_t *side = json_object_get(v->document, key), *tool = json_object_get(side, "tool");
    char text[600];

    snprintf(text, sizeof text, "%c  %s (git %s%s, %s)", key[0] - 'a' + 'A', name, view_text(tool, "git"),
             json_is_true(json_object_get(tool, "dirty")) ? "-dirty" : "", view_text(side, "started_utc"));
    say(v, "", 0, 3, text);
}

/* Cells that one of them lacks. */
static void print_only(const struct versus *v, const char *key, char side)
{
    const json_t *list = json_object_get(v->document, key), *id;
    char text[8000];
    size_t used, i;

    if (json_array_size(list) == 0)
        return;
    used = (size_t)snprintf(text, sizeof text, "only in %c:", side);
    json_array_foreach(list, i, id)
    {
        if (used < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s %s", i > 0 ? "," : "", json_string_value(id));
    }
    say(v, YELLOW, 1, 5, text);
}

static void print_differences(const struct versus *v)
{
    const json_t *list = json_object_get(v->document, "differences"), *entry;
    char text[1200];
    size_t i;

    head(v, json_array_size(list) > 0 ? "Configuration: A -> B" : "Configuration: the same");
    json_array_foreach(list, i, entry)
    {
        snprintf(text, sizeof text, "%s: %s -> %s", view_text(entry, "what"), view_text(entry, "a"),
                 view_text(entry, "b"));
        say(v, YELLOW, 1, 5, text);
    }
    print_only(v, "only_a", 'A');
    print_only(v, "only_b", 'B');
}

/* "+20.3 %", "x12.3"; "from 0": there was none, and no factor leads from there */
static void change(char out[NUMBER_SIZE], double ratio, const char *unit)
{
    char digits[NUMBER_SIZE];

    if (isnan(ratio))
        snprintf(out, NUMBER_SIZE, "-");
    else if (isinf(ratio))
        snprintf(out, NUMBER_SIZE, "from 0");
    else if (ratio >= 10)
        snprintf(out, NUMBER_SIZE, "x%.20s", number_real(digits, ratio));
    else
        snprintf(out, NUMBER_SIZE, "%+.1f%s", 100 * (ratio - 1), unit);
}

static void value(char out[NUMBER_SIZE], double number, const char *unit)
{
    if (strcmp(unit, "ms") == 0 || strcmp(unit, "ns") == 0)
        number_ms(out, number);
    else
        number_real(out, number);
}

/* A name that finds no room stands on a line of its own. */
static void print_name(const struct versus *v, const char *name)
{
    if (wrap_width(name) <= NAME) {
        fprintf(v->out, " %s%*s", name, (int)(NAME - wrap_width(name)), "");
        return;
    }
    say(v, "", 1, 5, name);
    fprintf(v->out, " %*s", NAME, "");
}

static void print_columns(const struct versus *v, const char *title, const char *unit)
{
    char name[64];

    snprintf(name, sizeof name, "%s%s%s", title, unit[0] != '\0' ? " " : "", unit);
    fprintf(v->out, "%s %-*s %8s %8s %9s %17s %7s%s\n", paint(v, DIM), NAME, name, "A", "B", "change", "95 %", "n",
            paint(v, PLAIN));
}

static void print_floors(const struct versus *v)
{
    const json_t *list = json_object_get(v->document, "floors"), *floor;
    bool interleaved = json_is_true(json_object_get(v->document, "interleaved"));
    size_t i;

    head(v, "Floors: what the machine itself did");
    if (interleaved)
        say(v, "", 1, 1, "The runs were interleaved: the machine was the same for both, and blocks are paired.");
    else if (!json_is_true(json_object_get(v->document, "calibrated")))
        say(v, "", 1, 1,
            "Not calibrated anew for each run (lastseat calibrate): only the cells that do no work say how far "
            "the machine moved. Times of runs that were not interleaved (run --against) contain what the machine did "
            "meanwhile.");
    if (json_array_size(list) > 0)
        print_columns(v, "ms, or per second", "");
    json_array_foreach(list, i, floor)
    {
        char a[NUMBER_SIZE], b[NUMBER_SIZE], by[NUMBER_SIZE], point[256], name[700];
        const char *unit = view_text(floor, "unit"), *scenario = view_text(floor, "scenario");
        bool moved = json_is_true(json_object_get(floor, "moved"));

        value(a, view_number(floor, "a"), unit);
        value(b, view_number(floor, "b"), unit);
        change(by, view_number(floor, "b") / view_number(floor, "a"), " %");
        view_point(floor, point, sizeof point);
        snprintf(name, sizeof name, "%s%s%s%s%s", view_text(floor, "name"), scenario[0] != '\0' ? ", " : "", scenario,
                 point[0] != '\0' ? ", " : "", point);
        print_name(v, name);
        fprintf(v->out, " %8s %8s %s%9s%s\n", a, b, moved ? paint(v, YELLOW) : "", moved ? by : "~",
                moved ? paint(v, PLAIN) : "");
    }
}

/* What stands in the last columns: the interval and n, or why there is none. */
static void print_certainty(const struct versus *v, const json_t *compared)
{
    const json_t *interval = json_object_get(compared, "ci95"), *n = json_object_get(compared, "n");
    const json_t *machine = json_object_get(compared, "machine");
    char lo[NUMBER_SIZE], hi[NUMBER_SIZE], text[2 * NUMBER_SIZE + 8], count[48];
    long long x = (long long)json_integer_value(json_array_get(n, 0));
    long long y = (long long)json_integer_value(json_array_get(n, 1));

    if (json_is_object(machine)) {
        fprintf(v->out, " (machine moved %.1f %%)", 100 * fabs(view_number(machine, "slower")));
        return;
    }
    if (strcmp(view_text(compared, "says"), "merged") == 0) {
        fputs(" (merged: not tested)", v->out);
        return;
    }
    change(lo, json_is_number(json_array_get(interval, 0)) ? json_number_value(json_array_get(interval, 0)) : NAN, "");
    change(hi, json_is_number(json_array_get(interval, 1)) ? json_number_value(json_array_get(interval, 1)) : NAN, "");
    if (strcmp(lo, "-") == 0)
        snprintf(text, sizeof text, "-");
    else
        snprintf(text, sizeof text, "[%s..%s]", lo, hi);
    snprintf(count, sizeof count, x == y ? "%lld" : "%lld, %lld", x, y);
    fprintf(v->out, " %17s %7s", text, count);
}

static void print_row(const struct versus *v, const json_t *cell, const json_t *compared)
{
    double ratio = view_number(compared, "ratio"), x = view_number(compared, "a"), y = view_number(compared, "b");
    const char *says = view_text(compared, "says"), *unit = view_text(compared, "unit"), *sequence = DIM;
    bool better = json_is_true(json_object_get(compared, "more_is_better")) == (y > x);
    char a[NUMBER_SIZE], b[NUMBER_SIZE], by[NUMBER_SIZE] = "~", name[600];

    if (strcmp(says, "different") == 0) {
        change(by, isnan(ratio) ? y / x : ratio, " %");
        sequence = better ? GREEN : RED;
    } else if (strcmp(says, "merged") == 0) {
        snprintf(by, sizeof by, "-");
    } else if (x == y && json_is_null(json_object_get(compared, "p"))) {
        snprintf(by, sizeof by, "=");
    }
    value(a, x, unit);
    value(b, y, unit);
    view_name(cell, name, sizeof name);
    print_name(v, name);
    fprintf(v->out, " %8s %8s %s%9s%s", a, b, paint(v, sequence), by, paint(v, PLAIN));
    print_certainty(v, compared);
    putc('\n', v->out);
}

static bool same_group(const json_t *a, const json_t *b)
{
    return strcmp(view_text(a, "scenario"), view_text(b, "scenario")) == 0 &&
           strcmp(view_text(a, "db"), view_text(b, "db")) == 0;
}

static void print_metric(const struct versus *v, const json_t *cells, size_t from, const char *word)
{
    const json_t *first = json_array_get(cells, from), *cell;
    bool begun = false;

    for (size_t i = from; i < json_array_size(cells); i++) {
        const json_t *compared;

        cell = json_array_get(cells, i);
        compared = json_object_get(json_object_get(cell, "metrics"), word);
        if (!same_group(first, cell) || compared == NULL || json_is_true(json_object_get(cell, "floor")))
            continue;
        if (!begun)
            print_columns(v, word, view_text(compared, "unit"));
        begun = true;
        print_row(v, cell, compared);
    }
}

static void print_correctness(const struct versus *v, const json_t *cells, size_t from)
{
    const json_t *first = json_array_get(cells, from), *entry;
    char text[1000], name[512];

    for (size_t i = from; i < json_array_size(cells); i++) {
        const json_t *cell = json_array_get(cells, i);
        size_t k;

        if (!same_group(first, cell))
            continue;
        view_name(cell, name, sizeof name);
        json_array_foreach(json_object_get(cell, "correctness"), k, entry)
        {
            snprintf(text, sizeof text, "! %s: %s: %s -> %s", name, view_text(entry, "what"), view_text(entry, "a"),
                     view_text(entry, "b"));
            say(v, json_is_true(json_object_get(cell, "worse")) ? RED : YELLOW, 1, 5, text);
        }
    }
}

static bool begins_group(const json_t *cells, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (same_group(json_array_get(cells, i), json_array_get(cells, at)))
            return false;
    return true;
}

static void print_cells(const struct versus *v)
{
    static const char *const words[] = {
        "p99",    "p50",        "buyers",   "last_buyer", "refused",     "refused_p50",
        "browse", "browse_p50", "bookings", "statements", "round_trips", "transactions"
    };
    const json_t *cells = json_object_get(v->document, "cells");

    for (size_t i = 0; i < json_array_size(cells); i++) {
        const json_t *cell = json_array_get(cells, i);
        char text[300];

        /* Floors stand above, by themselves. */
        if (!begins_group(cells, i) || json_is_true(json_object_get(cell, "floor")))
            continue;
        snprintf(text, sizeof text, "%s, %s", view_text(cell, "scenario"), view_text(cell, "db"));
        head(v, text);
        for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
            print_metric(v, cells, i, words[w]);
        print_correctness(v, cells, i);
    }
}

/* How many cells show what, in any metric; a cell counts once, by the strongest word. */
static void print_sum(const struct versus *v)
{
    const json_t *cells = json_object_get(v->document, "cells"), *cell;
    size_t all = 0, different = 0, wrong = 0, i;
    char text[400];
    const char *key;
    json_t *compared;

    json_array_foreach(cells, i, cell)
    {
        bool any = false;

        if (json_is_true(json_object_get(cell, "floor")))
            continue;
        all++;
        json_object_foreach(json_object_get(cell, "metrics"), key, compared)
        {
            any = any || strcmp(view_text(compared, "says"), "different") == 0;
        }
        different += any;
        wrong += json_array_size(json_object_get(cell, "correctness")) > 0;
    }
    putc('\n', v->out);
    snprintf(
        text, sizeof text,
        "%zu of %zu cells differ in some metric, %zu in correctness. ~ no difference shown: the 95 %% interval of B / "
        "A contains 1, or the test, adjusted for all metrics of the cell, does not exclude chance at 5 %%.",
        different, all, wrong);
    say(v, "", 0, 4, text);
}

static void print_gates(const struct versus *v)
{
    const json_t *gate, *id;
    size_t i, k;

    json_array_foreach(json_object_get(v->document, "gates"), i, gate)
    {
        const json_t *failed = json_object_get(gate, "failed");
        long long judged = (long long)view_int(gate, "judged"), unjudged = (long long)view_int(gate, "unjudged");
        bool bad = json_array_size(failed) > 0 || judged == 0;
        char text[2000], limit[48] = "";
        size_t used;

        if (!isnan(view_number(gate, "limit")))
            snprintf(limit, sizeof limit, " within %g %%", 100 * view_number(gate, "limit"));
        used = (size_t)snprintf(text, sizeof text, "gate %s%s: %s (%lld cell%s judged", view_text(gate, "metric"),
                                limit, bad ? "FAILED" : "passed", judged, judged == 1 ? "" : "s");
        if (unjudged > 0)
            used +=
                (size_t)snprintf(text + used, sizeof text - used, ", %lld not: merged, or the machine moved", unjudged);
        if (view_int(gate, "open") > 0)
            used += (size_t)snprintf(text + used, sizeof text - used,
                                     "; in %lld the interval reaches beyond the limit: more trials would tell",
                                     (long long)view_int(gate, "open"));
        used += (size_t)snprintf(text + used, sizeof text - used, ")");
        json_array_foreach(failed, k, id)
        {
            if (used < sizeof text)
                used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", k == 0 ? ": " : ", ",
                                         json_string_value(id));
        }
        say(v, bad ? RED : GREEN, 0, 4, text);
    }
}

void versus_print(const json_t *comparison, const char *name_a, const char *name_b, FILE *out, bool colour)
{
    const struct versus v = { comparison, out, colour };

    print_side(&v, "a", name_a);
    print_side(&v, "b", name_b);
    print_differences(&v);
    print_floors(&v);
    print_cells(&v);
    print_sum(&v);
    print_gates(&v);
}
