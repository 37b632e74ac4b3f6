#ifndef RESULTS_SAMPLE_H
#define RESULTS_SAMPLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The values of one metric, trial by trial, as run.json keeps them: what comparisons rest on, where a summary is not
 * enough. */

struct sample_metric {
    const char *word;   /* as the command line calls it: "p99"                               */
    const char *metric; /* as cells[].summary does: "all_p99_ns"                             */
    const char *unit;   /* "ms" (values in ns), "/s", "/request"                             */
    bool more_is_better;
    bool timed; /* it depends on how fast the machine is */
};
extern const struct sample_metric sample_metrics[]; /* word NULL ends it */
/* By word or by metric; NULL: there is none. */
const struct sample_metric *sample_find(const char *name);

struct sample {
    double *value; /* in the order of blocks */
    int64_t *block;
    size_t n;
};
/* Of a cell of run.json, void trials apart. n is 0 where a trial that counts lacks the value: what is left then is no
 * fair sample; and of a timed metric where the cell's summary lacks it: then its trials were not timed. 0, or -1 when
 * out of memory; sample_free() in any case. */
int sample_read(struct sample *, const json_t *cell, const struct sample_metric *);
/* 0, or -1 when out of memory; sample_free() in any case. */
int sample_copy(struct sample *to, const struct sample *from);
/* Keeps of both what they have of the same blocks, in pairs. */
void sample_pair(struct sample *, struct sample *);
/* Whether there are values, and ratios can be formed of them. */
bool sample_above_zero(const struct sample *);
void sample_free(struct sample *); /* NULL is a no-op */

#endif
