#include "harness/results/hdr_files.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/version.h"
#include "harness/measure/hdr.h"
#include "harness/results/history.h"
#include "harness/results/output.h"

/* Values stay below 12 characters so: readers of .hgrm drop a row whose columns touch. */
#define NS_SCALE ((double)NS_PER_MS)

/* A moment of CLOCK_MONOTONIC, in seconds since 1970. */
static double since_1970(int64_t at_ns)
{
    struct timespec ts;
    int64_t now_ns;

    clock_gettime(CLOCK_REALTIME, &ts);
    now_ns = (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
    return (double)(now_ns - (clock_now_ns() - at_ns)) / (double)NS_PER_S;
}

/* A tag ends at a comma, and holds no blank. */
static void write_tag(FILE *out, const char *variant)
{
    fputs("Tag=", out);
    for (; *variant != '\0'; variant++)
        putc(strchr(", \t\r\n", *variant) != NULL ? '_' : *variant, out);
}

int hdr_log_trial(struct hdr_log *log, const struct cell *cell, int64_t number, const struct trial *trial)
{
    const struct hist *h = &trial->totals.system[TOTALS_ALL];
    double began_s = since_1970(trial->start_ns);
    char *encoded;

    if (log->lines == NULL) {
        if ((log->lines = open_memstream(&log->text, &log->size)) == NULL)
            return -1;
        log->first_s = began_s;
    }
    if (trial->void_reason[0] != '\0') {
        fprintf(log->lines, "#[trial %lld is void]\n", (long long)number);
        return 0;
    }
    if ((encoded = hdr_encode(h)) == NULL)
        return -1;
    write_tag(log->lines, cell->variant.name);
    fprintf(log->lines, ",%.3f,%.3f,%.3f,%s\n", began_s - log->first_s, (double)trial->wall_ns / (double)NS_PER_S,
            h->total > 0 ? (double)hist_highest_at(hist_index(h->max)) / NS_SCALE : 0, encoded);
    free(encoded);
    return 0;
}

void hdr_log_free(struct hdr_log *log)
{
    if (log->lines != NULL)
        fclose(log->lines);
    free(log->text);
    memset(log, 0, sizeof *log);
}

static void write_log_head(struct output *o, const struct cell *cell, double first_s)
{
    time_t first = (time_t)first_s;
    char line[1024], date[64];
    struct tm tm;

    gmtime_r(&first, &tm);
    strftime(date, sizeof date, "%a %b %d %H:%M:%S UTC %Y", &tm);
    snprintf(line, sizeof line,
             "#[lastseat %s: system times of %.600s, one line per trial]\n"
             "#[BaseTime: %.3f (seconds since epoch)]\n"
             "#[StartTime: %.3f (seconds since epoch), %s]\n"
             "#[Histogram log format version 1.3]\n"
             "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
             LASTSEAT_VERSION, cell->id, first_s, first_s, date);
    output_bytes(o, line, strlen(line));
}

static int write_log(const struct folder *folder, const struct cell *cell, const char *name, struct hdr_log *log)
{
    struct output o;

    if (fflush(log->lines) != 0)
        return say_out_of_memory("results");
    if (output_open(&o, folder, name) != EXIT_OK)
        return EXIT_ERROR;
    write_log_head(&o, cell, log->first_s);
    output_bytes(&o, log->text, log->size);
    return output_close(&o, false);
}

static int write_percentiles(const struct folder *folder, const struct cell *cell, const char *name,
                             const struct tally *t)
{
    const struct hist *h = &t->merged[METRIC_SYSTEM][TOTALS_ALL];
    struct output o;
    char *text = NULL;
    size_t n = 0;
    FILE *file = open_memstream(&text, &n);

    if (file == NULL)
        return say_out_of_memory("results");
    hdr_print(h, NS_SCALE, file);
    fprintf(file, "#[lastseat %s: system times of %s in ms, n = %lld trials merged]\n", LASTSEAT_VERSION, cell->id,
            (long long)t->finding.trials);
    if (fclose(file) != 0) {
        free(text);
        return say_out_of_memory("results");
    }
    if (output_open(&o, folder, name) != EXIT_OK) {
        free(text);
        return EXIT_ERROR;
    }
    output_bytes(&o, text, n);
    free(text);
    return output_close(&o, false);
}

static int write_cell(const struct folder *folder, const struct cell *cell, const struct tally *t, struct hdr_log *log)
{
    char stem[HISTORY_NAME_SIZE], name[HISTORY_NAME_SIZE + 16];
    int code;

    if (log->lines == NULL || t->merged[METRIC_SYSTEM][TOTALS_ALL].total == 0)
        return EXIT_OK;
    history_name(cell, stem);
    if ((code = folder_mkdir(folder, "hist")) != EXIT_OK)
        return code;
    snprintf(name, sizeof name, "hist/%s.hgrm", stem);
    if ((code = write_percentiles(folder, cell, name, t)) != EXIT_OK)
        return code;
    snprintf(name, sizeof name, "hist/%s.hlog", stem);
    return write_log(folder, cell, name, log);
}

int hdr_files_write(const struct folder *folder, const struct cells *cells, const struct tally *tallies,
                    struct hdr_log *logs)
{
    int code = EXIT_OK;

    for (size_t i = 0; i < cells->n && code == EXIT_OK; i++)
        code = write_cell(folder, &cells->cell[i], &tallies[i], &logs[i]);
    return code;
}
