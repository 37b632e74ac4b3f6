#include <math.h>
#include <string.h>

#include "harness/report/page.h"

/* "24 (10 of 10)", "0 + 3 (1 void)" */
static void audited(FILE *out, const json_t *cell, const char *key)
{
    double sum = view_sum(cell, "audit", key), more;
    int64_t voids = view_void_with(cell, "audit", key, &more);
    char text[NUMBER_SIZE];

    if (sum > 0)
        fprintf(out, "| %.0f (%lld of %lld) ", sum, (long long)view_trials_with(cell, key),
                (long long)view_trials(cell));
    else
        page_number(out, number_count(text, sum));
    if (voids > 0)
        fprintf(out, "+ %.0f (%lld void) ", more, (long long)voids);
}

void page_audit(FILE *out, const struct pick *pick)
{
    static const char *const anomalies[] = { "oversold", "unsold", "drift",     "gate_drift",
                                             "lost",     "ghost",  "duplicate", "torn" };
    static const char *const heads[] = {
        "variant",    "n",    "capacity", "told",      "sold", "oversold",           "unsold", "drift",
        "gate drift", "lost", "ghost",    "duplicate", "torn", "unknown (yes + no)", NULL
    };
    char text[NUMBER_SIZE];

    fputs(
        "\n#### Audit\n\nTotals over n trials of what a fresh connection found once nothing ran any more; in brackets, "
        "in how many of them. capacity, told (what clients were told), sold (bookings rows), oversold, unsold and the "
        "drifts are seats; lost (told booked, no row), ghost (a row nobody was told of), duplicate (more than one "
        "row), "
        "torn (a row of more or fewer seats than asked for) and unknown are requests; unknown ones were found "
        "booked (yes) or not (no).",
        out);
    if (view_any_void(pick))
        fputs(" Void trials are in no total; what one of them proves all the same stands behind a plus.", out);
    fputs("\n\n", out);
    page_table(out, heads);
    for (size_t i = 0; i < pick->n; i++) {
        const json_t *cell = pick->cell[i];

        if (json_array_size(json_object_get(cell, "trials")) == 0)
            continue;
        page_name(out, cell);
        fprintf(out, "| %lld ", (long long)view_trials(cell));
        page_number(out, number_count(text, view_sum(cell, "audit", "capacity")));
        page_number(out, number_count(text, view_sum(cell, "audit", "told")));
        page_number(out, number_count(text, view_sum(cell, "audit", "sold")));
        for (size_t k = 0; k < sizeof anomalies / sizeof anomalies[0]; k++)
            audited(out, cell, anomalies[k]);
        page_number(out, number_count(text, view_sum(cell, "audit", "unknown")));
        if (view_sum(cell, "audit", "unknown") > 0)
            fprintf(out, "(%.0f + %.0f) ", view_sum(cell, "audit", "resolved_yes"),
                    view_sum(cell, "audit", "resolved_no"));
        page_row_end(out);
    }
}

static double retried(const json_t *cell, const char *reason)
{
    double sum = 0;
    const json_t *trial;
    size_t i;

    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        if (view_counts(trial))
            sum += (double)view_int(json_object_get(trial, "retries"), reason);
    }
    return sum;
}

/* "stale 310, busy 4": every reason any trial names, with its total. */
static void retries(FILE *out, const json_t *cell)
{
    struct text_list seen = { 0 };
    json_t *trial, *value;
    const char *reason;
    size_t i;

    fputs("| ", out);
    json_array_foreach(json_object_get(cell, "trials"), i, trial)
    {
        json_object_foreach(json_object_get(trial, "retries"), reason, value)
        {
            if (!view_counts(trial) || text_list_has(&seen, reason) ||
                text_list_add(&seen, reason, strlen(reason)) != 0)
                continue;
            fprintf(out, "%s%s %.0f", seen.n > 1 ? ", " : "", reason, retried(cell, reason));
        }
    }
    fprintf(out, "%s ", seen.n == 0 ? "none" : "");
    text_list_free(&seen);
}

void page_outcomes(FILE *out, const struct pick *pick)
{
    static const char *const outcomes[] = { "booked", "sold_out",  "gave_up", "timed_out",
                                            "shed",   "abandoned", "failed",  "unknown" };
    static const char *const heads[] = { "variant",           "n",    "requests",  "booked", "sold_out", "gave_up",
                                         "timed_out",         "shed", "abandoned", "failed", "unknown",  "attempts",
                                         "retries by reason", NULL };
    char text[NUMBER_SIZE];

    fputs("\n#### Outcomes\n\nWhat requests came to and why tries were tried again, totals over n trials. Requests are "
          "the "
          "sum of the outcomes; attempts are requests and retries, less the requests of users who left before the "
          "first try.\n\n",
          out);
    page_table(out, heads);
    for (size_t i = 0; i < pick->n; i++) {
        const json_t *cell = pick->cell[i];

        if (view_trials(cell) == 0)
            continue;
        page_name(out, cell);
        fprintf(out, "| %lld ", (long long)view_trials(cell));
        page_number(out, number_count(text, view_sum(cell, NULL, "requests")));
        for (size_t k = 0; k < sizeof outcomes / sizeof outcomes[0]; k++)
            page_number(out, number_count(text, view_sum(cell, "outcomes", outcomes[k])));
        page_number(out, number_count(text, view_sum(cell, NULL, "attempts")));
        retries(out, cell);
        page_row_end(out);
    }
}

static void per(FILE *out, double total, double n, const char *(*format)(char *, double))
{
    char text[NUMBER_SIZE];

    page_number(out, format(text, n > 0 ? total / n : NAN));
}

void page_resources(FILE *out, const struct pick *pick)
{
    static const char *const heads[] = {
        "variant",     "n",           "harness CPU per request",    "server CPU per request",
        "peak memory", "connections", "requests that borrowed one", "WAL per booking",
        NULL
    };

    fputs("\n#### Resources\n\nPer request and per booking: totals over n trials, divided; the others are medians. "
          "SQLite "
          "works inside the harness: its CPU is the harness's.\n\n",
          out);
    page_table(out, heads);
    for (size_t i = 0; i < pick->n; i++) {
        const json_t *cell = pick->cell[i];
        double requests = view_sum(cell, NULL, "requests");

        if (view_trials(cell) == 0)
            continue;
        page_name(out, cell);
        fprintf(out, "| %lld ", (long long)view_trials(cell));
        per(out, view_sum(cell, "resources", "harness_cpu_ns"), requests, number_duration);
        per(out, view_sum(cell, "resources", "server_cpu_ns"), requests, number_duration);
        page_measure(out, cell, "peak_rss_bytes", PAGE_BYTES);
        page_measure(out, cell, "peak_connections", PAGE_COUNT);
        page_measure(out, cell, "borrowers", PAGE_COUNT);
        per(out, view_sum(cell, "resources", "wal_bytes"), view_sum(cell, "outcomes", "booked"), number_bytes);
        page_row_end(out);
    }
}

static void fact(FILE *out, const char *key, const char *value)
{
    page_cell(out, key);
    page_cell(out, value[0] != '\0' ? value : "-");
    page_row_end(out);
}

static void write_facts(FILE *out, const json_t *entry)
{
    json_t *facts = json_object_get(entry, "facts"), *value;
    char key[160], text[2048] = "";
    const char *name;
    size_t used = 0;

    snprintf(key, sizeof key, "%s, durability %s", view_text(entry, "name"), view_text(entry, "durability"));
    json_object_foreach(facts, name, value)
    {
        if (used < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s", used > 0 ? ", " : "", name,
                                     json_is_string(value) ? json_string_value(value) : "-");
    }
    fact(out, key, text);
}

static void write_probe(FILE *out, const json_t *probe)
{
    char median[NUMBER_SIZE], p99[NUMBER_SIZE], text[200];

    snprintf(text, sizeof text, "median %s, p99 %s (n = %lld; %lld bytes appended and flushed, %s)",
             number_duration(median, view_number(probe, "median_ns")),
             number_duration(p99, view_number(probe, "p99_ns")), (long long)view_int(probe, "n"),
             (long long)view_int(probe, "bytes"), view_text(probe, "dir_class"));
    fact(out, "fsync probe", text);
}

static void write_machine(FILE *out, const json_t *run)
{
    const json_t *e = json_object_get(run, "environment"), *entry;
    char text[300], number[NUMBER_SIZE];
    size_t i;

    fputs("\n| what | read back |\n|---|---|\n", out);
    fact(out, "cpu", view_text(e, "cpu"));
    snprintf(text, sizeof text, "%lld", (long long)view_int(e, "cores"));
    fact(out, "cores", text);
    fact(out, "memory", number_bytes(number, view_number(e, "memory_bytes")));
    fact(out, "kernel", view_text(e, "kernel"));
    snprintf(text, sizeof text, "%s, %s", view_text(e, "compiler"), view_text(e, "flags"));
    fact(out, "compiler", text);
    snprintf(text, sizeof text, "%s, %s a reading", view_text(e, "clock_source"),
             number_duration(number, view_number(e, "clock_ns")));
    fact(out, "clock", text);
    fact(out, "load average at the start", number_real(number, view_number(e, "load_average")));
    write_probe(out, json_object_get(e, "fsync_probe"));
    json_array_foreach(json_object_get(e, "databases"), i, entry)
    {
        write_facts(out, entry);
    }
}

/* An argument as a shell would need it. */
static void write_argument(FILE *out, const char *word)
{
    if (word[0] != '\0' &&
        strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:=%+@") == strlen(word)) {
        fputs(word, out);
        return;
    }
    putc('\'', out);
    for (; *word != '\0'; word++)
        fputs(*word == '\'' ? "'\\''" : (char[]){ *word, '\0' }, out);
    putc('\'', out);
}

void page_repeat(FILE *out, const json_t *run)
{
    const json_t *word, *tool = json_object_get(run, "tool");
    char git[80];
    size_t i;

    fputs("\n## How to repeat it\n\n```sh\n", out);
    json_array_foreach(json_object_get(run, "command"), i, word)
    {
        fputs(i > 0 ? " " : "", out);
        write_argument(out, json_is_string(word) ? json_string_value(word) : "");
    }
    view_git(run, git, sizeof git);
    fprintf(out,
            "\n```\n\nlastseat %s, git %s, seed %lld, from %s to %s. The scenarios as they were resolved are in "
            "[scenario/](scenario/).\n",
            view_text(tool, "version"), git, (long long)view_int(run, "seed"), view_text(run, "started_utc"),
            view_text(run, "ended_utc"));
    write_machine(out, run);
}
