#ifndef REPORT_VIEW_H
#define REPORT_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/text.h"

/* run.json as the report looks at it. What is missing or null reads as "", NAN, false or absent: a report is made of
 * any run, a partial one included. All pointers are borrowed from the run. */

/* One metric over the trials of a cell. */
struct measure {
    bool present;
    bool merged; /* from the merged trials: no interval, no range; printed with '~' */
    double median, lo, hi, min, max;
    int64_t n;
};
struct measure view_measure(const json_t *cell, const char *metric);

const char *view_text(const json_t *object, const char *key);
double view_number(const json_t *object, const char *key);
int64_t view_int(const json_t *object, const char *key); /* 0 when absent */
/* Whether the array `key` (traits, promises, flags) holds the word. */
bool view_has(const json_t *object, const char *key, const char *word);
/* Every verdict of a cell, worst first, NULL at the end (results/README.md). */
extern const char *const view_verdicts[];
bool view_is(const json_t *cell, const char *verdict);
/* The verdict is neither holds, floor nor skipped. */
bool view_fails(const json_t *cell);
/* Neither control, rogue nor floor. */
bool view_honest(const json_t *cell);
/* An honest strategy did what it promises not to (the rule of exit code 3): as the run says. Of one too old to say so,
 * as far as its summary and the rows of its void trials tell. */
bool view_broken(const json_t *cell);

/* Trials that count. */
int64_t view_trials(const json_t *cell);
/* Of those, how many have audit.KEY > 0. */
int64_t view_trials_with(const json_t *cell, const char *key);

/* What void trials prove all the same (results/proved.h): how many have GROUP.KEY > 0, and its sum in *sum. */
int64_t view_void_with(const json_t *cell, const char *group, const char *key, double *sum);

bool view_counts(const json_t *trial);
/* The sum of trial.GROUP.KEY over the trials that count (GROUP NULL: of trial.KEY); NAN when none has it. */
double view_sum(const json_t *cell, const char *group, const char *key);
/* Requests that ended in an error (results/README.md) over all requests, of all trials that count. */
double view_errors_share(const json_t *cell);

/* "users=50", ""; keys without their section. */
void view_point(const json_t *cell, char *out, size_t size);
/* What tells a cell from the others of its table: "atomic", "atomic, users=50". */
void view_name(const json_t *cell, char *out, size_t size);
bool view_sweeps(const json_t *scenario);

/* Cells picked from a run, in its order, floors apart. NULL picks all. 0 / -1 after saying so. */
struct pick {
    const json_t **cell;
    size_t n;
};
int view_pick(struct pick *, const json_t *run, const char *scenario, const char *db, const char *point);
void view_drop(struct pick *);
bool view_any_void(const struct pick *); /* trials that do not count */
/* Of picked cells those at the last point of the sweep, which goes to `point` as view_point() writes it: they have the
 * last value of every key they have, as keys of single strategies are in no other's point. 0 / -1 after saying so. */
int view_pick_last(struct pick *last, const struct pick *all, char *point, size_t size);
/* Distinct values in order of appearance, floors apart. 0 / -1 after saying so. */
int view_databases(struct text_list *, const json_t *run, const char *scenario);
int view_points(struct text_list *, const struct pick *);
int view_variants(struct text_list *, const struct pick *);
/* The floor that goes with a cell: same scenario, and the same values of the sweep keys it has. NULL: none was run. */
const json_t *view_floor(const json_t *run, const json_t *cell);
/* The one picked cell of a variant at a point, or NULL. */
const json_t *view_at(const struct pick *, const char *variant, const char *point);

/* "sqlite 3.40.1, WAL, durability full": from the facts that were read back, of cells of one database (at least one).
 * Where they are swept, all that ran: "durability full/async/off". */
void view_database(const json_t *run, const struct pick *, char *out, size_t size);
/* "1a2b3c4", "1a2b3c4-dirty" */
void view_git(const json_t *run, char *out, size_t size);

#endif
